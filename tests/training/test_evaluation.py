from fedn.annotation.event import Event
from training.evaluation import Predicted, choose_nested_thresholds, choose_threshold


def event(onset: int, score: float | None = None) -> Event:
    return Event(onset, onset + 30, "happiness", score=score)


def test_the_threshold_lies_in_the_middle_between_right_and_wrong():
    truth = {"v": [event(0), event(100), event(200)]}
    found = {"v": [event(0, 0.9), event(100, 0.8), event(200, 0.7), event(400, 0.3), event(500, 0.2)]}
    assert 0.45 < choose_threshold(Predicted(truth, found, found)) < 0.55


def test_nobody_is_judged_at_a_threshold_chosen_on_them():
    def person(right: float, wrong: float) -> Predicted:
        found = {"v": [event(0, right), event(100, right), event(400, wrong)]}
        return Predicted({"v": [event(0), event(100)]}, found, found)

    people = {"low": person(0.3, 0.1), "high": person(0.9, 0.7), "higher": person(0.94, 0.74)}
    chosen = choose_nested_thresholds(people)
    alone = {name: choose_threshold(own) for name, own in people.items()}
    assert 0.7 < chosen["low"] < 0.9, "what suits the two others"
    assert 0.1 < alone["low"] < 0.3
    assert chosen["high"] == choose_threshold(together(people["low"], people["higher"]))
    assert choose_nested_thresholds({"only": people["low"]}, otherwise=0.42) == {"only": 0.42}


def together(*people: Predicted) -> Predicted:
    """All people's predictions as one set."""
    return Predicted(
        {f"{number}": own.truth["v"] for number, own in enumerate(people)},
        {f"{number}": own.events["v"] for number, own in enumerate(people)},
        {f"{number}": own.candidates["v"] for number, own in enumerate(people)},
    )


def test_without_truth_or_hits_the_threshold_stays():
    assert choose_threshold(Predicted({"v": []}, {"v": [event(0, 0.9)]}, {}), otherwise=0.37) == 0.37
    assert choose_threshold(Predicted({"v": [event(0)]}, {"v": [event(300, 0.9)]}, {}), otherwise=0.37) == 0.37
