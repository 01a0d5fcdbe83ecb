"""Which frame is due: a monotonic clock read through the frame index, so that variable frame rates play true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from fedn.annotation.interval import Interval

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
SLOWEST, FASTEST = 0.1, 8.0


class FrameTimes(Protocol):
    """What the clock needs of a FrameIndex."""

    @property
    def frame_count(self) -> int: ...

    def time_s(self, frame: int) -> float: ...

    def end_s(self, frame: int) -> float: ...

    def frame_at(self, time_s: float) -> int: ...


@dataclass(frozen=True, slots=True)
class Due:
    """`frame` is to be shown now, the next one in `wait_s`; `ended` once the range has been played to its end."""

    frame: int
    wait_s: float
    ended: bool = False


class PlaybackClock:
    """One run of playback, from a frame on, forward or (negative speed) backward, within a range of frames.

    `now_s` arguments are readings of one monotonic clock in seconds.
    """

    def __init__(
        self, index: FrameTimes, frame: int, speed: float, *, within: Interval, looping: bool, now_s: float
    ) -> None:
        self._index = index
        self._speed = speed
        self._looping = looping
        self._range = within
        self._first_s = index.time_s(within.onset)
        self._last_s = index.end_s(within.offset)
        frame = min(max(frame, within.onset), within.offset)
        self._from_s = index.time_s(frame) if speed > 0 else index.end_s(frame)
        self._started_s = now_s

    @property
    def speed(self) -> float:
        return self._speed

    def due(self, now_s: float) -> Due:
        """The frame that belongs to this moment."""
        position_s = self._from_s + (now_s - self._started_s) * self._speed
        length_s = self._last_s - self._first_s
        if self._looping and length_s > 0:
            position_s = self._first_s + (position_s - self._first_s) % length_s
        elif position_s >= self._last_s and self._speed > 0:
            return Due(self._range.offset, 0.0, ended=True)
        elif position_s <= self._first_s and self._speed < 0:
            return Due(self._range.onset, 0.0, ended=True)
        frame = min(max(self._index.frame_at(position_s), self._range.onset), self._range.offset)
        if self._speed > 0:
            wait_s = (self._index.end_s(frame) - position_s) / self._speed
        else:
            wait_s = (position_s - self._index.time_s(frame)) / -self._speed
        return Due(frame, max(0.0, wait_s))


def shuttled(speed: float, direction: int) -> float:
    """The speed after J (-1) or L (+1): that way at 1, doubled when it already runs that way.

    >>> shuttled(0.0, 1), shuttled(2.0, 1), shuttled(2.0, -1), shuttled(-8.0, -1)
    (1.0, 4.0, -1.0, -8.0)
    """
    if speed * direction > 0:
        return max(-FASTEST, min(FASTEST, speed * 2))
    return float(direction)
