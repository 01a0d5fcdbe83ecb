"""What a running detection has found so far: shown, never written. It is gone when the detection ends, however."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.curves import ScoreCurves
from app.jobs.found_events import events_of
from fedn.annotation.event import Event
from fedn.annotation.video import Video
from fedn.errors import FednError, FormatError


@dataclass(slots=True, eq=False)
class Provisional:
    """Of one video.

    Attributes:
        model: which detects.
        curves: of the whole video; zero where nothing is known yet. Its numbers change in place.
        events: by onset.
        stop_frame: the first frame of which nothing is known yet.
    """

    model: str
    curves: ScoreCurves
    events: tuple[Event, ...] = ()
    stop_frame: int = 0


class ProvisionalResults(QObject):
    """Signals:
    changed: id of a video, and from which frame to before which its curves are new; 0, 0 when it has no more.
    """

    changed = Signal(str, int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._videos: dict[str, Provisional] = {}

    def of(self, video_id: str) -> Provisional | None:
        return self._videos.get(video_id)

    def take(self, video: Video, model: str, data: dict[str, Any]) -> None:
        """Adds what a record of kind "partial" tells.

        Raises:
            FormatError: if it is not what `fedn.partial` writes, or does not fit the video.
        """
        try:
            first, events_from = int(data["first_frame"]), int(data["events_from"])
            labels, part = tuple(map(str, data["labels"])), np.asarray(data["curves"], np.float32)
            threshold, events = float(data["threshold"]), events_of(data)
        except (KeyError, TypeError, ValueError, FednError) as error:
            raise FormatError(f"the detection told something that is not a part of a result ({error})") from error
        if not _fits(part, len(labels), first, video.frame_count, events):
            raise FormatError(f"the detection told of frames that {video.name} does not have")
        result = self._videos.get(video.id)
        if result is None or (result.model, result.curves.labels) != (model, labels):
            values = np.zeros((len(labels), video.frame_count), np.float32)
            result = self._videos[video.id] = Provisional(model, ScoreCurves(labels, values, threshold))
        stop = first + part.shape[1]
        result.curves.values[:, first:stop] = part
        settled = tuple(event for event in result.events if event.onset < events_from)
        result.events = settled + tuple(sorted(events, key=lambda event: event.onset))
        result.stop_frame = max(result.stop_frame, stop)
        self.changed.emit(video.id, first, stop)

    def drop(self, video_id: str) -> None:
        if self._videos.pop(video_id, None) is not None:
            self.changed.emit(video_id, 0, 0)

    def drop_all(self) -> None:
        for video_id in tuple(self._videos):
            self.drop(video_id)


def _fits(part: NDArray[np.float32], labels: int, first: int, frames: int, events: tuple[Event, ...]) -> bool:
    inside = all(event.offset < frames for event in events)
    return part.ndim == 2 and len(part) == labels and first >= 0 and first + part.shape[1] <= frames and inside
