from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fedn.errors import ModelError
from fedn.features.extract import VideoFeatures
from fedn.fesnet_config import FesnetConfig
from fedn.model_info import ModelInfo, read_model_info
from fedn.models.fesnet import build_fesnet
from fedn.models.fesnet_time import Stage
from fedn.models.resnet_front import LAYER_3, ResNetFront
from fedn.predictor import load_predictor
from fedn.predictors.fesnet import FesnetModel, FesnetPredictor, interval_starts, save_fesnet
from fedn.progress import Cancelled, Reporter
from fedn.time_grid import TimeGrid
from fedn.video.frame_index import FrameIndex

LABELS = ("a", "b", "c")


def noise(frames: int, seed: int = 0, fps: int = 30) -> VideoFeatures:
    rows = np.random.default_rng(seed).normal(1, 1, (frames, 256 * 49)).astype(np.float16)
    return VideoFeatures(rows, np.ones(frames, bool), FrameIndex.regular(frames, Fraction(fps)))


def model_of(label_count: int = 3, **changes) -> FesnetModel:
    """An untrained network that is sure of what it says, so that there is something to find."""
    small = {"width": 16, "side": 3, "time_width": 8, "blocks": 2, "window_frames": 24, "window_step": 8}
    config = FesnetConfig(label_count, **{**small, "macro_least_frames": 6, "micro_least_frames": 2, **changes})
    network = build_fesnet(config, seed=5)
    with torch.no_grad():
        network.propose.weight *= 10
        for stage in (network.time.first, *network.time.refinements):
            assert isinstance(stage, Stage) and stage.outward.bias is not None
            stage.outward.weight *= 10
            stage.outward.bias.zero_()
    info = ModelInfo("noise", LABELS if label_count == 3 else ("expression",), config, kind="fesnet", threshold=0.4)
    return FesnetModel(ResNetFront(blocks=LAYER_3).eval(), network.eval(), info)


@pytest.fixture(scope="module")
def model() -> FesnetModel:
    return model_of()


def test_intervals_cover_the_video_to_its_last_cell():
    assert interval_starts(10, 64, 16) == [0]
    assert interval_starts(64, 64, 16) == [0]
    assert interval_starts(100, 64, 16) == [0, 16, 32, 36]
    assert interval_starts(96, 64, 16) == [0, 16, 32]


@pytest.mark.parametrize("frames", [1, 5, 24, 25, 130])
def test_how_intervals_are_put_together_in_chunks_makes_no_difference(model: FesnetModel, frames: int):
    features, grid = noise(frames), TimeGrid.same_rate(frames)
    one = FesnetPredictor(model, "cpu", chunk_intervals=1).average(features, grid)
    all_at_once = FesnetPredictor(model, "cpu", chunk_intervals=1000).average(features, grid)
    np.testing.assert_allclose(one.kinds, all_at_once.kinds, atol=1e-5)
    np.testing.assert_allclose(one.labels, all_at_once.labels, atol=1e-4)


@pytest.mark.parametrize("reference", ["first", "calm"])
@torch.no_grad()
def test_probabilities_are_the_mean_of_all_intervals_weighted_by_how_neutral_their_reference_is(reference: str):
    predictor = FesnetPredictor(model_of(reference=reference), "cpu")
    features, network = noise(50), predictor.network
    logs, weights = np.zeros((3, 50)), np.zeros(50)
    for start in (0, 8, 16, 24, 26):
        rows = torch.from_numpy(features.features[start : start + 24][None].astype(np.float32))
        said, at = torch.log_softmax(network(rows).stages[-1], dim=-1)[0], 0
        if reference == "calm":
            at = int(said[:, 0].argmax())
            said = torch.log_softmax(network(rows, torch.tensor([at])).stages[-1], dim=-1)[0]
        weight = max(1e-3, float(said[at, 0].exp()))
        logs[:, start : start + 24] += weight * said.T.numpy()
        weights[start : start + 24] += weight
    expected = np.exp(logs / weights)
    found = predictor.average(features, TimeGrid.same_rate(50)).kinds
    np.testing.assert_allclose(found, expected / expected.sum(axis=0), atol=1e-5)


@given(st.integers(1, 90), st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_whatever_the_video_events_are_whole_and_scores_are_probabilities(model: FesnetModel, frames: int, seed: int):
    features = noise(frames, seed)
    features.has_face[np.random.default_rng(seed).random(frames) < 0.3] = False
    prediction = FesnetPredictor(model, "cpu").detect_features(features, threshold=0.0)
    for event in (*prediction.events, *prediction.candidates):
        assert 0 <= event.onset <= event.offset < frames and event.score is not None
        assert (event.offset - event.onset + 1 <= 15) if event.kind == "micro" else (event.offset - event.onset >= 5)
    assert prediction.curves.shape == (3, frames) and prediction.face_frames == int(features.has_face.sum())
    assert [e.onset for e in prediction.events] == sorted(e.onset for e in prediction.events)
    scores = [event.score or 0.0 for event in prediction.candidates]
    assert scores == sorted(scores, reverse=True)


def test_there_is_something_to_find_and_the_threshold_keeps_it_or_not(model: FesnetModel):
    predictor = FesnetPredictor(model, "cpu")
    everything = predictor.detect_features(noise(300), threshold=0.0).events
    assert len(everything) > 3 and {event.kind for event in everything} == {"macro", "micro"}
    own = predictor.detect_features(noise(300))
    assert own.events == () or min(event.score or 0 for event in own.events) >= 0.4
    assert len(predictor.detect_features(noise(300), threshold=0.99).events) < len(everything)


def test_where_no_face_is_there_is_no_expression(model: FesnetModel):
    features = noise(200)
    features.has_face[100:] = False
    prediction = FesnetPredictor(model, "cpu").detect_features(features, threshold=0.0)
    assert prediction.events and all(event.offset < 100 for event in prediction.events)
    assert (prediction.curves[:, 100:] == 0).all()
    features.has_face[:] = False
    nobody = FesnetPredictor(model, "cpu").detect_features(features, threshold=0.0)
    assert nobody.events == () == nobody.candidates and nobody.face_frames == 0


def test_frames_of_another_rate_come_in_the_videos_own_frames(model: FesnetModel):
    slow, predictor = noise(150), FesnetPredictor(model, "cpu")
    fast = VideoFeatures(np.repeat(slow.features, 2, axis=0), np.ones(300, bool), FrameIndex.regular(300, Fraction(60)))
    expected = predictor.detect_features(slow, threshold=0.0).events
    found = predictor.detect_features(fast, threshold=0.0).events
    assert [(2 * event.onset, 2 * event.offset + 1, event.label) for event in expected] == [
        (event.onset, event.offset, event.label) for event in found
    ]


def test_a_network_of_one_label_names_every_expression_by_it():
    one = model_of(label_count=1)
    prediction = FesnetPredictor(one, "cpu").detect_features(noise(200), threshold=0.0)
    assert prediction.events and {event.label for event in prediction.events} == {"expression"}


def test_a_saved_model_is_found_by_its_kind_and_says_the_same(model: FesnetModel, tmp_path: Path):
    save_fesnet(tmp_path / "noise", model)
    loaded = load_predictor(tmp_path / "noise", "cpu")
    assert isinstance(loaded, FesnetPredictor) and loaded.info.kind == "fesnet"
    assert loaded.info.provenance.backbone_hash != "" and loaded.config == model.network.config
    one, other = (
        predictor.average(noise(40), TimeGrid.same_rate(40)).kinds for predictor in (FesnetPredictor(model), loaded)
    )
    np.testing.assert_allclose(one, other, atol=0.05)  # weights are kept in half precision
    assert read_model_info(tmp_path / "noise").labels == LABELS


def test_features_of_another_network_are_refused_in_a_sentence(model: FesnetModel):
    features = VideoFeatures(np.zeros((9, 512), np.float16), np.ones(9, bool), FrameIndex.regular(9, Fraction(30)))
    with pytest.raises(ModelError, match="maps of 12544"):
        FesnetPredictor(model, "cpu").detect_features(features)


def test_detection_stops_when_asked(model: FesnetModel):
    reporter = Reporter()
    reporter.stop_requested = True
    with pytest.raises(Cancelled):
        FesnetPredictor(model, "cpu").detect_features(noise(60), reporter=reporter)


def test_the_cost_counts_the_convolutions_of_every_frame(model: FesnetModel):
    cost = FesnetPredictor(model, "cpu").cost()
    # Layers 1 to 3 of ResNet-18 at 224 pixels: about three quarters of its 3.6 GFLOP a frame.
    assert 30 * 2.5e9 < cost.flop_per_second_of_video < 30 * 3.2e9
    assert cost.parameters > 2.7e6
