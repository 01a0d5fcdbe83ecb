"""Which prediction is responsible for which event (LGSNet's assignment, which FEDN builds on).

Tensor letters: B windows, E events of a window (padded), N anchor-free locations, M anchors.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from fedn.decoding import Geometry

NEGATIVE = -1
IGNORED = -2
POSITIVE_IOU = 0.5
NEGATIVE_IOU = 0.4
MAX_UNKNOWN_SHARE = 0.25

ABSENT, TRUE, UNCERTAIN = 0, 1, 2
UNNAMED = -1
"""In place of a label: there is an event, and what it is called is not known to the network."""


class Truth(NamedTuple):
    """The events of a batch of windows, in window coordinates. E is at least 1, filled up where there is none.

    Attributes:
        intervals: (B, E, 2), those of role TRUE clipped to the window.
        labels: (B, E) int64, UNNAMED where the label is not known.
        roles: (B, E): ABSENT fills up; UNCERTAIN marks what must count neither as event nor as none: an event cut by
            the window's edge, of unknown label, or a micro-expression.
        known: (B, window_frames) bool: frames inside the video and looked at by the annotator.
    """

    intervals: Tensor
    labels: Tensor
    roles: Tensor
    known: Tensor


class Assignment(NamedTuple):
    """For each prediction the row of its event, NEGATIVE or IGNORED: `free` (B, N), `anchors` (B, M)."""

    free: Tensor
    anchors: Tensor


def assign(truth: Truth, where: Geometry) -> Assignment:
    """Responsibilities for a batch of windows."""
    return Assignment(_assign_free(truth, where), _assign_anchors(truth, where))


def _assign_free(truth: Truth, where: Geometry) -> Tensor:
    """A location inside an event, at the level made for the event's size; the shortest event if there are several."""
    start, stop = truth.intervals[:, None].unbind(-1)  # (B, 1, E)
    point = where.points[None, :, None]
    left, right = point - start, stop - point
    inside = torch.minimum(left, right) > 0  # (B, N, E)
    reach = torch.maximum(left, right)
    low, high = where.point_ranges[None, :, None].unbind(-1)
    fits = inside & (reach >= low) & (reach < high) & (truth.roles == TRUE)[:, None]
    length = torch.where(fits, (stop - start).expand_as(fits), torch.inf)
    shortest = length.min(dim=2)
    assigned = torch.where(torch.isfinite(shortest.values), shortest.indices, NEGATIVE)
    doubtful = (inside & (truth.roles == UNCERTAIN)[:, None]).any(dim=2)
    unknown = ~truth.known[:, where.points.long()]
    return torch.where((assigned == NEGATIVE) & (doubtful | unknown), IGNORED, assigned)


def _assign_anchors(truth: Truth, where: Geometry) -> Tensor:
    """The event with the highest IoU above 0.5; every event gets at least its best anchor."""
    center, length = where.anchors.unbind(-1)
    anchors = torch.stack([center - length / 2, center + length / 2], dim=-1)  # (M, 2)
    overlap = pairwise_iou(anchors, truth.intervals)  # (B, M, E)
    real = torch.where((truth.roles == TRUE)[:, None], overlap, -1.0)
    best, rows = real.max(dim=2)
    assigned = torch.where(best > POSITIVE_IOU, rows, NEGATIVE)
    assigned = torch.where((best > NEGATIVE_IOU) & (best <= POSITIVE_IOU), IGNORED, assigned)
    for row in range(real.shape[2]):
        top = real[:, :, row].max(dim=1)
        alone = (truth.roles[:, row] == TRUE) & (top.values <= POSITIVE_IOU)
        assigned[alone, top.indices[alone]] = row
    doubtful = torch.where((truth.roles == UNCERTAIN)[:, None], overlap, 0.0)
    doubtful = (doubtful > NEGATIVE_IOU).any(dim=2)
    doubtful |= _unknown_share(truth.known, anchors) > MAX_UNKNOWN_SHARE
    return torch.where((assigned == NEGATIVE) & doubtful, IGNORED, assigned)


def pairwise_iou(anchors: Tensor, intervals: Tensor) -> Tensor:
    """IoU of anchors (M, 2) with the intervals of each window (B, E, 2) -> (B, M, E)."""
    one, other = anchors[None, :, None], intervals[:, None]
    shared = (torch.minimum(one[..., 1], other[..., 1]) - torch.maximum(one[..., 0], other[..., 0])).clamp_min(0)
    together = (one[..., 1] - one[..., 0]) + (other[..., 1] - other[..., 0]) - shared
    return shared / together.clamp_min(1e-6)


def _unknown_share(known: Tensor, anchors: Tensor) -> Tensor:
    """The share of each anchor's part inside the window that is not known: (B, M)."""
    window = known.shape[1]
    before = torch.nn.functional.pad((~known).float().cumsum(dim=1), (1, 0))  # (B, window + 1)
    bounds = anchors.round().long().clamp(0, window)
    unknown = before[:, bounds[:, 1]] - before[:, bounds[:, 0]]
    return unknown / (bounds[:, 1] - bounds[:, 0]).clamp_min(1)
