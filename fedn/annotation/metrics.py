"""Spotting, recognition and detection: every number that compares predicted events with true ones.

Definitions: MEGC for spotting F1, ActivityNet for average precision, STRS (Liong et al. 2023) for the joint score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from fedn.annotation.average_precision import IOUS, ByVideo, average_precision, of_label
from fedn.annotation.event import Event
from fedn.annotation.matching import Match, candidate_pairs, match
from fedn.annotation.recognition import Recognition, harmonic_mean, recognition
from fedn.errors import FormatError

Protocol = Literal["ours", "strs", "lgsnet"]


@dataclass(frozen=True, slots=True)
class Spotting:
    """Intervals alone, pooled over all videos. A score without anything to divide by is 0.

    Attributes:
        iou: overlap from which a pair counts for tp, fp, fn.
        ap: average precision by IoU, "0.50" to "0.95", labels left aside.
        map: mean of `ap`.
    """

    iou: float
    tp: int
    fp: int
    fn: int
    precision: float
    recall: float
    f1: float
    ap: dict[str, float]
    map: float


@dataclass(frozen=True, slots=True)
class Detection:
    """Intervals with the right label.

    Attributes:
        ap_by_label: mean over IoU 0.50 to 0.95 of average precision within the label, for each label with true events.
        map: mean of `ap_by_label`, None if no true event has a label.
    """

    map: float | None
    ap_by_label: dict[str, float]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All numbers of one comparison. `strs` is spotting F1 times recognition's strs_f1."""

    n_truth: int
    n_predictions: int
    spotting: Spotting
    recognition: Recognition
    detection: Detection
    strs: float

    def to_json(self) -> dict[str, Any]:
        """The document that `evaluate --json` prints; null where a number is not defined."""
        content = asdict(self)
        named = content["recognition"]
        named["confusion"] = {"labels": list(named.pop("labels")), "matrix": [list(row) for row in named.pop("matrix")]}
        return content


def evaluate(
    truth: ByVideo,
    predictions: ByVideo,
    iou: float = 0.5,
    protocol: str = "ours",
    candidates: ByVideo | None = None,
) -> Evaluation:
    """Compares predicted events with true ones.

    Args:
        truth: true events by video name.
        predictions: predicted events by video name, those that the threshold let through.
        iou: overlap from which two events are the same, for F1 and recognition.
        protocol: how events are paired: "ours" one to one, as many as possible; "strs" and "lgsnet" as the published
            scripts of those names do, which let one prediction serve two true events.
        candidates: predictions before the threshold, for average precision; by default `predictions`.

    Raises:
        FormatError: if there is no such protocol.
    """
    if protocol not in get_args(Protocol):
        raise FormatError(f"there is no protocol “{protocol}”; choose {', '.join(get_args(Protocol))}")
    if not 0 < iou <= 1:
        raise FormatError(f"the IoU {iou} is not between 0 and 1; 0.5 is usual")
    pairs: list[tuple[str, str]] = []
    for video, true_events in truth.items():
        own = predictions.get(video, ())
        for pair in matched(true_events, own, iou, protocol):
            pairs.append((true_events[pair.truth_index].label, own[pair.predicted_index].label))
    n_truth, n_predictions = _count(truth), _count(predictions)
    scored = predictions if candidates is None else candidates
    spotted = spotting(len(pairs), n_truth, n_predictions, iou, spotting_ap(truth, scored))
    named = recognition(pairs)
    strs = spotted.f1 * (named.strs_f1 or 0.0)
    return Evaluation(n_truth, n_predictions, spotted, named, detection(truth, scored), strs)


def matched(truth: Sequence[Event], predicted: Sequence[Event], iou: float, protocol: str) -> list[Match]:
    """Pairs of one video's events under a protocol."""
    true_intervals = [event.interval for event in truth]
    intervals = [event.interval for event in predicted]
    if protocol == "ours":
        return match(true_intervals, intervals, iou)
    pairs = list(candidate_pairs(true_intervals, intervals, iou))
    best: dict[int, Match] = {}
    for pair in pairs:
        held = best.get(pair.truth_index)
        if held is None:
            better = True
        elif protocol == "lgsnet":
            better = (pair.iou, -pair.predicted_index) > (held.iou, -held.predicted_index)
        else:
            better = pair.predicted_index < held.predicted_index
        if better:
            best[pair.truth_index] = pair
    return [best[index] for index in sorted(best)]


def spotting(tp: int, n_truth: int, n_predictions: int, iou: float, ap: dict[str, float]) -> Spotting:
    """Precision, recall and F1 from pooled counts (never averaged over videos or folds)."""
    precision = tp / n_predictions if n_predictions else 0.0
    recall = tp / n_truth if n_truth else 0.0
    return Spotting(
        iou=iou,
        tp=tp,
        fp=max(0, n_predictions - tp),
        fn=n_truth - tp,
        precision=precision,
        recall=recall,
        f1=harmonic_mean(precision, recall),
        ap=ap,
        map=sum(ap.values()) / len(ap),
    )


def spotting_ap(truth: ByVideo, candidates: ByVideo) -> dict[str, float]:
    """Average precision by IoU, labels left aside."""
    return {f"{iou:.2f}": average_precision(truth, candidates, iou) for iou in IOUS}


def label_ap(truth: ByVideo, candidates: ByVideo) -> dict[str, dict[str, float]]:
    """Average precision by label and IoU, for each label that has true events; one never predicted has 0."""
    labels = sorted({event.label for events in truth.values() for event in events if event.label})
    return {label: spotting_ap(of_label(truth, label), of_label(candidates, label)) for label in labels}


def detection(truth: ByVideo, candidates: ByVideo) -> Detection:
    """Average precision within each label that has true events; labels never predicted count as 0."""
    by_label = {label: sum(ap.values()) / len(ap) for label, ap in label_ap(truth, candidates).items()}
    return Detection(sum(by_label.values()) / len(by_label) if by_label else None, by_label)


def _count(events: ByVideo) -> int:
    return sum(len(own) for own in events.values())
