"""What FESNet learns from: every stage's frames, consistency over time, and the labels of whole expressions.

Tensor letters: B intervals, T frames, R kinds, K labels, E expressions.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as nnf

from fedn.models.fesnet import FesnetOutput
from training.config import OptimizationConfig
from training.frame_targets import IGNORED

SMOOTH_WEIGHT = 0.15
TAU = 4.0


class Expressions(NamedTuple):
    """Expressions of a batch: `row` (E,) their interval, `start` and `stop` (E,) frames in it, `label` (E,)."""

    row: Tensor
    start: Tensor
    stop: Tensor
    label: Tensor


class FesnetLosses(NamedTuple):
    """Parts of the loss before their weights; `total` is what is minimized."""

    total: Tensor
    frames: Tensor
    smooth: Tensor
    labels: Tensor


def fesnet_loss(
    output: FesnetOutput,
    kinds: Tensor,
    expressions: Expressions,
    weights: Tensor,
    how: OptimizationConfig,
) -> FesnetLosses:
    """The sum over the stages of cross-entropy and, but for the proposals of single frames, smoothness.

    Args:
        kinds: (B, T) what is true, IGNORED where that is unknown.
        weights: (R,) of the kinds.
    """
    frames = torch.stack([frame_loss(stage, kinds, weights, how.focal_gamma) for stage in output.stages]).sum()
    smooth = torch.stack([smooth_loss(stage) for stage in output.stages[1:]]).sum()
    labels = label_loss(output.labels, expressions) if output.labels is not None else torch.zeros_like(frames)
    return FesnetLosses(how.alpha * (frames + SMOOTH_WEIGHT * smooth) + how.beta * labels, frames, smooth, labels)


def frame_loss(logits: Tensor, kinds: Tensor, weights: Tensor, gamma: float = 0.0) -> Tensor:
    """Weighted cross-entropy (with `gamma` focal) of logits (B, T, R), its mean over the known frames."""
    known = kinds != IGNORED
    true = kinds.clamp_min(0)
    log = nnf.log_softmax(logits, dim=-1).gather(-1, true.unsqueeze(-1)).squeeze(-1)
    weight = weights[true] * known
    return -(weight * (1 - log.exp()).pow(gamma) * log).sum() / weight.sum().clamp_min(1e-6)


def smooth_loss(logits: Tensor, tau: float = TAU) -> Tensor:
    """The squared change of log-probabilities (B, T, R) from frame to frame, cut off at `tau` squared (MS-TCN).

    The frame before is taken as it is: only the later one learns, so that a change is not smeared in both directions.
    """
    if logits.shape[1] < 2:
        return logits.sum() * 0.0
    log = nnf.log_softmax(logits, dim=-1)
    return (log[:, 1:] - log[:, :-1].detach()).abs().clamp_max(tau).square().mean()


def label_loss(logits: Tensor, expressions: Expressions) -> Tensor:
    """Cross-entropy of the mean logits (B, T, K) of each expression's frames, its mean over the expressions."""
    if len(expressions.row) == 0:
        return logits.sum() * 0.0
    sums = nnf.pad(logits.cumsum(dim=1), (0, 0, 1, 0))
    total = sums[expressions.row, expressions.stop] - sums[expressions.row, expressions.start]
    mean = total / (expressions.stop - expressions.start).unsqueeze(1)
    return nnf.cross_entropy(mean, expressions.label)
