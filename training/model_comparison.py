"""Two models on the same people: both sets of figures, how sure the difference is, and one plain sentence about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from fedn.annotation.confidence import (
    ConfidenceInterval,
    SubjectFigures,
    confidence_intervals,
    difference_intervals,
    figures_by_subject,
)
from training.datasets.sample import Sample
from training.evaluation import IOU, Predicted

CERTAIN_PEOPLE = 3
TIE = 0.03
"""Differences of F1 below this are ties, as in the tables of the documents."""


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """An old and a new model, each at its own threshold, on subjects that the new one has not seen.

    Attributes:
        subjects: those measured on.
        before, after: evaluations as `evaluate --json` prints them.
        intervals: by "before", "after" and "difference" (new minus old, paired) the confidence intervals over subjects,
            by number of `fedn.annotation.confidence.FIGURES`; empty with one subject.
    """

    subjects: tuple[str, ...]
    before: dict[str, Any]
    after: dict[str, Any]
    intervals: dict[str, dict[str, ConfidenceInterval]]

    def intervals_to_json(self) -> dict[str, Any]:
        return {
            part: {name: asdict(interval) for name, interval in found.items()} for part, found in self.intervals.items()
        }

    @property
    def verdict(self) -> str:
        """ "better: F1 0.610 to 0.700 on 3 people it has not seen; the interval of the difference is ..." """
        old, new = self.before["spotting"]["f1"], self.after["spotting"]["f1"]
        word = "as good" if abs(new - old) < TIE else "better" if new > old else "worse"
        people = "1 person" if len(self.subjects) == 1 else f"{len(self.subjects)} people"
        text = f"{word}: F1 {old:.3f} to {new:.3f} on {people} it has not seen"
        named = [part["detection"]["map"] for part in (self.before, self.after)]
        if None not in named:
            text += f", with the right label (mAP) {named[0]:.3f} to {named[1]:.3f}"
        interval = self.intervals.get("difference", {}).get("spotting_f1")
        if interval is None:
            return f"{text}; from one person nothing follows about others"
        text += f"; the interval of the difference of F1 is {interval.low:+.3f} to {interval.high:+.3f}"
        if interval.low <= 0 <= interval.high:
            text += ", so it may be chance"
        return f"{text}, and rough with so few people" if len(self.subjects) < CERTAIN_PEOPLE else text


def compare_models(
    before: Predicted, after: Predicted, samples: Sequence[Sample], thresholds: tuple[float, float]
) -> ModelComparison:
    """Compares what two models predicted on the same samples.

    Args:
        thresholds: of the old and of the new model.
    """
    subject_of = {sample.video: sample.subject for sample in samples}
    figures = [
        subject_figures(predicted, threshold, subject_of)
        for predicted, threshold in zip((before, after), thresholds, strict=True)
    ]
    intervals = {"before": confidence_intervals(figures[0]), "after": confidence_intervals(figures[1])}
    intervals["difference"] = difference_intervals(*figures)
    return ModelComparison(
        subjects=tuple(dict.fromkeys(subject_of.values())),
        before=before.evaluation(thresholds[0]).to_json(),
        after=after.evaluation(thresholds[1]).to_json(),
        intervals=intervals,
    )


def subject_figures(predicted: Predicted, threshold: float, subject_of: dict[str, str]) -> dict[str, SubjectFigures]:
    """What each subject contributes to the figures of a model at its threshold."""
    return figures_by_subject(
        predicted.truth, predicted.above(threshold), subject_of, candidates=predicted.candidates, iou=IOU
    )
