"""Agreement frame by frame: chance-corrected, over the frames that both have coded.

Computed from the table of how often which two categories meet, because libraries want a row a frame: an hour of video
costs them seconds and gigabytes, the table costs nothing. Tests compare with scikit-learn's and krippendorff's numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fedn.annotation.agreement.coding import CodedVideo
from fedn.annotation.agreement.measure import Measure, ratio
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval

Counts = NDArray[np.int64]

NOTHING_JUDGED = "no frame has been coded by both"
ONE_CATEGORY = "all frames have one and the same category, so that chance explains every agreement"


@dataclass(frozen=True)
class FrameAgreement:
    """Categories are the labels, and "no event" in first place.

    Attributes:
        labels: of either, sorted; category `i + 1` is `labels[i]`.
        counts: (K + 1, K + 1) frames, a row for each category of the first, a column for each of the second.
    """

    labels: tuple[str, ...]
    counts: Counts

    @property
    def frames(self) -> int:
        return int(self.counts.sum())

    @property
    def same(self) -> Measure:
        """Share of the frames in which both have the same category."""
        return ratio(float(np.trace(self.counts)), self.frames, NOTHING_JUDGED)

    @property
    def kappa(self) -> Measure:
        """Cohen's kappa (1960): agreement beyond what the coders' own category shares give by chance."""
        return cohen_kappa(self.counts)

    @property
    def alpha(self) -> Measure:
        """Krippendorff's alpha for nominal data (2011): one minus observed over expected disagreement."""
        return krippendorff_alpha(self.counts)

    def kappa_of(self, label: str) -> Measure:
        """Cohen's kappa of "this label or not"."""
        if label not in self.labels:
            return Measure(None, f"neither of the two has an event “{label}”")
        place = self.labels.index(label) + 1
        both = self.counts[place, place]
        first, second = self.counts[place].sum() - both, self.counts[:, place].sum() - both
        return cohen_kappa(np.array([[self.frames - both - first - second, second], [first, both]]))


def frame_agreement(videos: Iterable[CodedVideo]) -> FrameAgreement:
    """Counts the judged frames of all videos by the categories that both coders give them."""
    coded = list(videos)
    events = (event for video in coded for event in (*video.first, *video.second))
    labels = tuple(sorted({event.label for event in events}))
    size = len(labels) + 1
    counts = np.zeros((size, size), np.int64)
    for video in coded:
        first = frame_categories(video.first, video.judged, labels)
        second = frame_categories(video.second, video.judged, labels)
        counts += np.bincount(first * size + second, minlength=size * size).reshape(size, size)
    return FrameAgreement(labels, counts)


def frame_categories(events: Sequence[Event], judged: Sequence[Interval], labels: Sequence[str]) -> NDArray[np.int64]:
    """(F,) for every judged frame: 0 without an event, else the label's place in `labels` plus 1.

    Where events overlap, a frame belongs to the one that begins last, of two that begin together to the shorter, of
    two with the same frames to the label that comes first in the alphabet.
    """
    if not judged:
        return np.zeros(0, np.int64)
    places = {label: place for place, label in enumerate(labels, start=1)}
    timeline = np.zeros(judged[-1].stop, np.int64)
    by_label = sorted(events, key=lambda one: one.label, reverse=True)
    for event in sorted(by_label, key=lambda one: (one.onset, -one.offset)):
        timeline[event.interval.start : event.interval.stop] = places[event.label]
    return np.concatenate([timeline[interval.start : interval.stop] for interval in judged])


def cohen_kappa(counts: Counts) -> Measure:
    """Kappa of a square table of counts: (p_o - p_e) / (1 - p_e), p_e from the product of the margins."""
    total = int(counts.sum())
    if not total:
        return Measure(None, NOTHING_JUDGED)
    shares = counts / total
    expected = float(shares.sum(axis=1) @ shares.sum(axis=0))
    if counts.sum(axis=0).max() == total and counts.sum(axis=1).max() == total and np.trace(counts) == total:
        return Measure(None, ONE_CATEGORY)
    return Measure((float(np.trace(shares)) - expected) / (1 - expected))


def krippendorff_alpha(counts: Counts) -> Measure:
    """Nominal alpha of two coders without missing values: 1 - (n - 1) * off-diagonal / (n^2 - sum of squares).

    The coincidence matrix is the table plus its transpose; n counts values, two a frame.
    """
    coincidences = counts + counts.T
    values = int(coincidences.sum())
    if not values:
        return Measure(None, NOTHING_JUDGED)
    margins = coincidences.sum(axis=0)
    # Python's integers: the square of the frames of a large study does not fit into 64 bits.
    apart = values**2 - sum(int(margin) ** 2 for margin in margins)
    if not apart:
        return Measure(None, ONE_CATEGORY)
    disagreeing = values - int(np.trace(coincidences))
    return Measure(1 - (values - 1) * disagreeing / apart)
