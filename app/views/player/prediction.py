"""What a detector says about one frame."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from app import theme
from app.views.player.overlay import Chip
from fedn.annotation.event import Event
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier


@dataclass(frozen=True, slots=True)
class _Sorted:
    """A tier's events with what finds those at a frame without looking at all of them."""

    events: tuple[Event, ...]
    onsets: list[int]
    longest: int

    @classmethod
    def of(cls, events: tuple[Event, ...]) -> _Sorted:
        longest = max((event.offset - event.onset for event in events), default=0)
        return cls(events, [event.onset for event in events], longest)

    def at(self, frame: int) -> list[Event]:
        first, stop = bisect_left(self.onsets, frame - self.longest), bisect_right(self.onsets, frame)
        return [event for event in self.events[first:stop] if event.offset >= frame]


class Predictions:
    """What the detectors say about frames of a project; asked for every frame that plays."""

    def __init__(self) -> None:
        self._sorted: dict[str, _Sorted] = {}

    def at(self, project: Project, video_id: str, frame: int) -> tuple[Tier, Event] | None:
        """The best scored event at a frame: of the model in use if it has any tier here, else of any detector."""
        tiers = [tier for tier in project.tiers_of(video_id) if tier.source == Source.DETECTOR]
        in_use = [tier for tier in tiers if tier.who == project.model_in_use]
        found = [(tier, event) for tier in in_use or tiers for event in self._events(project, tier).at(frame)]
        return max(found, key=lambda pair: pair[1].score or 0.0, default=None)

    def _events(self, project: Project, tier: Tier) -> _Sorted:
        events, known = project.events(tier.id), self._sorted.get(tier.id)
        if known is None or known.events is not events:
            known = self._sorted[tier.id] = _Sorted.of(events)
        return known

    def chip_at(self, project: Project, video_id: str, frame: int) -> Chip | None:
        """The chip over the picture ("Happiness 0.88 · FEDN"), None where nothing is predicted."""
        predicted = self.at(project, video_id, frame)
        if predicted is None:
            return None
        tier, event = predicted
        label = project.vocabulary.label(event.label)
        score = f"{event.score:.2f} · " if event.score is not None else ""
        return Chip(
            label.color if label else theme.current().muted.name(),
            event.label.capitalize() or "No label",
            score + tier.name,
        )
