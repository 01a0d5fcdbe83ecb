from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from fedn.errors import TrainingError
from training.synthetic.behavior import VISIBLE, perform
from training.synthetic.courses import time_course
from training.synthetic.disagreement import COARSE, COUNTS, FELT, draw_feelings
from training.synthetic.expressions import Shapes
from training.synthetic.labels import expert_events, self_report_events

SIDED = [
    "browDown", "browInnerUp", "browOuterUp", "cheekPuff", "cheekRaiser", "cheekSquint", "eyeBlink", "eyeLookDown",
    "eyeLookIn", "eyeLookOut", "eyeLookUp", "eyeSquint", "eyeWide", "mouthDimple", "mouthFrown", "mouthLowerDown",
    "mouthPress", "mouthSmile", "mouthStretch", "mouthUpperUp", "noseSneer",
]  # fmt: skip
SINGLE = [
    "jawForward", "jawLeft", "jawOpen", "jawRight", "mouthClose", "mouthFunnel", "mouthLeft", "mouthPucker",
    "mouthRight",
    "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
]  # fmt: skip


@pytest.fixture
def shapes() -> Shapes:
    sides = [f"{name}_{side}" for name in SIDED for side in "LR"]
    return Shapes(("PupilDilate_L", "PupilDilate_R", *sides, *SINGLE))


@pytest.mark.parametrize("seed", range(20))
def test_an_expression_rises_from_nothing_to_its_apex_and_falls_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    length = int(rng.integers(16, 118))
    apex = int(length * rng.uniform(0.15, 0.7))
    course = time_course(length, apex, int(0.3 * (length - apex)), rng)
    assert course[0] == 0.0
    assert course[-1] == pytest.approx(0.0)
    assert course.max() > 0.95
    assert abs(int(course.argmax()) - apex) <= 1


def test_labelled_lengths_are_those_of_the_macro_expressions_of_casme2(shapes: Shapes) -> None:
    lengths, apexes, overlapping, events = [], [], 0, 0
    for seed in range(40):
        shown = perform(shapes, 2700, 30.0, np.random.default_rng(seed)).shown
        lengths += [item.offset - item.onset + 1 for item in shown]
        apexes += [(item.apex - item.onset) / (item.offset - item.onset) for item in shown]
        overlapping += sum(before.offset >= after.onset for before, after in pairwise(shown))
        events += len(shown)
    assert 33 <= np.median(lengths) <= 38
    low, quarter, three_quarters, high = np.quantile(lengths, [0.05, 0.25, 0.75, 0.95])
    assert 15 <= low <= 22
    assert 23 <= quarter <= 29
    assert 43 <= three_quarters <= 52
    assert 62 <= high <= 85
    assert 0.33 <= np.median(apexes) <= 0.41
    assert 0.02 < overlapping / events < 0.09


def test_micro_expressions_are_short_weak_and_apart_from_the_others(shapes: Shapes) -> None:
    found = 0
    for seed in range(6):
        shown = perform(shapes, 1800, 30.0, np.random.default_rng(seed), micro_every_s=8.0).shown
        micro = [item for item in shown if item.kind == "micro"]
        found += len(micro)
        for item in micro:
            assert item.offset - item.onset + 1 <= 16
            assert item.intensity <= 0.4
            assert all(other.offset < item.onset or item.offset < other.onset for other in shown if other is not item)
    assert found > 10


def test_a_video_holds_exactly_the_expressions_that_were_asked_for(shapes: Shapes) -> None:
    feelings = draw_feelings(9, np.random.default_rng(1))
    shown = perform(shapes, 1500, 30.0, np.random.default_rng(2), feelings=feelings).shown
    assert [(item.emotion, item.felt) for item in shown] == feelings
    with pytest.raises(TrainingError, match="do not fit"):
        perform(shapes, 300, 30.0, np.random.default_rng(2), feelings=feelings * 4)


def test_nobody_covers_the_face_or_leaves_while_something_shows(shapes: Shapes) -> None:
    touched = left = 0
    for seed in range(60):
        performance = perform(shapes, 2700, 30.0, np.random.default_rng(seed))
        hand = performance.motion.hand
        covered = np.zeros(2700, bool) if hand is None else np.isfinite(hand[:, 0])
        away = np.abs(performance.motion.pose[:, 3]) > 30.0
        touched += covered.any()
        left += away.any()
        for item in performance.shown:
            assert not (covered | away)[item.onset : item.offset + 1].any()
    assert touched > 10
    assert left >= 1


def test_strengths_stay_in_range_and_the_expression_shows_in_them(shapes: Shapes) -> None:
    performance = perform(shapes, 900, 30.0, np.random.default_rng(4))
    strengths = performance.motion.strengths
    assert strengths.min() >= 0.0
    assert strengths.max() <= 1.0
    for item in performance.shown:
        assert strengths[item.apex].max() > VISIBLE


def test_mirroring_twice_gives_the_same_face(shapes: Shapes) -> None:
    assert (shapes.mirror[shapes.mirror] == np.arange(len(shapes.names))).all()
    assert shapes.names[shapes.mirror[shapes.columns("mouthSmile")[0]]] == "mouthSmile_R"
    assert shapes.names[shapes.mirror[shapes.columns("jawLeft")[0]]] == "jawRight"


def test_the_counts_of_both_labels_are_those_of_the_paper() -> None:
    assert dict(zip(COARSE, COUNTS.sum(axis=1), strict=True)) == {
        "positive": 116, "surprise": 16, "negative": 105, "others": 63,
    }  # fmt: skip
    assert dict(zip(FELT, COUNTS.sum(axis=0), strict=True)) == {
        "happiness": 132, "surprise": 26, "disgust": 58, "anger": 47, "fear": 17, "sadness": 8,
        "helpless": 4, "confused": 3, "pain": 3, "sympathy": 2,
    }  # fmt: skip
    negative = dict(zip(FELT, COUNTS[COARSE.index("negative")], strict=True))
    assert [negative[felt] for felt in ("anger", "disgust", "fear", "surprise")] == [41, 26, 13, 10]
    assert COUNTS[COARSE.index("others"), FELT.index("disgust")] == 30


def test_three_hundred_expressions_are_labelled_as_in_casme2_to_the_last_one(shapes: Shapes) -> None:
    expert, felt = Counter(), Counter()
    feelings = draw_feelings(300, np.random.default_rng(5))
    for video in range(30):
        rng = np.random.default_rng(video)
        shown = perform(shapes, 2900, 30.0, rng, feelings=feelings[video * 10 : video * 10 + 10]).shown
        expert.update(event.label for event in expert_events(shown, 2900, rng, "casme2"))
        felt.update(event.label for event in self_report_events(shown, 2900, rng, "casme2"))
    assert expert == dict(zip(COARSE, COUNTS.sum(axis=1), strict=True))
    assert felt == dict(zip(FELT, COUNTS.sum(axis=0), strict=True))


def test_expert_and_subject_disagree_about_as_often_as_in_casme2(shapes: Shapes) -> None:
    same = total = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        shown = perform(shapes, 2700, 30.0, rng).shown
        felt = {event.apex: event.label for event in self_report_events(shown, 2700, rng)}
        for event in expert_events(shown, 2700, rng):
            if event.apex in felt:
                total += 1
                same += felt[event.apex] == event.label
    assert 0.5 < same / total < 0.8


def test_labels_lie_inside_the_video_and_keep_their_apex(shapes: Shapes) -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        shown = perform(shapes, 300, 30.0, rng).shown
        for event in expert_events(shown, 300, rng) + self_report_events(shown, 300, rng):
            assert 0 <= event.onset <= (event.apex or 0) <= event.offset < 300


def test_the_same_seed_gives_the_same_performance(shapes: Shapes) -> None:
    first, second = (perform(shapes, 300, 30.0, np.random.default_rng(9)) for _ in range(2))
    assert (first.motion.strengths == second.motion.strengths).all()
    assert first.shown == second.shown
