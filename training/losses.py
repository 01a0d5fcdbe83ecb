"""The loss of FEDN (paper section 4) as plain functions.

Tensor letters: B windows, P predictions, K labels.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from fedn.decoding import Geometry, decode_anchors, decode_free
from fedn.models.head import RawOutput
from training.config import OptimizationConfig
from training.targets import NEGATIVE, Assignment, Truth

EPSILON = 1e-6
MIN_LENGTH = 1e-3


def interval_iou(predicted: Tensor, truth: Tensor) -> Tensor:
    """IoU of intervals (..., 2), elementwise."""
    shared = (
        torch.minimum(predicted[..., 1], truth[..., 1]) - torch.maximum(predicted[..., 0], truth[..., 0])
    ).clamp_min(0)
    together = _length(predicted) + _length(truth) - shared
    return shared / (together + EPSILON)


def interval_loss(predicted: Tensor, truth: Tensor, kind: str = "diou") -> Tensor:
    """Loss of each interval (..., 2) -> (...).

    "iou" is 1 - IoU. "giou" adds the share of the enclosing interval that neither covers, "diou" the squared distance
    of the centers over the squared enclosing length, so that disjoint intervals are pulled together too.
    """
    shared = (
        torch.minimum(predicted[..., 1], truth[..., 1]) - torch.maximum(predicted[..., 0], truth[..., 0])
    ).clamp_min(0)
    together = _length(predicted) + _length(truth) - shared
    loss = 1 - shared / (together + EPSILON)
    enclosing = torch.maximum(predicted[..., 1], truth[..., 1]) - torch.minimum(predicted[..., 0], truth[..., 0])
    if kind == "giou":
        return loss + (enclosing - together) / (enclosing + EPSILON)
    if kind == "diou":
        apart = (predicted.sum(dim=-1) - truth.sum(dim=-1)) / 2
        return loss + apart**2 / (enclosing**2 + EPSILON)
    return loss


def _length(interval: Tensor) -> Tensor:
    return (interval[..., 1] - interval[..., 0]).clamp_min(MIN_LENGTH)


def label_loss(logits: Tensor, targets: Tensor, focal_gamma: float = 0.0) -> Tensor:
    """Binary cross-entropy of each entry; with `focal_gamma` easy entries count less."""
    loss = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    if focal_gamma == 0.0:
        return loss
    return loss * (torch.sigmoid(logits) - targets).abs() ** focal_gamma


class Losses(NamedTuple):
    """`total` is what is minimized; the others are for people to read."""

    total: Tensor
    interval: Tensor
    label: Tensor


def criterion(
    raw: RawOutput, truth: Truth, assignment: Assignment, where: Geometry, config: OptimizationConfig
) -> Losses:
    """The loss of a batch. Anchor-free and anchor predictions are normalized apart, then added.

    The interval loss is the mean over positive predictions; the label loss is the sum over all predictions that are
    not ignored, divided by the number of positives plus the number of windows, so that a batch without any event has
    a loss too.
    """
    free = _family(decode_free(raw.free_distances, where), raw.free_logits, assignment.free, truth, config)
    anchored = _family(decode_anchors(raw.anchor_deltas, where), raw.anchor_logits, assignment.anchors, truth, config)
    interval, label = free[0] + anchored[0], free[1] + anchored[1]
    return Losses(config.alpha * interval + config.beta * label, interval.detach(), label.detach())


def _family(
    intervals: Tensor, logits: Tensor, assigned: Tensor, truth: Truth, config: OptimizationConfig
) -> tuple[Tensor, Tensor]:
    positive = assigned >= 0  # (B, P)
    rows = assigned.clamp_min(0)
    wanted = truth.intervals.gather(1, rows[..., None].expand(-1, -1, 2))[positive]
    found = intervals[positive]
    losses = interval_loss(found, wanted, config.interval_loss)
    count = max(1, len(losses))
    targets = torch.zeros_like(logits)
    quality = 1 - config.quality + config.quality * interval_iou(found.detach(), wanted)
    targets[positive] = functional.one_hot(truth.labels.gather(1, rows)[positive], logits.shape[-1]).to(
        logits
    ) * quality.unsqueeze(-1)
    counted = positive | (assigned == NEGATIVE)
    total = (label_loss(logits, targets, config.focal_gamma) * counted.unsqueeze(-1)).sum()
    return losses.sum() / count, total / (int(positive.sum()) + len(logits))
