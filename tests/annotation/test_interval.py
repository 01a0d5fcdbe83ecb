from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fedn.annotation.interval import Interval, subtract, union

INTERVALS = st.builds(lambda start, length: Interval(start, start + length), st.integers(0, 40), st.integers(1, 15))


def frames(intervals: object) -> set[int]:
    return {frame for interval in intervals for frame in range(interval.start, interval.stop)}  # type: ignore[attr-defined]


@given(st.lists(INTERVALS, max_size=6))
def test_a_union_covers_the_same_frames_in_disjoint_intervals(intervals: list[Interval]) -> None:
    joined = union(intervals)
    assert frames(joined) == frames(intervals)
    assert all(first.stop < second.start for first, second in pairwise(joined))


@given(st.lists(INTERVALS, max_size=6), INTERVALS)
def test_subtracting_takes_away_exactly_those_frames(intervals: list[Interval], removed: Interval) -> None:
    assert frames(subtract(tuple(intervals), removed)) == frames(intervals) - frames([removed])


@given(INTERVALS, INTERVALS)
def test_iou_counts_shared_frames(first: Interval, second: Interval) -> None:
    one, other = frames([first]), frames([second])
    assert first.iou(second) == len(one & other) / len(one | other)
