"""What the windows of a video say, brought together: a score curve for each label, and all predictions.

Tensor letters: W windows, N predictions of a window, K labels, G grid cells.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from fedn.decoding import Decoded
from fedn.predictors.scored import Scored, curves_of

MIN_SCORE = 0.05
MIN_LENGTH = 8.0
SLOW_SHARE = 0.375
"""Of a window: shorter predictions of a slower look are left to the look before, which sees them with more detail."""


def useful_speeds(speeds: Sequence[int], cells: int, window: int) -> list[int]:
    """Those of a network's speeds that show something new: where one window holds a whole video, slower ones do not."""
    return [speed for place, speed in enumerate(speeds) if not place or cells > window * speeds[place - 1]]


class WindowScores:
    """Takes windows in any order, and keeps every prediction worth keeping, in grid coordinates.

    Args:
        label_count: K.
        cell_count: G, the length of the video's grid.
        window: cells of a window.
        least: the shortest predictions that are kept, in cells.
    """

    def __init__(self, label_count: int, cell_count: int, window: int, least: float = MIN_LENGTH) -> None:
        self._least = min(least, cell_count)
        self._sums = np.zeros((label_count, cell_count + window), np.float32)
        self._weights = np.zeros(cell_count + window)
        self._ramp = np.minimum(np.arange(1, window + 1), np.arange(window, 0, -1)).clip(max=32) / 32.0
        self._cells, self._window = cell_count, window
        self.intervals, self.scores = [np.zeros((0, 2))], [np.zeros((0, label_count))]

    def add(self, starts: list[int], decoded: Decoded) -> None:
        """The predictions of the windows (W) that begin at these cells."""
        window, labels = self._window, len(self._sums)
        for start, curve in zip(starts, curves_of(decoded, window), strict=True):
            self._sums[:, start : start + window] += curve * self._ramp
            self._weights[start : start + window] += self._ramp
        shift = torch.tensor(starts, device=decoded.intervals.device, dtype=torch.float64)[:, None, None]
        # Rounded, so that how windows were put together in chunks does not decide between equals.
        flat = (decoded.intervals.double() + shift).reshape(-1, 2).cpu().numpy().round(3)
        flat_scores = decoded.scores.double().reshape(-1, labels).cpu().numpy().round(5)
        center = flat.mean(axis=1)
        flat = flat.clip(0, self._cells)
        keep = (flat_scores.max(axis=1) >= MIN_SCORE) & (center >= 0) & (center <= self._cells)
        keep &= (flat[:, 1] - flat[:, 0] >= self._least) & (flat[:, 1] - flat[:, 0] <= window)
        self.intervals.append(flat[keep])
        self.scores.append(flat_scores[keep])

    def curves(self, first: int, stop: int) -> NDArray[np.float32]:
        """(K, stop - first): the curves of these cells, as far as windows have been added there."""
        weights = np.maximum(self._weights[first:stop], 1e-6)
        return (self._sums[:, first:stop] / weights).astype(np.float32)

    def scored(self) -> Scored:
        return Scored(np.concatenate(self.intervals), np.concatenate(self.scores), self.curves(0, self._cells))
