"""Average precision of scored events, as ActivityNet and OpenTAD define it (all-point interpolation)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from fedn.annotation.event import Event
from fedn.annotation.matching import candidate_pairs

IOUS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
"""0.50, 0.55, ... 0.95: mAP is the mean over these."""

ByVideo = Mapping[str, Sequence[Event]]


def average_precision(truth: ByVideo, candidates: ByVideo, iou: float) -> float:
    """Average precision over all videos together, labels left aside.

    Candidates are taken by falling score (in the given order where scores are equal; no score counts as 1). Each takes
    the free true event of its video with which its IoU is greatest and at least `iou`, or is a false positive.

    Returns:
        Area under the precision envelope over recall, in [0, 1]; 0 without true events.
    """
    true_count = sum(len(events) for events in truth.values())
    scores: list[float] = []
    places: list[tuple[str, int]] = []
    partners: dict[tuple[str, int], list[int]] = {}
    for video, events in candidates.items():
        scores += [1.0 if event.score is None else event.score for event in events]
        places += [(video, index) for index in range(len(events))]
        own_truth = [event.interval for event in truth.get(video, ())]
        pairs = candidate_pairs(own_truth, [event.interval for event in events], iou)
        for pair in sorted(pairs, key=lambda pair: -pair.iou):
            partners.setdefault((video, pair.predicted_index), []).append(pair.truth_index)
    taken: set[tuple[str, int]] = set()
    hits = np.zeros(len(scores), dtype=bool)
    for rank, index in enumerate(np.argsort(-np.array(scores), kind="stable")):
        video, _ = place = places[index]
        free = next((partner for partner in partners.get(place, ()) if (video, partner) not in taken), None)
        if free is not None:
            taken.add((video, free))
            hits[rank] = True
    return area_under_envelope(hits, true_count)


def area_under_envelope(hits: NDArray[np.bool_], true_count: int) -> float:
    """Average precision from the hits in order of falling score."""
    if true_count == 0 or not hits.any():
        return 0.0
    found = np.cumsum(hits)
    precision = found / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(envelope[hits].sum() / true_count)


def of_label(events: ByVideo, label: str) -> dict[str, list[Event]]:
    """The events of one label."""
    return {video: [event for event in own if event.label == label] for video, own in events.items()}
