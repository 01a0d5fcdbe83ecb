"""Edits that carry events from one tier to another, or replace all of a tier."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.document.edit import Edit
from app.document.event_edits import check_some, words_for
from fedn.annotation.event import Event, Origin, new_id
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier
from fedn.errors import EditError


def origin_of(event: Event, tier: Tier) -> Origin | None:
    """What a copy of the event says of its origin: the prediction itself, if it lies on a detector's tier."""
    if tier.source is not Source.DETECTOR:
        return event.origin
    score = 0.0 if event.score is None else event.score
    return Origin(tier.who, event.onset, event.offset, event.label, score)


def correction_of(project: Project, event_id: str, tier_id: str) -> Event | None:
    """The event of `tier_id` into which a prediction has already been accepted, however it was changed since."""
    origin = origin_of(project.event(event_id), project.tier_of(event_id))
    if origin is None:
        return None
    return next((event for event in project.events(tier_id) if event.origin == origin), None)


def _copy(project: Project, event_id: str, tier_id: str, copy_id: str) -> None:
    event, source, target = project.event(event_id), project.tier_of(event_id), project.tier(tier_id)
    if source.video_id != target.video_id:
        raise EditError(f"the event cannot be copied to the tier “{target.name}” because that is of another video")
    if source.id == target.id:
        raise EditError(f"the event is already on the tier “{target.name}”; choose another tier")
    score = event.score if target.source is Source.DETECTOR else None
    project.put_event(tier_id, replace(event, id=copy_id, score=score, origin=origin_of(event, source)))


@dataclass(frozen=True)
class CopyToTier(Edit):
    """Copies events to another tier of the same video. `new_ids` are the copies' ids, made up if not given."""

    ids: tuple[str, ...]
    tier_id: str
    new_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.new_ids) != len(self.ids):
            object.__setattr__(self, "new_ids", tuple(new_id() for _ in self.ids))

    def change(self, project: Project) -> None:
        check_some(self.ids)
        for event_id, copy_id in zip(self.ids, self.new_ids, strict=True):
            _copy(project, event_id, self.tier_id, copy_id)

    @property
    def text(self) -> str:
        return "Copy event to tier" if len(self.ids) == 1 else f"Copy {len(self.ids)} events to tier"

    def describe(self, project: Project) -> str:
        return f"Copy {words_for(project, self.ids)} to {project.tier(self.tier_id).name}" if self.ids else self.text


@dataclass(frozen=True)
class AcceptPredictions(Edit):
    """Copies predictions to the annotator's tier, with their origin and without their score.

    Those accepted there before are left out; if that is all of them, the edit is refused (see `correction_of`).
    `new_ids` are the copies' ids, made up if not given, so that a Group can go on to change them.
    """

    ids: tuple[str, ...]
    tier_id: str
    new_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.new_ids) != len(self.ids):
            object.__setattr__(self, "new_ids", tuple(new_id() for _ in self.ids))

    def change(self, project: Project) -> None:
        check_some(self.ids)
        target = project.tier(self.tier_id)
        if target.source is Source.DETECTOR:
            raise EditError(f"predictions cannot be accepted into “{target.name}”, which is a detector's tier")
        accepted = {event.origin for event in project.events(self.tier_id) if event.origin is not None}
        some = False
        for event_id, copy_id in zip(self.ids, self.new_ids, strict=True):
            event, tier = project.event(event_id), project.tier_of(event_id)
            if tier.source is not Source.DETECTOR:
                raise EditError(f"the tier “{tier.name}” holds no predictions; copy its events instead")
            if origin_of(event, tier) not in accepted:
                _copy(project, event_id, self.tier_id, copy_id)
                some = True
        if not some:
            raise EditError(f"this has already been accepted into “{target.name}”; change it there")

    @property
    def text(self) -> str:
        return "Accept prediction" if len(self.ids) == 1 else f"Accept {len(self.ids)} predictions"

    def describe(self, project: Project) -> str:
        return f"Accept {words_for(project, self.ids)}" if self.ids else self.text


@dataclass(frozen=True, slots=True)
class ReplaceEvents(Edit):
    """Replaces every event of a tier, as one step: a detection's result, an import."""

    tier_id: str
    events: tuple[Event, ...]

    def change(self, project: Project) -> None:
        for event in reversed(project.events(self.tier_id)):
            project.remove_event(event.id)
        for event in sorted(self.events, key=lambda event: (event.onset, event.offset)):
            project.put_event(self.tier_id, event)

    @property
    def text(self) -> str:
        return f"Replace events by {len(self.events)}"

    def describe(self, project: Project) -> str:
        return f"Replace events of {project.tier(self.tier_id).name} by {len(self.events)}"
