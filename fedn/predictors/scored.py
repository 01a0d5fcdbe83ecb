"""All predictions of a video's windows, before any is chosen.

Tensor letters: W windows, N predictions, K labels, G grid cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from fedn.decoding import Decoded

MIN_FACE_SHARE = 0.5


class Scored(NamedTuple):
    """Predictions of a whole video on the grid: `intervals` (N, 2), `scores` (N, K); `curves` (K, G)."""

    intervals: NDArray[np.float64]
    scores: NDArray[np.float64]
    curves: NDArray[np.float32]

    def at_speed(self, speed: int, cells: int) -> Scored:
        """What a look at a slower grid found (see TimeGrid.slower), on the grid of `cells` cells."""
        curves = np.repeat(self.curves, speed, axis=1)[:, :cells]
        return Scored((self.intervals * speed).clip(0, cells), self.scores, curves)


def joined(parts: Sequence[Scored]) -> Scored:
    """Several looks at one video: all predictions, and the highest curves."""
    if len(parts) == 1:
        return parts[0]
    return Scored(
        np.concatenate([part.intervals for part in parts]),
        np.concatenate([part.scores for part in parts]),
        np.maximum.reduce([part.curves for part in parts]),
    )


def with_faces(scored: Scored, has_face: NDArray[np.bool_]) -> Scored:
    """Drops predictions that lie mostly where there is no face."""
    keep = show_faces(scored.intervals, has_face)
    return Scored(scored.intervals[keep], scored.scores[keep], scored.curves * has_face)


def show_faces(intervals: NDArray[np.float64], has_face: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(N,): which intervals (N, 2) of the grid show a face for at least half of their time."""
    seen = np.concatenate([[0], np.cumsum(has_face)])
    bounds = np.round(intervals).astype(np.int64).clip(0, len(has_face))
    share = (seen[bounds[:, 1]] - seen[bounds[:, 0]]) / np.maximum(bounds[:, 1] - bounds[:, 0], 1)
    return share >= MIN_FACE_SHARE


def curves_of(decoded: Decoded, window: int) -> NDArray[np.float32]:
    """(W, K, window): for each cell and label the best score among the predictions that cover it."""
    count = min(40, decoded.scores.shape[1])
    best = decoded.scores.amax(dim=2).topk(count, dim=1).indices  # (W, count)
    scores = decoded.scores.gather(1, best[..., None].expand(-1, -1, decoded.scores.shape[2]))
    intervals = decoded.intervals.gather(1, best[..., None].expand(-1, -1, 2))
    middles = torch.arange(window, device=scores.device) + 0.5
    covers = (intervals[..., :1] <= middles) & (middles < intervals[..., 1:])  # (W, count, window)
    return (scores[..., None] * covers[:, :, None, :]).amax(dim=1).cpu().numpy()
