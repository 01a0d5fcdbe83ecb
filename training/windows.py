"""Training windows: cut from videos on the 30 fps grid, and put together in batches.

Tensor letters: B windows, E events, G grid cells of a video, F frames a window reads, C channels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fedn.model_config import FednConfig
from fedn.models.fedn import FednDetector
from fedn.predictors.window_scores import MIN_LENGTH, useful_speeds
from fedn.time_grid import TimeGrid
from training.config import AugmentationConfig
from training.datasets.sample import Sample
from training.targets import ABSENT, TRUE, UNCERTAIN, UNNAMED, Truth

MIN_VISIBLE = 0.9
MIN_KNOWN_SHARE = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class GridSample:
    """A sample on the grid, prepared for the network.

    Attributes:
        prepared: (G, C) float32.
        intervals: (E, 2) grid coordinates; labels: (E,), UNNAMED where not known; roles: (E,) TRUE or UNCERTAIN.
        known: (G,) bool, reviewed.
        frames: (G,) the video's frame of each cell.
        reference: (C,) what was subtracted from the features.
        variants: (G, C) float32, prepared, for each variant of the faces; variant_references: (C,) of each.
    """

    sample: Sample
    prepared: Tensor
    intervals: NDArray[np.float64]
    labels: NDArray[np.int64]
    roles: NDArray[np.int64]
    known: NDArray[np.bool_]
    frames: NDArray[np.int64]
    reference: Tensor
    variants: tuple[Tensor, ...] = ()
    variant_references: tuple[Tensor, ...] = ()

    def reference_of(self, variant: int) -> Tensor:
        """Of a variant, 0 for the faces as they are."""
        return self.variant_references[variant - 1] if variant else self.reference


def to_grid(sample: Sample, labels: Sequence[str], detector: FednDetector) -> GridSample:
    """Resamples and prepares a sample. Micro-expressions and events cut by the reviewed range are UNCERTAIN; events of
    unknown labels too, or UNNAMED if the sample says so."""
    grid = TimeGrid.of(sample.frame_index)
    prepared, reference = _prepared(sample.features, sample, grid, detector)
    varied = [_prepared(features, sample, grid, detector) for features in sample.variants]
    known = np.zeros(grid.cell_count, dtype=bool)
    for interval in sample.reviewed:
        start, stop = grid.to_grid(interval)
        known[round(start) : round(stop)] = True
    complete = {event.id for event in sample.reviewed_events}
    rows = [grid.to_grid(event.interval) for event in sample.events]
    places = {label: place for place, label in enumerate(labels)}
    sure = [
        event.id in complete and event.kind == "macro" and (event.label in places or sample.spots_unknown)
        for event in sample.events
    ]
    return GridSample(
        sample=sample,
        prepared=prepared,
        intervals=np.array(rows, dtype=np.float64).reshape(-1, 2),
        labels=np.array(
            [labels.index(e.label) if e.label in labels else UNNAMED for e in sample.events], dtype=np.int64
        ),
        roles=np.array([TRUE if certain else UNCERTAIN for certain in sure], dtype=np.int64),
        known=known,
        frames=grid.frames,
        reference=reference,
        variants=tuple(prepared for prepared, _ in varied),
        variant_references=tuple(reference for _, reference in varied),
    )


@torch.no_grad()
def _prepared(
    features: NDArray[np.float16], sample: Sample, grid: TimeGrid, detector: FednDetector
) -> tuple[Tensor, Tensor]:
    """Features on the grid (G, C) as the network reads them, and the reference (C,) that was subtracted."""
    device = detector.feature_mean.device
    values = torch.from_numpy(np.asarray(features)).to(device)
    seen = torch.from_numpy(np.asarray(sample.has_face)).to(device)
    reference = detector.reference(values, seen)
    return detector.prepare(values, seen, reference).cpu()[torch.from_numpy(grid.frames)], reference.cpu()


class Place(NamedTuple):
    """Where a training window lies: row of its sample, first own cell, cells per window frame; 0 or its variant; which
    of the network's speeds it is a variation of."""

    row: int
    start: int
    speed: float
    variant: int = 0
    network_speed: int = 1


def draw_places(
    samples: Sequence[GridSample],
    config: FednConfig,
    *,
    step: int,
    negatives: float,
    least_negatives: int = 0,
    augmentation: AugmentationConfig,
    random: np.random.Generator,
) -> list[Place]:
    """One epoch's windows in random order: all that hold an event, and random others per video.

    Windows that touch a micro-expression or an event of unknown label are not among the others: there is an
    expression, though not one to learn.
    """
    places: list[Place] = []
    for row, sample in enumerate(samples):
        holding, empty = [], []
        for place in _candidates(row, sample, config, step, augmentation, random):
            if (window_truth(sample, place, config)[2] == TRUE).any():
                holding.append(place)
            elif not _touches_unlearned(sample, place, config.window_frames):
                empty.append(place)
        wanted = max(least_negatives, round(negatives * len(holding)))
        if len(empty) > wanted:
            empty = [empty[index] for index in sorted(random.choice(len(empty), wanted, replace=False))]
        places += holding + empty
    return [places[index] for index in random.permutation(len(places))]


def _touches_unlearned(sample: GridSample, place: Place, window: int) -> bool:
    moved = (sample.intervals[sample.roles != TRUE] - place.start) / place.speed
    return bool(((moved[:, 1] > 0) & (moved[:, 0] < window)).any())


def _candidates(
    row: int,
    sample: GridSample,
    config: FednConfig,
    step: int,
    augmentation: AugmentationConfig,
    random: np.random.Generator,
) -> Iterator[Place]:
    cells = len(sample.known)
    for slow in useful_speeds(config.speeds, cells, config.window_frames):
        window = config.window_frames * slow
        for start in regular_starts(cells, window, step * slow):
            shift = slow * random.uniform(-augmentation.shift_frames, augmentation.shift_frames)
            speed = slow * float(np.exp(random.uniform(-1, 1) * np.log1p(augmentation.speed)))
            variant = int(random.integers(1 + len(sample.variants))) if sample.variants else 0
            place = Place(row, round(start + shift), speed, variant, slow)
            first, last = int(max(0, place.start)), int(min(cells, place.start + config.window_frames * speed))
            if last > first and sample.known[first:last].sum() >= MIN_KNOWN_SHARE * min(window, cells):
                yield place


def regular_starts(cells: int, window: int, step: int) -> list[int]:
    """Where windows begin before they are shifted: every `step` cells, and so that the last one ends with the video."""
    last = max(0, cells - window)
    return [min(start, last) for start in range(0, max(1, last + step), step)] if last else [0]


def visible_part(moved: NDArray[np.float64], window: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Intervals (E, 2) in window coordinates cut to the window, and the share of each that is inside (E,)."""
    inside = moved.clip(0, window)
    return inside, (inside[:, 1] - inside[:, 0]) / np.maximum(moved[:, 1] - moved[:, 0], 1e-9)


def window_truth(
    sample: GridSample, place: Place, config: FednConfig
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Intervals in window coordinates, labels and roles of the events that touch a window.

    Where the network has slower speeds, an event too long for this window is theirs: here it is none, so that its
    pieces are not detected beside it. One that is too short for a slower speed is uncertain there.
    """
    window = config.window_frames
    moved = (sample.intervals - place.start) / place.speed
    clipped, share = visible_part(moved, window)
    touches = share > 0
    roles = np.where(share >= MIN_VISIBLE, sample.roles, UNCERTAIN)
    length = moved[:, 1] - moved[:, 0]
    if place.network_speed > 1:
        roles = np.where(length < MIN_LENGTH, UNCERTAIN, roles)
    if place.network_speed < config.speeds[-1]:
        touches &= (length * MIN_VISIBLE <= window) | (sample.roles != TRUE)
    intervals = np.where((roles == TRUE)[:, None], clipped, moved)
    return intervals[touches], sample.labels[touches], roles[touches]


class Batch(NamedTuple):
    """Windows ready for the network: `frames` (B, F, C) prepared, and what is true in them."""

    frames: Tensor
    truth: Truth


def collate(samples: Sequence[GridSample], places: Sequence[Place], config: FednConfig) -> Batch:
    """Cuts the windows out of their videos."""
    frames = torch.stack([cut(samples[place.row], place, config) for place in places])
    return Batch(frames, collate_truth(samples, places, config))


def collate_truth(samples: Sequence[GridSample], places: Sequence[Place], config: FednConfig) -> Truth:
    """The truth of the windows, filled up to the same number of events."""
    window = config.window_frames
    rows = [window_truth(samples[place.row], place, config) for place in places]
    most = max(1, *(len(row[0]) for row in rows))
    intervals, labels = torch.zeros(len(rows), most, 2), torch.zeros(len(rows), most, dtype=torch.int64)
    roles = torch.full((len(rows), most), ABSENT)
    for index, (moved, names, role) in enumerate(rows):
        count = len(moved)
        intervals[index, :count] = torch.from_numpy(moved).float()
        labels[index, :count], roles[index, :count] = torch.from_numpy(names), torch.from_numpy(role)
    known = np.stack([_known(samples[place.row], place, window) for place in places])
    return Truth(intervals, labels, roles, torch.from_numpy(known))


def read_cells(place: Place, config: FednConfig) -> NDArray[np.float64]:
    """The grid coordinates (F,) of the cells that a window reads, before clipping to the video."""
    steps = np.arange(config.read_frames, dtype=np.float64) - config.lead_frames
    return place.start + (steps + 0.5) * place.speed - 0.5


def whole_cells(place: Place, config: FednConfig) -> NDArray[np.int64]:
    """The cells (F,) nearest to these, before clipping: at the network's own speeds what detection reads."""
    return np.floor(read_cells(place, config) + 0.5).astype(np.int64)


def cut(sample: GridSample, place: Place, config: FednConfig) -> Tensor:
    """The prepared frames (F, C) that the network reads of one window."""
    prepared = sample.variants[place.variant - 1] if place.variant else sample.prepared
    cells = torch.from_numpy(read_cells(place, config)).clamp(0, len(sample.known) - 1)
    if place.speed == place.network_speed:
        return prepared[torch.from_numpy(whole_cells(place, config)).clamp(0, len(sample.known) - 1)]
    below = cells.floor().long()
    above = (below + 1).clamp_max(len(sample.known) - 1)
    part = (cells - below).float().unsqueeze(1)
    return prepared[below] * (1 - part) + prepared[above] * part


def _known(sample: GridSample, place: Place, window: int) -> NDArray[np.bool_]:
    cells = np.floor(place.start + (np.arange(window) + 0.5) * place.speed).astype(np.int64)
    inside = (cells >= 0) & (cells < len(sample.known))
    return inside & sample.known[cells.clip(0, len(sample.known) - 1)]
