"""What has become of predictions: still open, accepted into a person's tier, rejected."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from app.document.prediction_edits import origin_of
from fedn.annotation.event import Event, Origin
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier


class State(StrEnum):
    """Of a prediction; a person's event has none."""

    NONE = ""
    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class PredictionStates:
    """What has become of predictions; what a video's people have accepted is looked up once until it is forgotten."""

    def __init__(self) -> None:
        self._accepted: dict[str, frozenset[Origin]] = {}

    def forget(self, video_id: str = "") -> None:
        if video_id:
            self._accepted.pop(video_id, None)
        else:
            self._accepted.clear()

    def on(self, project: Project, tier: Tier) -> Callable[[Event], State]:
        """What tells the states of a tier's events, quickly for many of them."""
        if tier.source is not Source.DETECTOR:
            return lambda _: State.NONE
        accepted = self.accepted(project, tier.video_id)

        def state(event: Event) -> State:
            if project.is_rejected(event.id):
                return State.REJECTED
            return State.ACCEPTED if accepted and origin_of(event, tier) in accepted else State.OPEN

        return state

    def accepted(self, project: Project, video_id: str) -> frozenset[Origin]:
        """The predictions that tiers of people have taken over."""
        if video_id not in self._accepted:
            people = (tier for tier in project.tiers_of(video_id) if tier.source is not Source.DETECTOR)
            events = (event for tier in people for event in project.events(tier.id))
            self._accepted[video_id] = frozenset(event.origin for event in events if event.origin is not None)
        return self._accepted[video_id]
