from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fedn.annotation.interval import Interval
from fedn.cfc_sp_config import CfcSpConfig
from fedn.coarse_fine import coarse_fine
from fedn.errors import ModelError
from fedn.features.extract import VideoFeatures
from fedn.model_info import ModelInfo
from fedn.models.cfc_sp import build_cfc_sp
from fedn.models.resnet import ResNet18
from fedn.predictor import load_predictor
from fedn.predictors.cfc_sp import CfcSpModel, CfcSpPredictor, save_cfc_sp
from fedn.progress import Cancelled, Reporter
from fedn.recognizer import load_recognizer
from fedn.time_grid import TimeGrid
from fedn.video.frame_index import FrameIndex

LABELS = ("happiness", "anger", "disgust", "surprise", "fear", "sadness", "others")


def noise(frames: int, seed: int = 0, fps: int = 30) -> VideoFeatures:
    """Features that wander slowly, so that runs are long enough to be expressions."""
    steps = np.random.default_rng(seed).normal(size=(frames, 512)).cumsum(axis=0)
    return VideoFeatures(steps.astype(np.float16), np.ones(frames, bool), FrameIndex.regular(frames, Fraction(fps)))


def predictor_of(labels: tuple[str, ...] = LABELS, **changes) -> CfcSpPredictor:
    """Untrained networks."""
    config = CfcSpConfig(len(labels), hidden=16, **{"smooth_frames": 5, "reference": "median", **changes})
    network = build_cfc_sp(config, coarse_fine(labels), seed=1)
    if config.own_block:
        network.start_from(ResNet18().eval().layer4[1])
    info = ModelInfo("noise", labels, config, kind="cfc-sp", threshold=0.6)
    return CfcSpPredictor(CfcSpModel(ResNet18().eval(), network.eval(), info), "cpu")


@pytest.fixture(scope="module")
def predictor() -> CfcSpPredictor:
    return predictor_of()


def softmax(values: np.ndarray) -> np.ndarray:
    return np.exp(values) / np.exp(values).sum()


@torch.no_grad()
def test_an_interval_is_named_by_the_mean_of_what_smooth_predicting_gives_its_frames(predictor: CfcSpPredictor):
    features, network = noise(60), predictor.network
    reference = network.reference(features.features, features.has_face)
    output = network(torch.from_numpy(features.features), reference)
    coarse, fine = output.coarse.numpy(), output.fine.numpy()
    expected = []
    for start, stop in [(0, 10), (20, 50), (57, 60)]:
        means = []
        for values in (coarse, fine):
            smoothed = [values[t] + values[max(0, t - 2) : t + 3].mean(axis=0) for t in range(start, stop)]
            means.append(np.mean(smoothed, axis=0))
        groups, negative = softmax(means[0][1:]), softmax(means[1])
        # happiness, negative, surprise, others; anger, disgust, fear, sadness
        expected.append(
            [
                groups[0],
                groups[1] * negative[0],
                groups[1] * negative[1],
                groups[2],
                groups[1] * negative[2],
                groups[1] * negative[3],
                groups[3],
            ]
        )
    intervals = [Interval(0, 10), Interval(20, 50), Interval(57, 60)]
    np.testing.assert_allclose(predictor.recognize_features(features, intervals), expected, atol=1e-4)


def test_the_hard_cascade_decides_on_the_group_first(predictor: CfcSpPredictor):
    hard, features = predictor_of(cascade="hard"), noise(300)
    intervals = [Interval(start, start + 10) for start in range(0, 300, 10)]
    decided, scored = (it.recognize_features(features, intervals) for it in (hard, predictor))
    np.testing.assert_allclose(decided.sum(axis=1), 1, atol=1e-5)
    groups = np.array(coarse_fine(LABELS).coarse_of)
    for row, other in zip(decided, scored, strict=True):
        best = max(range(4), key=lambda group: other[groups == group].sum())
        assert set(groups[row > 0]) == {best} and groups[row.argmax()] == best


@given(st.integers(1, 120), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.4, 1.0]))
@settings(max_examples=25)
def test_whatever_the_video_probabilities_sum_to_one_and_events_are_whole(
    predictor: CfcSpPredictor, frames: int, seed: int, missing: float
):
    features, random = noise(frames, seed), np.random.default_rng(seed)
    features.has_face[random.random(frames) < missing] = False
    intervals = [Interval(0, 1), Interval(frames - 1, frames), Interval(0, frames)]
    rows = predictor.recognize_features(features, intervals)
    assert rows.dtype == np.float32 and rows.shape == (3, 7)
    np.testing.assert_allclose(rows.sum(axis=1), 1, atol=1e-5)
    prediction = predictor.detect_features(features, threshold=0.0)
    for event in (*prediction.events, *prediction.candidates):
        assert event.onset >= 0 and event.offset < frames and event.offset - event.onset >= 15
        assert event.kind == "macro" and event.label in LABELS and event.score is not None
    assert np.isfinite(prediction.curves).all() and prediction.curves.shape == (7, frames)


def test_no_intervals_give_no_rows(predictor: CfcSpPredictor):
    assert predictor.recognize_features(noise(30), []).shape == (0, 7)


def test_where_no_face_is_near_nothing_is_named_and_nothing_is_found(predictor: CfcSpPredictor):
    features = noise(200)
    features.has_face[100:] = False
    rows = predictor.recognize_features(features, [Interval(0, 50), Interval(101, 102), Interval(150, 190)])
    assert not np.allclose(rows[0], 1 / 7) and not np.allclose(rows[1], 1 / 7)
    np.testing.assert_allclose(rows[2], 1 / 7)
    prediction = predictor.detect_features(features, threshold=0.0)
    assert all(event.offset < 110 for event in prediction.events)
    assert (prediction.curves[:, 103:] == 0).all()


def test_events_lie_where_an_expression_is_more_probable_than_none(predictor: CfcSpPredictor):
    features = noise(900, seed=3)
    smoothed = predictor.smooth(features, TimeGrid.same_rate(900))
    neutral = np.array([softmax(row)[0] for row in smoothed.coarse])
    prediction = predictor.detect_features(features, threshold=0.0)
    assert len(prediction.events) > 2
    for event in prediction.events:
        inside = neutral[event.onset : event.offset + 1]
        assert inside[0] < 0.5 and inside[-1] < 0.5
        assert event.score == pytest.approx(1 - inside.mean(), abs=1e-6)
    kept = predictor.detect_features(features).events
    assert len(kept) < len(prediction.events) and all((event.score or 0) >= 0.6 for event in kept)


def test_shorter_expressions_are_micro_where_they_are_wanted(predictor: CfcSpPredictor):
    short = predictor_of(least_frames=4, merge_gap_frames=0)
    events = short.detect_features(noise(900, seed=3), threshold=0.0).events
    assert {event.kind for event in events} == {"macro", "micro"}
    assert all((event.offset - event.onset + 1 <= 15) == (event.kind == "micro") for event in events)


def test_intervals_of_another_frame_rate_are_those_of_the_same_moments(predictor: CfcSpPredictor):
    slow = noise(80)
    fast = VideoFeatures(np.repeat(slow.features, 2, axis=0), np.ones(160, bool), FrameIndex.regular(160, Fraction(60)))
    one = predictor.recognize_features(slow, [Interval(10, 30)])
    other = predictor.recognize_features(fast, [Interval(20, 60)])
    np.testing.assert_allclose(one, other, atol=1e-3)


@pytest.mark.parametrize("own_block", [False, True])
def test_a_saved_model_is_found_by_its_kind_as_predictor_and_as_recognizer(own_block: bool, tmp_path: Path):
    predictor = predictor_of(own_block=own_block)
    predictor.network.shares[0] = 0.5
    save_cfc_sp(tmp_path / "noise", predictor.model)
    loaded, recognizer = load_predictor(tmp_path / "noise", "cpu"), load_recognizer(tmp_path / "noise", "cpu")
    assert isinstance(loaded, CfcSpPredictor) and recognizer.labels == LABELS
    assert loaded.config == predictor.config and float(loaded.network.shares[0]) == 0.5
    rows = np.random.default_rng(0).normal(size=(20, predictor.network.row_size)).astype(np.float16)
    features = VideoFeatures(rows, np.ones(20, bool), FrameIndex.regular(20, Fraction(30)))
    one, other = (it.recognize_features(features, [Interval(3, 9)]) for it in (predictor, loaded))
    np.testing.assert_allclose(one, other, atol=0.02)  # weights are kept in half precision


def test_features_of_another_network_are_refused_in_a_sentence(predictor: CfcSpPredictor):
    features = VideoFeatures(np.zeros((9, 8), np.float16), np.ones(9, bool), FrameIndex.regular(9, Fraction(30)))
    with pytest.raises(ModelError, match="rows of 512"):
        predictor.detect_features(features)


def test_it_stops_when_asked(predictor: CfcSpPredictor):
    reporter = Reporter()
    reporter.stop_requested = True
    with pytest.raises(Cancelled):
        predictor.recognize_features(noise(60), [Interval(0, 5)], reporter=reporter)


def test_every_frame_costs_one_look(predictor: CfcSpPredictor):
    cost = predictor.cost()
    assert cost.flop_per_second_of_video == pytest.approx(30 * 3_627_122_688, rel=0.01)
    # Two more blocks, and the backbone's last one for the face at rest: 4.7 million weights each.
    own = predictor_of(own_block=True).cost()
    assert own.parameters - cost.parameters == pytest.approx(2 * 4.72e6, rel=0.01)
