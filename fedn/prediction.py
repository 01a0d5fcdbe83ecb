"""What a model found in one video, whatever its kind. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was detected in one video. Frames are the video's own.

    Attributes:
        video: its path.
        frame_count, fps, face_frames: of the video; frames in which a face was found.
        events: predictions above the model's threshold, by onset, with score and apex.
        candidates: all predictions with a score worth ranking, best first; for average precision only.
        labels: names of the rows of `curves`.
        curves: (K, T) float16, the score of each label in each frame.
        stage_seconds: seconds per stage; seconds: in all.
        faceless: where the followed face is not to be seen, in order.
    """

    video: Path
    frame_count: int
    fps: float
    face_frames: int
    events: tuple[Event, ...]
    candidates: tuple[Event, ...]
    labels: tuple[str, ...]
    curves: NDArray[np.float16]
    stage_seconds: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    faceless: tuple[Interval, ...] = ()
