from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

from fedn.annotation.interval import Interval
from fedn.ceflnet_config import CeflnetConfig
from fedn.errors import ModelError
from fedn.features.extract import VideoFeatures
from fedn.model_info import ModelInfo
from fedn.models.ceflnet import build_ceflnet, clip_places
from fedn.models.resnet import ResNet18
from fedn.predictors.ceflnet import CeflnetModel, CeflnetRecognizer, clips_of, face_at_rest, save_ceflnet
from fedn.recognizer import load_recognizer
from fedn.video.frame_index import FrameIndex

CONFIG = CeflnetConfig(label_count=3)
LABELS = ("happiness", "anger", "fear")


def features_of(rows: np.ndarray, has_face: np.ndarray | None = None) -> VideoFeatures:
    seen = np.ones(len(rows), dtype=bool) if has_face is None else has_face
    return VideoFeatures(rows.astype(np.float16), seen, FrameIndex.regular(len(rows), Fraction(30)))


def noise(frames: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(frames, 512))


def test_seven_clips_of_a_fifth_cover_the_interval_evenly() -> None:
    places = clip_places(CONFIG)
    assert places.shape == (7, 5)
    assert places.min() == pytest.approx(0.02) and places.max() == pytest.approx(0.98)
    assert np.allclose(np.diff(places[:, 0]), 10 / 75), "clips of 15 frames, 10 apart, in 75"
    assert np.all(np.diff(places, axis=1) > 0)


def test_clips_hold_the_frames_at_their_places() -> None:
    rows = np.repeat(np.arange(100.0)[:, None], 512, axis=1)
    clips = clips_of(features_of(rows), [Interval(10, 85)], CONFIG, np.zeros(512, np.float32))
    assert clips.shape == (1, 7, 5, 512)
    assert clips[0, :, :, 0].tolist() == np.floor(10 + clip_places(CONFIG) * 75).tolist()


def test_frames_without_a_face_are_replaced_by_the_nearest_with_one() -> None:
    rows, has_face = np.repeat(np.arange(100.0)[:, None], 512, axis=1), np.ones(100, dtype=bool)
    has_face[30:60] = False
    clips = clips_of(features_of(rows, has_face), [Interval(20, 80)], CONFIG, np.zeros(512, np.float32))
    assert set(clips[0, :, :, 0].flatten().tolist()).isdisjoint(range(30, 60))
    nobody = clips_of(
        features_of(rows, np.zeros(100, dtype=bool)), [Interval(20, 80)], CONFIG, np.ones(512, np.float32)
    )
    assert not nobody.any()


def test_the_face_at_rest_is_the_median_of_frames_with_a_face() -> None:
    rows, has_face = noise(51), np.ones(51, dtype=bool)
    has_face[::3] = False
    features = features_of(rows, has_face)
    assert np.allclose(face_at_rest(features, CONFIG), np.median(rows[has_face], axis=0), atol=2e-3)
    assert not face_at_rest(features, CeflnetConfig(3, reference="none")).any()


def test_a_batch_says_what_each_interval_says_alone() -> None:
    network = build_ceflnet(CONFIG, seed=0).eval()
    recognizer = CeflnetRecognizer(
        CeflnetModel(ResNet18(), network, ModelInfo("c", LABELS, CONFIG, kind="ceflnet")), "cpu"
    )
    intervals = [Interval(0, 1), Interval(3, 40), Interval(50, 200)]
    features = features_of(noise(200))
    together = recognizer.recognize_features(features, intervals)
    alone = np.concatenate([recognizer.recognize_features(features, [one]) for one in intervals])
    assert together.shape == (3, 3) and np.allclose(together, alone, atol=1e-5)
    assert np.allclose(together.sum(axis=1), 1, atol=1e-5)
    assert recognizer.recognize_features(features, []).shape == (0, 3)


def test_eight_intervals_are_learned_by_heart_in_300_steps() -> None:
    rows = noise(400)
    intervals = [Interval(50 * number, 50 * number + 40) for number in range(8)]
    labels = torch.tensor([0, 1, 2, 0, 1, 2, 0, 1])
    network = build_ceflnet(CONFIG, seed=1)
    clips = clips_of(features_of(rows), intervals, CONFIG, np.zeros(512, np.float32))
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-4)
    network.train()
    for _ in range(300):
        loss = torch.nn.functional.cross_entropy(network(clips), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if float(loss.detach()) < 1e-3:
            break
    assert (network.eval()(clips).argmax(dim=1) == labels).all()


def test_a_saved_recognizer_says_the_same_and_finds_no_intervals(tmp_path: Path) -> None:
    model = CeflnetModel(
        ResNet18().eval(), build_ceflnet(CONFIG, seed=2).eval(), ModelInfo("c", LABELS, CONFIG, kind="ceflnet")
    )
    save_ceflnet(tmp_path / "c", model)
    again = load_recognizer(tmp_path / "c", "cpu")
    assert isinstance(again, CeflnetRecognizer) and again.labels == LABELS
    features, intervals = features_of(noise(60)), [Interval(5, 50)]
    before = CeflnetRecognizer(model, "cpu").recognize_features(features, intervals)
    assert np.allclose(again.recognize_features(features, intervals), before, atol=2e-3)
    from fedn.predictor import load_predictor

    with pytest.raises(ModelError, match="combine it with a spotter in a cascade"):
        load_predictor(tmp_path / "c", "cpu")


@pytest.mark.parametrize(
    ("changes", "words"), [({"reference": "mode"}, "median"), ({"clips": 9}, "beyond the interval")]
)
def test_numbers_that_make_no_network_are_refused(changes: dict, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        CeflnetConfig.from_dict({"label_count": 3, **changes})
