import itertools
import math
from dataclasses import replace
from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from fedn.decoding import decode_anchors, decode_free, geometry
from fedn.model_config import small_config
from fedn.models.build import build_detector
from training.config import OptimizationConfig
from training.losses import criterion, interval_iou, interval_loss, label_loss, label_targets
from training.targets import ABSENT, TRUE, Truth, assign

INTERVAL = st.tuples(st.floats(-50, 150), st.floats(0.5, 120)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(INTERVAL)
def test_the_loss_of_an_interval_with_itself_is_zero(interval: tuple[float, float]):
    row = torch.tensor([interval])
    for kind in ("iou", "giou", "diou"):
        assert interval_loss(row, row, kind).item() == pytest.approx(0, abs=1e-4)


@given(INTERVAL, INTERVAL)
def test_diou_is_larger_than_the_iou_loss_unless_the_centers_agree(one: tuple, other: tuple):
    first, second = torch.tensor([one]), torch.tensor([other])
    diou, iou = interval_loss(first, second, "diou").item(), interval_loss(first, second, "iou").item()
    apart = abs(sum(one) - sum(other)) / 2
    wide = max(one[1], other[1]) - min(one[0], other[0])
    assert diou == pytest.approx(iou + (apart / wide) ** 2, abs=1e-3)
    assert diou + 1e-4 >= 0 and diou < 2
    if apart > 1:
        assert diou > 1e-5


def exact_losses(one: tuple[float, float], other: tuple[float, float]) -> dict[str, float]:
    """The three losses from their definitions, in exact fractions, by measuring sets of points."""
    a, b, c, d = (Fraction(value) for value in (*one, *other))
    edges = sorted({a, b, c, d})
    pieces = [(low, high - low) for low, high in itertools.pairwise(edges)]
    shared = sum((size for low, size in pieces if a <= low < b and c <= low < d), Fraction(0))
    covered = sum((size for low, size in pieces if a <= low < b or c <= low < d), Fraction(0))
    hull = edges[-1] - edges[0]
    iou = 1 - shared / covered
    apart = (a + b - c - d) / 2
    return {"iou": float(iou), "giou": float(iou + (hull - covered) / hull), "diou": float(iou + apart**2 / hull**2)}


@given(INTERVAL, INTERVAL)
def test_the_losses_are_what_their_definitions_say(one: tuple[float, float], other: tuple[float, float]):
    first, second = torch.tensor([one], dtype=torch.float64), torch.tensor([other], dtype=torch.float64)
    for kind, expected in exact_losses(one, other).items():
        assert interval_loss(first, second, kind).item() == pytest.approx(expected, abs=1e-4)


@given(INTERVAL, INTERVAL)
def test_diou_is_zero_for_equal_intervals_only(one: tuple[float, float], other: tuple[float, float]):
    first, second = torch.tensor([one], dtype=torch.float64), torch.tensor([other], dtype=torch.float64)
    moved = max(abs(one[0] - other[0]), abs(one[1] - other[1]))
    assert interval_loss(first, first, "diou").item() == pytest.approx(0, abs=1e-5)
    if moved > 0.1:
        assert interval_loss(first, second, "diou").item() > 1e-4


@given(INTERVAL, st.floats(0.5, 100), st.floats(0.5, 120))
def test_disjoint_intervals_are_pulled_together(one: tuple[float, float], gap: float, length: float):
    predicted = torch.tensor([one], requires_grad=True)
    truth = torch.tensor([[one[1] + gap, one[1] + gap + length]])
    interval_loss(predicted, truth, "diou").sum().backward()
    assert predicted.grad is not None and torch.isfinite(predicted.grad).all()
    assert predicted.grad[0, 1] < 0, "the offset is pulled toward the true interval, which lies behind it"
    still = torch.tensor([one], requires_grad=True)
    interval_loss(still, truth, "iou").sum().backward()
    assert still.grad is not None and still.grad.abs().max() < 1e-6, "which the plain IoU cannot do"


def test_the_iou_agrees_with_the_intervals_of_the_annotation():
    from fedn.annotation.interval import Interval

    for one, other in [((3, 9), (5, 20)), ((0, 10), (0, 10)), ((0, 5), (5, 9))]:
        expected = Interval(*one).iou(Interval(*other))
        assert interval_iou(torch.tensor([one]).float(), torch.tensor([other]).float()).item() == pytest.approx(
            expected, abs=1e-5
        )


def focal_by_hand(logit: torch.Tensor, target: torch.Tensor, gamma: float) -> float:
    """-(1 - p)^gamma log p with p the probability of what is true (Lin et al. 2017), without its weight of classes."""
    share = 1 / (1 + math.exp(-float(logit)))
    true = share if target == 1 else 1 - share
    return -((1 - true) ** gamma) * math.log(true)


def test_label_loss_is_cross_entropy_and_focal_loss_forgives_what_is_easy():
    logits, targets = torch.randn(4, 3), torch.randint(0, 2, (4, 3)).float()
    expected = -(targets * functional.logsigmoid(logits) + (1 - targets) * functional.logsigmoid(-logits))
    torch.testing.assert_close(label_loss(logits, targets), expected)
    for gamma in (1.0, 2.0):
        focal = [
            [focal_by_hand(*pair, gamma) for pair in zip(*rows, strict=True)]
            for rows in zip(logits, targets, strict=True)
        ]
        torch.testing.assert_close(label_loss(logits, targets, gamma), torch.tensor(focal), atol=1e-5, rtol=1e-4)
    easy = torch.tensor([[-6.0]])
    assert label_loss(easy, torch.zeros(1, 1), 2.0) < 1e-4 * label_loss(easy, torch.zeros(1, 1))


def loss_by_hand(raw, truth, assignment, where, config) -> float:
    """The criterion of the paper, one prediction after the other."""
    total = 0.0
    for intervals, logits, assigned in [
        (decode_free(raw.free_distances, where), raw.free_logits, assignment.free),
        (decode_anchors(raw.anchor_deltas, where), raw.anchor_logits, assignment.anchors),
    ]:
        interval_sum, label_sum, positives = 0.0, 0.0, 0
        for window in range(len(assigned)):
            for place, row in enumerate(assigned[window].tolist()):
                if row == -2:
                    continue
                target = torch.zeros(logits.shape[-1])
                if row >= 0:
                    positives += 1
                    target[truth.labels[window, row]] = 1.0
                    interval_sum += interval_loss(intervals[window, place], truth.intervals[window, row]).item()
                label_sum += functional.binary_cross_entropy_with_logits(
                    logits[window, place], target, reduction="sum"
                ).item()
        total += config.alpha * interval_sum / max(1, positives)
        total += config.beta * label_sum / (positives + len(assigned))
    return total


def test_the_criterion_equals_the_formula_written_out():
    config = small_config(3)
    where, how = geometry(config), OptimizationConfig()
    raw = build_detector(config, seed=0).eval()(torch.randn(3, config.read_frames, 512))
    truth = Truth(
        torch.tensor([[[10.0, 50.0], [60.0, 100.0]], [[20.0, 90.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]]),
        torch.tensor([[0, 2], [1, 0], [0, 0]]),
        torch.tensor([[TRUE, TRUE], [TRUE, ABSENT], [ABSENT, ABSENT]]),
        torch.ones(3, 128, dtype=torch.bool),
    )
    assignment = assign(truth, where)
    found = criterion(raw, truth, assignment, where, config, how).total.item()
    assert found == pytest.approx(loss_by_hand(raw, truth, assignment, where, how), rel=1e-4)


VARIANTS = [
    {},
    {"confidence_branch": True},
    {"fine_labels": (0, 2)},
    {"coupled_head": True},
    {"own_heads": True},
]


def random_truth(windows: int) -> Truth:
    truth = Truth(
        torch.tensor([[[10.0, 50.0], [60.0, 100.0]], [[20.0, 90.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]]),
        torch.tensor([[0, 2], [1, 0], [0, 0]]),
        torch.tensor([[TRUE, TRUE], [TRUE, ABSENT], [ABSENT, ABSENT]]),
        torch.ones(3, 128, dtype=torch.bool),
    )
    return Truth(*(value[:windows] for value in truth))


def labels_by_hand(logits, confidence, assigned, truth, config) -> float:
    """The label loss of a family, prediction by prediction and label by label."""
    total, named, positives = 0.0, 0.0, 0
    for window in range(len(assigned)):
        for place, row in enumerate(assigned[window].tolist()):
            if row == -2:
                continue
            label = int(truth.labels[window, row]) if row >= 0 else -1
            positives += row >= 0
            if config.confidence_branch:
                total += focal_by_hand(confidence[window, place, 0], torch.tensor(float(row >= 0)), 0.0)
                if row >= 0:
                    named -= torch.log_softmax(logits[window, place], dim=0)[label].item()
                continue
            for output in range(logits.shape[2]):
                is_coarse = output == config.label_count
                if output in config.fine_labels and label not in config.fine_labels:
                    continue
                target = label in config.fine_labels if is_coarse else output == label
                total += focal_by_hand(logits[window, place, output], torch.tensor(float(target)), 0.0)
    return total / (positives + len(assigned)) + named / max(1, positives)


@pytest.mark.parametrize("changes", VARIANTS, ids=lambda changes: next(iter(changes), "plain"))
def test_the_label_loss_of_every_head_equals_the_formula_written_out(changes: dict):
    config = small_config(3, width=32, head_width=32, **changes)
    where, truth = geometry(config), random_truth(3)
    torch.manual_seed(0)
    with torch.no_grad():
        raw = build_detector(config, seed=0).eval()(torch.randn(3, config.read_frames, 512))
    assignment = assign(truth, where)
    found = criterion(raw, truth, assignment, where, config, OptimizationConfig()).label.item()
    by_hand = labels_by_hand(raw.free_logits, raw.free_confidence, assignment.free, truth, config)
    by_hand += labels_by_hand(raw.anchor_logits, raw.anchor_confidence, assignment.anchors, truth, config)
    assert found == pytest.approx(by_hand, rel=1e-4)


def test_anchors_may_learn_shift_and_log_ratio_instead():
    config = small_config(3, width=32, head_width=32)
    where, truth = geometry(config), random_truth(1)
    raw = build_detector(config, seed=0).eval()(torch.randn(1, config.read_frames, 512))
    assignment = assign(truth, where)
    how = OptimizationConfig()
    plain = criterion(raw, truth, assignment, where, config, how).interval.item()
    smooth = criterion(raw, truth, assignment, where, config, replace(how, anchor_loss="smooth_l1")).interval.item()
    by_hand, interval, count = 0.0, 0.0, 0
    decoded = decode_anchors(raw.anchor_deltas, where)
    for place, row in enumerate(assignment.anchors[0].tolist()):
        if row < 0:
            continue
        count += 1
        start, stop = truth.intervals[0, row].tolist()
        center, length = where.anchors[place].tolist()
        wanted = (((start + stop) / 2 - center) / length, math.log((stop - start) / length))
        for given_delta, wanted_delta in zip(raw.anchor_deltas[0, place].tolist(), wanted, strict=True):
            off = abs(given_delta - wanted_delta)
            by_hand += 0.5 * off**2 if off < 1 else off - 0.5
        interval += interval_loss(decoded[0, place], truth.intervals[0, row]).item()
    assert smooth - by_hand / count == pytest.approx(plain - interval / count, abs=1e-4)


def test_quality_lets_a_label_learn_how_well_its_interval_fits():
    config = small_config(3, fine_labels=(0, 2))
    targets = label_targets(torch.tensor([0, 1]), torch.tensor([0.6, 0.8]), config)
    torch.testing.assert_close(targets, torch.tensor([[1.0, 0.0, 0.0, 0.6], [0.0, 0.8, 0.0, 0.0]]))


@pytest.mark.parametrize("changes", VARIANTS, ids=lambda changes: next(iter(changes), "plain"))
def test_a_batch_without_any_event_has_a_finite_loss_and_gradient(changes: dict):
    config = small_config(3, width=32, head_width=32, **changes)
    detector, where = build_detector(config, seed=0), geometry(config)
    truth = Truth(
        torch.zeros(2, 1, 2),
        torch.zeros(2, 1, dtype=torch.int64),
        torch.full((2, 1), ABSENT),
        torch.ones(2, 128, dtype=torch.bool),
    )
    raw = detector(torch.randn(2, config.read_frames, 512))
    losses = criterion(raw, truth, assign(truth, where), where, config, OptimizationConfig())
    losses.total.backward()
    assert torch.isfinite(losses.total) and losses.interval == 0
    assert all(torch.isfinite(p.grad).all() for p in detector.parameters() if p.grad is not None)
