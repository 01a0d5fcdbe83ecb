"""Videos with events of any content, what differs after a round trip through a file, and files damaged at random."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from fedn.annotation.action_unit import SIDES, ActionUnit
from fedn.annotation.event import Event, Origin
from fedn.annotation.formats.content import Content, Remark, TierEvents, VideoEvents
from fedn.annotation.tier import Source
from fedn.errors import FormatError

relaxed = settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)

LAST_FRAME = 100_000
ANY_TEXT = st.text(st.characters(), max_size=8) | st.text(st.sampled_from("=+-@\t\r\n'\"\0,; a1\x07\ud800"), max_size=8)
"""Control characters, halves of letters, quotes, delimiters and formulas included."""
TAME_TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), max_size=8)
FRAMES = st.integers(0, 300) | st.integers(0, LAST_FRAME)
UNITS = st.builds(
    ActionUnit, st.integers(1, 99), st.sampled_from(sorted(SIDES.values())), st.sampled_from(["", "A", "E", "B/C"])
)


@st.composite
def events(draw: st.DrawFn, text: st.SearchStrategy[str] = ANY_TEXT) -> Event:
    onset, length = draw(FRAMES), draw(st.integers(0, 60))
    offset = min(onset + length, LAST_FRAME)
    return Event(
        onset,
        offset,
        draw(text),
        apex=draw(st.none() | st.integers(onset, offset)),
        kind=draw(st.sampled_from(["macro", "micro"])),
        score=draw(st.none() | st.floats(0, 1)),
        intensity=draw(st.none() | st.sampled_from("ABCDE")),
        note=draw(text),
        origin=draw(st.none() | st.just(Origin("base", 1, 2, "fear", 0.25))),
        action_units=tuple(draw(st.lists(UNITS, max_size=3))),
    )


@st.composite
def tiers(draw: st.DrawFn, text: st.SearchStrategy[str] = ANY_TEXT) -> TierEvents:
    own = tuple(draw(st.lists(events(text), max_size=4)))
    rejected = frozenset(event.id for event in own if draw(st.booleans()))
    name = draw(st.sampled_from(["expert", "self-report", "FEDN"]) | text)
    return TierEvents(name, draw(st.sampled_from(Source)), draw(text), own, rejected, draw(st.just("") | text))


@st.composite
def videos(
    draw: st.DrawFn, text: st.SearchStrategy[str] = ANY_TEXT, name: st.SearchStrategy[str] | None = None
) -> VideoEvents:
    own = draw(st.lists(tiers(text), max_size=3))
    video = draw(name if name is not None else st.sampled_from(["a.mp4", "b.avi", "006_1"]) | text)
    return VideoEvents(video, draw(text), 0, 0.0, tuple(own))


# What differs

REMARKS = {
    "video": "is called|column video|another video|takes both",
    "subject": "its subject|column subject|was written as",
    "tier": "tier's name|column tier |makes them one",
    "source": "tier's name|makes them one",
    "who": "tier's name|column tier_who|makes them one",
    "vocabulary": "tier's name|column tier_vocabulary|makes them one",
    "label": "a label|column label|was written as",
    "kind": "kind micro",
    "apex": "an apex|its apex or offset",
    "score": "a score|no score",
    "intensity": "an intensity",
    "note": "a note|column note",
    "origin": "origin|accepted",
    "action_units": "action units",
    "rejected": "rejected",
    "events": "no events|not written|same interval|another tier|another video",
}
"""What a remark says, by the field that it is about. A new field of an event needs an entry, or the test fails."""
DESCRIBES_THE_FILE = {"id", "path", "frame_count", "fps"}
_NOT_COMPARED = DESCRIBES_THE_FILE | {"events", "tiers", "name"}


def flat(videos: Iterable[VideoEvents]) -> list[dict[str, Any]]:
    """Every event with everything that is known of it, by the names of the fields."""
    return [
        {
            **{one.name: getattr(event, one.name) for one in fields(event) if one.name not in _NOT_COMPARED},
            **{one.name: getattr(video, one.name) for one in fields(video) if one.name not in _NOT_COMPARED},
            **{one.name: getattr(tier, one.name) for one in fields(tier) if one.name not in _NOT_COMPARED},
            "tier": tier.name,
            "rejected": event.id in tier.rejected,
        }
        for video in videos
        for tier in video.tiers
        for event in tier.events
    ]


def lost_fields(before: Iterable[VideoEvents], after: Iterable[VideoEvents]) -> set[str]:
    """Names of the fields that are not what they were; "events" if there are not as many.

    Tiers that became one may stand in another order: events are paired so that as little as possible differs.
    """
    first, second = flat(before), flat(after)
    if len(first) != len(second):
        return {"events"}
    differing = [[_differing(one, two) for two in second] for one in first]
    if not differing:
        return set()
    pairs = zip(*linear_sum_assignment([[len(names) for names in row] for row in differing]), strict=True)
    return {name for one, two in pairs for name in differing[one][two]}


def _differing(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in before if not _same(before[name], after.get(name))}


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, float) and isinstance(after, float):
        return abs(before - after) <= 5.1e-7  # tables promise six decimals
    if isinstance(before, str):
        return before.replace("\r\n", "\n").replace("\r", "\n") == after
    return before == after


def assert_losses_are_told(before: Iterable[VideoEvents], after: Content, remarks: Sequence[Remark]) -> None:
    said = " / ".join(remark.text for remark in remarks)
    silent = {name for name in lost_fields(before, after.videos) if not re.search(REMARKS[name], said)}
    assert not silent, f"{silent} of {list(before)} became {after.videos}, told: {said!r}"


def assert_same_again(
    path: Path, videos: Sequence[VideoEvents], write: Callable[..., Any], read: Callable[[Path], Content]
) -> Content:
    """What was read once is written and read again without any difference, scores and texts included."""
    write(path, videos)
    once = read(path)
    write(path, once.videos)
    twice = read(path)
    assert flat(twice.videos) == flat(once.videos)
    return once


# Damage

_TOKENS = [b'"', b"\n", b"\r", b",", b";", b"\t", b"-1", b"1e308", b"nan", b"\xff", b"\0", b"9" * 40, b"{[" * 500]


def damaged(content: bytes, count: int, seed: int = 0) -> Iterator[bytes]:
    """Files that were cut off, had bytes changed, pieces moved, repeated or overwritten, and files of noise."""
    chance = random.Random(seed)
    for turn in range(count):
        changed = bytearray(content)
        match turn % 6:
            case 0:
                del changed[chance.randrange(len(changed) + 1) :]
            case 1:
                for _ in range(chance.randint(1, 6)):
                    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
            case 2:
                at, stop = sorted(chance.randrange(len(changed) + 1) for _ in range(2))
                changed[at:at] = changed[at:stop] * chance.randint(1, 3)
            case 3:
                at = chance.randrange(len(changed))
                changed[at : at + 8] = chance.randbytes(chance.randint(0, 16))
            case 4:
                at = chance.randrange(len(changed))
                changed[at:at] = chance.choice(_TOKENS)
            case _:
                changed = bytearray(chance.randbytes(chance.randint(0, 300)))
        yield bytes(changed)


def assert_never_fails_otherwise(path: Path, content: bytes, read: Callable[[Path], object], count: int = 500) -> None:
    """Whatever happened to the file: a result, or a FormatError that names it."""
    for changed in damaged(content, count):
        path.write_bytes(changed)
        try:
            read(path)
        except FormatError as error:
            assert path.name in str(error), error
        except Exception as error:
            pytest.fail(f"{type(error).__name__} {error} for {changed!r}")
