from fedn.annotation.event import Event
from training.evaluation import Predicted, choose_threshold


def event(onset: int, score: float | None = None) -> Event:
    return Event(onset, onset + 30, "happiness", score=score)


def test_the_threshold_lies_in_the_middle_between_right_and_wrong():
    truth = {"v": [event(0), event(100), event(200)]}
    found = {"v": [event(0, 0.9), event(100, 0.8), event(200, 0.7), event(400, 0.3), event(500, 0.2)]}
    assert 0.45 < choose_threshold(Predicted(truth, found, found)) < 0.55


def test_without_truth_or_hits_the_threshold_stays():
    assert choose_threshold(Predicted({"v": []}, {"v": [event(0, 0.9)]}, {}), otherwise=0.37) == 0.37
    assert choose_threshold(Predicted({"v": [event(0)]}, {"v": [event(300, 0.9)]}, {}), otherwise=0.37) == 0.37
