"""What there is to review on a video: pairs of events that belong together, and events of one tier only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cached_property

from app.document.prediction_states import State
from fedn.annotation.agreement.event_agreement import Pairing
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval

UNSCORED = 0.5
"""How sure an event without a score counts as: a person gives none, and nobody is sure of everything."""


class Kind(Enum):
    """What the comparison says. OPEN: there is nothing to compare the prediction with."""

    AGREES = "agrees"
    LABEL_DIFFERS = "label differs"
    ONLY_SECOND = "only second"
    ONLY_FIRST = "only first"
    OPEN = "open"

    @property
    def is_disagreement(self) -> bool:
        return self in (Kind.LABEL_DIFFERS, Kind.ONLY_SECOND, Kind.ONLY_FIRST)


class Order(StrEnum):
    """How the queue is sorted."""

    DISAGREEMENT = "disagreement"
    UNCERTAINTY = "uncertainty"
    TIME = "time"


@dataclass(frozen=True)
class Item:
    """One thing to decide.

    Attributes:
        place: of the video in the project.
        first: the event of the tier that is compared with; None if it has none here.
        second: the event of the other tier, such as a prediction; at least one of the two is there.
        state: OPEN, ACCEPTED or REJECTED.
        threshold: the score from which a prediction counts, for how uncertain it is.
    """

    video_id: str
    place: int
    subject: str
    first: Event | None
    second: Event | None
    iou: float
    kind: Kind
    state: State
    threshold: float = 0.5

    @property
    def event(self) -> Event:
        """The one that is gone to: the second, which is to be judged, if it is there."""
        event = self.second or self.first
        assert event is not None
        return event

    @property
    def event_ids(self) -> tuple[str, str]:
        """Of the first and the second, "" where there is none."""
        return (self.first.id if self.first else "", self.second.id if self.second else "")

    @property
    def score(self) -> float | None:
        return self.second.score if self.second else None

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(event.label for event in (self.first, self.second) if event)

    @property
    def interval(self) -> Interval:
        """From the earlier onset to the later offset."""
        events = [event for event in (self.first, self.second) if event]
        return Interval.from_inclusive(min(one.onset for one in events), max(one.offset for one in events))

    @property
    def uncertainty(self) -> float:
        """How near the score lies to the threshold, 1 for on it; -1 for what has no score."""
        return -1.0 if self.score is None else 1.0 - abs(self.score - self.threshold)

    @property
    def disagreement(self) -> float:
        """Above 1 where the two contradict each other, more the surer they are; else how badly the frames fit."""
        sure = UNSCORED if self.score is None else self.score
        return 1.0 + sure if self.kind.is_disagreement else 1.0 - self.iou

    def sort_key(self, order: Order) -> tuple[float, int, int, str]:
        """Ascending; what is equal comes by video and time."""
        if order is Order.TIME:
            return self._by_time
        return self._by_uncertainty if order is Order.UNCERTAINTY else self._by_disagreement

    # Each made once, and only if asked for: a queue of thousands is sorted again after every decision.

    @cached_property
    def _by_time(self) -> tuple[float, int, int, str]:
        event = self.event
        return (0.0, self.place, event.onset, event.id)

    @cached_property
    def _by_uncertainty(self) -> tuple[float, int, int, str]:
        return (-self.uncertainty, *self._by_time[1:])

    @cached_property
    def _by_disagreement(self) -> tuple[float, int, int, str]:
        return (-self.disagreement, *self._by_time[1:])


def kind_of(pairing: Pairing, *, compared: bool) -> Kind:
    """`compared` is False where the video has no tier to compare with."""
    if not compared:
        return Kind.OPEN
    if pairing.first is None:
        return Kind.ONLY_SECOND
    if pairing.second is None:
        return Kind.ONLY_FIRST
    return Kind.AGREES if pairing.first.label == pairing.second.label else Kind.LABEL_DIFFERS
