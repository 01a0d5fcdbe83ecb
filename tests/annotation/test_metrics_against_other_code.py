"""Our numbers against independent code: COCO's own evaluation on boxes of height one, and the published loops."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from fedn.annotation.average_precision import IOUS, average_precision
from fedn.annotation.event import Event
from fedn.annotation.metrics import evaluate

Table = dict[str, list[Event]]

# Few places and few scores, so that ties, duplicates and overlapping truth are the rule.
EVENTS = st.builds(
    lambda onset, length, score: Event(onset, onset + length, "anger", score=score / 8),
    st.integers(0, 25),
    st.integers(0, 9),
    st.integers(0, 8),
)
TABLES = st.fixed_dictionaries({name: st.lists(EVENTS, max_size=9) for name in ("a.mp4", "b.mp4", "c.mp4")})


def coco_average_precision(truth: Table, candidates: Table) -> list[float]:
    """Average precision of COCO at each of IOUS; frames are pixels of one row."""
    names = sorted(candidates)
    # Of truths that fit equally well COCO takes the last, we the first: given in reverse it takes the same one.
    boxes = [(number, event) for number, name in enumerate(names, 1) for event in reversed(truth[name])]
    annotations = [
        {"id": own, "image_id": image, "category_id": 1, "iscrowd": 0, "area": box(event)[2], "bbox": box(event)}
        for own, (image, event) in enumerate(boxes, 1)
    ]
    detections = [
        {"image_id": number, "category_id": 1, "bbox": box(event), "score": event.score}
        for number, name in enumerate(names, 1)
        for event in candidates[name]
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        images = [{"id": number} for number in range(1, len(names) + 1)]
        coco.dataset = {"images": images, "annotations": annotations, "categories": [{"id": 1}], "info": {}}
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(detections), "bbox")
        evaluation.params.iouThrs = np.array(IOUS)
        evaluation.params.maxDets = [1000]
        evaluation.params.areaRng, evaluation.params.areaRngLbl = [[0, 1e10]], ["all"]
        evaluation.evaluate()
        evaluation.accumulate()
    return [float(evaluation.eval["precision"][level, :, 0, 0, 0].mean()) for level in range(len(IOUS))]


def box(event: Event) -> list[float]:
    return [float(event.onset), 0.0, float(event.offset + 1 - event.onset), 1.0]


@settings(max_examples=150)
@given(TABLES, TABLES)
def test_average_precision_at_101_points_is_cocos(truth: Table, candidates: Table) -> None:
    if not any(truth.values()) or not any(candidates.values()):
        return
    candidates = dict(sorted(candidates.items()))  # COCO breaks ties between videos in the order of their numbers.
    ours = [average_precision(truth, candidates, iou, "coco-101") for iou in IOUS]
    assert ours == pytest.approx(coco_average_precision(truth, candidates), abs=1e-9)


@given(TABLES, TABLES)
def test_all_points_and_101_points_are_close(truth: Table, candidates: Table) -> None:
    """They differ by less than a hundredth and one true event's share of the recall."""
    true_count = sum(map(len, truth.values()))
    for iou in (0.5, 0.75):
        apart = abs(average_precision(truth, candidates, iou, "coco-101") - average_precision(truth, candidates, iou))
        assert apart <= 0.01 + 1 / max(true_count, 1)


def frames(event: Event) -> set[int]:
    return set(range(event.onset, event.offset + 1))


def overlap(one: Event, other: Event) -> float:
    return len(frames(one) & frames(other)) / len(frames(one) | frames(other))


def lgsnet_true_positives(truth: list[Event], predicted: list[Event]) -> int:
    """Per true event the prediction with the highest IoU; the same prediction may be taken again."""
    return sum(1 for event in truth if predicted and max(overlap(event, other) for other in predicted) >= 0.5)


def strs_true_positives(truth: list[Event], predicted: list[Event]) -> int:
    """Per prediction in list order every true event that is still free."""
    found: set[int] = set()
    for event in predicted:
        found |= {index for index, other in enumerate(truth) if index not in found and overlap(event, other) >= 0.5}
    return len(found)


@given(TABLES, TABLES)
def test_the_published_protocols_count_as_their_loops_do(truth: Table, predicted: Table) -> None:
    for protocol, count in (("lgsnet", lgsnet_true_positives), ("strs", strs_true_positives)):
        expected = sum(count(truth[name], predicted[name]) for name in truth)
        assert evaluate(truth, predicted, protocol=protocol).spotting.tp == expected
    assert evaluate(truth, predicted).spotting.tp <= evaluate(truth, predicted, protocol="strs").spotting.tp
