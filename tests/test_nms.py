import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fedn.nms import hard_nms, interval_iou, vote

INTERVALS = st.lists(st.tuples(st.floats(0, 500), st.floats(1, 128), st.floats(0, 1)), max_size=40)


def arrays(rows: list[tuple[float, float, float]]) -> tuple[np.ndarray, np.ndarray]:
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return np.stack([table[:, 0], table[:, 0] + table[:, 1]], axis=1), table[:, 2]


@given(INTERVALS, st.floats(0.01, 0.9))
def test_what_stays_does_not_overlap_and_what_goes_overlaps_something_better(rows: list, iou: float):
    intervals, scores = arrays(rows)
    kept = hard_nms(intervals, scores, iou)
    for place, index in enumerate(kept):
        assert (interval_iou(intervals[index], intervals[kept[:place]]) <= iou).all()
    for index in set(range(len(scores))) - set(kept.tolist()):
        better = [other for other in kept if scores[other] >= scores[index]]
        assert (interval_iou(intervals[index], intervals[better]) > iou).any()


def test_a_limit_keeps_the_best():
    intervals, scores = arrays([(0, 5, 0.1), (10, 5, 0.9), (20, 5, 0.5)])
    assert hard_nms(intervals, scores, 0.2, limit=2).tolist() == [1, 2]


def test_nothing_in_gives_nothing_out():
    assert len(hard_nms(np.zeros((0, 2)), np.zeros(0), 0.2)) == 0


def test_voting_moves_a_boundary_toward_what_other_windows_saw():
    intervals = np.array([[10.0, 50.0], [12.0, 50.0], [200.0, 240.0]])
    scores = np.array([0.9, 0.9, 0.9])
    voted = vote(intervals, scores, np.array([0]), 0.7)
    assert voted.tolist() == [[11.0, 50.0]]
