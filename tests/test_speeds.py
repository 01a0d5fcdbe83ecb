"""A video that is looked at at half and quarter rate too, for expressions longer than a window."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedn.annotation.interval import Interval
from fedn.checkpoint import Model
from fedn.errors import ModelError
from fedn.features.extract import VideoFeatures
from fedn.model_config import FednConfig, small_config
from fedn.model_info import ModelInfo
from fedn.models.build import build_detector
from fedn.models.resnet import ResNet18
from fedn.predictors.fedn import FednPredictor
from fedn.predictors.window_scores import useful_speeds
from fedn.time_grid import TimeGrid
from fedn.video.frame_index import FrameIndex

CONFIG = small_config(3, score_prior=0.3, speeds=(1, 2, 4))


@pytest.fixture(scope="module")
def model() -> Model:
    """An untrained network whose scores are high enough to come out."""
    info = ModelInfo("noise", ("a", "b", "c"), CONFIG, threshold=0.3)
    return Model(ResNet18().eval(), build_detector(CONFIG, seed=0).eval(), info)


def noise(frames: int, seed: int = 0) -> VideoFeatures:
    values = np.random.default_rng(seed).normal(size=(frames, 512)).astype(np.float16)
    return VideoFeatures(values, np.ones(frames, bool), FrameIndex.regular(frames, Fraction(30)))


def test_speeds_begin_with_one_and_grow():
    assert FednConfig.from_dict({**CONFIG.to_dict()}).speeds == (1, 2, 4)
    for wrong in ((), (2,), (1, 1), (1, 4, 2), (0, 1)):
        with pytest.raises(ModelError, match="begin with 1 and grow"):
            small_config(3, speeds=wrong)


@given(speed=st.integers(1, 9), cells=st.integers(1, 400), fps=st.sampled_from([24, 30, 50]))
def test_a_slower_grid_shows_the_middle_of_each_of_its_cells(speed: int, cells: int, fps: int):
    grid = TimeGrid.of(FrameIndex.regular(cells, Fraction(fps)))
    slow = grid.slower(speed)
    assert slow.cell_count == -(-grid.cell_count // speed)
    shown = np.arange(slow.cell_count) * speed + speed // 2
    np.testing.assert_array_equal(slow.frames, grid.frames[shown.clip(max=grid.cell_count - 1)])
    start, stop = grid.to_grid(Interval(cells // 3, cells // 3 + 1))
    assert slow.to_grid(Interval(cells // 3, cells // 3 + 1)) == pytest.approx((start / speed, stop / speed))


@given(cells=st.integers(1, 3000))
def test_a_slower_look_is_taken_only_where_it_shows_more(cells: int):
    speeds = useful_speeds((1, 2, 4), cells, 128)
    assert speeds == [speed for speed in (1, 2, 4) if speed == 1 or cells > 64 * speed]


@settings(max_examples=8, deadline=None)
@given(frames=st.integers(1, 1300), chunk=st.integers(1, 9))
def test_all_looks_stay_inside_the_video_and_do_not_depend_on_chunks(model: Model, frames: int, chunk: int):
    features, grid = noise(frames, frames), TimeGrid.same_rate(frames)
    one = FednPredictor(model, "cpu", chunk_windows=1000).score(features.features, features.has_face, grid)
    other = FednPredictor(model, "cpu", chunk_windows=chunk).score(features.features, features.has_face, grid)
    assert one.curves.shape == (3, frames) and np.isfinite(one.curves).all()
    np.testing.assert_allclose(one.curves, other.curves, atol=2e-3)
    lengths = one.intervals[:, 1] - one.intervals[:, 0]
    assert (one.intervals >= 0).all() and (one.intervals <= frames + 1e-6).all() and (lengths <= 512).all()
    if frames <= 128:
        same = alone(model).score(features.features, features.has_face, grid)
        np.testing.assert_array_equal(one.intervals, same.intervals)


def alone(model: Model) -> FednPredictor:
    """The same weights without slow looks."""
    fast = replace(CONFIG, speeds=(1,))
    detector = build_detector(fast, seed=0)
    detector.load_state_dict(model.detector.state_dict())
    return FednPredictor(Model(model.backbone, detector, replace(model.info, network=fast)), "cpu")


def test_slow_looks_only_add_what_is_longer_than_the_look_before_shows_well(model: Model):
    features = noise(1200)
    fast = alone(model).score_features(features)
    all_of_them = FednPredictor(model, "cpu").score_features(features)
    count = len(fast.intervals)
    np.testing.assert_array_equal(all_of_them.intervals[:count], fast.intervals)
    added = all_of_them.intervals[count:]
    lengths = added[:, 1] - added[:, 0]
    assert len(added) and lengths.min() >= 96 and lengths.max() > 128
    assert (all_of_them.curves >= fast.curves - 1e-6).all()
