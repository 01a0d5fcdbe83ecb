"""Invented events, tiers and videos for tests of other programs' files; and what such files must give back."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from fedn.annotation.action_unit import SIDES, ActionUnit
from fedn.annotation.event import Event, Origin
from fedn.annotation.formats.content import TierEvents, VideoEvents
from fedn.annotation.tier import Source
from fedn.video.frame_index import FrameIndex

FRAMES = 200
TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=12)
"""Without control characters and line breaks."""
LABEL = st.sampled_from(["happiness", "fear", "", "∅", "a, (b) \\c", 'say "x"', "é #2", "x : apex"]) | TEXT.map(
    str.strip
)
relaxed = settings(max_examples=40, suppress_health_check=list(HealthCheck))


@st.composite
def frame_indexes(draw: st.DrawFn, frames: int = FRAMES) -> FrameIndex:
    """Constant rates up to 240 frames a second and variable ones of at least 1/240 s a frame, in several time bases."""
    if draw(st.booleans()):
        fps = draw(st.sampled_from([Fraction(30000, 1001), Fraction(25), Fraction(60), Fraction(200), Fraction(240)]))
        return FrameIndex.regular(frames, fps)
    ticks = draw(st.sampled_from([1000, 90000, 12800]))
    shortest = -(-ticks // 240)
    seed = draw(st.integers(0, 2**32 - 1))
    steps = np.random.default_rng(seed).integers(shortest, 8 * shortest, frames)
    pts = np.concatenate([[0], np.cumsum(steps[:-1])]).astype(np.int64) + draw(st.integers(-5, 5000))
    return FrameIndex(pts, Fraction(1, ticks), int(steps[-1]), pts)


UNITS = st.builds(
    ActionUnit,
    st.integers(1, 99),
    st.sampled_from(sorted(SIDES.values())),
    st.sampled_from(["", "A", "E", "B/C"]),
)


@st.composite
def events(draw: st.DrawFn, text: st.SearchStrategy[str] = TEXT, label: st.SearchStrategy[str] = LABEL) -> Event:
    onset = draw(st.integers(0, FRAMES - 1))
    offset = draw(st.integers(onset, min(onset + 60, FRAMES - 1)))
    return Event(
        onset,
        offset,
        draw(label),
        apex=draw(st.none() | st.integers(onset, offset)),
        kind=draw(st.sampled_from(["macro", "micro"])),
        score=draw(st.none() | st.floats(0, 1)),
        intensity=draw(st.none() | st.sampled_from("ABCDE")),
        note=draw(st.sampled_from(["", "score=0.5; note=x", "kind=micro"]) | text),
        action_units=tuple(draw(st.lists(UNITS, max_size=2))),
    )


@st.composite
def tiers(draw: st.DrawFn, text: st.SearchStrategy[str] = TEXT, label: st.SearchStrategy[str] = LABEL) -> TierEvents:
    own = tuple(draw(st.lists(events(text, label), max_size=6)))
    rejected = frozenset(event.id for event in own if draw(st.booleans()))
    who = draw(st.sampled_from(["", "Ann", "base/v2", "a\\b", "model:x"]) | text)
    return TierEvents(draw(text | st.just("X #2 : apex")), draw(st.sampled_from(Source)), who, own, rejected)


@st.composite
def videos(draw: st.DrawFn, text: st.SearchStrategy[str] = TEXT, label: st.SearchStrategy[str] = LABEL) -> VideoEvents:
    """A video with tiers whose source, person and name are never all the same."""
    own = draw(st.lists(tiers(text, label), max_size=3, unique_by=lambda tier: (tier.source, tier.who, tier.name)))
    return VideoEvents("face video.mp4", draw(text), FRAMES, 29.97, tuple(own), Path("/films/face video.mp4"))


def full_event() -> Event:
    """An event with every field set."""
    return Event(
        10,
        40,
        "happiness",
        apex=20,
        kind="micro",
        score=0.875,
        intensity="C",
        note="first line\nsecond line",
        origin=Origin("base", 9, 41, "surprise", 0.5),
        action_units=(ActionUnit(4, "", "C"), ActionUnit(10, "right", "B")),
    )


def full_video() -> VideoEvents:
    """A video with every field set, an overlap, and an event without a label."""
    event = full_event()
    events = (event, replace(event, id="b" * 32, onset=15, apex=30), Event(100, 100, ""))
    ours = TierEvents("FEDN", Source.DETECTOR, "base", events, frozenset([event.id]), "six-and-others")
    theirs = TierEvents("Expert", Source.EXPERT, "Ann", (Event(5, 60, "fear", intensity="A"),))
    path = Path("/films/face video.mp4")
    return VideoEvents("face video.mp4", "s1", FRAMES, 29.97, (ours, theirs), path)


def comparable(video: VideoEvents) -> tuple[object, ...]:
    """What a file must give back: all but ids, origins and vocabularies; events in order of time."""
    return video.video, video.subject, [comparable_tier(tier) for tier in video.tiers]


def comparable_tier(tier: TierEvents) -> tuple[object, ...]:
    events = sorted(
        (replace(event, id="rejected" if event.id in tier.rejected else "", origin=None) for event in tier.events),
        key=repr,
    )
    return tier.name, tier.source, tier.who, events
