"""How much a model loses where a video looks otherwise than what it learned from: size, light, compression."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fedn.annotation.event import Event
from fedn.annotation.metrics import evaluate
from fedn.predictor import VideoPredictor, load_predictor
from fedn.progress import Reporter
from fedn.video.reader import VideoReader, open_video
from training.comparison import TestSet
from training.synthetic.film import write_video


@dataclass(frozen=True, slots=True)
class Condition:
    """How a copy of a video is made.

    Attributes:
        scale: of its width and height.
        gamma: above 1 the picture is darker.
        warmth: factor of red; blue is divided by it.
        crf: of the H.264 encoder; 23 is usual, 40 shows blocks.
    """

    name: str
    scale: float = 1.0
    gamma: float = 1.0
    warmth: float = 1.0
    crf: int = 20

    @property
    def folder(self) -> str:
        return self.name.replace(" ", "-")


CONDITIONS = (
    Condition("half the resolution", scale=0.5),
    Condition("dark and warm", gamma=1.7, warmth=1.15),
    Condition("bright and cold", gamma=0.65, warmth=0.88),
    Condition("web compression", crf=30),
    Condition("strong compression", crf=38),
    Condition("all at once", scale=0.5, gamma=1.5, warmth=1.12, crf=32),
)


@dataclass(frozen=True, slots=True)
class RobustnessRow:
    """A model's figures on the test set in one condition; `condition` is "as it is" for the set itself."""

    condition: str
    spotting_f1: float
    spotting_map: float
    recognition_f1: float | None
    recognition_uf1: float | None


def measure_robustness(model: Path, test: TestSet, out: Path, reporter: Reporter) -> list[RobustnessRow]:
    """One row a condition, the set as it is first.

    Args:
        out: for the copies and the features of all videos; what is there already is not made again.
    """
    predictor = load_predictor(model)
    rows = [_row("as it is", predictor, test.videos, test, out / "as-it-is", reporter)]
    for condition in CONDITIONS:
        folder = out / condition.folder
        copies = {name: folder / "videos" / name for name in test.videos}
        for done, (name, copy) in enumerate(copies.items()):
            reporter.progress(f"{condition.name}: {name}", done, len(copies), stage="copy")
            if not copy.is_file():
                write_copy(test.videos[name], copy, condition)
        rows.append(_row(condition.name, predictor, copies, test, folder, reporter))
    return rows


def write_copy(video: Path, copy: Path, condition: Condition) -> None:
    """The same frames in another light, size and compression. The video has one frame rate, as rendered ones have.

    Raises:
        VideoError: if the video cannot be read.
    """
    with open_video(video) as reader:
        size = (_even(reader.width * condition.scale), _even(reader.height * condition.scale))
        fps = round(reader.index.fps)
        write_video(copy, _pictures(reader, size, _light(condition)), size, fps, condition.crf)


def _pictures(reader: VideoReader, size: tuple[int, int], light: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    for _, frame in reader.frames():
        yield np.asarray(cv2.LUT(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), light), np.uint8)


def _even(side: float) -> int:
    """H.264 wants even sides."""
    return max(2, 2 * round(side / 2))


def _light(condition: Condition) -> NDArray[np.uint8]:
    """(256, 1, 3): what becomes of each value of red, green and blue."""
    curve = (np.arange(256) / 255.0) ** condition.gamma
    gains = np.array([condition.warmth, 1.0, 1.0 / condition.warmth])
    return np.rint(255 * np.clip(curve[:, None, None] * gains, 0, 1)).astype(np.uint8)


def _row(
    name: str, predictor: VideoPredictor, videos: Mapping[str, Path], test: TestSet, folder: Path, reporter: Reporter
) -> RobustnessRow:
    events: dict[str, Sequence[Event]] = {}
    candidates: dict[str, Sequence[Event]] = {}
    for done, (video, path) in enumerate(videos.items()):
        reporter.progress(f"{name}: {video}", done, len(videos), stage="detect")
        found = predictor.detect(path, cache_dir=folder / "cache" / Path(video).stem, reporter=reporter)
        events[video] = [event for event in found.events if event.kind == "macro"]
        candidates[video] = [event for event in found.candidates if event.kind == "macro"]
    result = evaluate(test.truth, events, candidates=candidates)
    return RobustnessRow(
        name, result.spotting.f1, result.spotting.map, result.recognition.micro_f1, result.recognition.uf1
    )
