from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import signal as scipy_signal

from fedn.spotting_signal import (
    Peak,
    baseline,
    find_events,
    low_pass,
    merge_overlapping,
    restlessness,
    score_of,
    stretches,
)

SIGNALS = st.lists(st.floats(0, 10, width=32), min_size=1, max_size=200).map(np.array)


def hump(length: int, first: int, last: int, height: float = 1.0) -> NDArray[np.float64]:
    """A raised cosine between two cells, zero elsewhere."""
    values = np.zeros(length)
    values[first : last + 1] = height * 0.5 * (1 - np.cos(2 * np.pi * np.arange(last - first + 1) / (last - first)))
    return values


def found(values: NDArray[np.float64], least: float = 0.5, boundary: float = 0.33, valley: float = 0.5) -> list[Peak]:
    return find_events(values, min_prominence=least, boundary_share=boundary, valley_share=valley)


def test_a_hump_is_found_with_its_peak_its_height_and_its_width_at_a_third() -> None:
    (event,) = found(hump(300, 100, 160, 2.0), boundary=1 / 3)
    assert event.apex == 130 and event.prominence == pytest.approx(2.0)
    # 0.5 (1 - cos x) = 1/3 where cos x = 1/3.
    reach = 60 * np.arccos(1 / 3) / (2 * np.pi)
    assert abs(event.start - (100 + reach)) <= 1 and abs(event.stop - 1 - (160 - reach)) <= 1


def test_several_humps_come_in_order_and_low_ones_not_at_all() -> None:
    values = hump(600, 20, 60) + hump(600, 200, 260, 0.4) + hump(600, 400, 440, 3.0)
    assert [event.apex for event in found(values)] == [40, 420]
    assert [event.apex for event in found(values, least=0.3)] == [40, 230, 420]


def test_nothing_rises_out_of_rest_and_a_signal_without_cells_has_no_events() -> None:
    assert found(np.zeros(500)) == [] and found(np.zeros(0)) == []


def test_a_signal_may_begin_and_end_within_an_event() -> None:
    values = np.concatenate([np.linspace(2, 0, 30), np.zeros(100), np.linspace(0, 2, 30)])
    first, last = found(values)
    assert first.start == 0 and first.apex == 0
    assert last.stop == len(values) and last.apex == len(values) - 1


def test_two_peaks_are_one_event_above_a_shallow_valley_and_two_above_a_deep_one() -> None:
    shallow = np.interp(np.arange(200), [50, 80, 100, 120, 150], [0, 2, 1.3, 2, 0])
    (event,) = found(shallow)
    assert event.start < 80 and event.stop > 120
    deep = np.interp(np.arange(200), [50, 80, 100, 120, 150], [0, 2, 0.8, 2, 0])
    first, second = found(deep)
    assert first.stop == second.start or (first.stop, second.start) == (100, 101)
    assert first.apex == 80 and second.apex == 120


@given(SIGNALS, st.floats(0.1, 3), st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_events_of_any_signal_are_in_order_apart_and_hold_their_apex(
    values: NDArray[np.float64], least: float, boundary: float, valley: float
) -> None:
    events = found(values, least, boundary, valley)
    assert all(0 <= event.start <= event.apex < event.stop <= len(values) for event in events)
    assert all(one.stop <= other.start for one, other in pairwise(events))
    for event in events:
        assert values[event.apex] == values[event.start : event.stop].max()


@given(SIGNALS, st.floats(0.1, 3))
def test_apexes_and_prominences_are_those_of_scipy(values: NDArray[np.float64], least: float) -> None:
    padded = np.concatenate([[0.0], values, [0.0]])
    peaks, about = scipy_signal.find_peaks(padded, prominence=least)
    prominence = dict(zip((peaks - 1).tolist(), about["prominences"].tolist(), strict=True))
    # With every valley deep enough, each of scipy's peaks is an event of its own.
    events = found(values, least, valley=1.0)
    assert {event.apex: event.prominence for event in events} == prominence
    merged = found(values, least, valley=0.5)
    assert {event.apex for event in merged} <= set(prominence) and bool(merged) == bool(events)


def test_the_low_pass_is_the_convolution_with_a_gaussian() -> None:
    values = np.random.default_rng(0).normal(size=(200, 2))
    kernel = np.exp(-0.5 * (np.arange(-20, 21) / 4.0) ** 2)
    kernel[[0, 1, 2, 3, -1, -2, -3, -4]] = 0  # scipy cuts it at four standard deviations
    direct = np.stack([np.convolve(column, kernel / kernel.sum(), "same") for column in values.T], axis=1)
    assert np.allclose(low_pass(values, 4.0)[20:-20], direct[20:-20])
    assert np.allclose(low_pass(np.full(50, 3.0), 4.0), 3.0)


def test_the_baseline_follows_a_drift_and_not_an_expression() -> None:
    cells = np.arange(1800)
    drift = np.sin(cells / 1800 * np.pi) * 3
    values = np.stack([drift + hump(1800, 700, 760, 5.0), np.zeros(1800)], axis=1)
    rest = baseline(values, 450)
    middle = slice(225, -225)
    assert np.abs(rest[middle, 0] - drift[middle]).max() < 0.3 and not rest[:, 1].any()
    assert rest[740, 0] - drift[740] < 0.3


def test_an_expression_at_the_end_is_not_taken_for_rest() -> None:
    values = np.zeros((900, 1))
    values[700:] = 4.0
    assert not baseline(values, 450).any()


def test_a_short_signal_is_at_rest_where_it_begins() -> None:
    values = np.concatenate([np.zeros(15), np.full(60, 4.0)])[:, None]
    assert not baseline(values, 450).any()
    assert baseline(np.full((1, 2), 7.0), 450).tolist() == [[7.0, 7.0]] and baseline(np.zeros((0, 2)), 9).shape == (
        0,
        2,
    )


@given(st.integers(1, 400), st.integers(1, 600), st.floats(-5, 5))
def test_the_baseline_of_a_constant_is_the_constant(length: int, cells: int, value: float) -> None:
    assert np.allclose(baseline(np.full((length, 2), value), cells), value)


def test_talking_is_restless_and_a_slow_smile_is_not() -> None:
    cells = np.arange(600)
    talking, smile = np.sin(2 * np.pi * 4 * cells / 30)[:, None], hump(600, 200, 320)[:, None]
    restless = [restlessness(values, low_pass(values, 3.9), 30.0)[300] for values in (talking, smile)]
    assert restless[0] > 0.5 and restless[1] < 0.05


def test_events_that_share_much_of_the_shorter_become_their_union() -> None:
    one, other = Peak(10, 15, 40, 2.0), Peak(30, 35, 50, 3.0)
    assert merge_overlapping([other, one], 0.3) == [Peak(10, 35, 50, 3.0)]
    assert merge_overlapping([one, other], 0.6) == [one, other]
    assert merge_overlapping([Peak(0, 1, 5, 1.0), Peak(5, 6, 9, 1.0)], 0.0) == [Peak(0, 1, 5, 1.0), Peak(5, 6, 9, 1.0)]


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=20), st.floats(0.01, 100))
def test_scores_lie_below_one_and_rise_with_the_prominence(prominences: list[float], half: float) -> None:
    scores = score_of(np.sort(prominences), half)
    assert (scores >= 0).all() and (scores <= 1).all() and (np.diff(scores) >= 0).all()
    assert float(score_of(half, half)) == pytest.approx(0.5)


@given(st.lists(st.booleans(), max_size=60))
def test_stretches_are_the_runs_of_true(mask: list[bool]) -> None:
    rebuilt = np.zeros(len(mask), bool)
    for start, stop in stretches(np.array(mask, bool)):
        assert start < stop and not rebuilt[max(0, start - 1) : stop].any()
        rebuilt[start:stop] = True
    assert rebuilt.tolist() == mask
