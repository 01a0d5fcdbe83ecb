"""One line of the event table."""

from __future__ import annotations

from typing import NamedTuple

from app.document.prediction_states import State
from fedn.annotation.action_unit import action_units_text
from fedn.annotation.event import Event
from fedn.annotation.tier import Tier
from fedn.annotation.video import Video


class EventLine(NamedTuple):
    """An event with where it stands. `place` is the video's in the project."""

    event: Event
    tier: Tier
    video: Video
    place: int
    state: State

    @property
    def text(self) -> str:
        """Everything that a filter may look for, in small letters."""
        event = self.event
        parts = (
            self.video.name, self.video.subject, self.tier.name, self.tier.who, event.label, event.kind,
            action_units_text(event.action_units), event.note, self.state.value,
        )  # fmt: skip
        return "\n".join(parts).casefold()
