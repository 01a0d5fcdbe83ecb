import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.apex import find_apex
from fedn.checkpoint import Model
from fedn.errors import ModelError
from fedn.features.extract import VideoFeatures
from fedn.model_config import named_config, small_config
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


@pytest.mark.parametrize("frames", [1, 5, 127, 128, 400, 701])
def test_how_a_video_is_divided_into_chunks_makes_no_difference(model: Model, frames: int):
    features = noise(frames, seed=frames)
    whole = FednPredictor(model, "cpu", chunk_windows=10_000).detect_features(features)
    for chunk in (1, 2, 3, 7):
        chunked = FednPredictor(model, "cpu", chunk_windows=chunk).detect_features(features)
        for one, other in ((chunked.events, whole.events), (chunked.candidates, whole.candidates)):
            assert [content(event) for event in one] == [content(event) for event in other]
        np.testing.assert_allclose(chunked.curves, whole.curves, atol=2e-3)


def test_a_face_that_never_moves_gives_the_same_whatever_the_chunks(model: Model):
    features = noise(500)
    features.features[:] = features.features[0]
    found = [FednPredictor(model, "cpu", chunk_windows=chunk).detect_features(features) for chunk in (1, 5, 100)]
    assert len({tuple(content(event) for event in prediction.candidates) for prediction in found}) == 1


def content(event: Event) -> tuple:
    return event.onset, event.apex, event.offset, event.label, round(event.score or 0.0, 3)


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


def test_soft_suppression_ranks_neighbors_lower_and_leaves_the_events_as_they_are(model: Model):
    features = noise(600)
    soft = replace(model, info=replace(model.info, candidate_sigma=0.5))
    hard, other = FednPredictor(model, "cpu"), FednPredictor(soft, "cpu")
    one = hard.detect_features(features)
    two = other.detect_features(features, scored=hard.score_features(features))
    assert [content(event) for event in one.events] == [content(event) for event in two.events]
    assert [content(event) for event in one.candidates] != [content(event) for event in two.candidates]
    assert two.candidates[0].score == pytest.approx(one.candidates[0].score)
    scores = [event.score for event in two.candidates]
    assert scores == sorted(scores, reverse=True)


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


def test_a_model_keeps_no_more_than_its_limits(model: Model):
    features = noise(900)
    free = FednPredictor(model, "cpu").detect_features(features)
    limited = replace(model.info, most_events=3, most_candidates=5)
    few = FednPredictor(replace(model, info=limited), "cpu").detect_features(features)
    assert len(free.events) > 3 and len(few.events) == 3 and len(few.candidates) == 5
    best = sorted(free.events, key=lambda event: -(event.score or 0.0))[:3]
    assert {content(event) for event in few.events} == {content(event) for event in best}


def test_without_a_vote_boundaries_are_the_best_prediction_s_own(model: Model):
    predictor = FednPredictor(replace(model, info=replace(model.info, vote_iou=1.0)), "cpu")
    features = noise(400)
    grid = TimeGrid.of(features.frame_index)
    scored = predictor.score(features.features, features.has_face, grid)
    own = {(interval.onset, interval.offset) for interval in (grid.to_frames(*row) for row in scored.intervals)}
    assert {(event.onset, event.offset) for event in predictor.detect_features(features).events} <= own


def test_predictions_too_short_too_long_or_too_weak_are_dropped_before_suppression(model: Model):
    features = noise(400)
    scored = FednPredictor(model, "cpu").score(features.features, features.has_face, TimeGrid.same_rate(400))
    lengths = scored.intervals[:, 1] - scored.intervals[:, 0]
    assert len(lengths) and lengths.min() >= 8 and lengths.max() <= 128
    assert scored.scores.max(axis=1).min() >= 0.05
    assert scored.intervals.min() >= 0 and scored.intervals.max() <= 400


def test_one_frame_is_a_video_too(model: Model):
    prediction = FednPredictor(model, "cpu").detect_features(noise(1))
    assert prediction.frame_count == 1 and prediction.curves.shape == (3, 1)
    assert all((event.onset, event.offset) == (0, 0) for event in prediction.events)
    assert len(prediction.events) <= 1


@pytest.mark.slow
def test_two_hours_of_video_take_no_more_memory_than_their_predictions(repository: Path, tmp_path: Path):
    """216,000 frames, whose features lie on disk; what grows with the video are its predictions and curves."""
    told = subprocess.run(
        [sys.executable, "-c", LONG_VIDEO, str(tmp_path / "features.npy")],
        cwd=repository,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    frames, events, candidates, grown_mib = map(float, told.stdout.split())
    assert frames == 216_000 and events > 100 and candidates > 1000
    features_mib = 216_000 * 512 * 2 / 2**20
    assert grown_mib < features_mib + 400


LONG_VIDEO = """
import resource, sys
import numpy as np, torch
torch.set_num_threads(1)
from fractions import Fraction
from fedn.checkpoint import Model
from fedn.features.extract import VideoFeatures
from fedn.model_config import named_config, small_config
from fedn.model_info import ModelInfo
from fedn.models.build import build_detector
from fedn.models.resnet import ResNet18
from fedn.predictors.fedn import FednPredictor
from fedn.video.frame_index import FrameIndex
config = small_config(3, score_prior=0.3)
model = Model(ResNet18(), build_detector(config, seed=0), ModelInfo("m", ("a", "b", "c"), config, threshold=0.3))
minute = np.random.default_rng(0).normal(size=(1800, 512)).astype(np.float16)
FednPredictor(model, "cpu").detect_features(
    VideoFeatures(minute, np.ones(1800, bool), FrameIndex.regular(1800, Fraction(30)))
)
file = np.lib.format.open_memmap(sys.argv[1], "w+", np.float16, (216_000, 512))
for first in range(0, 216_000, 1800):
    file[first : first + 1800] = np.roll(minute, first, axis=1)
file.flush()
del file
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
features = np.load(sys.argv[1], mmap_mode="c")
long = VideoFeatures(features, np.ones(216_000, bool), FrameIndex.regular(216_000, Fraction(30)))
found = FednPredictor(model, "cpu").detect_features(long)
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
print(found.frame_count, len(found.events), len(found.candidates), grown)
"""


@pytest.mark.parametrize(("frames", "step"), [(4, 2), (5, 2), (7, 4), (300, 8)])
def test_the_last_window_begins_where_a_segment_does(frames: int, step: int):
    for cells in range(frames, frames + 200):
        starts = window_starts(cells, 64, 8, step)
        assert starts[-1] + 64 >= cells and all(start % step == 0 for start in starts)


def test_features_of_another_size_are_refused(model: Model):
    features = VideoFeatures(np.zeros((50, 64), np.float16), np.ones(50, bool), FrameIndex.regular(50, Fraction(30)))
    with pytest.raises(ModelError, match="reads features of 512 numbers, not 64"):
        FednPredictor(model, "cpu").detect_features(features)


def test_a_model_of_features_from_files_does_not_read_videos(tiny_video: Path):
    config = named_config("features-from-file", 1, width=32, head_width=32, feature_size=8)
    model = Model(ResNet18(), build_detector(config, seed=0), ModelInfo("i3d", ("a",), config))
    with pytest.raises(ModelError, match="reads features from files"):
        FednPredictor(model, "cpu").detect(tiny_video)


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
