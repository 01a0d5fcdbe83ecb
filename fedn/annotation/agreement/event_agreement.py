"""Agreement event by event: who found what, with which label, and how far the boundaries are apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

import numpy as np

from fedn.annotation.agreement.coding import CodedVideo
from fedn.annotation.agreement.measure import Measure, ratio
from fedn.annotation.event import Event
from fedn.annotation.matching import match

NO_EVENT = None
"""Stands in the confusion matrix for "the other coder has no event there"; an event without a label has ""."""
NO_EVENTS = "neither of the two has events"
NO_MATCH = "no event of one matches an event of the other"


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two events that are one and the same for both coders, or an event of one that the other has not."""

    video_id: str
    first: Event | None
    second: Event | None
    iou: float = 0.0

    @property
    def labels(self) -> tuple[str | None, str | None]:
        """Labels of both, NO_EVENT where there is none."""
        return (self.first.label if self.first else NO_EVENT, self.second.label if self.second else NO_EVENT)

    @property
    def is_match(self) -> bool:
        return self.first is not None and self.second is not None


PairingsOf = Callable[[CodedVideo, float], Sequence[Pairing]]


@dataclass(frozen=True, slots=True)
class Differences:
    """Frames by which a boundary of the second lies after that of the first, over the matched events that have both."""

    frames: tuple[int, ...]

    @property
    def median(self) -> Measure:
        return Measure(float(median(self.frames))) if self.frames else Measure(None, NO_MATCH)

    @property
    def median_absolute(self) -> Measure:
        return Measure(float(median(map(abs, self.frames)))) if self.frames else Measure(None, NO_MATCH)

    @property
    def spread(self) -> Measure:
        """Interquartile range: the middle half of the differences lies within so many frames."""
        if not self.frames:
            return Measure(None, NO_MATCH)
        low, high = np.percentile(self.frames, [25, 75])
        return Measure(float(high - low))


@dataclass(frozen=True)
class EventAgreement:
    """All numbers come from one list of pairings, so that whoever shows one can show the events behind it.

    Attributes:
        pairings: matched pairs and unmatched events, video by video, by onset.
        iou: overlap from which two events were the same.
    """

    pairings: tuple[Pairing, ...]
    iou: float

    @cached_property
    def matched(self) -> tuple[Pairing, ...]:
        return tuple(pairing for pairing in self.pairings if pairing.is_match)

    @property
    def first_count(self) -> int:
        return sum(pairing.first is not None for pairing in self.pairings)

    @property
    def second_count(self) -> int:
        return sum(pairing.second is not None for pairing in self.pairings)

    @property
    def precision(self) -> Measure:
        """Share of the second's events that the first has too."""
        return ratio(len(self.matched), self.second_count, "the second has no events")

    @property
    def recall(self) -> Measure:
        """Share of the first's events that the second has too."""
        return ratio(len(self.matched), self.first_count, "the first has no events")

    @property
    def f1(self) -> Measure:
        """Twice the matched events over the events of both."""
        return ratio(2 * len(self.matched), self.first_count + self.second_count, NO_EVENTS)

    @property
    def same_label(self) -> Measure:
        """Share of the matched events that both give the same label."""
        same = sum(pairing.labels[0] == pairing.labels[1] for pairing in self.matched)
        return ratio(same, len(self.matched), NO_MATCH)

    def f1_of(self, label: str) -> Measure:
        """Twice the matched events that both call `label` over the events that either calls so."""
        either = sum(count * cell.count(label) for cell, count in self.confusion.items())
        return ratio(2 * self.confusion[label, label], either, f"neither of the two has an event “{label}”")

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Labels of either, sorted."""
        events = (event for pairing in self.pairings for event in (pairing.first, pairing.second) if event)
        return tuple(sorted({event.label for event in events}))

    @cached_property
    def confusion(self) -> Counter[tuple[str | None, str | None]]:
        """(first's label, second's label) -> how often, NO_EVENT where one has nothing."""
        return Counter(pairing.labels for pairing in self.pairings)

    def behind(self, first_label: str | None, second_label: str | None) -> list[Pairing]:
        """The pairings that a cell of `confusion` counts."""
        return [pairing for pairing in self.pairings if pairing.labels == (first_label, second_label)]

    @property
    def onsets(self) -> Differences:
        return self._differences("onset")

    @property
    def apexes(self) -> Differences:
        """Over the matched events of which both have an apex."""
        return self._differences("apex")

    @property
    def offsets(self) -> Differences:
        return self._differences("offset")

    def _differences(self, boundary: str) -> Differences:
        pairs = ((getattr(one.first, boundary), getattr(one.second, boundary)) for one in self.matched)
        return Differences(tuple(two - one for one, two in pairs if one is not None and two is not None))


def event_agreement(
    videos: Iterable[CodedVideo], iou: float = 0.5, *, pairings_of: PairingsOf | None = None
) -> EventAgreement:
    """Matches one to one, as many pairs as possible, video by video, whatever the labels.

    Args:
        iou: least intersection over union of a pair, above 0.
        pairings_of: in place of `pairings`, for whoever keeps them.

    Raises:
        ValueError: if `iou` is not above 0.
    """
    paired = pairings_of or pairings
    return EventAgreement(tuple(pairing for video in videos for pairing in paired(video, iou)), iou)


def pairings(video: CodedVideo, iou: float) -> Sequence[Pairing]:
    """Matched pairs and single events of a video, by onset."""
    first, second = video.judged_events()
    pairs = match([event.interval for event in first], [event.interval for event in second], iou)
    found = [Pairing(video.video_id, first[p.truth_index], second[p.predicted_index], p.iou) for p in pairs]
    only_first = _without(first, {pair.truth_index for pair in pairs})
    only_second = _without(second, {pair.predicted_index for pair in pairs})
    found += [Pairing(video.video_id, event, None) for event in only_first]
    found += [Pairing(video.video_id, None, event) for event in only_second]
    return sorted(found, key=_onset)


class KeptPairings:
    """The pairings of videos, matched anew only where a tier, what is judged or the overlap is another.

    Tiers are told apart by identity: a project gives out the same tuple until the tier changes. For any thread.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[CodedVideo, float, Sequence[Pairing]]] = {}

    def __call__(self, video: CodedVideo, iou: float) -> Sequence[Pairing]:
        kept = self._kept.get(video.video_id)
        if kept is not None:
            before, before_iou, found = kept
            same = before.first is video.first and before.second is video.second
            if same and before_iou == iou and before.judged == video.judged:
                return found
        found = pairings(video, iou)
        self._kept[video.video_id] = (video, iou, found)
        return found

    def forget(self) -> None:
        self._kept.clear()


def _without(events: Sequence[Event], places: set[int]) -> list[Event]:
    return [event for place, event in enumerate(events) if place not in places]


def _onset(pairing: Pairing) -> int:
    return min(event.onset for event in (pairing.first, pairing.second) if event)
