import numpy as np
import pytest

from training.synthetic.behavior import VISIBLE, perform, time_course
from training.synthetic.expressions import EMOTIONS, Shapes
from training.synthetic.labels import REPORTED, expert_events, self_report_events

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
    lengths, apexes = [], []
    for seed in range(40):
        for item in perform(shapes, 2700, 30.0, np.random.default_rng(seed)).shown:
            lengths.append(item.offset - item.onset + 1)
            apexes.append((item.apex - item.onset) / (item.offset - item.onset))
    assert 32 <= np.median(lengths) <= 39
    low, high = np.quantile(lengths, [0.05, 0.95])
    assert 15 <= low <= 22
    assert 65 <= high <= 85
    assert 0.28 <= np.median(apexes) <= 0.45


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


def test_expert_and_subject_disagree_about_as_often_as_in_casme2(shapes: Shapes) -> None:
    assert REPORTED.sum(axis=1) == pytest.approx(np.ones(len(EMOTIONS)))
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
