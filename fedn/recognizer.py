"""The door to recognition: a video and intervals in it go in, the probability of each label comes out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fedn.annotation.interval import Interval
from fedn.annotation.video import FaceChoice
from fedn.errors import ModelError
from fedn.model_info import read_model_info
from fedn.model_kinds import imported, kind_named
from fedn.progress import SILENT, Reporter


class Recognizer(Protocol):
    """Names given intervals of videos with one model on one device."""

    @property
    def labels(self) -> tuple[str, ...]: ...

    def recognize(
        self,
        video: Path,
        intervals: Sequence[Interval],
        *,
        cache_dir: Path | None = None,
        image_fps: float | None = None,
        reporter: Reporter = SILENT,
        face: FaceChoice | None = None,
    ) -> NDArray[np.float32]:
        """(N, K): the probabilities of the K labels for each of the N intervals; rows sum to one.

        Args:
            intervals: in the video's own frames.
            cache_dir: the folder for this video's caches, or None to keep nothing.
            face: whose face is followed where a video shows several, None for the largest.

        Raises:
            VideoError: if the video cannot be read.
            Cancelled: if `reporter` asked to stop.
        """
        ...


def load_recognizer(model_dir: Path, device: str = "auto") -> Recognizer:
    """The recognizer of a model's kind.

    Raises:
        ModelError: if the folder holds no model, one that is damaged, or one that does not name given intervals.
    """
    info = read_model_info(model_dir)
    place = kind_named(info.kind).recognizer
    if not place:
        raise ModelError(f"“{info.name}” ({info.kind}) does not name given intervals; choose a recognizer")
    return imported(place).load(info, device)
