from dataclasses import replace
from pathlib import Path

import numpy as np

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.prediction import Prediction
from training.datasets.sample import Sample
from training.evaluation import Predicted, choose_threshold, predict

from .conftest import make_sample


def event(onset: int, score: float | None = None) -> Event:
    return Event(onset, onset + 30, "happiness", score=score)


def test_the_threshold_lies_in_the_middle_between_right_and_wrong():
    truth = {"v": [event(0), event(100), event(200)]}
    found = {"v": [event(0, 0.9), event(100, 0.8), event(200, 0.7), event(400, 0.3), event(500, 0.2)]}
    assert 0.45 < choose_threshold(Predicted(truth, found, found)) < 0.55


def sample_with(events: list[Event]) -> Sample:
    return replace(make_sample("v", "s", frames=600, events=0), events=tuple(events))


class Oracle:
    """Predicts what it is told to."""

    def __init__(self, events: list[Event]) -> None:
        self._events = tuple(events)

    def detect_features(self, *_, **__) -> Prediction:
        return Prediction(Path("v"), 600, 30.0, 600, self._events, self._events, (), np.zeros((0, 600), np.float16))

    def detect(self, *_, **__) -> Prediction:
        raise AssertionError

    info = None


def test_micro_expressions_are_neither_right_nor_wrong():
    micro = Event(200, 212, "happiness", kind="micro")
    true = [event(0), micro]
    called_micro = Event(400, 412, "happiness", kind="micro", score=0.9)
    on_micro, on_nothing = Event(200, 213, "happiness", score=0.9), event(500, 0.9)
    found = predict(Oracle([event(0, 0.9), called_micro, on_micro, on_nothing]), [sample_with(true)])  # type: ignore[arg-type]
    assert found.truth["v"] == [true[0]]
    assert [e.onset for e in found.events["v"]] == [0, 500] == [e.onset for e in found.candidates["v"]]
    spotting = found.evaluation(0.5).spotting
    assert (spotting.tp, spotting.fp, spotting.fn) == (1, 1, 0)


def test_predictions_outside_of_reviewed_time_are_neither_right_nor_wrong():
    sample = replace(sample_with([event(0), event(300)]), reviewed=(Interval(0, 200),))
    found = predict(Oracle([event(0, 0.9), event(300, 0.9), event(450, 0.9)]), [sample])  # type: ignore[arg-type]
    assert found.truth["v"] == [sample.events[0]] and [e.onset for e in found.events["v"]] == [0]


def test_without_truth_or_hits_the_threshold_stays():
    assert choose_threshold(Predicted({"v": []}, {"v": [event(0, 0.9)]}, {}), otherwise=0.37) == 0.37
    assert choose_threshold(Predicted({"v": [event(0)]}, {"v": [event(300, 0.9)]}, {}), otherwise=0.37) == 0.37
