"""Features of one video for training, from the cache or from the pixels."""

from __future__ import annotations

import time
from pathlib import Path

from fedn.features.backbone_runtime import BackboneRuntime
from fedn.features.extract import VideoFeatures, extract_features
from fedn.models.resnet import ResNet18
from fedn.progress import Record, Reporter

SECONDS_BETWEEN = 1.0


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
    backbone: ResNet18 | BackboneRuntime,
    *,
    cache: Path,
    image_fps: float | None,
    reporter: Reporter,
    number: int,
    count: int,
) -> VideoFeatures:
    """The features of video `number` of `count`.

    Raises:
        VideoError: if the video cannot be read.
    """
    own = VideoOfMany(reporter, path.name, number, count)
    own.progress("", 0, 1)
    return extract_features(path, backbone, cache_dir=cache, image_fps=image_fps, reporter=own)
