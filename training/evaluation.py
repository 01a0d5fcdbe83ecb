"""Predictions of a model on samples, the threshold that suits them, and the figures of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fedn.annotation.event import Event
from fedn.annotation.metrics import Evaluation, evaluate
from fedn.annotation.thresholds import above, threshold_counts
from fedn.errors import TrainingError
from fedn.features.extract import VideoFeatures
from fedn.prediction import Prediction
from fedn.predictor import FeaturePredictor, VideoPredictor
from fedn.progress import SILENT, Reporter
from training.datasets.sample import Sample

IOU = 0.5


@dataclass(frozen=True, slots=True)
class Predicted:
    """By video name, in what was reviewed: the truth, all predictions after suppression, and the list for AP.

    `everything` are the predictions after suppression wherever they lie, also where nothing was reviewed.
    """

    truth: dict[str, list[Event]]
    events: dict[str, list[Event]]
    candidates: dict[str, list[Event]]
    everything: dict[str, list[Event]] = field(default_factory=dict)

    def above(self, threshold: float) -> dict[str, list[Event]]:
        """The events whose score reaches a threshold."""
        return {name: above(events, threshold) for name, events in self.events.items()}

    def evaluation(self, threshold: float) -> Evaluation:
        return evaluate(self.truth, self.above(threshold), IOU, candidates=self.candidates)


def predict(predictor: VideoPredictor, samples: Sequence[Sample], reporter: Reporter = SILENT) -> Predicted:
    """What a model detects in samples: macro-expressions alone, for which the network is made, true and predicted.

    A predictor that can begin at features takes the samples'; another one reads their videos.
    """
    result = Predicted({}, {}, {})
    for sample in samples:
        prediction = _prediction(predictor, sample, reporter)
        result.truth[sample.video] = [event for event in sample.reviewed_events if event.kind == "macro"]
        result.events[sample.video] = _countable(prediction.events, sample)
        result.candidates[sample.video] = _countable(prediction.candidates, sample)
        result.everything[sample.video] = list(prediction.events)
    return result


def _countable(events: Sequence[Event], sample: Sample) -> list[Event]:
    """Predictions in reviewed time that are not called micro; those that hit a micro-expression alone are not wrong."""

    def hits(event: Event, kind: str) -> bool:
        return any(true.kind == kind and true.interval.iou(event.interval) >= IOU for true in sample.events)

    return [
        event
        for event in events
        if event.kind == "macro" and sample.is_reviewed(event) and (hits(event, "macro") or not hits(event, "micro"))
    ]


def _prediction(predictor: VideoPredictor, sample: Sample, reporter: Reporter) -> Prediction:
    if isinstance(predictor, FeaturePredictor):
        features = VideoFeatures(sample.features, sample.has_face, sample.frame_index, {})
        return predictor.detect_features(features, threshold=0.0, reporter=reporter)
    if sample.path is None:
        raise TrainingError(f"{sample.video} has features only, and this kind of model needs its pictures")
    return predictor.detect(
        sample.path,
        cache_dir=sample.cache,
        image_fps=sample.image_fps,
        threshold=0.0,
        reporter=reporter,
        face=sample.face,
    )


def choose_threshold(predicted: Predicted, otherwise: float = 0.5) -> float:
    """The threshold that suits these predictions (see `fedn.annotation.thresholds`); `otherwise` if nothing is hit."""
    return threshold_counts(predicted.truth, predicted.events, IOU).best(otherwise)
