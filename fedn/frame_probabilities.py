"""From what a network says of every frame to events: smoothing, runs, gaps, lengths, scores. Imports no torch.

Tensor letters: T cells of the 30 fps grid, R kinds with neutral first, C numbers of a frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVELS = (0.4, 0.3, 0.2, 0.1)
"""Where nothing else was found, candidates are runs above these probabilities, tried in this order."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What may become an event of one kind: its row of the probabilities and the lengths it may have, inclusive."""

    name: str
    row: int
    least_cells: int
    most_cells: int | None = None

    def permits(self, length: int) -> bool:
        return self.least_cells <= length and (self.most_cells is None or length <= self.most_cells)


@dataclass(frozen=True, slots=True)
class Run:
    """Cells `start` to `stop - 1` of one kind; `score` is the kind's mean probability in them."""

    start: int
    stop: int
    kind: Kind
    score: float


def smooth_predicting(values: NDArray, has_face: NDArray[np.bool_], window: int) -> NDArray[np.float64]:
    """f' = f + the mean of f in the centered window (CFC-SP, arXiv 2203.13052, overview figure).

    At the ends of the video the mean is over the cells that exist. Cells without a face take no part in any mean and
    get the mean alone, zero where no cell of the window has one.

    Args:
        values: (T, C), the numbers that go into a softmax.
        has_face: (T,).
        window: odd number of cells.
    """
    reach = window // 2
    seen = np.where(has_face[:, None], np.asarray(values, np.float64), 0.0)
    sums = np.concatenate([np.zeros((1, seen.shape[1])), np.cumsum(seen, axis=0)])
    counts = np.concatenate([[0], np.cumsum(has_face)])
    first = np.clip(np.arange(len(seen)) - reach, 0, None)
    last = np.clip(np.arange(len(seen)) + reach + 1, None, len(seen))
    mean = (sums[last] - sums[first]) / np.maximum(counts[last] - counts[first], 1)[:, None]
    return seen + mean


def softmax(values: NDArray) -> NDArray[np.float64]:
    """Along the last axis."""
    raised = np.exp(values - values.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def runs_of(mask: NDArray[np.bool_], merge_gap: int = 0) -> list[tuple[int, int]]:
    """Start and stop (exclusive) of the runs of True; gaps of up to `merge_gap` cells between two runs are closed."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    joined: list[tuple[int, int]] = []
    for start, stop in edges.reshape(-1, 2).tolist():
        if joined and start - joined[-1][1] <= merge_gap:
            start = joined.pop()[0]
        joined.append((start, stop))
    return joined


def spotted(probabilities: NDArray, kinds: Sequence[Kind], merge_gap: int) -> list[Run]:
    """The runs in which a kind is the most probable, in order of time.

    Args:
        probabilities: (R, T); row 0 is neutral. At a tie the earlier row wins.
    """
    best = probabilities.argmax(axis=0)
    return _runs([best == kind.row for kind in kinds], probabilities, kinds, merge_gap)


def candidates(probabilities: NDArray, kinds: Sequence[Kind], merge_gap: int, limit: int) -> list[Run]:
    """What was spotted and, for average precision, less probable runs where nothing was; best score first.

    A curve of precision over recall needs more than the runs that win the argmax: below them, runs above ever lower
    probabilities are added as long as they touch none that is there already.
    """
    found = spotted(probabilities, kinds, merge_gap)
    taken = np.zeros(probabilities.shape[1], dtype=bool)
    for run in found:
        taken[run.start : run.stop] = True
    for level in LEVELS:
        masks = [probabilities[kind.row] >= level for kind in kinds]
        for run in sorted(_runs(masks, probabilities, kinds, merge_gap), key=lambda run: -run.score):
            if not taken[run.start : run.stop].any():
                taken[run.start : run.stop] = True
                found.append(run)
    return sorted(found, key=lambda run: -run.score)[:limit]


def _runs(masks: Sequence[NDArray], probabilities: NDArray, kinds: Sequence[Kind], merge_gap: int) -> list[Run]:
    found = [
        Run(start, stop, kind, float(probabilities[kind.row, start:stop].mean()))
        for kind, mask in zip(kinds, masks, strict=True)
        for start, stop in runs_of(mask, merge_gap)
        if kind.permits(stop - start)
    ]
    return sorted(found, key=lambda run: (run.start, run.stop))
