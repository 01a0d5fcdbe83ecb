"""Non-maximum suppression of intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def interval_iou(one: NDArray[np.float64], many: NDArray[np.float64]) -> NDArray[np.float64]:
    """IoU of one interval (2,) with many (N, 2), continuous and half-open."""
    shared = np.clip(np.minimum(many[:, 1], one[1]) - np.maximum(many[:, 0], one[0]), 0.0, None)
    return shared / np.maximum((many[:, 1] - many[:, 0]) + (one[1] - one[0]) - shared, 1e-9)


def hard_nms(
    intervals: NDArray[np.float64], scores: NDArray[np.float64], iou: float, limit: int | None = None
) -> NDArray[np.int64]:
    """Indices of the intervals that stay, best score first; ties keep the order given.

    Args:
        intervals: (N, 2) start and stop.
        scores: (N,).
        iou: an interval goes if its IoU with a better one that stays exceeds this.
        limit: the most that stay.
    """
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while len(order) and (limit is None or len(kept) < limit):
        best, rest = order[0], order[1:]
        kept.append(int(best))
        order = rest[interval_iou(intervals[best], intervals[rest]) <= iou]
    return np.array(kept, dtype=np.int64)


def vote(
    intervals: NDArray[np.float64], scores: NDArray[np.float64], kept: NDArray[np.int64], iou: float
) -> NDArray[np.float64]:
    """The kept intervals, each replaced by the score-weighted mean of all intervals that overlap it by `iou` or more.

    A boundary seen by several windows is more exact than the best window's own.
    """
    voted = intervals[kept].copy()
    for row, index in enumerate(kept):
        close = interval_iou(intervals[index], intervals) >= iou
        weight = scores[close] ** 2
        voted[row] = (intervals[close] * weight[:, None]).sum(axis=0) / max(float(weight.sum()), 1e-12)
    return voted
