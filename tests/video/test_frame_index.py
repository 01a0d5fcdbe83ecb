from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedn.video.frame_index import FrameIndex

NO_SEEKING = np.zeros(0, np.int64)


@st.composite
def indexes(draw: st.DrawFn) -> FrameIndex:
    first = draw(st.integers(-(10**6), 10**9))
    gaps = draw(st.lists(st.integers(1, 10**5), max_size=50))
    pts = np.cumsum([first, *gaps]).astype(np.int64)
    base = Fraction(1, draw(st.sampled_from([25, 1000, 12800, 90000, 10**9])))
    return FrameIndex(pts, base, draw(st.integers(1, 10**5)), pts[:: draw(st.integers(1, 12))])


@settings(deadline=None)
@given(indexes(), st.data())
def test_time_and_frame_are_inverse_of_each_other(index: FrameIndex, data: st.DataObject) -> None:
    frame = data.draw(st.integers(0, index.frame_count - 1))
    start, end = index.time_s(frame), index.end_s(frame)
    assert index.time_s(0) == 0 <= start < end
    assert index.frame_at(start) == frame
    assert index.frame_at((start + end) / 2) == frame
    assert index.frame_at(np.nextafter(end, 0)) == frame
    assert index.frames_at(np.array([start, -1.0, 1e12])).tolist() == [frame, 0, index.frame_count - 1]


@settings(deadline=None)
@given(indexes())
def test_a_frame_ends_where_the_next_one_starts(index: FrameIndex) -> None:
    for frame in range(index.frame_count - 1):
        assert index.end_s(frame) == index.time_s(frame + 1)
    assert index.duration_s == index.end_s(index.frame_count - 1)
    assert index.frame_at(-1) == 0
    assert index.frame_at(index.duration_s + 1) == index.frame_count - 1


# Every example waits for the disk.
@settings(deadline=None, max_examples=20)
@given(index=indexes())
def test_survives_being_saved(index: FrameIndex, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("index") / "frame-index.npz"
    index.save(path, source_size=5, source_mtime_ns=7)
    loaded = FrameIndex.load(path, source_size=5, source_mtime_ns=7)
    assert loaded is not None
    assert np.array_equal(loaded.pts, index.pts) and np.array_equal(loaded.seek_points, index.seek_points)
    assert (loaded.time_base, loaded.last_duration) == (index.time_base, index.last_duration)
    assert FrameIndex.load(path, source_size=6, source_mtime_ns=7) is None
    assert FrameIndex.load(path, source_size=5, source_mtime_ns=8) is None


def test_no_index_comes_from_a_missing_or_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "frame-index.npz"
    assert FrameIndex.load(path, source_size=5, source_mtime_ns=7) is None
    FrameIndex.regular(5, Fraction(30)).save(path, source_size=5, source_mtime_ns=7)
    content = path.read_bytes()
    for cut in (0, 10, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:cut])
        assert FrameIndex.load(path, source_size=5, source_mtime_ns=7) is None


def test_tells_constant_from_variable_rates() -> None:
    milliseconds = np.round(np.arange(300) * 1000 / 29.97).astype(np.int64)
    constant = FrameIndex(milliseconds, Fraction(1, 1000), 33, NO_SEEKING)
    assert constant.is_constant
    assert constant.fps == pytest.approx(29.97, abs=0.01)
    dropped = FrameIndex(np.delete(milliseconds, 100), Fraction(1, 1000), 33, NO_SEEKING)
    assert not dropped.is_constant
    assert FrameIndex.regular(1, Fraction(200)).fps == 200


def test_keyframes_are_the_first_frames_shown_from_a_seek_point() -> None:
    index = FrameIndex(np.array([0, 10, 20, 30]), Fraction(1, 1000), 10, np.array([-5, 20, 99]))
    assert index.keyframes.tolist() == [0, 2]


def test_refuses_frames_that_are_not_there_and_time_that_runs_back() -> None:
    index = FrameIndex.regular(3, Fraction(25))
    for frame in (-1, 3):
        with pytest.raises(IndexError):
            index.time_s(frame)
    with pytest.raises(ValueError):
        FrameIndex(np.array([0, 2, 2]), Fraction(1, 25), 1, NO_SEEKING)
