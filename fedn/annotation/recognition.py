"""How well given intervals are named: from pairs of true and predicted labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Recognition:
    """Numbers over matched events. With `n` 0 the four scores are None, because there is nothing to judge.

    Attributes:
        n: matched events.
        micro_f1: share with the right label.
        uf1: mean over labels of F1.
        uar: mean over labels of recall.
        strs_f1: harmonic mean of mean precision and mean recall (what STRS multiplies; not uf1).
        labels: those that occur among the matched events, sorted.
        matrix: counts, a row for each true label, a column for each predicted one, in the order of `labels`.
    """

    n: int
    micro_f1: float | None
    uf1: float | None
    uar: float | None
    strs_f1: float | None
    labels: tuple[str, ...]
    matrix: tuple[tuple[int, ...], ...]


def recognition(pairs: Sequence[tuple[str, str]]) -> Recognition:
    """Scores (true label, predicted label) pairs, pooled over all videos and folds.

    A label that is only predicted counts with recall 0, one that is never predicted with precision 0.
    """
    labels = tuple(sorted({label for pair in pairs for label in pair}))
    if not labels:
        return Recognition(0, None, None, None, None, (), ())
    places = {label: index for index, label in enumerate(labels)}
    matrix = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for true_label, predicted_label in pairs:
        matrix[places[true_label], places[predicted_label]] += 1
    hits = np.diag(matrix).astype(float)
    predicted, true = matrix.sum(axis=0), matrix.sum(axis=1)
    precision = np.divide(hits, predicted, out=np.zeros_like(hits), where=predicted > 0)
    recall = np.divide(hits, true, out=np.zeros_like(hits), where=true > 0)
    mean_precision, mean_recall = float(precision.mean()), float(recall.mean())
    return Recognition(
        n=len(pairs),
        micro_f1=float(hits.sum() / len(pairs)),
        uf1=float((2 * hits / (predicted + true)).mean()),
        uar=mean_recall,
        strs_f1=harmonic_mean(mean_precision, mean_recall),
        labels=labels,
        matrix=tuple(tuple(int(count) for count in row) for row in matrix),
    )


def harmonic_mean(first: float, second: float) -> float:
    """0 if both are 0."""
    return 2 * first * second / (first + second) if first + second else 0.0
