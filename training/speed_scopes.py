"""How fast whole steps are learned on this machine: on cached features, without that cache, and with the backbone.

All through the loop that trains, on made-up videos with as many expressions as an ordinary project.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.features.align import ALIGNMENT_VERSION, CROP_SIZE
from fedn.features.backbone_runtime import BackboneRuntime
from fedn.features.face_detector import find_face_detector
from fedn.progress import SILENT
from fedn.registry import DEFAULT_MODEL
from fedn.video.frame_index import FrameIndex
from training.backbone import LiveBackbone
from training.config import AugmentationConfig, DataConfig, OptimizationConfig, StartConfig, TrainingConfig
from training.crops import CropStore
from training.datasets.sample import Sample
from training.fedn import FednLearner
from training.loop import EpochState, Loop
from training.memory import peak_mib

VIDEOS, FRAMES, EVENTS = 30, 1800, 10
"""A project of 300 expressions in half an hour of video."""
VIDEOS_WITH_CROPS, FRAMES_WITH_CROPS = 2, 400
ALL_FRAMES = 1000
LABELS = ("happiness", "surprise", "anger", "others")


def measure_scopes(
    folder: Path, network: str, *, batch: int, full_batch: int, steps: int, full_steps: int, device: torch.device
) -> dict[str, Any]:
    """Figures of each way to train, measured one after the other.

    Args:
        folder: for made-up face crops.
    """
    config = TrainingConfig(
        device=str(device),
        data=DataConfig(folder="."),
        start=StartConfig(labels=LABELS, size=network, backbone=DEFAULT_MODEL),
        augmentation=AugmentationConfig(speed=0.0),
        optimization=OptimizationConfig(batch_size=batch, negatives=2.0),
    )
    samples = [made_up_sample(number, FRAMES, EVENTS) for number in range(VIDEOS)]
    learner = _learner(config, samples, folder, device)
    windows = sum(map(len, learner.plan(0)))
    result: dict[str, Any] = {"device": str(device), "threads": torch.get_num_threads(), "windows_per_epoch": windows}
    result["cached"] = _timed(_limited(learner, steps + 1), windows)
    few = [made_up_sample(number, FRAMES_WITH_CROPS, 3) for number in range(VIDEOS_WITH_CROPS)]
    few = [_with_crops(sample, folder, int(learner.start.backbone.input_size)) for sample in few]
    how = replace(config.optimization, scope="full", batch_size=full_batch, gradient_frames=ALL_FRAMES)
    full = replace(config, optimization=how)
    without = _learner(full, few, folder, device)
    assert without.live is not None
    without.live = _Frozen(without, without.live)
    result["without the cache"] = _timed(_limited(without, full_steps + 1), windows)
    for name, frames in (("full, 32 frames", 32), ("full, all frames", ALL_FRAMES)):
        part = replace(full, optimization=replace(how, gradient_frames=frames))
        result[name] = _timed(_limited(_learner(part, few, folder, device), full_steps + 1), windows)
    faster = result["cached"]["processor_s_per_window"], result["without the cache"]["processor_s_per_window"]
    result["times_faster"] = {
        "wall": round(result["cached"]["windows_per_s"] / result["without the cache"]["windows_per_s"], 2),
        "processor": round(faster[1] / faster[0], 2),
    }
    return result


def _learner(config: TrainingConfig, samples: Sequence[Sample], folder: Path, device: torch.device) -> FednLearner:
    learner = FednLearner(config, device)
    learner.begin(samples, folder, SILENT)
    return learner


def _limited(learner: FednLearner, steps: int) -> FednLearner:
    learner.config = replace(learner.config, optimization=replace(learner.config.optimization, steps_per_epoch=steps))
    return learner


def _timed(learner: FednLearner, windows_per_epoch: int) -> dict[str, float]:
    """Of an epoch's steps but the first, which also warms up."""
    if learner.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(learner.device)
    marks: list[tuple[float, float, float]] = []

    def after_step(state: EpochState, total: int, loss: float) -> None:
        marks.append((time.perf_counter(), time.process_time(), state.waited_s))

    Loop(learner, SILENT).run(EpochState(0), after_step)
    wall, processor, waited = (last - first for first, last in zip(marks[0], marks[-1], strict=True))
    windows = (len(marks) - 1) * learner.config.optimization.batch_size
    return {
        "batch": learner.config.optimization.batch_size,
        "windows_per_s": round(windows / wall, 3),
        "epochs_per_min": round(60 * windows / wall / windows_per_epoch, 4),
        "processor_s_per_window": round(processor / windows, 4),
        "loader_idle_share": round(waited / wall, 4),
        "peak_mib": round(peak_mib(learner.device), 1),
    }


class _Frozen(LiveBackbone):
    """Computes the features of all frames of a batch in every step, as fast as detection does, and learns nothing."""

    def __init__(self, learner: FednLearner, live: LiveBackbone) -> None:
        self.__dict__.update(live.__dict__)
        self._runtime = BackboneRuntime(learner.start.backbone, str(learner.device))

    def carry_back(self) -> None:
        self._features = self._pictures = None

    def _forward(self, pictures: Tensor) -> Tensor:
        return torch.from_numpy(self._runtime(pictures.cpu().numpy())).float().to(pictures.device)


def made_up_sample(number: int, frames: int, events: int) -> Sample:
    """A video of noise with expressions of 40 frames."""
    random = np.random.default_rng(number)
    values = random.normal(size=(frames, 512)).astype(np.float16)
    slot = frames // events
    starts = [place * slot + int(random.integers(2, slot - 50)) for place in range(events)]
    return Sample(
        video=f"made-up-{number}",
        subject=f"p{number}",
        features=values,
        has_face=np.ones(frames, bool),
        frame_index=FrameIndex.regular(frames, Fraction(30)),
        events=tuple(Event(start, start + 39, LABELS[start % len(LABELS)], apex=start + 15) for start in starts),
        reviewed=(Interval(0, frames),),
    )


def _with_crops(sample: Sample, folder: Path, size: int) -> Sample:
    """The sample with a crop of every frame in a cache."""
    cache = folder / sample.video
    store = CropStore(cache, f"crops-{ALIGNMENT_VERSION}-{find_face_detector().name}-{size}")
    store.fill(_pictures(len(sample.has_face)), size=size)
    return replace(sample, path=folder / f"{sample.video}.mp4", cache=cache)


def _pictures(count: int) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """As rough as faces are: a JPEG picture of one is about as large."""
    random = np.random.default_rng(0)
    coarse = random.integers(60, 200, (CROP_SIZE // 8, CROP_SIZE // 8, 3)).astype(np.uint8)
    base = np.repeat(np.repeat(coarse, 8, axis=0), 8, axis=1)
    for frame in range(count):
        yield frame, np.roll(base, frame % CROP_SIZE, axis=1)
