"""Two models on the same people: both sets of figures, how sure the difference is, and one plain sentence about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from fedn.annotation.average_precision import ByVideo, of_label
from fedn.annotation.confidence import (
    ConfidenceInterval,
    SubjectFigures,
    confidence_intervals,
    difference_intervals,
    figures_by_subject,
)
from fedn.annotation.metrics import matched, spotting_ap
from fedn.annotation.recognition import harmonic_mean
from fedn.kept_comparison import ComparedVideo, KeptComparison, Row, Share
from fedn.model_info import utc_now
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
        seen_by_old, seen_by_new: those of them that a model has learned from all the same.
        before, after: evaluations as `evaluate --json` prints them.
        intervals: by "before", "after" and "difference" (new minus old, paired) the confidence intervals over subjects,
            by number of `fedn.annotation.confidence.FIGURES`; empty with one subject.
        labels, people: the same by label and by subject.
        videos: what both predicted.
    """

    subjects: tuple[str, ...]
    before: dict[str, Any]
    after: dict[str, Any]
    intervals: dict[str, dict[str, ConfidenceInterval]]
    seen_by_old: tuple[str, ...] = ()
    seen_by_new: tuple[str, ...] = ()
    labels: tuple[Row, ...] = ()
    people: tuple[Row, ...] = ()
    videos: tuple[ComparedVideo, ...] = ()

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
        unseen = "" if self.seen_by_new else " it has not seen"
        text = f"{word}: F1 {old:.3f} to {new:.3f} on {people}{unseen}"
        named = [part["detection"]["map"] for part in (self.before, self.after)]
        if None not in named:
            text += f", with the right label (mAP) {named[0]:.3f} to {named[1]:.3f}"
        return text + self._how_sure() + self._unfair()

    def _how_sure(self) -> str:
        interval = self.intervals.get("difference", {}).get("spotting_f1")
        if interval is None:
            return "; from one person nothing follows about others"
        text = f"; the interval of the difference of F1 is {interval.low:+.3f} to {interval.high:+.3f}"
        if interval.low <= 0 <= interval.high:
            text += ", so it may be chance"
        return f"{text}, and rough with so few people" if len(self.subjects) < CERTAIN_PEOPLE else text

    def _unfair(self) -> str:
        """Whoever has learned from a person looks better on them than on others."""
        parts = [
            f"the {which} model has learned from {', '.join(seen)}"
            for which, seen in (("old", self.seen_by_old), ("new", self.seen_by_new))
            if seen
        ]
        return (
            f"; but {' and '.join(parts)}, which flatters it"
            if len(parts) == 1
            else (f"; but {' and '.join(parts)}, which flatters both" if parts else "")
        )

    def kept(self, old: str, new: str, tier: str) -> KeptComparison:
        """As it goes to disk, with the models' names and the truth's."""
        return KeptComparison(
            old,
            new,
            utc_now(),
            tier,
            self.subjects,
            self.verdict,
            self.before,
            self.after,
            self.intervals_to_json(),
            self.seen_by_old,
            self.seen_by_new,
            self.labels,
            self.people,
            self.videos,
        )


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
    both = tuple(zip((before, after), thresholds, strict=True))
    return ModelComparison(
        subjects=tuple(dict.fromkeys(subject_of.values())),
        before=before.evaluation(thresholds[0]).to_json(),
        after=after.evaluation(thresholds[1]).to_json(),
        intervals=intervals,
        labels=_label_rows(both),
        people=_people_rows(both, subject_of),
        videos=tuple(_video(sample, both) for sample in samples),
    )


def subject_figures(predicted: Predicted, threshold: float, subject_of: dict[str, str]) -> dict[str, SubjectFigures]:
    """What each subject contributes to the figures of a model at its threshold."""
    return figures_by_subject(
        predicted.truth, predicted.above(threshold), subject_of, candidates=predicted.candidates, iou=IOU
    )


Both = tuple[tuple[Predicted, float], ...]
"""The old and the new model's predictions, each with its threshold."""


def _label_rows(both: Both) -> tuple[Row, ...]:
    """Labels by number of true events; those that are only predicted come last."""
    truth = both[0][0].truth
    counts = Counter(event.label for events in truth.values() for event in events if event.label)
    predicted = {event.label for part, at in both for events in part.above(at).values() for event in events}
    rows = []
    for label in sorted(counts.keys() | (predicted - {""}), key=lambda name: (-counts[name], name)):
        old, new = (
            _share(of_label(truth, label), of_label(part.above(at), label), of_label(part.candidates, label))
            for part, at in both
        )
        rows.append(Row(label, counts[label], old, new))
    return tuple(rows)


def _people_rows(both: Both, subject_of: dict[str, str]) -> tuple[Row, ...]:
    """Intervals alone, labels left aside, as spotting counts them."""
    rows = []
    for subject in dict.fromkeys(subject_of.values()):

        def own(events: ByVideo, subject: str = subject) -> ByVideo:
            return {video: found for video, found in events.items() if subject_of.get(video) == subject}

        truth = own(both[0][0].truth)
        old, new = (_share(truth, own(part.above(at)), own(part.candidates)) for part, at in both)
        rows.append(Row(subject, _count(truth), old, new))
    return tuple(rows)


def _share(truth: ByVideo, predicted: ByVideo, candidates: ByVideo) -> Share:
    hits = sum(len(matched(events, predicted.get(video, ()), IOU, "ours")) for video, events in truth.items())
    n_truth, n_predicted = _count(truth), _count(predicted)
    f1 = harmonic_mean(hits / n_predicted if n_predicted else 0.0, hits / n_truth if n_truth else 0.0)
    ap = spotting_ap(truth, candidates) if n_truth else {}
    return Share(n_predicted, hits, f1 if n_truth or n_predicted else None, sum(ap.values()) / len(ap) if ap else None)


def _video(sample: Sample, both: Both) -> ComparedVideo:
    old, new = (
        tuple(event for event in part.everything.get(sample.video, ()) if (event.score or 0.0) >= at)
        for part, at in both
    )
    truth = tuple(both[0][0].truth[sample.video])
    return ComparedVideo(sample.video, sample.cache.name if sample.cache else "", sample.subject, truth, old, new)


def _count(events: ByVideo) -> int:
    return sum(len(own) for own in events.values())
