from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

from fedn.features.flow_pictures import CHANNELS, NUMBERS, SIDE, FlowPictures, flow_pictures, small_picture, strain
from fedn.model_info import ModelInfo
from fedn.models.str_streams import StrNetwork, build_str
from fedn.predictor import load_predictor
from fedn.predictors.str_baseline import StrModel, StrPredictor, peaks, save_str, smoothed
from fedn.recognizer import load_recognizer
from fedn.str_config import StrConfig
from fedn.video.frame_index import FrameIndex
from tests.conftest import tiny_frame, write_video

CONFIG = StrConfig(label_count=2, half_length=10)
LABELS = ("happiness", "anger")


def field(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.stack([u, v], axis=2).astype(np.float32)


ROWS, COLUMNS = np.mgrid[0:112, 0:112].astype(np.float32)


def test_a_shift_and_a_small_turn_strain_nothing_and_a_stretch_does() -> None:
    shifted = field(np.full((112, 112), 3.0), np.full((112, 112), -2.0))
    turned = field(-0.02 * ROWS, 0.02 * COLUMNS)
    stretched = field(0.1 * COLUMNS, np.zeros((112, 112)))
    assert np.allclose(strain(shifted), 0, atol=1e-5) and np.allclose(strain(turned), 0, atol=1e-5)
    assert np.allclose(strain(stretched), 0.1, atol=1e-5)
    assert np.allclose(strain(field(0.1 * ROWS, np.zeros((112, 112)))), 0.1 / np.sqrt(2), atol=1e-5)


def test_motion_of_the_whole_head_is_taken_away_with_that_of_the_nose() -> None:
    still = small_picture(np.zeros((112, 112, 2), np.float32))
    moved = small_picture(np.full((112, 112, 2), 5.0, np.float32))
    assert still.shape == (CHANNELS, SIDE, SIDE)
    assert np.allclose(moved, still, atol=1e-5)


def test_brows_lie_above_and_the_mouth_below() -> None:
    flow = np.zeros((112, 112, 2), np.float32)
    flow[20:36, 20:92, 1] = -2.0
    picture = small_picture(flow)
    assert picture[1, : SIDE // 2].mean() < -1 and not picture[1, SIDE // 2 :].any()


def test_smoothing_is_the_mean_of_two_half_lengths() -> None:
    score = np.random.default_rng(0).random(200)
    direct = [
        np.concatenate([np.zeros(10), score, np.zeros(10)])[place : place + 20].sum() / 20 for place in range(200)
    ]
    assert np.allclose(smoothed(score, 10), direct)
    assert smoothed(score[:5], 10).tolist() == score[:5].tolist(), "too short to smooth"


def test_peaks_are_apart_and_reach_the_rule() -> None:
    bump = np.exp(-0.5 * ((np.arange(400) - 100) / 8) ** 2)
    low = 0.3 * np.exp(-0.5 * ((np.arange(400) - 300) / 8) ** 2)
    assert peaks(bump + low, 10).tolist() == [100, 300]
    assert peaks(bump + low, 10, 0.55).tolist() == [100]
    assert peaks(bump + np.roll(0.9 * bump, 6), 10).size == 1, "two peaks nearer than k' are one"
    assert peaks(np.full(50, 0.4), 10).size == 0 and peaks(np.zeros(0), 10).size == 0
    assert peaks(np.linspace(0, 1, 50), 10).tolist() == [49], "a video may end within an expression"


def pictures_of(values: np.ndarray, seen: np.ndarray | None = None) -> FlowPictures:
    index = FrameIndex.regular(len(values), Fraction(30))
    return FlowPictures(values.astype(np.float16), np.ones(len(values), bool) if seen is None else seen, index)


def test_cells_without_a_face_score_nothing_and_chunks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    predictor = StrPredictor(
        StrModel(build_str(CONFIG, seed=0).eval(), ModelInfo("s", LABELS, CONFIG, kind="str")), "cpu"
    )
    values, seen = np.random.default_rng(1).normal(size=(120, NUMBERS)), np.ones(120, bool)
    seen[60:] = False
    seen[-6:] = False
    whole = predictor.tracks(pictures_of(values, seen))
    assert not whole.score[80:].any() and np.allclose(whole.labels[70:], 0.5)
    monkeypatch.setattr("fedn.predictors.str_baseline.CHUNK_PICTURES", 7)
    assert np.allclose(predictor.tracks(pictures_of(values, seen)).score, whole.score, atol=1e-6)


def test_the_recognizer_leaves_the_streams_alone() -> None:
    network = build_str(CONFIG, seed=0)
    said = network(torch.randn(4, CHANNELS, SIDE, SIDE))
    assert said.score.shape == (4,) and said.logits.shape == (4, 2)
    torch.nn.functional.cross_entropy(said.logits, torch.tensor([0, 1, 0, 1])).backward()
    assert all(parameter.grad is None for parameter in network.streams.parameters())
    assert all(parameter.grad is not None for parameter in network.recognize.parameters())


def test_eight_pictures_are_learned_by_heart_in_300_steps() -> None:
    torch.manual_seed(0)
    pictures, truth = torch.randn(8, CHANNELS, SIDE, SIDE), torch.tensor([1.0, 0, 1, 0, 1, 0, 1, 0])
    labels = torch.tensor([0, 0, 1, 1, 0, 0, 1, 1])
    network = StrNetwork(StrConfig(label_count=2, dropout=0.0))
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    for _ in range(300):
        said = network(pictures)
        loss = (said.score - truth).square().mean() + torch.nn.functional.cross_entropy(said.logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    said = network(pictures)
    assert ((said.score > 0.5) == (truth > 0.5)).all() and (said.logits.argmax(dim=1) == labels).all()


def test_a_saved_model_spots_and_recognizes(tmp_path: Path) -> None:
    save_str(tmp_path / "s", StrModel(build_str(CONFIG, seed=3).eval(), ModelInfo("s", LABELS, CONFIG, kind="str")))
    write_video(tmp_path / "v.mp4", [tiny_frame(number) for number in range(24)])
    predictor, recognizer = load_predictor(tmp_path / "s", "cpu"), load_recognizer(tmp_path / "s", "cpu")
    found = predictor.detect(tmp_path / "v.mp4", cache_dir=tmp_path / "cache")
    assert (found.frame_count, found.face_frames, found.events) == (24, 0, ()), "nobody is to be seen in it"
    assert isinstance(predictor, StrPredictor) and isinstance(recognizer, StrPredictor)
    from fedn.annotation.interval import Interval

    named = recognizer.recognize(tmp_path / "v.mp4", [Interval(0, 24), Interval(5, 6)])
    assert named.shape == (2, 2) and np.allclose(named.sum(axis=1), 1)


def test_flow_pictures_come_from_the_cache_the_second_time(tmp_path: Path, shared_data: Path) -> None:
    video = shared_data / "videos" / "pyfeat_single_face.mp4"
    first = flow_pictures(video, 6, cache_dir=tmp_path)
    again = flow_pictures(video, 6, cache_dir=tmp_path)
    alone = flow_pictures(video, 6)
    assert first.seen.any() and not first.seen[-6:].any()
    assert np.array_equal(first.pictures, again.pictures) and np.array_equal(first.pictures, alone.pictures)
