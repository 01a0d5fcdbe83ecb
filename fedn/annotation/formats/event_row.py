"""One event of an event table: the columns of docs/event-tables.md, whatever kind of file they lie in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fedn.annotation.action_unit import action_units_text, parse_action_units
from fedn.annotation.event import Event
from fedn.annotation.formats.spreadsheet_text import writable_text
from fedn.annotation.formats.table import parse_frame, parse_number
from fedn.annotation.formats.times import FrameTimes
from fedn.annotation.tier import Source
from fedn.errors import FormatError

REQUIRED = ("video", "onset", "offset", "label")
COLUMNS = (
    "video", "subject", "tier", "onset", "apex", "offset", "onset_s", "apex_s", "offset_s",
    "label", "kind", "score", "note",
)  # fmt: skip
OPTIONAL = ("intensity", "action_units", "tier_source", "tier_who", "tier_vocabulary", "rejected")
"""Written after COLUMNS, each only if one of the rows needs it."""
FRAMES = ("onset", "apex", "offset")
SECONDS = ("onset_s", "apex_s", "offset_s")
DECIMALS = 6
_ANSWERS = {"": False, "no": False, "false": False, "0": False, "yes": True, "true": True, "1": True}
_NAMED_SOURCES = {"expert": Source.EXPERT, "self-report": Source.SELF_REPORT}
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event of a table.

    Attributes:
        video: the video's file name.
        tier: the tier's name, as "expert" or "self-report".
        onset_s, apex_s: start of the frame in seconds, None if not known; when read they are as the table has them.
        offset_s: end of the offset frame.
        extra: further columns by name, kept when the table is written again.
        source, who, vocabulary: of the tier; None and "" if the table leaves them to the tier's name.
        rejected: a prediction that an annotator has rejected.
    """

    video: str
    event: Event
    subject: str = ""
    tier: str = ""
    onset_s: float | None = None
    apex_s: float | None = None
    offset_s: float | None = None
    extra: dict[str, str] = field(default_factory=dict)
    source: Source | None = None
    who: str = ""
    vocabulary: str = ""
    rejected: bool = False

    @property
    def tier_source(self) -> Source:
        return self.source or source_of(self.tier)


def source_of(tier: str) -> Source:
    """What a tier's name says about where it comes from, for tables that do not say it themselves."""
    return _NAMED_SOURCES.get(tier.casefold(), Source.IMPORTED)


def event_rows(
    video: str, events: Iterable[Event], *, subject: str = "", tier: str = "", index: FrameTimes | None = None
) -> list[EventRow]:
    """Rows of one tier of one video; with seconds if its frame index is given."""
    rows: list[EventRow] = []
    for event in events:
        onset_s = apex_s = offset_s = None
        if index is not None:
            onset_s, offset_s = index.time_s(event.onset), index.end_s(event.offset)
            apex_s = index.time_s(event.apex) if event.apex is not None else None
        rows.append(EventRow(video, event, subject, tier, onset_s, apex_s, offset_s))
    return rows


# Into cells

_NEEDS: dict[str, Callable[[EventRow], bool]] = {
    "intensity": lambda row: row.event.intensity is not None,
    "action_units": lambda row: bool(row.event.action_units),
    "tier_source": lambda row: row.tier_source is not source_of(row.tier),
    "tier_who": lambda row: bool(row.who),
    "tier_vocabulary": lambda row: bool(row.vocabulary),
    "rejected": lambda row: row.rejected,
}


def columns_for(rows: Sequence[EventRow]) -> list[str]:
    """The columns that these rows need, in order."""
    further = dict.fromkeys(name for row in rows for name in row.extra if name not in (*COLUMNS, *OPTIONAL))
    return [*COLUMNS, *(name for name in OPTIONAL if any(map(_NEEDS[name], rows))), *further]


def cells_for(row: EventRow, columns: Sequence[str]) -> list[Cell]:
    """A row's cells: frames, seconds and score as numbers, of DECIMALS decimals at most, everything else as text."""
    event = row.event
    values: dict[str, Cell] = {
        **row.extra,
        "video": row.video,
        "subject": row.subject,
        "tier": row.tier,
        "onset": event.onset,
        "apex": event.apex,
        "offset": event.offset,
        "label": event.label,
        "kind": event.kind,
        "score": _rounded(event.score),
        "note": event.note,
        "intensity": event.intensity,
        "action_units": action_units_text(event.action_units),
        "tier_source": str(row.tier_source),
        "tier_who": row.who,
        "tier_vocabulary": row.vocabulary,
        "rejected": "yes" if row.rejected else None,
        **{name: _rounded(getattr(row, name)) for name in SECONDS},
    }
    cells = (values.get(name) for name in columns)
    return [writable_text(cell) if isinstance(cell, str) else cell for cell in cells]


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, DECIMALS)


# Out of cells


@dataclass(slots=True)
class RowReader:
    """Makes rows of named values.

    Attributes:
        commas_permitted: whether 0,93 is read as 0.93.
        commas: how many numbers were.
    """

    commas_permitted: bool = False
    commas: int = 0

    def read(self, values: Mapping[str, str], beyond: int = 0) -> EventRow:
        """One row; `beyond` is the number of values for which the header has no name.

        Raises:
            FormatError, EditError: that names the value, not the file and the row.
        """
        if beyond:
            raise FormatError("it has more values than the header has names")
        onset, apex, offset = (parse_frame(values.get(name, ""), name) for name in FRAMES)
        if onset is None or offset is None:
            raise FormatError("it lacks the onset or the offset frame")
        if not values.get("video"):
            raise FormatError("it does not name a video")
        event = Event(
            onset,
            offset,
            values.get("label", ""),
            apex=apex,
            kind=values.get("kind", "").lower() or "macro",
            score=self._number(values, "score"),
            intensity=values.get("intensity", "").upper() or None,
            note=values.get("note", ""),
            action_units=parse_action_units(values.get("action_units", "")),
        )
        return EventRow(
            values["video"],
            event,
            values.get("subject", ""),
            values.get("tier", ""),
            *(self._number(values, name) for name in SECONDS),
            extra={name: value for name, value in values.items() if name not in COLUMNS and name not in OPTIONAL},
            source=_source(values.get("tier_source", "")),
            who=values.get("tier_who", ""),
            vocabulary=values.get("tier_vocabulary", ""),
            rejected=_answer(values.get("rejected", "")),
        )

    def _number(self, values: Mapping[str, str], name: str) -> float | None:
        text = values.get(name, "")
        if self.commas_permitted and _DECIMAL_COMMA.fullmatch(text):
            self.commas += 1
            text = text.replace(",", ".")
        return parse_number(text, name)


def _source(text: str) -> Source | None:
    try:
        return Source(text.lower()) if text else None
    except ValueError:
        known = ", ".join(Source)
        raise FormatError(f"the tier_source “{text}” is not one of {known}") from None


def _answer(text: str) -> bool:
    answer = _ANSWERS.get(text.lower())
    if answer is None:
        raise FormatError(f"the answer “{text}” to rejected is neither yes nor no")
    return answer
