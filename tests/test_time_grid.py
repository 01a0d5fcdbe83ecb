from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fedn.annotation.interval import Interval
from fedn.time_grid import TimeGrid
from fedn.video.frame_index import FrameIndex


def variable(durations_ms: list[int]) -> FrameIndex:
    pts = np.cumsum([0, *durations_ms[:-1]]).astype(np.int64)
    return FrameIndex(pts, Fraction(1, 1000), durations_ms[-1], pts[:1])


def test_a_video_at_thirty_frames_is_its_own_grid():
    for fps in (Fraction(30), Fraction(30000, 1001)):
        grid = TimeGrid.of(FrameIndex.regular(100, fps))
        assert grid.frames.tolist() == list(range(100))
        assert grid.to_grid(Interval(3, 8)) == (3.0, 8.0)
        assert grid.to_frames(3.4, 7.6) == Interval(3, 8)


def test_a_video_at_sixty_frames_is_halved_and_one_at_fifteen_doubled():
    assert TimeGrid.of(FrameIndex.regular(100, Fraction(60))).frames[:4].tolist() == [1, 3, 5, 7]
    assert TimeGrid.of(FrameIndex.regular(100, Fraction(15))).frames[:4].tolist() == [0, 0, 1, 1]
    assert TimeGrid.of(FrameIndex.regular(100, Fraction(200))).cell_count == 15


@given(st.lists(st.integers(5, 140), min_size=1, max_size=60), st.data())
def test_intervals_return_from_the_grid_unchanged(durations_ms: list[int], data: st.DataObject):
    grid = TimeGrid.of(variable(durations_ms))
    start = data.draw(st.integers(0, len(durations_ms) - 1))
    interval = Interval(start, data.draw(st.integers(start + 1, len(durations_ms))))
    assert grid.to_frames(*grid.to_grid(interval)) == interval
    assert grid.frames.min() >= 0 and grid.frames.max() < len(durations_ms)
    assert (np.diff(grid.frames) >= 0).all()


@given(st.lists(st.integers(5, 140), min_size=1, max_size=40), st.floats(-50, 300), st.floats(-50, 300))
def test_whatever_comes_from_the_grid_lies_inside_the_video(durations_ms: list[int], start: float, stop: float):
    interval = TimeGrid.of(variable(durations_ms)).to_frames(start, stop)
    assert 0 <= interval.start < interval.stop <= len(durations_ms)


def test_values_on_the_grid_are_spread_over_the_video_frames_they_belong_to():
    grid = TimeGrid.of(FrameIndex.regular(6, Fraction(60)))
    assert grid.per_frame(np.array([10.0, 20.0, 30.0])).tolist() == [10, 10, 20, 20, 30, 30]


def test_where_no_face_is_the_last_face_stands_in_and_before_the_first_one_the_first():
    faces = np.array([False, True, True, False, False, True])
    assert TimeGrid.same_rate(6).face_frames(faces).tolist() == [1, 1, 2, 2, 2, 5]
    assert TimeGrid.same_rate(3).face_frames(np.zeros(3, bool)).tolist() == [0, 1, 2]
