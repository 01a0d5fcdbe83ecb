import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from fedn.decoding import decode_anchors, decode_free, geometry
from fedn.model_config import small_config
from fedn.models.build import build_detector
from training.config import OptimizationConfig
from training.losses import criterion, interval_iou, interval_loss, label_loss
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


def test_disjoint_intervals_are_pulled_together():
    predicted = torch.tensor([[0.0, 10.0]], requires_grad=True)
    interval_loss(predicted, torch.tensor([[60.0, 90.0]]), "diou").sum().backward()
    assert predicted.grad is not None and (predicted.grad < 0).any() and predicted.grad.abs().min() > 0


def test_the_iou_agrees_with_the_intervals_of_the_annotation():
    from fedn.annotation.interval import Interval

    for one, other in [((3, 9), (5, 20)), ((0, 10), (0, 10)), ((0, 5), (5, 9))]:
        expected = Interval(*one).iou(Interval(*other))
        assert interval_iou(torch.tensor([one]).float(), torch.tensor([other]).float()).item() == pytest.approx(
            expected, abs=1e-5
        )


def test_label_loss_is_cross_entropy_and_focal_loss_forgives_what_is_easy():
    logits, targets = torch.randn(4, 3), torch.randint(0, 2, (4, 3)).float()
    expected = -(targets * functional.logsigmoid(logits) + (1 - targets) * functional.logsigmoid(-logits))
    torch.testing.assert_close(label_loss(logits, targets), expected)
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


def test_a_batch_without_any_event_has_a_finite_loss_and_gradient():
    config = small_config(2)
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
