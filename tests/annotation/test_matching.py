from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedn.annotation.interval import Interval
from fedn.annotation.matching import match

INTERVALS = st.lists(
    st.builds(lambda start, length: Interval(start, start + length), st.integers(0, 30), st.integers(1, 12)), max_size=6
)


def best_by_trying_everything(truth: list[Interval], predicted: list[Interval], iou: float) -> tuple[int, float]:
    """Most pairs and then the greatest sum of IoUs, over every way to pair."""
    if not truth:
        return (0, 0.0)
    best = best_by_trying_everything(truth[1:], predicted, iou)
    for index, candidate in enumerate(predicted):
        value = truth[0].iou(candidate)
        if value >= iou:
            count, total = best_by_trying_everything(truth[1:], predicted[:index] + predicted[index + 1 :], iou)
            best = max(best, (count + 1, total + value))
    return best


@given(INTERVALS, INTERVALS, st.sampled_from([0.1, 0.5, 0.75]))
def test_as_many_pairs_as_possible_and_the_closest_of_those(
    truth: list[Interval], predicted: list[Interval], iou: float
) -> None:
    pairs = match(truth, predicted, iou)
    assert len({pair.truth_index for pair in pairs}) == len({pair.predicted_index for pair in pairs}) == len(pairs)
    assert all(pair.iou == truth[pair.truth_index].iou(predicted[pair.predicted_index]) >= iou for pair in pairs)
    count, total = best_by_trying_everything(truth, predicted, iou)
    assert len(pairs) == count
    assert sum(pair.iou for pair in pairs) == pytest.approx(total)


def test_a_chain_of_overlaps_gives_two_pairs_where_the_greedy_choice_gives_one() -> None:
    truth = [Interval(0, 10), Interval(4, 14)]
    predicted = [Interval(1, 11), Interval(0, 7)]
    assert [(pair.truth_index, pair.predicted_index) for pair in match(truth, predicted)] == [(0, 1), (1, 0)]


def test_nothing_matches_nothing() -> None:
    assert match([], [Interval(0, 5)]) == match([Interval(0, 5)], []) == match([], []) == []


def test_an_iou_of_exactly_the_threshold_counts() -> None:
    assert len(match([Interval(0, 10)], [Interval(0, 5)], 0.5)) == 1
    with pytest.raises(ValueError, match="above 0"):
        match([], [], 0.0)


def test_thousands_of_events_match_in_a_moment() -> None:
    truth = [Interval(start, start + 30) for start in range(0, 200_000, 40)]
    predicted = [Interval(start + 3, start + 33) for start in range(0, 200_000, 40)]
    assert len(match(truth, predicted)) == len(truth)
