"""How well the assignment covers a table of events: the form in which LGSNet's encoding is checked.

No network and no video is needed, only the events' frames. A deviation from a published table means wrong geometry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fedn.decoding import Geometry, geometry
from fedn.model_config import FednConfig
from training.targets import TRUE, Truth, assign, pairwise_iou
from training.windows import MIN_VISIBLE, regular_starts, visible_part

Spans = Mapping[str, NDArray[np.float64]]
"""By video the true intervals (E, 2), half-open, in frames at 30 fps."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """A view is an event in one window that shows at least nine tenths of it; means are over views.

    Attributes:
        windows, windows_with_event: of all videos; events: in all; unseen: events without any view.
        views_per_event: mean over events.
        anchors_per_view, locations_per_view: anchors and anchor-free locations that are responsible for the event.
        best_anchor_iou: of the anchor that fits best.
        views_without_location: share of views without an anchor-free location.
    """

    events: int
    windows: int
    windows_with_event: int
    unseen: int
    views_per_event: float
    anchors_per_view: float
    best_anchor_iou: float
    locations_per_view: float
    views_without_location: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def coverage(spans: Spans, frame_counts: Mapping[str, int], config: FednConfig, step: int) -> Coverage:
    """Places windows every `step` frames, and once more at each video's end, and assigns each window's events."""
    where = geometry(config)
    windows, views, seen = 0, [], 0
    for video, intervals in spans.items():
        starts = regular_starts(frame_counts[video], config.window_frames, step)
        windows += len(starts)
        met = np.zeros(len(intervals), bool)
        for start in starts:
            inside, share = visible_part(intervals - start, config.window_frames)
            learned = share >= MIN_VISIBLE
            met |= learned
            if learned.any():
                views.append(_views(inside[learned], where, config.window_frames))
        seen += int(met.sum())
    events = sum(len(intervals) for intervals in spans.values())
    none = np.zeros(0)
    anchors, best, locations = (np.concatenate(parts) for parts in zip((none, none, none), *views, strict=True))
    return Coverage(
        events=events,
        windows=windows,
        windows_with_event=len(views),
        unseen=events - seen,
        views_per_event=len(anchors) / max(1, events),
        anchors_per_view=_mean(anchors),
        best_anchor_iou=_mean(best),
        locations_per_view=_mean(locations),
        views_without_location=_mean(locations == 0),
    )


def _views(intervals: NDArray[np.float64], where: Geometry, window: int) -> tuple[NDArray, NDArray, NDArray]:
    """For each event (E, 2) of one window: its anchors, its best anchor's IoU, its locations."""
    rows = torch.from_numpy(intervals).float()[None]
    count = rows.shape[1]
    known = torch.ones(1, window, dtype=torch.bool)
    truth = Truth(rows, torch.zeros(1, count, dtype=torch.int64), torch.full((1, count), TRUE), known)
    assigned = assign(truth, where)
    center, length = where.anchors.unbind(-1)
    best = pairwise_iou(torch.stack([center - length / 2, center + length / 2], -1), rows)[0].amax(dim=0)
    return _per_event(assigned.anchors, count), best.numpy().astype(np.float64), _per_event(assigned.free, count)


def _per_event(assigned: Tensor, count: int) -> NDArray[np.float64]:
    positive = assigned[assigned >= 0]
    return torch.bincount(positive, minlength=count).double().numpy()


def _mean(values: NDArray | Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else 0.0
