"""Between the seconds of other programs and frames: only through the video's frame index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from fedn.errors import FormatError

HALF_FRAME = 0.5


class FrameTimes(Protocol):
    """What formats need of a FrameIndex."""

    @property
    def frame_count(self) -> int: ...

    @property
    def fps(self) -> float: ...

    def time_s(self, frame: int) -> float: ...

    def end_s(self, frame: int) -> float: ...

    def frame_at(self, time_s: float) -> int: ...


# The frame index of a video by its file name. Raises FormatError if the video is not known.
IndexOf = Callable[[str], FrameTimes]


def no_index(video: str) -> FrameTimes:
    """For readers and writers of formats that only know frames."""
    raise FormatError(f"the times of {video} cannot be turned into frames without the video; add the video first")


def nearest_onset(times: FrameTimes, time_s: float) -> tuple[int, float]:
    """The frame whose start is nearest to a time.

    Returns:
        The frame, and how far away its start is, in nominal frames.
    """
    frame = times.frame_at(time_s)
    if frame + 1 < times.frame_count and times.time_s(frame + 1) - time_s < time_s - times.time_s(frame):
        frame += 1
    return frame, abs(times.time_s(frame) - time_s) * times.fps


def nearest_offset(times: FrameTimes, time_s: float) -> tuple[int, float]:
    """The frame whose end is nearest to a time: the last frame of what ends then.

    Returns:
        The frame, and how far away its end is, in nominal frames.
    """
    frame = times.frame_at(time_s)
    if frame > 0 and time_s - times.time_s(frame) < times.end_s(frame) - time_s:
        frame -= 1
    return frame, abs(times.end_s(frame) - time_s) * times.fps


def interval_frames(times: FrameTimes, onset_s: float, offset_s: float) -> tuple[int, int, float]:
    """Onset and offset frame, both inclusive, of what lasts from one time to another.

    Something shorter than a frame becomes the frame in which it lies.

    Returns:
        Onset, offset, and by how much the worse boundary was moved, in nominal frames; callers remark on more than
        HALF_FRAME.
    """
    onset, onset_shift = nearest_onset(times, onset_s)
    offset, offset_shift = nearest_offset(times, offset_s)
    if offset < onset:
        onset = offset = times.frame_at((onset_s + offset_s) / 2)
        onset_shift, offset_shift = abs(times.time_s(onset) - onset_s), abs(times.end_s(offset) - offset_s)
        onset_shift, offset_shift = onset_shift * times.fps, offset_shift * times.fps
    return onset, offset, max(onset_shift, offset_shift)
