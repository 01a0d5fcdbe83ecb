from fractions import Fraction

import numpy as np
import pytest
import torch

from fedn.annotation.interval import Interval
from fedn.apex import find_apex
from fedn.checkpoint import Model
from fedn.errors import ModelError
from fedn.features.extract import VideoFeatures
from fedn.model_config import small_config
from fedn.model_info import ModelInfo
from fedn.models.build import build_detector
from fedn.models.resnet import ResNet18
from fedn.predictors.fedn import FednPredictor, window_starts
from fedn.progress import Cancelled, Reporter
from fedn.time_grid import TimeGrid
from fedn.video.frame_index import FrameIndex


def noise(frames: int, fps: int = 30, seed: int = 0) -> VideoFeatures:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(frames, 512)).astype(np.float16)
    return VideoFeatures(values, np.ones(frames, bool), FrameIndex.regular(frames, Fraction(fps)))


@pytest.fixture(scope="module")
def model() -> Model:
    """An untrained network whose scores are high enough to come out."""
    config = small_config(3, score_prior=0.3)
    torch.manual_seed(0)
    info = ModelInfo("noise", ("a", "b", "c"), config, threshold=0.3)
    return Model(ResNet18(), build_detector(config, seed=0), info)


def test_windows_reach_both_ends_of_the_video():
    assert window_starts(100, 128, 16) == [0]
    assert window_starts(128, 128, 16) == [0]
    assert window_starts(160, 128, 16) == [0, 16, 32]
    assert window_starts(163, 128, 16) == [0, 16, 32, 36]
    for cells in range(120, 300):
        starts = window_starts(cells, 128, 16)
        assert starts[-1] + 128 >= cells and all(start % 2 == 0 for start in starts)


@pytest.mark.parametrize("frames", [5, 127, 400, 701])
def test_a_video_read_in_chunks_gives_what_the_whole_video_gives(model: Model, frames: int):
    features = noise(frames)
    chunked = FednPredictor(model, "cpu", chunk_windows=3).detect_features(features)
    whole = FednPredictor(model, "cpu", chunk_windows=10_000).detect_features(features)
    assert [(e.onset, e.apex, e.offset, e.label) for e in chunked.events] == [
        (e.onset, e.apex, e.offset, e.label) for e in whole.events
    ]
    np.testing.assert_allclose(chunked.curves, whole.curves, atol=2e-3)


def test_windows_that_share_segments_equal_windows_computed_one_by_one(model: Model):
    features = noise(300)
    predictor = FednPredictor(model, "cpu")
    grid = TimeGrid.of(features.frame_index)
    config = predictor.detector.config
    prepared = predictor.detector.prepare(torch.from_numpy(features.features), torch.from_numpy(features.has_face))
    with torch.inference_mode():
        for starts, decoded in predictor._windows(features.features, features.has_face, grid, Reporter()):
            for start, intervals, scores in zip(starts, *decoded, strict=True):
                cells = torch.arange(start - config.lead_frames, start - config.lead_frames + config.read_frames)
                alone = predictor.detector(prepared[cells.clamp(0, 299)][None])
                torch.testing.assert_close(scores[:30], torch.sigmoid(alone.free_logits[0]), atol=1e-4, rtol=1e-3)
                assert torch.isfinite(intervals).all()


def test_events_are_thresholded_and_candidates_are_not(model: Model):
    prediction = FednPredictor(model, "cpu").detect_features(noise(600), threshold=0.37)
    assert all(event.score is not None and event.score >= 0.37 for event in prediction.events)
    assert len(prediction.candidates) > len(prediction.events)
    scores = [event.score for event in prediction.candidates]
    assert scores == sorted(scores, reverse=True)
    assert prediction.curves.shape == (3, 600) and prediction.curves.dtype == np.float16
    assert all(0 <= event.onset <= event.apex <= event.offset < 600 for event in prediction.events)


def test_nothing_is_detected_where_there_is_no_face(model: Model):
    features = noise(600)
    features.has_face[200:] = False
    prediction = FednPredictor(model, "cpu").detect_features(features)
    assert prediction.face_frames == 200
    assert prediction.events and all(event.onset < 200 for event in prediction.events)
    assert (prediction.curves[:, 200:] == 0).all()
    features.has_face[:] = False
    assert FednPredictor(model, "cpu").detect_features(features).events == ()


def test_events_of_another_frame_rate_come_in_the_videos_own_frames(model: Model):
    slow = noise(300)
    fast = VideoFeatures(np.repeat(slow.features, 2, axis=0), np.ones(600, bool), FrameIndex.regular(600, Fraction(60)))
    expected = FednPredictor(model, "cpu").detect_features(slow).events
    found = FednPredictor(model, "cpu").detect_features(fast).events
    assert [e.label for e in found] == [e.label for e in expected]
    for one, other in zip(expected, found, strict=True):
        assert abs(2 * one.onset - other.onset) <= 1 and abs(2 * one.offset + 1 - other.offset) <= 1


def test_detection_stops_when_asked(model: Model):
    reporter = Reporter()
    reporter.stop_requested = True
    with pytest.raises(Cancelled):
        FednPredictor(model, "cpu").detect_features(noise(300), reporter=reporter)


def test_a_missing_cuda_device_is_said_in_a_sentence(model: Model):
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    with pytest.raises(ModelError, match="no CUDA device"):
        FednPredictor(model, "cuda")


def test_the_apex_is_where_the_face_is_farthest_from_rest():
    strength = np.interp(np.arange(100), [0, 30, 45, 80, 99], [0, 0, 1, 0, 0])
    rng = np.random.default_rng(0)
    features = strength[:, None] * rng.normal(size=512) + 0.05 * rng.normal(size=(100, 512))
    apex = find_apex(features.astype(np.float16), np.ones(100, bool), Interval(30, 81))
    assert apex is not None and abs(apex - 45) <= 2
    assert find_apex(features, np.zeros(100, bool), Interval(30, 81)) is None
    assert find_apex(features, np.ones(100, bool), Interval(50, 51)) == 50
