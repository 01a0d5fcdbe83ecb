"""One video as training sees it, whatever data set it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.video import FaceChoice
from fedn.video.frame_index import FrameIndex


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A video with its features and its truth. All frames are the video's own.

    Attributes:
        video: name, unique in the data set.
        subject: the filmed person.
        features: (T, C) float16, from one backbone for the whole data set; C is 512 but for features from files.
        has_face: (T,) bool.
        frame_index: of the video.
        events: the truth, by onset.
        reviewed: the frames in which the truth is complete; nothing is learned from the others.
        path: the video file, None if there are features only.
        cache: the video's cache folder.
        image_fps: frame rate of a folder of images, None for a video file.
        face: the face that is followed, None for the largest.
        variants: features (T, C) of the same frames with varied faces (see training.variants).
        spots_unknown: events whose label the network does not have teach it where they are, not what they are.
        is_replay: what a parent learned from; it is learned from again and never measured on.
    """

    video: str
    subject: str
    features: NDArray[np.float16]
    has_face: NDArray[np.bool_]
    frame_index: FrameIndex
    events: tuple[Event, ...]
    reviewed: tuple[Interval, ...]
    path: Path | None = None
    cache: Path | None = None
    image_fps: float | None = None
    face: FaceChoice | None = None
    variants: tuple[NDArray[np.float16], ...] = ()
    spots_unknown: bool = False
    is_replay: bool = False

    @property
    def reviewed_events(self) -> tuple[Event, ...]:
        """Events that lie wholly in what was reviewed."""
        return tuple(
            event
            for event in self.events
            if any(interval.start <= event.onset and event.offset < interval.stop for interval in self.reviewed)
        )

    def is_reviewed(self, event: Event) -> bool:
        """Whether the middle of a predicted event was reviewed."""
        middle = (event.onset + event.offset) // 2
        return any(interval.contains(middle) for interval in self.reviewed)
