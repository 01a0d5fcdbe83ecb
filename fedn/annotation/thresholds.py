"""Choosing the score from which a prediction counts, without looking at the people it is then judged on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fedn.annotation.average_precision import ByVideo
from fedn.annotation.event import Event
from fedn.annotation.matching import match
from fedn.annotation.recognition import harmonic_mean

GRID = tuple(round(0.05 + 0.01 * step, 2) for step in range(91))
PLATEAU = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdCounts:
    """Counts at each threshold of GRID; counts of several people add up.

    Attributes:
        true_count: true events.
        hits, predicted: (len(GRID),) matched and all predictions that reach the threshold.
    """

    true_count: int
    hits: NDArray[np.int64]
    predicted: NDArray[np.int64]

    def __add__(self, other: ThresholdCounts) -> ThresholdCounts:
        return ThresholdCounts(
            self.true_count + other.true_count, self.hits + other.hits, self.predicted + other.predicted
        )

    def f1(self) -> NDArray[np.float64]:
        """Spotting F1 at each threshold."""
        return 2 * self.hits / np.maximum(self.true_count + self.predicted, 1)

    def best(self, otherwise: float = 0.5) -> float:
        """The middle of the range of thresholds around the best whose F1 is within a hundredth of it.

        The middle, because the best point itself is an accident of a few events. `otherwise` if nothing is ever hit.
        """
        scores = self.f1()
        best = int(scores.argmax())
        if scores[best] == 0:
            return otherwise
        good = scores >= scores[best] - PLATEAU
        first = last = best
        while first > 0 and good[first - 1]:
            first -= 1
        while last + 1 < len(good) and good[last + 1]:
            last += 1
        return GRID[(first + last) // 2]


def threshold_counts(truth: ByVideo, predictions: ByVideo, iou: float = 0.5) -> ThresholdCounts:
    """Counts over some videos; predictions without a score reach every threshold."""
    hits, predicted = np.zeros(len(GRID), np.int64), np.zeros(len(GRID), np.int64)
    for name, events in predictions.items():
        true_intervals = [event.interval for event in truth.get(name, ())]
        kept_before, hits_before = -1, 0
        for place, threshold in enumerate(GRID):
            kept = above(events, threshold)
            if len(kept) != kept_before:
                hits_before = len(match(true_intervals, [event.interval for event in kept], iou))
                kept_before = len(kept)
            hits[place] += hits_before
            predicted[place] += len(kept)
    return ThresholdCounts(sum(len(events) for events in truth.values()), hits, predicted)


def above(events: Sequence[Event], threshold: float) -> list[Event]:
    """The events whose score reaches the threshold, and those without a score."""
    return [event for event in events if event.score is None or event.score >= threshold]


def nested_thresholds(by_subject: Mapping[str, ThresholdCounts], otherwise: float = 0.5) -> dict[str, float]:
    """For each subject the threshold that suits all the other subjects.

    Each subject's predictions come from a model that has not seen that subject (leave one subject out). A single
    subject gets `otherwise`.
    """
    chosen = {}
    for subject in by_subject:
        others = [counts for name, counts in by_subject.items() if name != subject]
        total = sum(others[1:], start=others[0]) if others else None
        chosen[subject] = total.best(otherwise) if total is not None else otherwise
    return chosen


def nested_f1(by_subject: Mapping[str, ThresholdCounts], thresholds: Mapping[str, float]) -> float:
    """Pooled spotting F1 with each subject at its own threshold (of GRID)."""
    hits = predicted = true_count = 0
    for subject, counts in by_subject.items():
        place = GRID.index(thresholds[subject])
        hits, predicted = hits + int(counts.hits[place]), predicted + int(counts.predicted[place])
        true_count += counts.true_count
    precision, recall = hits / predicted if predicted else 0.0, hits / true_count if true_count else 0.0
    return harmonic_mean(precision, recall)
