"""Zoomed out, columns are the union of what lies in them: no event and no peak is lost."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.curves import ScoreCurves
from app.views.timeline.agreement import Agreement, compare
from app.views.timeline.columns import merged, spread
from app.views.timeline.curve_painter import Pyramid
from app.views.timeline.time_scale import TimeScale
from fedn.annotation.event import Event
from fedn.annotation.matching import match

RANGES = st.lists(st.tuples(st.integers(-50, 250), st.integers(1, 40)), max_size=60)
WIDTH = 200


@given(RANGES)
def test_merged_columns_are_the_union_of_the_ranges(ranges: list[tuple[int, int]]):
    lefts = np.array([left for left, _ in ranges], dtype=np.int64)
    rights = np.array([left + width for left, width in ranges], dtype=np.int64)
    row = merged(lefts, rights, np.arange(len(ranges)), WIDTH)
    union = {column for left, width in ranges for column in range(left, left + width) if 0 <= column < WIDTH}
    assert set(np.flatnonzero(row >= 0).tolist()) == union
    for column in union:
        left, width = ranges[int(row[column])]
        assert left <= column < left + width


@given(RANGES)
def test_spreading_names_every_column_of_every_range(ranges: list[tuple[int, int]]):
    lefts = np.array([left for left, _ in ranges], dtype=np.int64)
    columns, owners = spread(lefts, lefts + np.array([width for _, width in ranges], dtype=np.int64))
    expected = [(left + at, owner) for owner, (left, width) in enumerate(ranges) for at in range(width)]
    assert list(zip(columns.tolist(), owners.tolist(), strict=True)) == expected


@settings(max_examples=60)
@given(
    st.integers(1, 200_000), st.integers(50, 3000), st.floats(1, 5000), st.floats(0, 1), st.integers(-400, 400),
    st.sampled_from([1.0, 1.25, 1.5, 2.0]),
)  # fmt: skip
def test_panning_moves_every_column_by_the_same_number_of_pixels(
    frames: int, width: int, zoom: float, at: float, by_px: int, ratio: float
):
    scale = TimeScale(frames, 100, width).fitted().zoomed(zoom, 100).centered(at * frames)
    moved = scale.panned(by_px)
    shift = (moved.first - scale.first) * scale.px_per_frame
    assert abs(shift - round(shift)) < 1e-6
    some = np.linspace(0, frames, 50).astype(np.int64)
    if ratio == int(ratio):
        difference = scale.columns(some, ratio) - moved.columns(some, ratio)
        assert set(difference.tolist()) == {round(shift * ratio)}


@settings(max_examples=40)
@given(st.integers(0, 9999), st.integers(0, 3), st.floats(0.05, 300))
def test_a_peak_of_one_frame_survives_every_zoom(frame: int, label: int, frames_a_column: float):
    values = np.zeros((4, 10_000), dtype=np.float32)
    values[label, frame] = 0.9
    pyramid = Pyramid.of(ScoreCurves(("a", "b", "c", "d"), values))
    columns = int(10_000 / frames_a_column) + 1
    begin = max(0, int((frame / 10_000) * columns) - 300) if columns > 600 else 0
    edges: NDArray[np.float64] = (begin + np.arange(min(columns, 600) + 1.0)) * frames_a_column
    _, highs = pyramid.columns(edges)
    assert highs[label].max() == np.float32(0.9)
    over = np.flatnonzero(highs[label] > 0)
    nearest = min(abs(edges[over] - frame).min(), abs(edges[over + 1] - frame).min())
    assert nearest <= frames_a_column + 4 ** pyramid.level(frames_a_column)


EVENTS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 40), st.sampled_from("ab")), max_size=25)


def made(rows: list[tuple[int, int, str]]) -> tuple[Event, ...]:
    return tuple(Event(onset, onset + length, label) for onset, length, label in sorted(rows))


@given(EVENTS, EVENTS)
def test_the_comparison_is_that_of_the_exact_matching(
    predicted: list[tuple[int, int, str]], truth: list[tuple[int, int, str]]
):
    """Where several matchings are equally good, either may be chosen; how many match is the same."""
    events, reference = made(predicted), made(truth)
    comparison = compare(events, reference, 0.5)
    found = comparison.of_predictions
    pairs = match([event.interval for event in reference], [event.interval for event in events])
    assert sum(how != Agreement.NO_COUNTERPART for how in found.values()) == len(pairs)
    assert len(comparison.missed) == len(reference) - len(pairs)
    if not clashes(events, reference):
        expected = {
            events[pair.predicted_index].id: events[pair.predicted_index].label == reference[pair.truth_index].label
            for pair in pairs
        }
        assert {
            key: how is Agreement.AGREES for key, how in found.items() if how != Agreement.NO_COUNTERPART
        } == expected


def clashes(events: tuple[Event, ...], reference: tuple[Event, ...]) -> bool:
    """Whether an event could be paired with more than one of the other side."""
    pairs = [(a, b) for a in events for b in reference if a.interval.iou(b.interval) >= 0.5]
    return len({a.id for a, _ in pairs}) < len(pairs) or len({b.id for _, b in pairs}) < len(pairs)
