"""The review queue: items of a video or of the project, filtered and sorted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.document.prediction_states import PredictionStates, State
from app.review.decisions import Verdict, verdict_on
from app.review.items import Item, Kind, Order, kind_of
from fedn.annotation.agreement.coding import CodedVideo
from fedn.annotation.agreement.event_agreement import Pairing, PairingsOf, pairings
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier


@dataclass(frozen=True, slots=True)
class Filter:
    """Which items the queue holds; what is None or at its widest leaves nothing out.

    Attributes:
        label: of either event; "" for those without a label.
        lowest, highest: of the score, both included; what has no score passes only the widest range.
        labels: of first and second, as a cell of a confusion matrix counts them; None stands for no event.
    """

    state: State | None = State.OPEN
    kinds: frozenset[Kind] | None = None
    label: str | None = None
    subject: str | None = None
    lowest: float = 0.0
    highest: float = 1.0
    labels: tuple[str | None, str | None] | None = None

    def admits(self, item: Item) -> bool:
        return (
            (self.state is None or item.state is self.state)
            and (self.kinds is None or item.kind in self.kinds)
            and (self.label is None or self.label in item.labels)
            and (self.subject is None or item.subject == self.subject)
            and self._admits_score(item.score)
            and (self.labels is None or self.labels == labels_of(item))
        )

    def _admits_score(self, score: float | None) -> bool:
        if score is None:
            return (self.lowest, self.highest) == (0.0, 1.0)
        return self.lowest <= score <= self.highest


def labels_of(item: Item) -> tuple[str | None, str | None]:
    return (item.first.label if item.first else None, item.second.label if item.second else None)


def items_of(
    project: Project,
    video_id: str,
    first: Tier | None,
    second: Tier | None,
    *,
    iou: float = 0.5,
    judged: tuple[Interval, ...] | None = None,
    threshold: float = 0.5,
    place: int = 0,
    pairings_of: PairingsOf = pairings,
) -> list[Item]:
    """Every pair and single event of the two tiers of a video, by onset.

    Args:
        judged: ranges that an event has to touch; None for the whole video.
        threshold: the score from which a prediction counts.
        place: of the video in the project.
        pairings_of: as for `event_agreement`.
    """
    video = project.video(video_id)
    if second is None or (first is None and second.source is not Source.DETECTOR):
        # What only one person has coded is not disputed; predictions are reviewed also without a reference.
        return []
    coded = CodedVideo(
        video_id,
        project.events(first.id) if first else (),
        project.events(second.id),
        (Interval(0, video.frame_count),) if judged is None else judged,
    )
    states = _States(project, second)
    return [
        Item(
            video_id,
            place,
            video.subject,
            pairing.first,
            pairing.second,
            pairing.iou,
            kind_of(pairing, compared=first is not None),
            states.of(pairing),
            threshold,
        )
        for pairing in pairings_of(coded, iou)
    ]


def sorted_items(items: Iterable[Item], chosen: Filter, order: Order) -> list[Item]:
    return sorted((item for item in items if chosen.admits(item)), key=lambda item: item.sort_key(order))


class _States:
    """Of predictions as their tier tells it, of everything else as it was decided."""

    def __init__(self, project: Project, second: Tier) -> None:
        self._project = project
        self._of_prediction = PredictionStates().on(project, second)

    def of(self, pairing: Pairing) -> State:
        state = self._of_prediction(pairing.second) if pairing.second else State.NONE
        if state is not State.NONE:
            return state
        verdict = verdict_on(self._project, _id(pairing.first), _id(pairing.second))
        if verdict is None:
            return State.OPEN
        return State.REJECTED if verdict is Verdict.NEITHER else State.ACCEPTED


def _id(event: Event | None) -> str:
    return event.id if event else ""
