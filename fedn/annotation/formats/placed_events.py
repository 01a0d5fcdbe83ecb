"""Events that other programs have placed in time, on the frames of the video."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from fedn.annotation.event import Event
from fedn.annotation.formats.content import Remarks
from fedn.annotation.formats.event_details import event_with_details, is_rejected
from fedn.annotation.formats.times import HALF_FRAME, FrameTimes, IndexOf, interval_frames, nearest_onset
from fedn.annotation.interval import Interval
from fedn.errors import FormatError

_VIDEO_SUFFIXES = (".mp4", ".avi", ".mov", ".mkv", ".webm", ".mpg", ".mpeg", ".m4v", ".wmv")


def known_video(names: Sequence[str], index_of: IndexOf) -> tuple[str, FrameTimes]:
    """The first name under which a video is known, with its frame index.

    Raises:
        FormatError: if none is; it speaks of the first.
    """
    first: FormatError | None = None
    for name in names:
        try:
            return name, index_of(name)
        except FormatError as error:
            first = first or error
    raise first or FormatError("the file does not say which video it is about; add the video first")


def names_from_file(path: Path) -> list[str]:
    """Names that the video of a label file may have which does not name it: the file's own, as a video."""
    return [path.stem, *(path.stem + suffix for suffix in _VIDEO_SUFFIXES)]


@dataclass(frozen=True, slots=True)
class Placer:
    """Puts what one video's file says into frames; whatever had to be changed or left out becomes a remark.

    Attributes:
        rejected: ids of the events among those made that the file says an annotator has rejected.
        doubtful: frames where the file has an expression of which no event could be made.
    """

    times: FrameTimes
    remarks: Remarks
    rejected: set[str] = field(default_factory=set)
    doubtful: list[Interval] = field(default_factory=list)

    def event(
        self, place: str, onset_s: float, offset_s: float, label: str, details: Mapping[str, str] | None = None
    ) -> Event | None:
        """An event between two times; one without duration is the frame that begins nearest.

        Args:
            place: where in the file, for remarks.
            onset_s, offset_s: seconds after the start of the video; the event lasts until `offset_s`.
            details: by the names of `event_details.DETAILS`.

        Returns:
            None if it has no place in the video; the remark says so.
        """
        frames = self._frames(place, onset_s, offset_s)
        return None if frames is None else self.event_of_frames(place, *frames, label, details)

    def event_of_frames(
        self, place: str, onset: int, offset: int, label: str, details: Mapping[str, str] | None = None
    ) -> Event:
        event = event_with_details(onset, offset, label.strip(), details or {}, partial(self.remarks.add, place))
        if details and is_rejected(details):
            self.rejected.add(event.id)
        return event

    def doubt(self, from_s: float = 0.0, until_s: float = math.inf) -> None:
        """Takes note that there is an expression between two times, somewhere in the video if nothing is known."""
        from_s, until_s = max(0.0, from_s), min(until_s, self.times.end_s(self.times.frame_count - 1))
        if from_s < until_s:
            self.doubtful.append(Interval(self.times.frame_at(from_s), self.times.frame_at(until_s) + 1))

    def _frames(self, place: str, onset_s: float, offset_s: float) -> tuple[int, int] | None:
        if not (math.isfinite(onset_s) and math.isfinite(offset_s)):
            self.remarks.add(place, "the event has no usable time and was left out")
            self.doubt()
            return None
        span = f"the event from {onset_s:.3f} s to {offset_s:.3f} s"
        if offset_s < onset_s:
            self.remarks.add(place, f"{span} ends before it begins and was left out")
            self.doubt(offset_s, onset_s)
            return None
        end_s = self.times.end_s(self.times.frame_count - 1)
        if offset_s < 0 or onset_s >= end_s or (offset_s == 0 and onset_s < 0):
            self.remarks.add(place, f"{span} lies outside of the video of {end_s:.3f} s and was left out")
            return None
        if onset_s == offset_s:
            frame, _ = nearest_onset(self.times, onset_s)
            return frame, frame
        onset, offset, shift = interval_frames(self.times, onset_s, offset_s)
        if shift > HALF_FRAME + 1e-6:
            self.remarks.add(place, f"{span} was moved by {shift:.1f} frames to frames {onset} to {offset}")
        return onset, offset
