"""Features of one video for training, from the cache or from the pixels."""

from __future__ import annotations

import time
from pathlib import Path

from fedn.annotation.video import FaceChoice
from fedn.features.backbone_runtime import BackboneRuntime
from fedn.features.extract import VideoFeatures, extract_features
from fedn.features.feature_files import FeatureFiles
from fedn.models.resnet import ResNet18
from fedn.progress import Record, Reporter
from fedn.video.reader import open_video

SECONDS_BETWEEN = 1.0
FeatureSource = ResNet18 | BackboneRuntime | FeatureFiles


class VideoOfMany(Reporter):
    """Reports the progress inside one video as part of the progress over all videos."""

    def __init__(self, onward: Reporter, name: str, number: int, count: int) -> None:
        self._onward = onward
        super().__init__()
        self._name, self._number, self._count = name, number, count
        self._shown = float("-inf")

    def report(self, record: Record) -> None:
        if record.kind != "progress":
            self._onward.report(record)
            return
        ends = record.done == record.total
        if not ends and time.monotonic() - self._shown < SECONDS_BETWEEN:
            return
        self._shown = time.monotonic()
        part = record.done / record.total if record.total else 0.0
        text = f"Looking at {self._name} ({self._number + 1} of {self._count})"
        self._onward.progress(text, round(1000 * (self._number + part)), 1000 * self._count, stage="features")

    @property
    def stop_requested(self) -> bool:  # type: ignore[override]
        return self._onward.stop_requested

    @stop_requested.setter
    def stop_requested(self, value: bool) -> None:
        if value:
            self._onward.stop_requested = True


def video_features(
    path: Path,
    source: FeatureSource,
    *,
    subject: str = "",
    cache: Path,
    image_fps: float | None,
    face: FaceChoice | None = None,
    reporter: Reporter,
    number: int,
    count: int,
) -> VideoFeatures:
    """The features of video `number` of `count`, computed with a backbone or read from the files of another program.

    Raises:
        VideoError: if the video cannot be read.
        ModelError: if there is no such file for it, or one that does not fit.
    """
    own = VideoOfMany(reporter, path.name, number, count)
    own.progress("", 0, 1)
    if isinstance(source, FeatureFiles):
        with open_video(path, image_fps=image_fps, cache_dir=cache) as reader:
            index = reader.index
        return VideoFeatures(*source.read(path.name, subject, index.frame_count), index)
    return extract_features(path, source, cache_dir=cache, image_fps=image_fps, reporter=own, face=face)
