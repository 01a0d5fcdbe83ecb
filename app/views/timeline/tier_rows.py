"""The rows of the timeline: a tier's events with what the comparison with the reference tier says about each."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from app.session import Session
from fedn.annotation.event import Event
from fedn.annotation.matching import match
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier


class Agreement(Enum):
    AGREES = "agrees"
    LABEL_DIFFERS = "label differs"
    NO_COUNTERPART = "no counterpart"


@dataclass(frozen=True, slots=True, eq=False)
class TierRow:
    """One tier of the current video. `onsets` and `stops` (exclusive) are sorted by onset like `events`."""

    tier: Tier
    events: tuple[Event, ...]
    onsets: NDArray[np.int64]
    stops: NDArray[np.int64]
    agreement: dict[str, Agreement] = field(default_factory=dict)
    missed: frozenset[str] = frozenset()

    @property
    def is_editable(self) -> bool:
        return self.tier.source != Source.DETECTOR

    def between(self, first: float, last: float) -> range:
        """Indices of events that may touch the frames from first to last; longest events decide how far it looks."""
        if not self.events:
            return range(0)
        longest = int((self.stops - self.onsets).max())
        start = int(np.searchsorted(self.onsets, first - longest, side="left"))
        return range(start, int(np.searchsorted(self.onsets, last, side="right")))


def tier_row(project: Project, tier: Tier, reference: Tier | None, detector: Tier | None) -> TierRow:
    """A tier's row: a detector's is compared with the reference, the reference is searched for misses."""
    events = project.events(tier.id)
    onsets = np.array([event.onset for event in events], dtype=np.int64)
    stops = np.array([event.offset + 1 for event in events], dtype=np.int64)
    agreement: dict[str, Agreement] = {}
    missed: frozenset[str] = frozenset()
    if reference is not None and tier.source == Source.DETECTOR:
        agreement = compare(events, project.events(reference.id))
    elif reference is not None and tier.id == reference.id and detector is not None:
        found = compare(events, project.events(detector.id))
        missed = frozenset(event_id for event_id, how in found.items() if how == Agreement.NO_COUNTERPART)
    return TierRow(tier, events, onsets, stops, agreement, missed)


def compare(events: tuple[Event, ...], reference: tuple[Event, ...]) -> dict[str, Agreement]:
    """What a one-to-one match at IoU 0.5 says about each event."""
    result = {event.id: Agreement.NO_COUNTERPART for event in events}
    for pair in match([event.interval for event in reference], [event.interval for event in events]):
        event, counterpart = events[pair.predicted_index], reference[pair.truth_index]
        same = event.label == counterpart.label
        result[event.id] = Agreement.AGREES if same else Agreement.LABEL_DIFFERS
    return result


class TierRows:
    """The rows of the current video, kept until something in them changes."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: list[TierRow] | None = None

    def forget(self) -> None:
        self._rows = None

    def all(self) -> list[TierRow]:
        if self._rows is None:
            self._rows = self._made()
        return self._rows

    def _made(self) -> list[TierRow]:
        project = self._session.project
        if project is None:
            return []
        tiers, reference = self._session.tiers(), self._session.reference_tier
        detector = next((tier for tier in tiers if tier.source == Source.DETECTOR), None)
        return [tier_row(project, tier, reference, detector) for tier in tiers]
