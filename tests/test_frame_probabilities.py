import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedn.frame_probabilities import Kind, candidates, runs_of, smooth_predicting, spotted

MACRO, MICRO = Kind("macro", 1, 16), Kind("micro", 2, 5, 15)
KINDS = (MACRO, MICRO)


def track(*parts: tuple[int, float, float]) -> np.ndarray:
    """Probabilities (3, T) from (cells, macro, micro) pieces."""
    rows = [np.tile([[1 - macro - micro], [macro], [micro]], cells) for cells, macro, micro in parts]
    return np.concatenate(rows, axis=1)


def found(probabilities: np.ndarray, gap: int = 4) -> list[tuple[int, int, str]]:
    return [(run.start, run.stop, run.kind.name) for run in spotted(probabilities, KINDS, gap)]


def test_a_run_of_the_most_probable_kind_is_an_event_and_its_score_the_mean_inside():
    probabilities = track((10, 0.1, 0.0), (10, 0.6, 0.1), (10, 0.9, 0.0), (10, 0.2, 0.0))
    (run,) = spotted(probabilities, KINDS, 4)
    assert (run.start, run.stop, run.kind) == (10, 30, MACRO)
    assert run.score == pytest.approx(0.75)


def test_short_gaps_are_closed_and_longer_ones_are_not():
    assert found(track((20, 0.9, 0), (4, 0.1, 0), (20, 0.9, 0))) == [(0, 44, "macro")]
    assert found(track((20, 0.9, 0), (5, 0.1, 0), (20, 0.9, 0))) == [(0, 20, "macro"), (25, 45, "macro")]
    # Two that are too short alone are long enough together.
    assert found(track((8, 0.9, 0), (2, 0.1, 0), (8, 0.9, 0), (9, 0, 0))) == [(0, 18, "macro")]


def test_what_is_too_short_or_too_long_for_its_kind_is_no_event():
    assert found(track((5, 0, 0), (15, 0.9, 0), (5, 0, 0))) == []
    assert found(track((5, 0, 0), (16, 0.9, 0), (5, 0, 0))) == [(5, 21, "macro")]
    assert found(track((5, 0, 0), (4, 0, 0.9), (6, 0, 0), (5, 0, 0.9), (5, 0, 0))) == [(15, 20, "micro")]
    assert found(track((5, 0, 0), (15, 0, 0.9), (5, 0, 0))) == [(5, 20, "micro")]
    assert found(track((5, 0, 0), (16, 0, 0.9), (5, 0, 0))) == []


def test_kinds_that_follow_each_other_are_two_events():
    assert found(track((20, 0.8, 0.1), (10, 0.1, 0.8), (3, 0, 0))) == [(0, 20, "macro"), (20, 30, "micro")]


def test_nothing_and_a_single_cell_give_nothing():
    assert found(np.zeros((3, 0))) == [] and found(track((1, 0.9, 0.0))) == []


def test_candidates_go_below_what_wins_but_never_overlap_it():
    probabilities = track((20, 0.05, 0), (20, 0.8, 0), (10, 0.3, 0), (20, 0.0, 0), (20, 0.35, 0), (9, 0.02, 0))
    best, weaker = candidates(probabilities, KINDS, 4, 100)
    assert (best.start, best.stop) == (20, 40) and best.score == pytest.approx(0.8)
    assert (weaker.start, weaker.stop) == (70, 90) and weaker.score == pytest.approx(0.35)
    assert candidates(probabilities, KINDS, 4, 1) == [best]


@given(st.lists(st.booleans(), max_size=80), st.integers(0, 6))
def test_runs_cover_what_is_true_and_nothing_but_short_gaps_besides(cells: list[bool], gap: int):
    mask = np.array(cells, dtype=bool)
    covered = np.zeros(len(mask), dtype=bool)
    before = -1
    for start, stop in runs_of(mask, gap):
        assert mask[start] and mask[stop - 1] and (before < 0 or start - before > gap)
        covered[start:stop] = True
        before = stop
    assert covered[mask].all()
    # What is covered without being true lies in gaps that are no longer than permitted.
    assert all(stop - start <= gap for start, stop in runs_of(covered & ~mask))


@given(
    st.integers(1, 40),
    st.sampled_from([1, 5, 15, 31, 61]),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.0, 0.5, 1.0]),
)
def test_smooth_predicting_is_what_a_loop_over_frames_gives(frames: int, window: int, seed: int, faces: float):
    random = np.random.default_rng(seed)
    values, has_face = random.normal(size=(frames, 3)), random.random(frames) < faces
    expected = np.zeros((frames, 3))
    for frame in range(frames):
        around = [
            values[other]
            for other in range(frame - window // 2, frame + window // 2 + 1)
            if 0 <= other < frames and has_face[other]
        ]
        universal = sum(around) / len(around) if around else np.zeros(3)
        expected[frame] = universal + (values[frame] if has_face[frame] else 0.0)
    np.testing.assert_allclose(smooth_predicting(values, has_face, window), expected, atol=1e-9)


def test_a_still_face_keeps_its_labels_with_twice_the_certainty():
    values = np.tile([0.2, -0.4, 1.0], (30, 1))
    np.testing.assert_allclose(smooth_predicting(values, np.ones(30, bool), 15), 2 * values)
