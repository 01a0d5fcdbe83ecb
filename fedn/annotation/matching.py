"""Pairs two sets of events one to one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fedn.annotation.interval import Interval


@dataclass(frozen=True, slots=True)
class Match:
    """A pair of intervals, by their places in the two lists."""

    truth_index: int
    predicted_index: int
    iou: float


def match(truth: Sequence[Interval], predicted: Sequence[Interval], iou: float = 0.5) -> list[Match]:
    """The largest possible set of pairs with at least that IoU, no interval in two pairs.

    Among the largest sets the one with the greatest sum of IoUs.

    Args:
        truth, predicted: intervals of one video, in any order.
        iou: least intersection over union of a pair, above 0.

    Returns:
        The pairs, sorted by truth index.
    """
    if iou <= 0:
        raise ValueError("matching needs an IoU above 0: intervals that do not touch are no pair")
    pairs = list(candidate_pairs(truth, predicted, iou))
    of_truth = Counter(pair.truth_index for pair in pairs)
    of_predicted = Counter(pair.predicted_index for pair in pairs)
    matches: list[Match] = []
    clashing: list[Match] = []
    for pair in pairs:
        alone = of_truth[pair.truth_index] == 1 and of_predicted[pair.predicted_index] == 1
        (matches if alone else clashing).append(pair)
    for group in _connected(clashing):
        matches += _assign(group)
    return sorted(matches, key=lambda pair: pair.truth_index)


def candidate_pairs(truth: Sequence[Interval], predicted: Sequence[Interval], iou: float) -> Iterator[Match]:
    """Every pair with at least that IoU, whether or not it clashes with another, by truth index."""
    if not truth or not predicted:
        return
    order = sorted(range(len(predicted)), key=lambda index: predicted[index].start)
    starts = np.array([predicted[index].start for index in order])
    longest = max(interval.length for interval in predicted)
    firsts = np.searchsorted(starts, [interval.start - longest for interval in truth], side="right").tolist()
    lasts = np.searchsorted(starts, [interval.stop for interval in truth], side="left").tolist()
    for truth_index, interval in enumerate(truth):
        for predicted_index in order[firsts[truth_index] : lasts[truth_index]]:
            value = interval.iou(predicted[predicted_index])
            if value >= iou:
                yield Match(truth_index, predicted_index, value)


def _connected(pairs: list[Match]) -> list[list[Match]]:
    """Pairs grouped so that no interval is in two groups, each of which is solved alone."""
    parent: dict[tuple[str, int], tuple[str, int]] = {}

    def root(node: tuple[str, int]) -> tuple[str, int]:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for pair in pairs:
        parent[root(("truth", pair.truth_index))] = root(("predicted", pair.predicted_index))
    groups: dict[tuple[str, int], list[Match]] = {}
    for pair in pairs:
        groups.setdefault(root(("truth", pair.truth_index)), []).append(pair)
    return list(groups.values())


def _assign(pairs: list[Match]) -> list[Match]:
    # Imported here because it takes half a second, which the start of the window cannot spare.
    from scipy.optimize import linear_sum_assignment

    rows = {index: row for row, index in enumerate(sorted({pair.truth_index for pair in pairs}))}
    columns = {index: column for column, index in enumerate(sorted({pair.predicted_index for pair in pairs}))}
    # One more pair outweighs every sum of IoUs, so the number of pairs comes first.
    one_more = min(len(rows), len(columns)) + 1.0
    worth = np.zeros((len(rows), len(columns)))
    by_place = {(rows[pair.truth_index], columns[pair.predicted_index]): pair for pair in pairs}
    for place, pair in by_place.items():
        worth[place] = one_more + pair.iou
    chosen = zip(*linear_sum_assignment(worth, maximize=True), strict=True)
    return [by_place[place] for place in ((int(row), int(column)) for row, column in chosen) if place in by_place]
