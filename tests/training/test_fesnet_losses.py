import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fedn.models.fesnet import FesnetOutput
from training.config import OptimizationConfig
from training.fesnet_losses import SMOOTH_WEIGHT, Expressions, fesnet_loss, frame_loss, label_loss, smooth_loss
from training.frame_targets import IGNORED


def log_softmax(values: np.ndarray) -> np.ndarray:
    shifted = values - values.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def nothing() -> Expressions:
    return Expressions(*(torch.zeros(0, dtype=torch.int64) for _ in range(4)))


@given(st.integers(0, 2**32 - 1), st.integers(2, 12), st.sampled_from([0.5, 4.0]))
def test_the_smooth_loss_is_what_a_loop_in_numpy_gives(seed: int, frames: int, tau: float):
    values = 4 * np.random.default_rng(seed).normal(size=(2, frames, 3))
    log = log_softmax(values)
    terms = [
        min(tau, abs(log[row, frame, kind] - log[row, frame - 1, kind])) ** 2
        for row in range(2)
        for frame in range(1, frames)
        for kind in range(3)
    ]
    assert float(smooth_loss(torch.from_numpy(values), tau)) == pytest.approx(np.mean(terms))


def test_the_frame_before_does_not_learn_from_the_change_after_it():
    values = torch.randn(1, 2, 3, requires_grad=True)
    smooth_loss(values).backward()
    assert values.grad is not None
    assert (values.grad[0, 0] == 0).all() and (values.grad[0, 1] != 0).any()


def test_a_jump_costs_no_more_than_the_limit_and_pulls_no_more():
    values = torch.tensor([[[30.0, -30.0], [-30.0, 30.0]]], requires_grad=True)
    loss = smooth_loss(values)
    loss.backward()
    assert float(loss) == 16.0 and values.grad is not None and (values.grad == 0).all()


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 2.0]))
def test_frames_are_weighted_by_their_kind_and_unknown_ones_do_not_count(seed: int, gamma: float):
    random = np.random.default_rng(seed)
    values, kinds, weights = random.normal(size=(2, 7, 3)), random.integers(-1, 3, (2, 7)), np.array([0.4, 1.1, 1.5])
    log = log_softmax(values)
    terms, total = 0.0, 0.0
    for row, frame in np.ndindex(2, 7):
        kind = kinds[row, frame]
        if kind != IGNORED:
            chance = np.exp(log[row, frame, kind])
            terms -= weights[kind] * (1 - chance) ** gamma * np.log(chance)
            total += weights[kind]
    found = frame_loss(torch.from_numpy(values), torch.from_numpy(kinds), torch.from_numpy(weights), gamma)
    assert float(found) == pytest.approx(terms / total if total else 0.0)


def test_nothing_known_is_no_loss_and_no_danger():
    values = torch.randn(2, 5, 3, requires_grad=True)
    loss = frame_loss(values, torch.full((2, 5), IGNORED), torch.ones(3))
    loss.backward()
    assert float(loss) == 0.0 and values.grad is not None and (values.grad == 0).all()


def test_labels_are_learned_from_the_mean_over_each_expression():
    values = np.random.default_rng(0).normal(size=(2, 10, 4))
    expressions = Expressions(*map(torch.tensor, ([0, 1, 1], [2, 0, 7], [5, 6, 10], [3, 0, 1])))
    rows = [(0, 2, 5, 3), (1, 0, 6, 0), (1, 7, 10, 1)]
    terms = [-log_softmax(values[row, start:stop].mean(axis=0))[label] for row, start, stop, label in rows]
    assert float(label_loss(torch.from_numpy(values), expressions)) == pytest.approx(np.mean(terms))
    assert float(label_loss(torch.from_numpy(values), nothing())) == 0.0


def test_every_stage_is_supervised_and_the_proposals_of_single_frames_are_not_smoothed():
    stages = [torch.randn(1, 6, 3) for _ in range(4)]
    kinds, weights, how = torch.tensor([[0, 0, 1, 1, 2, IGNORED]]), torch.ones(3), OptimizationConfig(beta=3.0)
    found = fesnet_loss(FesnetOutput(stages, None), kinds, nothing(), weights, how)
    expected = sum(float(frame_loss(stage, kinds, weights)) for stage in stages)
    expected += SMOOTH_WEIGHT * sum(float(smooth_loss(stage)) for stage in stages[1:])
    assert float(found.total) == pytest.approx(expected)
    labels = torch.randn(1, 6, 2)
    one = Expressions(*map(torch.tensor, ([0], [2], [4], [1])))
    with_labels = fesnet_loss(FesnetOutput(stages, labels), kinds, one, weights, how)
    assert float(with_labels.total) == pytest.approx(expected + 3 * float(label_loss(labels, one)))
