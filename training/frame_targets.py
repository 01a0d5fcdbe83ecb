"""What is true of every cell of a video's 30 fps grid: neutral, macro, micro or unknown, and which label.

Tensor letters: G grid cells of a video, T its frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fedn.time_grid import TimeGrid
from training.datasets.sample import Sample

IGNORED = -1
NEUTRAL, MACRO, MICRO = 0, 1, 2
_KINDS = {"macro": MACRO, "micro": MICRO}


@dataclass(frozen=True, slots=True, eq=False)
class FrameTargets:
    """The truth of one video, cell by cell.

    Attributes:
        kinds: (G,) NEUTRAL, MACRO, MICRO, or IGNORED where nobody has looked or no face is seen.
        labels: (G,) index of the label, IGNORED outside of expressions and in those of unknown label.
        events: (E, 3) start and stop (exclusive) in cells and label of the expressions that lie wholly in what was
            reviewed and whose label is known, by onset.
    """

    kinds: NDArray[np.int64]
    labels: NDArray[np.int64]
    events: NDArray[np.int64]


def frame_targets(sample: Sample, labels: Sequence[str], grid: TimeGrid) -> FrameTargets:
    """The targets of a sample. Where expressions overlap, a cell belongs to the shorter one.

    With a single label nothing is told apart: every expression has it.
    """
    kinds = np.full(grid.cell_count, IGNORED, dtype=np.int64)
    names = np.full(grid.cell_count, IGNORED, dtype=np.int64)
    for interval in sample.reviewed:
        first, last = cells_of(grid, *grid.to_grid(interval))
        kinds[first:last] = NEUTRAL
    reviewed = kinds == NEUTRAL
    complete = {event.id for event in sample.reviewed_events}
    events = []
    for event in sorted(sample.events, key=lambda event: -event.interval.length):
        first, last = cells_of(grid, *grid.to_grid(event.interval))
        label = 0 if len(labels) == 1 else labels.index(event.label) if event.label in labels else IGNORED
        inside = np.arange(first, last)[reviewed[first:last]]
        kinds[inside], names[inside] = _KINDS[event.kind], label
        if event.id in complete and label != IGNORED:
            events.append((first, last, label))
    faceless = ~np.asarray(sample.has_face)[grid.frames]
    kinds[faceless], names[faceless] = IGNORED, IGNORED
    return FrameTargets(kinds, names, np.array(sorted(events), dtype=np.int64).reshape(-1, 3))


def cells_of(grid: TimeGrid, start: float, stop: float) -> tuple[int, int]:
    """The cells whose middles lie in [start, stop), at least one: first, and last exclusive."""
    first = min(int(np.ceil(start - 0.5)), grid.cell_count - 1)
    return first, min(max(int(np.ceil(stop - 0.5)), first + 1), grid.cell_count)


def inverse_root_weights(counts: NDArray[np.int64]) -> NDArray[np.float32]:
    """Class weights 1 / sqrt(frequency) whose mean over the classes that occur is 1; 1 for those that do not."""
    weights = np.ones(len(counts))
    occurs = counts > 0
    weights[occurs] = 1 / np.sqrt(counts[occurs])
    weights[occurs] /= weights[occurs].mean() if occurs.any() else 1.0
    return weights.astype(np.float32)
