"""Frames of one length: for videos whose index is not there, and for programs that know no others."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fedn.annotation.formats.times import FrameTimes


@dataclass(frozen=True, slots=True)
class EvenFrames:
    """Frames of one length, for a video whose index is not there. It has no end."""

    fps: float
    frame_count: int = 2**31 - 1

    def time_s(self, frame: int) -> float:
        return frame / self.fps

    def end_s(self, frame: int) -> float:
        return (frame + 1) / self.fps

    def frame_at(self, time_s: float) -> int:
        return min(max(math.floor(min(time_s * self.fps, 2**31)), 0), self.frame_count - 1)


def is_even(times: FrameTimes, rate: float) -> bool:
    """Whether frames last 1 / `rate` seconds, as far as a hundred of them tell."""
    step = max(1, times.frame_count // 100)
    if isinstance(times, EvenFrames):
        return True
    return all(abs(times.time_s(frame) * rate - frame) <= 0.5 for frame in range(0, times.frame_count, step))
