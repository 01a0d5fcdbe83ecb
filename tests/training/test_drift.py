"""Kept features follow a backbone that has learned."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import training.crops
from fedn.models.resnet import ResNet18
from fedn.progress import SILENT
from training.drift import Drift, drift_of, moved
from training.full import FullScope

from .conftest import make_sample

CHANNELS = 24


def frames(count: int, seed: int) -> np.ndarray:
    """Correlated features, as those of faces are."""
    random = np.random.default_rng(seed)
    mixing = random.normal(size=(CHANNELS, CHANNELS)) / np.sqrt(CHANNELS)
    return (random.normal(size=(count, CHANNELS)) @ mixing + random.normal(size=CHANNELS)).astype(np.float32)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 300))
def test_a_backbone_that_has_not_moved_moves_nothing(seed: int, count: int):
    own, others = frames(count, seed), frames(50, seed + 1).astype(np.float16)
    np.testing.assert_array_equal(Drift.between(own, own).of(others), others)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 300))
def test_a_constant_error_is_followed_exactly_by_however_few_frames(seed: int, count: int):
    own, others = frames(count, seed), frames(50, seed + 1)
    step = np.random.default_rng(seed).normal(size=CHANNELS).astype(np.float32)
    np.testing.assert_allclose(Drift.between(own, own + step).of(others), others + step, atol=5e-3)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.floats(0.01, 0.5))
def test_people_who_were_not_filmed_end_near_to_where_the_backbone_would_put_them(seed: int, size: float):
    random = np.random.default_rng(seed)
    turn = size * random.normal(size=(CHANNELS, CHANNELS)) / np.sqrt(CHANNELS)
    both = frames(700, seed)
    own, others = both[:600], both[600:]

    def new(values: np.ndarray) -> np.ndarray:
        return values + values @ turn

    left = np.abs(Drift.between(own, new(own)).of(others) - new(others)).mean()
    assert left < 0.1 * np.abs(new(others) - others).mean()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(2, 12))
def test_where_nothing_is_known_features_move_no_further_than_what_was_seen(seed: int, count: int):
    """Fewer frames than directions: what was not seen stays, and nothing blows up."""
    random = np.random.default_rng(seed)
    own, others = frames(count, seed), frames(50, seed + 1)
    new = own + 0.1 * random.normal(size=own.shape).astype(np.float32)
    far = np.linalg.norm(Drift.between(own, new).of(others) - others, axis=1)
    assert np.isfinite(far).all() and far.max() < 40 * np.linalg.norm(new - own, axis=1).max()


def test_videos_are_moved_where_there_is_a_face():
    before = [make_sample(f"v{n}", f"s{n}", frames=200, events=2, seed=n) for n in range(3)]
    after = [replace(sample, features=sample.features + np.float16(0.5)) for sample in before]
    drift = drift_of(before, after)
    has_face = np.ones(200, bool)
    has_face[50:60] = False
    former = replace(make_sample("p", "p", frames=200, events=2), has_face=has_face, is_replay=True)
    (found,) = moved([former], drift)
    assert found.features.dtype == np.float16 and found.is_replay
    np.testing.assert_array_equal(found.features[50:60], former.features[50:60])
    assert np.abs(found.features[has_face] - former.features[has_face] - 0.5).max() == pytest.approx(0, abs=0.02)


def test_without_any_face_nothing_moves():
    sample = make_sample("v", "s", frames=200, events=2)
    blind = replace(sample, has_face=np.zeros(200, bool))
    assert drift_of([blind], [blind]) is None and moved([sample], None) == [sample]


def test_the_drift_of_a_training_is_that_of_its_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A few crops of each video tell the same as computing all features anew."""

    def pictures(*_, **__) -> Iterator[tuple[int, np.ndarray | None]]:
        for frame in range(60):
            shade = np.linspace(0, 3 * frame, 32)
            yield frame, np.stack([(shade[:, None] + shade) % 255] * 3, axis=2).astype(np.uint8)

    monkeypatch.setattr(training.crops, "aligned_faces", pictures)
    torch.manual_seed(0)
    old, new = ResNet18().eval(), ResNet18().eval()
    for backbone in (old, new):
        backbone.input_size = torch.tensor(32)
    new.load_state_dict({name: value + 0.002 for name, value in old.state_dict().items()}, strict=False)
    full = FullScope(tmp_path / "crops", 1.0)
    blank = [replace(make_sample(f"v{n}", f"s{n}", frames=60, events=1), path=tmp_path / f"v{n}.mp4") for n in range(2)]
    samples = full.with_features(blank, old, torch.device("cpu"), SILENT)
    found = full.drift(samples, new, torch.device("cpu"), SILENT)
    expected = drift_of(samples, full.with_features(samples, new, torch.device("cpu"), SILENT))
    assert found is not None and expected is not None and np.abs(expected.shift).max() > 0
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-9)
