"""Non-maximum suppression of intervals. All functions look at neighbors only, so that hours of video take seconds."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray


def interval_iou(one: NDArray[np.float64], many: NDArray[np.float64]) -> NDArray[np.float64]:
    """IoU of one interval (2,) with many (N, 2), continuous and half-open."""
    shared = np.clip(np.minimum(many[:, 1], one[1]) - np.maximum(many[:, 0], one[0]), 0.0, None)
    return shared / np.maximum((many[:, 1] - many[:, 0]) + (one[1] - one[0]) - shared, 1e-9)


class Neighbors:
    """Intervals (N, 2) ordered by their start, to find those that can overlap a given one."""

    def __init__(self, intervals: NDArray[np.float64]) -> None:
        self.order = np.argsort(intervals[:, 0], kind="stable")
        self.sorted = intervals[self.order]
        self._longest = float((intervals[:, 1] - intervals[:, 0]).max(initial=0.0))

    def around(self, interval: NDArray[np.float64]) -> slice:
        """The part of `sorted` outside of which nothing overlaps the interval."""
        first = np.searchsorted(self.sorted[:, 0], interval[0] - self._longest, side="left")
        return slice(int(first), int(np.searchsorted(self.sorted[:, 0], interval[1], side="right")))


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
    neighbors = Neighbors(intervals)
    place = np.empty(len(scores), np.int64)
    place[neighbors.order] = np.arange(len(scores))
    gone = np.zeros(len(scores), bool)  # in the order of `sorted`
    kept: list[int] = []
    for index in np.argsort(-scores, kind="stable").tolist():
        if gone[place[index]]:
            continue
        if limit is not None and len(kept) >= limit:
            break
        kept.append(index)
        near = neighbors.around(intervals[index])
        gone[near] |= interval_iou(intervals[index], neighbors.sorted[near]) > iou
        gone[place[index]] = True
    return np.array(kept, dtype=np.int64)


def soft_nms(
    intervals: NDArray[np.float64], scores: NDArray[np.float64], sigma: float, limit: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The best intervals and their new scores, best first (Soft-NMS, Gaussian).

    Each time one is chosen, the score of every other interval falls by the factor exp(-IoU² / sigma) with it: neighbors
    are ranked lower and not lost.

    Args:
        intervals: (N, 2); scores: (N,).
        limit: the most that are chosen.
    """
    neighbors = Neighbors(intervals)
    left = scores[neighbors.order].astype(np.float64)  # in the order of `sorted`, like all below
    heap = [(-score, int(neighbors.order[at]), at) for at, score in enumerate(left.tolist())]
    heapq.heapify(heap)
    kept: list[int] = []
    found: list[float] = []
    while heap and len(kept) < limit:
        score, index, at = heapq.heappop(heap)
        if -score > left[at]:  # it has fallen since it was put there
            heapq.heappush(heap, (-float(left[at]), index, at))
            continue
        kept.append(index)
        found.append(-score)
        near = neighbors.around(intervals[index])
        overlap = interval_iou(intervals[index], neighbors.sorted[near])
        left[near] *= np.exp(-(overlap**2) / sigma)
        left[at] = -1.0
    return np.array(kept, dtype=np.int64), np.array(found)


def vote(
    intervals: NDArray[np.float64], scores: NDArray[np.float64], kept: NDArray[np.int64], iou: float
) -> NDArray[np.float64]:
    """The kept intervals, each replaced by the score-weighted mean of all intervals that overlap it by `iou` or more.

    A boundary seen by several windows is more exact than the best window's own.
    """
    neighbors = Neighbors(intervals)
    sorted_scores = scores[neighbors.order]
    voted = intervals[kept].copy()
    for row, index in enumerate(kept):
        near = neighbors.around(intervals[index])
        close = interval_iou(intervals[index], neighbors.sorted[near]) >= iou
        weight = sorted_scores[near][close] ** 2
        if weight.sum() > 0:
            voted[row] = (neighbors.sorted[near][close] * weight[:, None]).sum(axis=0) / weight.sum()
    return voted
