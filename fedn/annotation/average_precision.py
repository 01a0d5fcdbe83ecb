"""Average precision of scored events, as ActivityNet and OpenTAD define it (all points) and as COCO does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fedn.annotation.event import Event
from fedn.annotation.matching import candidate_pairs

IOUS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
"""0.50, 0.55, ... 0.95: mAP is the mean over these."""

ByVideo = Mapping[str, Sequence[Event]]
Interpolation = Literal["all-points", "coco-101"]


@dataclass(frozen=True, slots=True, eq=False)
class RankedHits:
    """The scored events of some videos, each right or wrong. A video's hits do not depend on the other videos.

    Attributes:
        scores: (N,) a missing score counts as 1.
        hits: (N,) whether the event took a true event.
        true_count: number of true events.
    """

    scores: NDArray[np.float64]
    hits: NDArray[np.bool_]
    true_count: int

    @classmethod
    def pooled(cls, parts: Sequence[RankedHits]) -> RankedHits:
        """Several videos together; the same one may be in it more than once."""
        if not parts:
            return cls(np.zeros(0), np.zeros(0, dtype=bool), 0)
        scores, hits = (np.concatenate([getattr(part, name) for part in parts]) for name in ("scores", "hits"))
        return cls(scores, hits, sum(part.true_count for part in parts))

    def average_precision(self, interpolation: Interpolation = "all-points") -> float:
        """Area under the precision envelope, in [0, 1]; 0 without true events. Ties keep the order given."""
        hits = self.hits[np.argsort(-self.scores, kind="stable")]
        area = area_under_envelope if interpolation == "all-points" else mean_at_101_recalls
        return area(hits, self.true_count)


def ranked_hits(truth: Sequence[Event], candidates: Sequence[Event], iou: float) -> RankedHits:
    """The scored events of one video against its true events.

    Candidates are taken by falling score (in the given order where scores are equal). Each takes the free true event
    with which its IoU is greatest and at least `iou` (the first of equals), or is a false positive.
    """
    scores = np.array([1.0 if event.score is None else event.score for event in candidates], dtype=np.float64)
    partners: dict[int, list[int]] = {}
    pairs = candidate_pairs([event.interval for event in truth], [event.interval for event in candidates], iou)
    for pair in sorted(pairs, key=lambda pair: -pair.iou):
        partners.setdefault(pair.predicted_index, []).append(pair.truth_index)
    taken: set[int] = set()
    hits = np.zeros(len(candidates), dtype=bool)
    for index in np.argsort(-scores, kind="stable"):
        free = next((partner for partner in partners.get(int(index), ()) if partner not in taken), None)
        if free is not None:
            taken.add(free)
            hits[index] = True
    return RankedHits(scores, hits, len(truth))


def pooled_hits(truth: ByVideo, candidates: ByVideo, iou: float) -> RankedHits:
    """All videos together, labels left aside; videos in the order of the candidates, then those without any."""
    videos = list(dict.fromkeys([*candidates, *truth]))
    return RankedHits.pooled([ranked_hits(truth.get(name, ()), candidates.get(name, ()), iou) for name in videos])


def average_precision(
    truth: ByVideo, candidates: ByVideo, iou: float, interpolation: Interpolation = "all-points"
) -> float:
    """Average precision over all videos together, labels left aside (see `ranked_hits`)."""
    return pooled_hits(truth, candidates, iou).average_precision(interpolation)


def area_under_envelope(hits: NDArray[np.bool_], true_count: int) -> float:
    """Average precision over all points (VOC 2010, ActivityNet) from the hits in order of falling score."""
    if true_count == 0 or not hits.any():
        return 0.0
    return float(_envelope(hits)[hits].sum() / true_count)


def mean_at_101_recalls(hits: NDArray[np.bool_], true_count: int) -> float:
    """Average precision as COCO has it: the mean of the envelope at recalls 0, 0.01, ... 1."""
    if true_count == 0 or not hits.any():
        return 0.0
    recall = np.cumsum(hits) / true_count
    places = np.searchsorted(recall, np.linspace(0.0, 1.0, 101), side="left")
    return float(np.append(_envelope(hits), 0.0)[places].mean())


def _envelope(hits: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The best precision at each rank or a later one."""
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return np.maximum.accumulate(precision[::-1])[::-1]


def of_label(events: ByVideo, label: str) -> dict[str, list[Event]]:
    """The events of one label."""
    return {video: [event for event in own if event.label == label] for video, own in events.items()}
