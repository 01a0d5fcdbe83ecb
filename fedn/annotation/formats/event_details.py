"""What an event has besides frames and label, as named texts that other programs can hold and people can edit."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from fedn.annotation.action_unit import action_units_text, parse_action_units
from fedn.annotation.event import INTENSITIES, KINDS, Event
from fedn.errors import FormatError

ACTION_UNITS = "action units"
STATUS, REJECTED = "status", "rejected"
DETAILS = ("kind", "apex", "score", "intensity", ACTION_UNITS, STATUS, "note")
NO_LABEL = "∅"
_BLANK = re.compile(rf"[\s{NO_LABEL}]*")
_TEXT_FORM = re.compile(
    "".join(rf"(?:{name}=(?P<{name.replace(' ', '_')}>[^;=]*)(?:; |\Z))?" for name in DETAILS[:-1])
    + r"(?:note=(?P<note>.*))?",
    re.DOTALL,
)


def event_details(event: Event, rejected: Collection[str] = ()) -> dict[str, str]:
    """The details that an event has, by name in the order of DETAILS; "macro" is not mentioned.

    The apex is a frame counted from 0; the score is exact.

    Args:
        rejected: ids of the predictions that an annotator has rejected.
    """
    details = {
        "kind": event.kind if event.kind != KINDS[0] else "",
        "apex": "" if event.apex is None else str(event.apex),
        "score": "" if event.score is None else repr(float(event.score)),
        "intensity": event.intensity or "",
        ACTION_UNITS: action_units_text(event.action_units),
        STATUS: REJECTED if event.id in rejected else "",
        "note": event.note,
    }
    return {name: value for name, value in details.items() if value}


def event_with_details(
    onset: int, offset: int, label: str, details: Mapping[str, str], say: Callable[[str], None]
) -> Event:
    """An event from what a file says; what cannot be used is left out and told to `say`, one sentence each.

    Whether it was rejected is no part of an event: see `is_rejected`.

    Args:
        onset, offset: 0-based frames, inclusive, in order and not negative.
        details: by the names of DETAILS; other names are ignored.
    """
    kind = details.get("kind", "").strip().lower() or KINDS[0]
    if kind not in KINDS:
        say(f"the kind “{kind}” is neither macro nor micro; the expression was taken for macro")
        kind = KINDS[0]
    intensity = details.get("intensity", "").strip().upper() or None
    if intensity is not None and intensity not in INTENSITIES:
        say(f"the intensity “{intensity}” is not one of A to E and was left out")
        intensity = None
    try:
        units = parse_action_units(details.get(ACTION_UNITS, ""))
    except FormatError as error:
        say(f"{error}; they were left out")
        units = ()
    return Event(
        onset,
        offset,
        label,
        apex=_apex(details.get("apex", "").strip(), onset, offset, say),
        kind=kind,
        score=_score(details.get("score", "").strip(), say),
        intensity=intensity,
        action_units=units,
        note=details.get("note", ""),
    )


def is_rejected(details: Mapping[str, str]) -> bool:
    """Whether an annotator has rejected the prediction."""
    return details.get(STATUS, "").strip().lower() == REJECTED


def _apex(text: str, onset: int, offset: int, say: Callable[[str], None]) -> int | None:
    if not text:
        return None
    if re.fullmatch(r"\d{1,9}", text) and onset <= int(text) <= offset:
        return int(text)
    say(f"the apex “{text[:40]}” is not a frame between {onset} and {offset} and was left out")
    return None


def _score(text: str, say: Callable[[str], None]) -> float | None:
    if not text:
        return None
    try:
        score = float(text)
    except ValueError:
        score = -1.0
    if 0.0 <= score <= 1.0:
        return score
    say(f"the score “{text[:40]}” is not a number between 0 and 1 and was left out")
    return None


def details_text(event: Event, rejected: Collection[str] = ()) -> str:
    """All details in one text, "apex=15; score=0.93; note=smile", for formats that have a single comment.

    A note that stands alone is the text itself.
    """
    details = event_details(event, rejected)
    if list(details) == ["note"] and parse_details_text(event.note) is None:
        return event.note
    return "; ".join(f"{name}={value}" for name, value in details.items())


def parse_details_text(text: str) -> dict[str, str] | None:
    """The details in a text of `details_text`'s form, None for any other text."""
    found = _TEXT_FORM.fullmatch(text)
    if found is None or not text:
        return None
    values = {name.replace("_", " "): value for name, value in found.groupdict().items() if value is not None}
    return {name: values[name] for name in DETAILS if name in values}


def details_or_note(text: str) -> dict[str, str]:
    """The details of a comment, whoever wrote it: one of another form is a note."""
    details = parse_details_text(text)
    if details is None:
        return {"note": text} if text else {}
    return details


def label_text(label: str) -> str:
    """A label for formats in which a blank text means that there is nothing."""
    return label + NO_LABEL if _BLANK.fullmatch(label) else label


def text_label(text: str) -> str:
    """The label that `label_text` wrote."""
    return text.removesuffix(NO_LABEL) if _BLANK.fullmatch(text) else text
