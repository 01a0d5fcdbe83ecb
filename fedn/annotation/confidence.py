"""How sure the numbers of a comparison are: bootstrap over subjects, the unit that a laboratory has too few of.

A resample draws as many subjects as there are, with replacement; everything is pooled again over what was drawn
(never averaged over subjects), so that each resample is the same estimate on another sample of people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fedn.annotation.average_precision import IOUS, ByVideo, RankedHits, of_label, ranked_hits
from fedn.annotation.metrics import Protocol, matched
from fedn.annotation.recognition import harmonic_mean, recognition
from fedn.errors import FormatError

FIGURES = ("spotting_f1", "spotting_map", "micro_f1", "uf1", "detection_map")
RESAMPLES = 1000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class ConfidenceInterval:
    """`value` on all subjects, and the range from `low` to `high` that holds `level` of the resamples."""

    value: float
    low: float
    high: float
    level: float = LEVEL


@dataclass(frozen=True, slots=True)
class SubjectFigures:
    """What one subject's videos contribute to the pooled numbers.

    Attributes:
        pairs: (true label, predicted label) of matched events.
        spotting: hits by IoU.
        by_label: hits by label and IoU.
    """

    n_truth: int
    n_predictions: int
    pairs: tuple[tuple[str, str], ...]
    spotting: tuple[RankedHits, ...]
    by_label: Mapping[str, tuple[RankedHits, ...]]


def figures_by_subject(
    truth: ByVideo,
    predictions: ByVideo,
    subject_of: Mapping[str, str],
    *,
    candidates: ByVideo | None = None,
    iou: float = 0.5,
    protocol: Protocol = "ours",
) -> dict[str, SubjectFigures]:
    """The contributions of every subject; `subject_of` names the subject of each video.

    Raises:
        FormatError: if a video's subject is not given.
    """
    scored = predictions if candidates is None else candidates
    labels = sorted({event.label for events in truth.values() for event in events if event.label})
    videos: dict[str, list[str]] = {}
    for name in dict.fromkeys([*truth, *predictions, *scored]):
        if name not in subject_of:
            raise FormatError(f"the subject of {name} is not known; add it to the table, or leave out the intervals")
        videos.setdefault(subject_of[name], []).append(name)
    return {
        subject: _subject(truth, predictions, scored, names, labels, iou, protocol) for subject, names in videos.items()
    }


def _subject(
    truth: ByVideo,
    predictions: ByVideo,
    scored: ByVideo,
    names: Sequence[str],
    labels: Sequence[str],
    iou: float,
    protocol: Protocol,
) -> SubjectFigures:
    pairs = [
        (truth[name][pair.truth_index].label, predictions[name][pair.predicted_index].label)
        for name in names
        if name in truth and name in predictions
        for pair in matched(truth[name], predictions[name], iou, protocol)
    ]

    def hits(true: ByVideo, own: ByVideo) -> tuple[RankedHits, ...]:
        return tuple(
            RankedHits.pooled([ranked_hits(true.get(name, ()), own.get(name, ()), level) for name in names])
            for level in IOUS
        )

    return SubjectFigures(
        n_truth=sum(len(truth.get(name, ())) for name in names),
        n_predictions=sum(len(predictions.get(name, ())) for name in names),
        pairs=tuple(pairs),
        spotting=hits(truth, scored),
        by_label={label: hits(of_label(truth, label), of_label(scored, label)) for label in labels},
    )


def pooled_figures(parts: Sequence[SubjectFigures]) -> dict[str, float]:
    """The numbers of FIGURES over some subjects together; NaN where a number is not defined."""
    n_truth, n_predictions = sum(part.n_truth for part in parts), sum(part.n_predictions for part in parts)
    pairs = [pair for part in parts for pair in part.pairs]
    named = recognition(pairs)
    precision = len(pairs) / n_predictions if n_predictions else 0.0
    recall = len(pairs) / n_truth if n_truth else 0.0
    by_label = [
        value
        for label in {label for part in parts for label in part.by_label}
        if (value := _mean_ap([part.by_label[label] for part in parts if label in part.by_label])) is not None
    ]
    return {
        "spotting_f1": harmonic_mean(precision, recall),
        "spotting_map": _mean_ap([part.spotting for part in parts]) or 0.0,
        "micro_f1": _defined(named.micro_f1),
        "uf1": _defined(named.uf1),
        "detection_map": float(np.mean(by_label)) if by_label else float("nan"),
    }


def _mean_ap(parts: Sequence[tuple[RankedHits, ...]]) -> float | None:
    """Mean over IoU of the average precision of parts together, None if they have no true event."""
    together = [RankedHits.pooled(level) for level in zip(*parts, strict=True)]
    if not together or together[0].true_count == 0:
        return None
    return float(np.mean([hits.average_precision() for hits in together]))


def _defined(value: float | None) -> float:
    return float("nan") if value is None else value


def confidence_intervals(
    by_subject: Mapping[str, SubjectFigures], *, resamples: int = RESAMPLES, seed: int = 0
) -> dict[str, ConfidenceInterval]:
    """Percentile intervals of every number of FIGURES that is defined on all subjects.

    With one subject there is nothing to resample: no interval is returned.
    """
    parts = list(by_subject.values())
    return _intervals(pooled_figures(parts), _resampled(parts, resamples, seed)) if len(parts) > 1 else {}


def difference_intervals(
    first: Mapping[str, SubjectFigures],
    second: Mapping[str, SubjectFigures],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> dict[str, ConfidenceInterval]:
    """Intervals of second minus first on the same subjects, both measured on the same resamples (paired).

    Raises:
        FormatError: if the two were not measured on the same subjects.
    """
    if set(first) != set(second):
        raise FormatError("two models can only be compared on the same subjects; evaluate both on the same videos")
    subjects = sorted(first)
    if len(subjects) < 2:
        return {}
    one, other = [first[name] for name in subjects], [second[name] for name in subjects]
    before, after = pooled_figures(one), pooled_figures(other)
    change = {name: after[name] - before[name] for name in FIGURES}
    drawn_before, drawn_after = (_resampled(parts, resamples, seed) for parts in (one, other))
    return _intervals(change, {name: drawn_after[name] - drawn_before[name] for name in FIGURES})


def _resampled(parts: Sequence[SubjectFigures], resamples: int, seed: int) -> dict[str, NDArray[np.float64]]:
    draws = np.random.default_rng(seed).integers(len(parts), size=(resamples, len(parts)))
    rows = [pooled_figures([parts[index] for index in draw]) for draw in draws]
    return {name: np.array([row[name] for row in rows]) for name in FIGURES}


def _intervals(values: Mapping[str, float], drawn: Mapping[str, NDArray[np.float64]]) -> dict[str, ConfidenceInterval]:
    intervals = {}
    for name, value in values.items():
        defined = drawn[name][np.isfinite(drawn[name])]
        if np.isfinite(value) and len(defined):
            low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
            intervals[name] = ConfidenceInterval(float(value), float(low), float(high))
    return intervals
