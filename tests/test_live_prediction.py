"""What is told while features still arrive is what the whole video gives in the end, as far as it is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fedn.checkpoint import Model
from fedn.features.extract import FeaturesSoFar, VideoFeatures
from fedn.predictors import live
from fedn.predictors.fedn import FednPredictor
from fedn.predictors.live import LivePrediction
from fedn.progress import Record, Reporter
from tests.test_predictor import model, noise

__all__ = ["model"]


class Kept(Reporter):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[dict] = []

    def report(self, record: Record) -> None:
        assert record.kind == "partial"
        self.parts.append((Record.from_line(record.to_line()) or record).data)


def told(model: Model, features: VideoFeatures, step: int, monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """The parts of a video that comes in steps of so many frames."""
    monkeypatch.setattr(live, "APART_S", 0.0)
    reporter = Kept()
    follow = LivePrediction(FednPredictor(model, "cpu"), None, reporter)
    for count in range(step, features.frame_index.frame_count + step, step):
        there = min(count, features.frame_index.frame_count)
        rows = features.features

        def read(first: int, stop: int, there: int = there, rows: np.ndarray = rows) -> np.ndarray:
            assert stop <= there, "rows that are not there yet"
            return rows[first:stop]

        follow(FeaturesSoFar(features.frame_index, there, np.asarray(features.has_face), read))
    return reporter.parts


@pytest.mark.parametrize(("fps", "step"), [(30, 40), (30, 333), (25, 60), (60, 200)])
def test_parts_join_and_say_what_the_whole_video_says(
    model: Model, monkeypatch: pytest.MonkeyPatch, fps: int, step: int
):
    features = noise(900, fps, seed=fps)
    # The face at rest is the same in every part of this video.
    monkeypatch.setattr(FednPredictor, "reference_of", lambda self, _rows: self.detector.reference(
        _whole(features), np_true(len(features.has_face))))  # fmt: skip
    whole = FednPredictor(model, "cpu").detect_features(features)
    parts = told(model, features, step, monkeypatch)
    assert parts
    curves, known, events = np.zeros_like(whole.curves, np.float32), np.zeros(900, bool), {}
    for part in parts:
        first, values = part["first_frame"], np.array(part["curves"])
        assert part["labels"] == ["a", "b", "c"] and first <= int(known.sum())
        curves[:, first : first + values.shape[1]], known[first : first + values.shape[1]] = values, True
        events = {onset: event for onset, event in events.items() if onset < part["events_from"]}
        events |= {event["onset"]: event for event in part["events"]}
    settled = parts[-1]["first_frame"]
    assert known[: int(known.sum())].all() and settled > 300
    np.testing.assert_allclose(curves[:, :settled], whole.curves[:, :settled], atol=5e-3)
    # Near the edge of what is known events still change.
    sure = settled - 3 * 128 * fps // 30
    final = {(event.onset, event.offset, event.label) for event in whole.events if event.offset < sure}
    assert {(one["onset"], one["offset"], one["label"]) for one in events.values() if one["offset"] < sure} == final


def _whole(features: VideoFeatures):
    import torch

    return torch.from_numpy(features.features)


def np_true(count: int):
    import torch

    return torch.ones(count, dtype=torch.bool)


def test_nothing_is_told_of_a_video_without_a_face(model: Model, monkeypatch: pytest.MonkeyPatch):
    features = noise(600)
    features.has_face[:] = False
    for part in told(model, features, 100, monkeypatch):
        assert part["events"] == [] and not np.array(part["curves"]).any()


def test_a_short_video_is_told_in_the_end_only(model: Model, monkeypatch: pytest.MonkeyPatch):
    assert told(model, noise(60), 20, monkeypatch) == []


def test_the_whole_prediction_does_not_depend_on_who_looks(
    model: Model, monkeypatch: pytest.MonkeyPatch, tiny_video: Path
):
    features = noise(400, seed=5)
    before = FednPredictor(model, "cpu").detect_features(features)
    told(model, features, 50, monkeypatch)
    after = FednPredictor(model, "cpu").detect_features(features)
    assert [(e.onset, e.offset, e.score) for e in before.events] == [(e.onset, e.offset, e.score) for e in after.events]
