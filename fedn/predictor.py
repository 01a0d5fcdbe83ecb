"""The door to detection: whatever kind a model is of, a video goes in and scored events come out."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, runtime_checkable

from fedn.annotation.video import FaceChoice
from fedn.errors import ModelError
from fedn.features.extract import VideoFeatures
from fedn.model_info import ModelInfo, read_model_info
from fedn.model_kinds import imported, kind_named
from fedn.prediction import Prediction
from fedn.progress import SILENT, Reporter


class VideoPredictor(Protocol):
    """Finds events in videos with one model on one device."""

    @property
    def info(self) -> ModelInfo: ...

    def detect(
        self,
        video: Path,
        *,
        cache_dir: Path | None = None,
        image_fps: float | None = None,
        threshold: float | None = None,
        reporter: Reporter = SILENT,
        face: FaceChoice | None = None,
    ) -> Prediction:
        """The events of a video.

        Args:
            cache_dir: the folder for this video's caches, or None to keep nothing.
            image_fps: frame rate of a folder of images.
            threshold: the score from which a prediction becomes an event; None for the model's own.
            reporter: hears of the progress; its `stop_requested` ends the work.
            face: whose face is followed where a video shows several, None for the largest.

        Raises:
            VideoError: if the video cannot be read.
            Cancelled: if `reporter` asked to stop.
        """
        ...


@runtime_checkable
class FeaturePredictor(Protocol):
    """A predictor that can also begin at features instead of pixels, as training does."""

    def detect_features(
        self,
        features: VideoFeatures,
        *,
        video: Path | None = None,
        threshold: float | None = None,
        reporter: Reporter = SILENT,
    ) -> Prediction: ...


def load_predictor(model_dir: Path, device: str = "auto") -> VideoPredictor:
    """The predictor of a model's kind.

    Raises:
        ModelError: if the folder holds no model, one that is damaged, or one that only names given intervals.
    """
    info = read_model_info(model_dir)
    place = kind_named(info.kind).predictor
    if not place:
        raise ModelError(
            f"“{info.name}” ({info.kind}) names given intervals and finds none; combine it with a spotter in a cascade"
        )
    return imported(place).load(info, device)
