from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedn.annotation.confidence import confidence_intervals, difference_intervals, figures_by_subject, pooled_figures
from fedn.annotation.event import Event
from fedn.annotation.metrics import evaluate
from fedn.errors import FormatError

LABELS = ("happiness", "anger", "fear")
EVENTS = st.builds(
    lambda onset, length, label, score: Event(onset, onset + length, label, score=score / 10),
    st.integers(0, 60),
    st.integers(0, 15),
    st.sampled_from(LABELS),
    st.integers(0, 10),
)
NAMES = ("s1/a.mp4", "s1/b.mp4", "s2/a.mp4", "s3/a.mp4")
# In the order of their names: events of equal score in two videos are ranked in the order of the videos.
TABLES = st.fixed_dictionaries({name: st.lists(EVENTS, max_size=5) for name in NAMES}).map(
    lambda table: dict(sorted(table.items()))
)
SUBJECTS = {name: name[:2] for name in NAMES}


@settings(max_examples=60)
@given(TABLES, TABLES)
def test_all_subjects_together_give_the_numbers_of_evaluate(truth, predictions) -> None:
    pooled = pooled_figures(list(figures_by_subject(truth, predictions, SUBJECTS).values()))
    result = evaluate(truth, predictions)
    assert pooled["spotting_f1"] == pytest.approx(result.spotting.f1)
    assert pooled["spotting_map"] == pytest.approx(result.spotting.map)
    for name, expected in (("micro_f1", result.recognition.micro_f1), ("uf1", result.recognition.uf1)):
        assert np.isnan(pooled[name]) if expected is None else pooled[name] == pytest.approx(expected)
    expected = result.detection.map
    assert np.isnan(pooled["detection_map"]) if expected is None else pooled["detection_map"] == pytest.approx(expected)


def ten_subjects(right: int) -> tuple[dict[str, list[Event]], dict[str, list[Event]], dict[str, str]]:
    """Ten people with one event each, of which the first `right` are found."""
    truth = {f"v{number}": [Event(10, 39, "anger")] for number in range(10)}
    found = {f"v{number}": [Event(10, 39, "anger", score=0.9)] for number in range(right)}
    return truth, found, {f"v{number}": f"s{number}" for number in range(10)}


def test_the_interval_of_a_share_is_the_binomial_one() -> None:
    """With one event a subject and no false ones, recall over resamples is a binomial share: F1 = 2r / (1 + r)."""
    truth, found, subjects = ten_subjects(right=7)
    interval = confidence_intervals(figures_by_subject(truth, found, subjects), resamples=4000)["spotting_f1"]
    shares = np.random.default_rng(5).binomial(10, 0.7, size=200_000) / 10
    low, high = np.quantile(2 * shares / (1 + shares), [0.025, 0.975])
    assert interval.value == pytest.approx(2 * 0.7 / 1.7)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=0.02)


def test_the_same_seed_gives_the_same_interval() -> None:
    parts = figures_by_subject(*ten_subjects(right=5))
    assert confidence_intervals(parts, seed=3) == confidence_intervals(parts, seed=3)


def test_one_subject_has_no_interval() -> None:
    parts = figures_by_subject({"a": [Event(0, 9, "fear")]}, {"a": [Event(0, 9, "fear", score=1.0)]}, {"a": "s1"})
    assert confidence_intervals(parts) == {} and difference_intervals(parts, parts) == {}


def test_a_model_does_not_differ_from_itself() -> None:
    parts = figures_by_subject(*ten_subjects(right=5))
    for interval in difference_intervals(parts, parts).values():
        assert (interval.value, interval.low, interval.high) == (0.0, 0.0, 0.0)


def test_a_model_that_finds_more_of_everybody_is_better_beyond_doubt() -> None:
    truth, found, subjects = ten_subjects(right=10)
    doubled = {name: [events[0], Event(50, 79, "fear")] for name, events in truth.items()}
    more = {name: [events[0], Event(50, 79, "fear", score=0.5)] for name, events in found.items()}
    before = figures_by_subject(doubled, found, subjects)
    difference = difference_intervals(before, figures_by_subject(doubled, more, subjects))["spotting_f1"]
    assert difference.low > 0 and difference.value == pytest.approx(1 - 2 / 3)


def test_only_the_same_people_can_be_compared_and_everybody_needs_a_name() -> None:
    truth, found, subjects = ten_subjects(right=4)
    all_ten = figures_by_subject(truth, found, subjects)
    with pytest.raises(FormatError, match="same subjects"):
        difference_intervals(all_ten, {name: all_ten[name] for name in list(all_ten)[:9]})
    with pytest.raises(FormatError, match="subject of v3 is not known"):
        figures_by_subject(truth, found, {name: s for name, s in subjects.items() if name != "v3"})
