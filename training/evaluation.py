"""Predictions of a model on samples, the threshold that suits them, and the figures of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fedn.annotation.event import Event
from fedn.annotation.matching import match
from fedn.annotation.metrics import Evaluation, evaluate
from fedn.errors import TrainingError
from fedn.features.extract import VideoFeatures
from fedn.prediction import Prediction
from fedn.predictor import FeaturePredictor, VideoPredictor
from fedn.progress import SILENT, Reporter
from training.datasets.sample import Sample

PLATEAU = 0.01
IOU = 0.5


@dataclass(frozen=True, slots=True)
class Predicted:
    """By video name, in what was reviewed: the truth, all predictions after suppression, and the list for AP."""

    truth: dict[str, list[Event]]
    events: dict[str, list[Event]]
    candidates: dict[str, list[Event]]

    def above(self, threshold: float) -> dict[str, list[Event]]:
        """The events whose score reaches a threshold."""
        return {
            name: [event for event in events if (event.score or 0.0) >= threshold]
            for name, events in self.events.items()
        }

    def evaluation(self, threshold: float) -> Evaluation:
        return evaluate(self.truth, self.above(threshold), IOU, candidates=self.candidates)


def predict(predictor: VideoPredictor, samples: Sequence[Sample], reporter: Reporter = SILENT) -> Predicted:
    """What a model detects in samples. Micro-expressions are not in the truth: the network is made for macro ones.

    A predictor that can begin at features takes the samples'; another one reads their videos.
    """
    result = Predicted({}, {}, {})
    for sample in samples:
        prediction = _prediction(predictor, sample, reporter)
        result.truth[sample.video] = [event for event in sample.reviewed_events if event.kind == "macro"]
        result.events[sample.video] = [event for event in prediction.events if sample.is_reviewed(event)]
        result.candidates[sample.video] = [event for event in prediction.candidates if sample.is_reviewed(event)]
    return result


def _prediction(predictor: VideoPredictor, sample: Sample, reporter: Reporter) -> Prediction:
    if isinstance(predictor, FeaturePredictor):
        features = VideoFeatures(sample.features, sample.has_face, sample.frame_index, {})
        return predictor.detect_features(features, threshold=0.0, reporter=reporter)
    if sample.path is None:
        raise TrainingError(f"{sample.video} has features only, and this kind of model needs its pictures")
    return predictor.detect(
        sample.path, cache_dir=sample.cache, image_fps=sample.image_fps, threshold=0.0, reporter=reporter
    )


def choose_threshold(predicted: Predicted, otherwise: float = 0.5) -> float:
    """The middle of the range of thresholds whose spotting F1 is within a hundredth of the best.

    The middle, because the best point itself is an accident of a few events.
    """
    n_truth = sum(len(events) for events in predicted.truth.values())
    if n_truth == 0:
        return otherwise
    thresholds = np.arange(0.05, 0.96, 0.01)
    scores = []
    for threshold in thresholds:
        events = predicted.above(float(threshold))
        hits = sum(
            len(match([e.interval for e in predicted.truth[name]], [e.interval for e in own], IOU))
            for name, own in events.items()
        )
        scores.append(2 * hits / (n_truth + sum(len(own) for own in events.values())))
    best = int(np.argmax(scores))
    if scores[best] == 0:
        return otherwise
    good = np.array(scores) >= scores[best] - PLATEAU
    first = last = best
    while first > 0 and good[first - 1]:
        first -= 1
    while last + 1 < len(good) and good[last + 1]:
        last += 1
    return round(float(thresholds[(first + last) // 2]), 2)
