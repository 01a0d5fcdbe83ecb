"""Half-open frame ranges. The only place where the field's inclusive offset and a half-open stop meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, order=True, slots=True)
class Interval:
    """Frames `start` to `stop - 1`; `stop` is exclusive.

    Raises:
        ValueError: if `stop` is not greater than `start`.
    """

    start: int
    stop: int

    def __post_init__(self) -> None:
        if self.stop <= self.start:
            raise ValueError(f"interval from frame {self.start} to {self.stop} holds no frame")

    @classmethod
    def from_inclusive(cls, onset: int, offset: int) -> Interval:
        """The interval of an event, whose onset and offset frames both belong to it."""
        return cls(onset, offset + 1)

    @property
    def onset(self) -> int:
        return self.start

    @property
    def offset(self) -> int:
        """Last frame, inclusive."""
        return self.stop - 1

    @property
    def length(self) -> int:
        """Number of frames."""
        return self.stop - self.start

    def overlap(self, other: Interval) -> int:
        """Number of frames in both."""
        return max(0, min(self.stop, other.stop) - max(self.start, other.start))

    def iou(self, other: Interval) -> float:
        """Intersection over union in frames, in [0, 1] (MEGC's definition, with inclusive counts)."""
        shared = self.overlap(other)
        return shared / (self.length + other.length - shared)

    def contains(self, frame: int) -> bool:
        return self.start <= frame < self.stop


def union(intervals: list[Interval]) -> tuple[Interval, ...]:
    """Sorted disjoint intervals that cover the same frames; touching ones are joined."""
    joined: list[Interval] = []
    for interval in sorted(intervals):
        if joined and interval.start <= joined[-1].stop:
            last = joined.pop()
            interval = Interval(last.start, max(last.stop, interval.stop))
        joined.append(interval)
    return tuple(joined)


def subtract(intervals: tuple[Interval, ...], removed: Interval) -> tuple[Interval, ...]:
    """Sorted disjoint intervals that cover the frames of `intervals` without those of `removed`."""
    left: list[Interval] = []
    for interval in union(list(intervals)):
        if interval.start < min(interval.stop, removed.start):
            left.append(Interval(interval.start, min(interval.stop, removed.start)))
        if max(interval.start, removed.stop) < interval.stop:
            left.append(Interval(max(interval.start, removed.stop), interval.stop))
    return tuple(left)


def runs_of(mask: Sequence[bool] | NDArray[np.bool_]) -> tuple[Interval, ...]:
    """Where a mask over frames is true.

    >>> runs_of([True, True, False, True])
    (Interval(start=0, stop=2), Interval(start=3, stop=4))
    """
    padded = np.concatenate([[False], np.asarray(mask, bool), [False]])
    edges = np.flatnonzero(padded[1:] != padded[:-1]).tolist()
    return tuple(Interval(start, stop) for start, stop in zip(edges[::2], edges[1::2], strict=True))
