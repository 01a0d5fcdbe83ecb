"""The loss of FEDN (paper section 4) as plain functions.

Tensor letters: B windows, P predictions, K labels.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from fedn.decoding import Geometry, decode_anchors, decode_free, encode_anchors
from fedn.model_config import FednConfig
from fedn.models.head import RawOutput
from training.config import OptimizationConfig
from training.targets import NEGATIVE, UNNAMED, Assignment, Truth

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


class Totals(NamedTuple):
    """What the losses are divided by: positive predictions of either family, and windows.

    Of all that is learned from in one step, so that windows that are computed in parts, or by several processes, give
    the same gradient as together.
    """

    free: float
    anchors: float
    windows: float

    @classmethod
    def of(cls, assignment: Assignment) -> Totals:
        positive = [float((assigned >= 0).sum()) for assigned in assignment]
        return cls(*positive, windows=float(len(assignment.free)))


class Losses(NamedTuple):
    """`total` is what is minimized; the others are for people to read."""

    total: Tensor
    interval: Tensor
    label: Tensor


def criterion(
    raw: RawOutput,
    truth: Truth,
    assignment: Assignment,
    where: Geometry,
    network: FednConfig,
    config: OptimizationConfig,
    totals: Totals | None = None,
) -> Losses:
    """The loss of a batch, or its part of the loss of a step that has these `totals`.

    Anchor-free and anchor predictions are normalized apart, then added. The interval loss is the mean over positive
    predictions; the label loss is the sum over all predictions that are not ignored, divided by the number of positives
    plus the number of windows, so that a batch without any event has a loss too.
    """
    free, anchored = Matched.of(assignment.free, truth), Matched.of(assignment.anchors, truth)
    totals = totals or Totals.of(assignment)
    found = decode_free(raw.free_distances, where)[free.positive]
    found_anchored = decode_anchors(raw.anchor_deltas, where)[anchored.positive]
    interval = _mean(interval_loss(found, free.intervals, config.interval_loss), totals.free)
    if config.anchor_loss == "smooth_l1":
        wanted = encode_anchors(truth.intervals.gather(1, anchored.rows[..., None].expand(-1, -1, 2)), where)
        deltas = raw.anchor_deltas[anchored.positive]
        apart = functional.smooth_l1_loss(deltas, wanted[anchored.positive], reduction="none").sum(dim=-1)
        interval = interval + _mean(apart, totals.anchors)
    else:
        fits = interval_loss(found_anchored, anchored.intervals, config.interval_loss)
        interval = interval + _mean(fits, totals.anchors)
    of_free, of_anchors = (totals.free, totals.windows), (totals.anchors, totals.windows)
    label = _label(raw.free_logits, raw.free_confidence, free, found, network, config, of_free)
    label = label + _label(
        raw.anchor_logits, raw.anchor_confidence, anchored, found_anchored, network, config, of_anchors
    )
    return Losses(config.alpha * interval + config.beta * label, interval.detach(), label.detach())


class Matched(NamedTuple):
    """One family's predictions and what they are responsible for.

    Attributes:
        positive: (B, P) bool; counted: (B, P) bool, positive or negative, not ignored.
        rows: (B, P) the event of each prediction, 0 where there is none.
        intervals: (Q, 2), labels: (Q,): of the events of the Q positive predictions.
    """

    positive: Tensor
    counted: Tensor
    rows: Tensor
    intervals: Tensor
    labels: Tensor

    @classmethod
    def of(cls, assigned: Tensor, truth: Truth) -> Matched:
        positive, rows = assigned >= 0, assigned.clamp_min(0)
        intervals = truth.intervals.gather(1, rows[..., None].expand(-1, -1, 2))[positive]
        counted = positive | (assigned == NEGATIVE)
        return cls(positive, counted, rows, intervals, truth.labels.gather(1, rows)[positive])


def _mean(losses: Tensor, count: float) -> Tensor:
    return losses.sum() / max(1.0, count)


def _label(
    logits: Tensor,
    confidence: Tensor,
    matched: Matched,
    found: Tensor,
    network: FednConfig,
    config: OptimizationConfig,
    totals: tuple[float, float],
) -> Tensor:
    """The label loss of a family: of its `logits` (B, P, O), or with a confidence branch of that and of the labels.

    `totals` are the positive predictions and the windows of the step.
    """
    quality = 1 - config.quality + config.quality * interval_iou(found.detach(), matched.intervals)
    weight = sum(totals)
    if network.confidence_branch:
        targets = torch.zeros_like(confidence)
        targets[matched.positive] = quality[:, None]
        told = label_loss(confidence, targets, config.focal_gamma) * matched.counted[..., None]
        named = functional.cross_entropy(
            logits[matched.positive], matched.labels, reduction="none", ignore_index=UNNAMED
        )
        return told.sum() / weight + _mean(named, totals[0])
    targets = torch.zeros_like(logits)
    asked = matched.counted[..., None].expand_as(logits).clone()
    labels, asked[matched.positive] = named_or_likeliest(matched.labels, logits[matched.positive], network)
    targets[matched.positive] = label_targets(labels, quality, network)
    if network.fine_labels:
        fine = list(network.fine_labels)
        is_fine = torch.zeros_like(matched.positive)
        is_fine[matched.positive] = torch.isin(matched.labels, torch.tensor(fine, device=logits.device))
        asked[..., fine] &= is_fine[..., None]
    return (label_loss(logits, targets, config.focal_gamma) * asked).sum() / weight


def named_or_likeliest(labels: Tensor, logits: Tensor, network: FednConfig) -> tuple[Tensor, Tensor]:
    """Labels (Q,) of positive predictions with logits (Q, O), and which outputs are asked (Q, O).

    An event without a known label teaches that there is one: its likeliest label shall be sure, the others are not
    asked. Where labels share a coarse one, nothing is asked of such an event.
    """
    named = labels != UNNAMED
    likeliest = logits[:, : network.label_count].detach().argmax(dim=1)
    chosen = torch.where(named, labels, likeliest)
    only = functional.one_hot(likeliest, network.label_outputs).bool()
    if network.fine_labels:
        only = torch.zeros_like(only)
    return chosen, named[:, None] | only


def label_targets(labels: Tensor, quality: Tensor, network: FednConfig) -> Tensor:
    """What positive predictions should say about labels (Q, O): the event's label, and for a fine one the coarse too.

    Args:
        labels: (Q,); quality: (Q,) the target of a label's score. Among the fine labels the target is 1.
    """
    targets = functional.one_hot(labels, network.label_outputs).to(quality)
    if not network.fine_labels:
        return targets * quality[:, None]
    fine = list(network.fine_labels)
    targets[:, -1] = targets[:, fine].sum(dim=1)
    scale = quality[:, None].repeat(1, network.label_outputs)
    scale[:, fine] = 1.0
    return targets * scale
