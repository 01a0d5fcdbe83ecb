from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedn.annotation.event import Event
from fedn.annotation.metrics import evaluate
from fedn.annotation.thresholds import GRID, above, nested_f1, nested_thresholds, threshold_counts

EVENTS = st.builds(
    lambda onset, length, score: Event(onset, onset + length, "anger", score=score / 20),
    st.integers(0, 60),
    st.integers(0, 15),
    st.integers(0, 20),
)
TABLES = st.fixed_dictionaries({name: st.lists(EVENTS, max_size=6) for name in ("a", "b")})


@settings(max_examples=40)
@given(TABLES, TABLES)
def test_f1_at_each_threshold_is_what_evaluate_says(truth, predictions) -> None:
    counts = threshold_counts(truth, predictions)
    for place in (0, 30, 60, 90):
        kept = {name: above(events, GRID[place]) for name, events in predictions.items()}
        result = evaluate(truth, kept)
        assert counts.f1()[place] == pytest.approx(result.spotting.f1)
        assert (counts.hits[place], counts.predicted[place]) == (result.spotting.tp, result.n_predictions)


def person(true_score: float, false_score: float):
    """Somebody with one event found at `true_score` and one false event at `false_score`."""
    found = [Event(10, 39, "anger", score=true_score), Event(80, 99, "anger", score=false_score)]
    return threshold_counts({"v": [Event(10, 39, "anger")]}, {"v": found})


def test_the_best_threshold_lies_in_the_middle_of_what_separates() -> None:
    assert person(0.8, 0.4).best() == 0.6
    assert threshold_counts({"v": [Event(0, 9, "fear")]}, {"v": []}).best(otherwise=0.3) == 0.3


def test_nobodys_own_predictions_choose_their_threshold() -> None:
    ordinary = {f"s{number}": person(0.8, 0.4) for number in range(3)}
    everybody = {**ordinary, "odd": person(0.3, 0.1)}
    chosen = nested_thresholds(everybody)
    assert chosen["odd"] == 0.6, "what suits the odd one alone would have been 0.2"
    assert nested_thresholds({**ordinary, "odd": person(0.99, 0.98)})["odd"] == 0.6
    assert nested_f1(everybody, chosen) == pytest.approx(2 * 3 / (4 + 3))


def test_a_single_person_has_nobody_to_learn_a_threshold_from() -> None:
    assert nested_thresholds({"s1": person(0.8, 0.4)}, otherwise=0.5) == {"s1": 0.5}
