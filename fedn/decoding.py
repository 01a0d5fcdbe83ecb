"""Network output <-> intervals. Coordinates are frames from the window's first own frame, continuous and half-open:
the event of frames onset..offset is [onset, offset + 1).

Tensor letters: B batch, N anchor-free locations, M anchors, K labels, O numbers a prediction says about labels.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from fedn.model_config import FednConfig
from fedn.models.head import RawOutput

MAX_LOG_RATIO = 4.0
MIN_LENGTH_FRAMES = 1e-3


class Geometry(NamedTuple):
    """Where the network's predictions sit, levels joined from fine to coarse.

    Attributes:
        points: (N,) frames of the anchor-free locations.
        point_strides: (N,) frames.
        point_ranges: (N, 2) the larger distance, in frames, that a location is responsible for: low <= d < high.
        anchors: (M, 2) center and length in frames; the anchors of a location follow each other.
    """

    points: Tensor
    point_strides: Tensor
    point_ranges: Tensor
    anchors: Tensor


def geometry(config: FednConfig, device: torch.device | str = "cpu") -> Geometry:
    """The geometry of one window (LGSNet's encoding)."""
    points, strides, ranges, anchors = [], [], [], []
    for stride, lengths, (low, high) in zip(
        config.level_strides, config.anchor_lengths, config.free_ranges, strict=True
    ):
        for position in range(config.window_frames // stride):
            points.append(position * stride + stride // 2)
            strides.append(stride)
            ranges.append((low, high))
            anchors += [((position + 0.5) * stride, length) for length in lengths]
    as_tensor = [torch.tensor(rows, dtype=torch.float32, device=device) for rows in (points, strides, ranges, anchors)]
    return Geometry(*as_tensor)


def decode_free(distances: Tensor, where: Geometry) -> Tensor:
    """Distances in strides (..., N, 2) -> intervals (..., N, 2)."""
    left, right = (distances * where.point_strides[:, None]).unbind(-1)
    return torch.stack([where.points - left, where.points + right], dim=-1)


def encode_free(intervals: Tensor, where: Geometry) -> Tensor:
    """The inverse of `decode_free`."""
    start, stop = intervals.unbind(-1)
    return torch.stack([where.points - start, stop - where.points], dim=-1) / where.point_strides[:, None]


def decode_anchors(deltas: Tensor, where: Geometry) -> Tensor:
    """Shift and log ratio (..., M, 2) -> intervals (..., M, 2)."""
    center, length = where.anchors.unbind(-1)
    middle = center + deltas[..., 0] * length
    half = 0.5 * length * torch.exp(deltas[..., 1].clamp(-MAX_LOG_RATIO, MAX_LOG_RATIO))
    return torch.stack([middle - half, middle + half], dim=-1)


def encode_anchors(intervals: Tensor, where: Geometry) -> Tensor:
    """The inverse of `decode_anchors`."""
    center, length = where.anchors.unbind(-1)
    start, stop = intervals.unbind(-1)
    wanted = (stop - start).clamp_min(MIN_LENGTH_FRAMES)
    return torch.stack([((start + stop) / 2 - center) / length, torch.log(wanted / length)], dim=-1)


class Decoded(NamedTuple):
    """Predictions of a batch of windows: `intervals` (B, N + M, 2), not clipped; `scores` (B, N + M, K) in [0, 1]."""

    intervals: Tensor
    scores: Tensor


def decode(raw: RawOutput, where: Geometry, config: FednConfig) -> Decoded:
    """All predictions of a batch of windows, anchor-free ones first."""
    intervals = torch.cat([decode_free(raw.free_distances, where), decode_anchors(raw.anchor_deltas, where)], dim=1)
    logits = torch.cat([raw.free_logits, raw.anchor_logits], dim=1)
    confidence = torch.cat([raw.free_confidence, raw.anchor_confidence], dim=1)
    return Decoded(intervals, label_scores(logits, confidence, config))


def label_scores(logits: Tensor, confidence: Tensor, config: FednConfig) -> Tensor:
    """What the head says about labels (..., O), and its confidence (..., 1 or 0) -> scores (..., K) in [0, 1].

    A prediction's score is its largest one and its label the one that has it, whatever the kind of head. Where the
    confidence alone is the score, the likeliest label has it and the others less in proportion.
    """
    if config.confidence_branch:
        shares = torch.softmax(logits, dim=-1)
        if not config.confidence_times_label:
            shares = shares / shares.amax(dim=-1, keepdim=True)
        return torch.sigmoid(confidence) * shares
    scores = torch.sigmoid(logits)
    if not config.fine_labels:
        return scores
    coarse = torch.ones_like(scores[..., :-1])
    coarse[..., list(config.fine_labels)] = scores[..., -1:]
    return scores[..., :-1] * coarse
