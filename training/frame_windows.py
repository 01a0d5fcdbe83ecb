"""Training intervals for networks that judge every frame: drawn from videos on the 30 fps grid, and put in batches.

Tensor letters: B intervals, T cells of an interval, G cells of a video, W numbers in the row of a frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fedn.time_grid import TimeGrid
from training.config import AugmentationConfig
from training.datasets.sample import Sample
from training.fesnet_losses import Expressions
from training.frame_targets import IGNORED, NEUTRAL, FrameTargets, frame_targets

MIN_KNOWN_SHARE = 0.25
MIN_VISIBLE_CELLS = 8


@dataclass(frozen=True, slots=True, eq=False)
class FrameSample:
    """A sample on the grid: for each cell the frame (G,) whose row is read, and what is true."""

    sample: Sample
    frames: NDArray[np.int64]
    targets: FrameTargets

    @classmethod
    def of(cls, sample: Sample, labels: Sequence[str]) -> FrameSample:
        grid = TimeGrid.of(sample.frame_index)
        return cls(sample, grid.face_frames(np.asarray(sample.has_face)), frame_targets(sample, labels, grid))


class Place(NamedTuple):
    """Where an interval lies: row of its sample, first cell, cells of the video per cell of the interval."""

    row: int
    start: int
    speed: float = 1.0

    def cells(self, length: int) -> NDArray[np.int64]:
        """The video's cell behind each of the interval's cells; may reach out of the video."""
        return np.floor(self.start + (np.arange(length) + 0.5) * self.speed).astype(np.int64)


class IntervalBatch(NamedTuple):
    """Intervals ready for the network: `rows` (B, T, W) float16, `kinds` (B, T), and the expressions in them."""

    rows: Tensor
    kinds: Tensor
    expressions: Expressions


def draw_intervals(
    samples: Sequence[FrameSample],
    *,
    length: int,
    step: int,
    augmentation: AugmentationConfig,
    random: np.random.Generator,
) -> list[Place]:
    """One epoch's intervals in random order: all with an expression, and at most as many without one.

    Starts are random, so that intervals that begin within an expression are learned from too.
    """
    with_expression, neutral = [], []
    for row, sample in enumerate(samples):
        cells = len(sample.frames)
        for first in range(0, max(1, cells - length + step), step):
            shift = round(random.uniform(-augmentation.shift_frames, augmentation.shift_frames))
            speed = float(np.exp(random.uniform(-1, 1) * np.log1p(augmentation.speed)))
            place = Place(row, int(np.clip(first + shift, 0, max(0, cells - round(length * speed)))), speed)
            kinds = kinds_at(sample, place, length)
            if (kinds != IGNORED).mean() >= MIN_KNOWN_SHARE * min(1.0, cells / length):
                (with_expression if (kinds > NEUTRAL).any() else neutral).append(place)
    if len(neutral) > len(with_expression) > 0:
        neutral = [neutral[index] for index in sorted(random.choice(len(neutral), len(with_expression), replace=False))]
    places = with_expression + neutral
    return [places[index] for index in random.permutation(len(places))]


def kinds_at(sample: FrameSample, place: Place, length: int) -> NDArray[np.int64]:
    """(T,) what is true in an interval, IGNORED outside of the video."""
    cells = place.cells(length)
    inside = (cells >= 0) & (cells < len(sample.frames))
    return np.where(inside, sample.targets.kinds[cells.clip(0, len(sample.frames) - 1)], IGNORED)


def collate(samples: Sequence[FrameSample], places: Sequence[Place], length: int) -> IntervalBatch:
    """Cuts intervals out of their videos; beyond a video's end its last face stands still, and nothing is known."""
    rows = []
    for place in places:
        sample = samples[place.row]
        frames = sample.frames[place.cells(length).clip(0, len(sample.frames) - 1)]
        rows.append(torch.from_numpy(np.asarray(sample.sample.features[frames])))
    kinds = np.stack([kinds_at(samples[place.row], place, length) for place in places])
    return IntervalBatch(torch.stack(rows), torch.from_numpy(kinds), expressions_in(samples, places, length))


def expressions_in(samples: Sequence[FrameSample], places: Sequence[Place], length: int) -> Expressions:
    """Expressions of known label of which enough can be seen in their interval."""
    found: list[tuple[int, int, int, int]] = []
    for row, place in enumerate(places):
        for first, last, label in samples[place.row].targets.events.tolist():
            start, stop = (round((cell - place.start) / place.speed) for cell in (first, last))
            start, stop = max(0, start), min(length, stop)
            if stop - start >= min(MIN_VISIBLE_CELLS, last - first):
                found.append((row, start, stop, label))
    columns = np.array(found, dtype=np.int64).reshape(-1, 4).T
    return Expressions(*(torch.from_numpy(column.copy()) for column in columns))
