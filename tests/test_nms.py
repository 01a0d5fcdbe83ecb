import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fedn.nms import hard_nms, interval_iou, soft_nms, vote

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


@given(INTERVALS, st.floats(0.05, 2.0), st.integers(1, 50))
def test_soft_suppression_is_what_looking_at_all_pairs_gives(rows: list, sigma: float, limit: int):
    intervals, scores = arrays(rows)
    kept, found = soft_nms(intervals, scores, sigma, limit)
    left, by_hand = scores.copy(), []
    while len(by_hand) < min(limit, len(scores)):
        rest = [index for index in range(len(scores)) if index not in dict(by_hand)]
        best = max(rest, key=lambda index: left[index])
        by_hand.append((best, left[best]))
        left = left * np.exp(-(interval_iou(intervals[best], intervals) ** 2) / sigma)
    np.testing.assert_allclose(found, [score for _, score in by_hand], rtol=1e-9, atol=1e-12)
    assert len(set(kept.tolist())) == len(kept) == len(by_hand)
    assert (np.diff(found) <= 0).all() and (found <= scores[kept] + 1e-12).all()


def test_soft_suppression_of_an_hour_takes_no_longer_than_a_moment():
    random = np.random.default_rng(0)
    starts = random.uniform(0, 108_000, 200_000)
    intervals = np.stack([starts, starts + random.uniform(10, 128, 200_000)], axis=1)
    kept, found = soft_nms(intervals, random.random(200_000), 0.5, 4200)
    assert len(kept) == len(found) == 4200
