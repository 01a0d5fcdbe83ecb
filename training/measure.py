"""How fast a retraining would go on this machine: its real steps on the project's own videos, for a short while."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fedn.errors import TrainingError
from fedn.features.backbone_runtime import pick_device
from fedn.progress import SILENT, Cancelled, Record, Reporter
from training.config import TrainingConfig
from training.datasets.project import read_project_samples
from training.datasets.sample import Sample
from training.datasets.snapshot import read_snapshot, write_snapshot
from training.fedn import FednLearner
from training.loop import EpochState, Loop
from training.retrain import LABELS, RetrainWish, begun

MOST_VIDEOS = 6
LOOKING_TIMES = 4
"""Looking at a video that was never looked at may take so many times the seconds that are asked for."""


class _Enough(Exception):
    """Enough steps were seen."""


class _Watch(Reporter):
    """Hands progress on, and says when that takes too long."""

    def __init__(self, onward: Reporter, limit_s: float) -> None:
        self._onward, self._began, self._limit_s = onward, time.monotonic(), limit_s
        super().__init__()

    def report(self, record: Record) -> None:
        self._onward.report(record)

    @property
    def is_late(self) -> bool:
        return time.monotonic() - self._began > self._limit_s

    @property
    def stop_requested(self) -> bool:  # type: ignore[override]
        return self._onward.stop_requested or self.is_late

    @stop_requested.setter
    def stop_requested(self, value: bool) -> None:
        if value:
            self._onward.stop_requested = True


def measure_speed(project_folder: Path, wish: RetrainWish, seconds: float, reporter: Reporter) -> dict[str, Any]:
    """Speeds of a retraining: nothing is kept but features of videos that were looked at for it.

    Returns:
        "windows_per_s", "windows_per_reviewed_s" of an epoch and the "most_windows" that it has (0: any number),
        "looking_fps" (0: not measured) and "detecting_fps" in frames per second, "refreshing_fps" of computing
        features anew (0 in the scope "detector"), "device" and "scope".

    Raises:
        TrainingError: if it cannot be learned from, or takes too long to measure.
        Cancelled: if `reporter` asked to stop.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        config = begun(project_folder, wish, folder, SILENT)
        device = pick_device(config.device)
        learner = FednLearner(config, device)
        samples, looking_fps = _samples(project_folder, config, folder, learner, seconds, reporter)
        watch = _Watch(reporter, LOOKING_TIMES * seconds)
        try:
            learner.begin(samples, folder, watch)
        except Cancelled:
            reporter.check()
            raise TrainingError(_too_long(seconds)) from None
        windows_per_s = _windows_per_s(learner, seconds, reporter)
        reviewed_s = sum(part.length for sample in samples for part in sample.reviewed) / 30
        how = config.optimization
        learner.config = replace(config, optimization=replace(how, steps_per_epoch=0))
        windows = sum(map(len, learner.plan(0)))
        return {
            "windows_per_s": windows_per_s,
            "windows_per_reviewed_s": windows / max(1.0, reviewed_s),
            "most_windows": how.steps_per_epoch * how.batch_size,
            "looking_fps": looking_fps,
            "detecting_fps": _detecting_fps(learner, samples[0], reporter),
            "refreshing_fps": _refreshing_fps(learner, reporter),
            "device": device.type,
            "scope": how.scope,
        }


def _samples(
    project_folder: Path, config: TrainingConfig, folder: Path, learner: FednLearner, seconds: float, reporter: Reporter
) -> tuple[list[Sample], float]:
    """A few videos that were looked at before, else the shortest one; and how fast looking at it was, 0 if it was."""
    cache = project_folder / "cache"
    videos = [video for video in read_snapshot(folder / LABELS) if video.events and video.reviewed]
    known = [video for video in videos if any((cache / video.key).glob("features-*.npy"))]
    chosen = known[: MOST_VIDEOS if config.optimization.scope == "detector" else 1]
    chosen = chosen or sorted(videos, key=lambda video: max(part.stop for part in video.reviewed))[:1]
    write_snapshot(folder / LABELS, config.data.tier, chosen, 0, {})
    watch, began = _Watch(reporter, LOOKING_TIMES * seconds), time.monotonic()
    try:
        samples = read_project_samples(
            project_folder, tier=config.data.tier, backbone=learner.backbone, reporter=watch, snapshot=folder / LABELS
        )
    except Cancelled:
        reporter.check()
        raise TrainingError(_too_long(seconds)) from None
    took_s, frames = time.monotonic() - began, sum(len(sample.features) for sample in samples)
    return [replace(sample, spots_unknown=True) for sample in samples], 0.0 if known else frames / took_s


def _too_long(seconds: float) -> str:
    return (
        f"the first look at a video takes longer than {LOOKING_TIMES * seconds:.0f} s here; detect in it first, "
        "then the time of a training can be measured"
    )


def _windows_per_s(learner: FednLearner, seconds: float, reporter: Reporter) -> float:
    """Of real steps, without the first one, which also warms up."""
    marks: list[float] = []

    def after_step(_state: EpochState, _total: int, _loss: float) -> None:
        reporter.check()
        marks.append(time.perf_counter())
        spent = marks[-1] - marks[0]
        reporter.progress("Measuring steps", round(min(spent, seconds) * 10), round(seconds * 10))
        if len(marks) > 2 and spent >= seconds:
            raise _Enough

    loop, batch = Loop(learner, SILENT), 0
    try:
        for epoch in count():
            batch = max(batch, max(map(learner.size, learner.plan(epoch))))
            loop.run(EpochState(epoch), after_step)
    except _Enough:
        pass
    return batch * (len(marks) - 1) / (marks[-1] - marks[0])


def _detecting_fps(learner: FednLearner, sample: Sample, reporter: Reporter) -> float:
    began = time.perf_counter()
    learner.predict(learner.kept(), [sample], reporter)
    return len(sample.features) / (time.perf_counter() - began)


def _refreshing_fps(learner: FednLearner, reporter: Reporter) -> float:
    if learner.full is None:
        return 0.0
    began = time.perf_counter()
    learner.begin_epoch(1, reporter)
    return sum(len(sample.frames) for sample in learner.samples) / (time.perf_counter() - began)
