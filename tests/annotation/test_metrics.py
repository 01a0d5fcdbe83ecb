from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_score, recall_score

from fedn.annotation.average_precision import IOUS, area_under_envelope, average_precision
from fedn.annotation.event import Event
from fedn.annotation.metrics import evaluate
from fedn.annotation.recognition import recognition
from fedn.errors import FormatError

LABELS = ("happiness", "anger", "fear", "others")
SCORES = st.integers(0, 20).map(lambda number: number / 20)
EVENTS = st.builds(
    lambda onset, length, label, score: Event(onset, onset + length, label, score=score),
    st.integers(0, 60),
    st.integers(0, 15),
    st.sampled_from(LABELS),
    SCORES,
)
VIDEOS = st.dictionaries(st.sampled_from(["a.mp4", "b.mp4", "c.mp4"]), st.lists(EVENTS, max_size=6))


def naive_average_precision(truth: dict[str, list[Event]], candidates: dict[str, list[Event]], iou: float) -> float:
    """Written independently: frame sets, no sorting by IoU, area as a sum over every recall step."""
    ranked = [(video, event) for video, events in candidates.items() for event in events]
    ranked.sort(key=lambda item: -(item[1].score or 0.0))
    free = {video: list(events) for video, events in truth.items()}
    true_count = sum(map(len, truth.values()))
    points: list[tuple[float, float]] = []
    hits = 0
    for rank, (video, event) in enumerate(ranked, start=1):
        frames = set(range(event.onset, event.offset + 1))
        best, best_iou = None, -1.0
        for other in free.get(video, []):
            own = set(range(other.onset, other.offset + 1))
            value = len(frames & own) / len(frames | own)
            if value >= iou and value > best_iou:
                best, best_iou = other, value
        if best is not None:
            free[video].remove(best)
            hits += 1
        points.append((hits / true_count if true_count else 0.0, hits / rank))
    area, reached = 0.0, 0.0
    for recall, _ in points:
        if recall > reached:
            area += (recall - reached) * max(precision for other, precision in points if other >= recall)
            reached = recall
    return area


@given(VIDEOS, VIDEOS, st.sampled_from(IOUS))
def test_average_precision_agrees_with_a_naive_one(
    truth: dict[str, list[Event]], candidates: dict[str, list[Event]], iou: float
) -> None:
    expected = naive_average_precision(truth, candidates, iou)
    assert average_precision(truth, candidates, iou) == pytest.approx(expected, abs=1e-12)


def test_average_precision_by_hand() -> None:
    assert area_under_envelope(np.array([True, False, True]), 4) == pytest.approx((1 + 2 / 3) / 4)
    assert area_under_envelope(np.array([False, True, True]), 2) == pytest.approx(2 / 3)
    assert area_under_envelope(np.array([False]), 2) == 0.0
    assert area_under_envelope(np.array([], dtype=bool), 0) == 0.0


PAIRS = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1, max_size=40)


@given(PAIRS)
def test_recognition_agrees_with_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    true, predicted = zip(*pairs, strict=True)
    result = recognition(pairs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        precision = precision_score(true, predicted, average="macro", zero_division=0)
        recall = recall_score(true, predicted, average="macro", zero_division=0)
        uf1 = f1_score(true, predicted, average="macro", zero_division=0)
        matrix = confusion_matrix(true, predicted, labels=list(result.labels))
    assert result.micro_f1 == pytest.approx(accuracy_score(true, predicted))
    assert result.uf1 == pytest.approx(uf1)
    assert result.uar == pytest.approx(recall)
    both = precision + recall
    assert result.strs_f1 == pytest.approx(2 * precision * recall / both if both else 0.0)
    assert np.array_equal(result.matrix, matrix)


def example() -> tuple[dict[str, list[Event]], dict[str, list[Event]]]:
    truth = {
        "a.mp4": [Event(0, 9, "happiness"), Event(20, 39, "anger"), Event(60, 69, "fear")],
        "b.mp4": [Event(5, 14, "happiness")],
    }
    predictions = {
        "a.mp4": [Event(0, 9, "happiness", score=0.9), Event(22, 41, "fear", score=0.8)],
        "b.mp4": [Event(100, 110, "happiness", score=0.7)],
        "c.mp4": [Event(0, 9, "anger", score=0.2)],
    }
    return truth, predictions


def test_the_numbers_of_a_small_example_by_hand() -> None:
    truth, predictions = example()
    result = evaluate(truth, predictions).to_json()
    spotting = result["spotting"]
    assert (result["n_truth"], result["n_predictions"]) == (4, 4)
    assert (spotting["tp"], spotting["fp"], spotting["fn"]) == (2, 2, 2)
    assert spotting["precision"] == spotting["recall"] == spotting["f1"] == 0.5
    assert spotting["ap"]["0.50"] == 0.5 and spotting["ap"]["0.80"] == 0.5 and spotting["ap"]["0.85"] == 0.25
    assert spotting["map"] == pytest.approx((7 * 0.5 + 3 * 0.25) / 10)
    assert list(spotting["ap"]) == [f"{iou:.2f}" for iou in IOUS]
    named = result["recognition"]
    assert (named["n"], named["micro_f1"]) == (2, 0.5)
    assert named["confusion"] == {"labels": ["anger", "fear", "happiness"], "matrix": [[0, 1, 0], [0, 0, 0], [0, 0, 1]]}
    assert result["detection"]["ap_by_label"] == {"anger": 0.0, "fear": 0.0, "happiness": 0.5}
    assert result["detection"]["map"] == pytest.approx(0.5 / 3)
    assert result["strs"] == pytest.approx(0.5 * named["strs_f1"])


def test_the_document_has_exactly_the_promised_keys() -> None:
    result = json.loads(json.dumps(evaluate(*example()).to_json(), allow_nan=False))
    assert list(result) == ["n_truth", "n_predictions", "spotting", "recognition", "detection", "strs"]
    assert list(result["spotting"]) == ["iou", "tp", "fp", "fn", "precision", "recall", "f1", "ap", "map"]
    assert list(result["recognition"]) == ["n", "micro_f1", "uf1", "uar", "strs_f1", "confusion"]
    assert sorted(result["detection"]) == ["ap_by_label", "map"]


def test_what_is_not_defined_is_null_or_zero_and_never_nan() -> None:
    truth, predictions = example()
    for one, other in (({}, {}), (truth, {}), ({}, predictions)):
        result = evaluate(one, other).to_json()
        json.dumps(result, allow_nan=False)
        assert result["spotting"]["f1"] == result["spotting"]["map"] == result["strs"] == 0.0
        assert result["recognition"]["n"] == 0 and result["recognition"]["uf1"] is None
    assert evaluate({}, predictions).to_json()["detection"]["map"] is None
    assert evaluate(truth, {}).to_json()["detection"]["map"] == 0.0


def test_average_precision_uses_the_candidates_before_the_threshold() -> None:
    truth, predictions = example()
    candidates = {**predictions, "a.mp4": [*predictions["a.mp4"], Event(60, 69, "fear", score=0.1)]}
    with_all = evaluate(truth, predictions, candidates=candidates)
    assert with_all.spotting.f1 == evaluate(truth, predictions).spotting.f1
    assert with_all.spotting.ap["0.50"] > 0.5


def test_the_published_protocols_let_one_prediction_serve_two_true_events() -> None:
    truth = {"a.mp4": [Event(0, 9, "fear"), Event(0, 8, "anger")]}
    predictions = {"a.mp4": [Event(0, 9, "fear", score=0.5), Event(0, 7, "fear", score=0.9)]}
    one = {"a.mp4": predictions["a.mp4"][:1]}
    assert [evaluate(truth, one, protocol=name).spotting.tp for name in ("ours", "strs", "lgsnet")] == [1, 2, 2]
    assert evaluate(truth, predictions, protocol="ours").spotting.tp == 2
    with pytest.raises(FormatError, match="choose ours, strs, lgsnet"):
        evaluate(truth, predictions, protocol="theirs")
    with pytest.raises(FormatError, match="not between 0 and 1"):
        evaluate(truth, predictions, iou=0)


@given(VIDEOS, VIDEOS)
def test_counts_add_up_whatever_the_events(truth: dict[str, list[Event]], predictions: dict[str, list[Event]]) -> None:
    result = evaluate(truth, predictions)
    spotting = result.spotting
    assert spotting.tp + spotting.fn == result.n_truth and spotting.tp + spotting.fp == result.n_predictions
    assert 0 <= spotting.map <= 1 and 0 <= result.strs <= 1
    assert result.recognition.n == spotting.tp
