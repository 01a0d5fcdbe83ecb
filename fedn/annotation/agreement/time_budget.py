"""How many events of each label there are, how long they last, and which share of the time they take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol

from fedn.annotation.agreement.measure import Measure, ratio
from fedn.annotation.event import Event
from fedn.annotation.interval import union

NO_EVENT = "there is no event with this label"
NO_TIME = "no time has been looked at"


class FrameTimes(Protocol):
    """What a budget needs of a FrameIndex."""

    @property
    def frame_count(self) -> int: ...

    def time_s(self, frame: int) -> float: ...

    def end_s(self, frame: int) -> float: ...


@dataclass(frozen=True, slots=True)
class Budget:
    """Of one label.

    Attributes:
        count: events.
        covered_s: seconds in which there is such an event; overlapping ones count once.
        share: `covered_s` of the whole time.
        a_minute: events a minute of the whole time.
        median_s: median length of an event.
    """

    label: str
    count: int
    covered_s: float
    share: Measure
    a_minute: Measure
    median_s: Measure


def time_budget(videos: Iterable[tuple[Sequence[Event], FrameTimes]], labels: Sequence[str]) -> tuple[Budget, ...]:
    """A budget for each of `labels`, in that order, pooled over videos with the events of one tier each."""
    material = list(videos)
    whole_s = sum(index.end_s(index.frame_count - 1) for _, index in material if index.frame_count)
    return tuple(_budget(label, material, whole_s) for label in labels)


def _budget(label: str, material: Sequence[tuple[Sequence[Event], FrameTimes]], whole_s: float) -> Budget:
    lengths, covered_s = [], 0.0
    for events, index in material:
        own = [event.interval for event in events if event.label == label]
        lengths += [index.end_s(interval.offset) - index.time_s(interval.onset) for interval in own]
        covered_s += sum(index.end_s(part.offset) - index.time_s(part.onset) for part in union(own))
    return Budget(
        label,
        len(lengths),
        covered_s,
        ratio(covered_s, whole_s, NO_TIME),
        ratio(60 * len(lengths), whole_s, NO_TIME),
        Measure(float(median(lengths))) if lengths else Measure(None, NO_EVENT),
    )
