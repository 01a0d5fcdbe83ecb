"""Edits of what a detector found: accept it, correct it, reject it. The detector's tier itself stays as it was."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from app.document.attribute_edits import check_label, check_some, words_for
from app.document.edit import Edit
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


def copy_event(project: Project, event_id: str, tier_id: str, copy_id: str) -> None:
    """Puts a copy on another tier of the same video, with its origin; a score stays with detectors."""
    event, source, target = project.event(event_id), project.tier_of(event_id), project.tier(tier_id)
    if source.video_id != target.video_id:
        raise EditError(f"the event cannot be copied to the tier “{target.name}” because that is of another video")
    if source.id == target.id:
        raise EditError(f"the event is already on the tier “{target.name}”; choose another tier")
    if project.has_event(copy_id):
        raise EditError(f"the event “{copy_id}” is already in the project; copy it again")
    score = event.score if target.source is Source.DETECTOR else None
    project.put_event(tier_id, replace(event, id=copy_id, score=score, origin=origin_of(event, source)))


def _check_prediction(project: Project, event_id: str) -> None:
    tier = project.tier_of(event_id)
    if tier.source is not Source.DETECTOR:
        raise EditError(f"the tier “{tier.name}” holds no predictions; choose an event of a detector")


def _check_target(tier: Tier) -> None:
    if tier.source is Source.DETECTOR:
        raise EditError(f"predictions cannot be accepted into “{tier.name}”, which is a detector's tier")


@dataclass(frozen=True)
class AcceptPredictions(Edit):
    """Copies predictions to the annotator's tier, with their origin and without their score.

    Those accepted there before are left out; if that is all of them, the edit is refused (see `correction_of`).
    One that was rejected no longer is. `new_ids` are the copies' ids, made up if not given, so that a Group can go on
    to change them.
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
        _check_target(target)
        accepted = {event.origin for event in project.events(self.tier_id) if event.origin is not None}
        some = False
        for event_id, copy_id in zip(self.ids, self.new_ids, strict=True):
            _check_prediction(project, event_id)
            if origin_of(project.event(event_id), project.tier_of(event_id)) not in accepted:
                copy_event(project, event_id, self.tier_id, copy_id)
                project.set_rejected(event_id, False)
                some = True
        if not some:
            raise EditError(f"this has already been accepted into “{target.name}”; change it there")

    @property
    def text(self) -> str:
        return "Accept prediction" if len(self.ids) == 1 else f"Accept {len(self.ids)} predictions"

    def describe(self, project: Project) -> str:
        return f"Accept {words_for(project, self.ids)}" if self.ids else self.text


@dataclass(frozen=True, slots=True)
class CorrectPrediction(Edit):
    """Accepts a prediction with other frames or another label; one accepted before is changed. None leaves as it is.

    An apex that would lie outside moves to the boundary. `copy_id` is the id of a new copy.
    """

    event_id: str
    tier_id: str
    onset: int | None = None
    apex: int | None = None
    offset: int | None = None
    label: str | None = None
    copy_id: str = field(default_factory=new_id)

    def change(self, project: Project) -> None:
        _check_prediction(project, self.event_id)
        _check_target(project.tier(self.tier_id))
        event = correction_of(project, self.event_id, self.tier_id)
        if event is None:
            copy_event(project, self.event_id, self.tier_id, self.copy_id)
            event = project.event(self.copy_id)
        if self.label is not None:
            check_label(project, self.tier_id, self.label)
            event = replace(event, label=self.label)
        onset = event.onset if self.onset is None else self.onset
        offset = event.offset if self.offset is None else self.offset
        if offset < onset:
            raise EditError(f"the offset at frame {offset} would lie before the onset at {onset}")
        apex = event.apex if self.apex is None else self.apex
        if self.apex is None and apex is not None:
            apex = min(max(apex, onset), offset)
        project.put_event(self.tier_id, replace(event, onset=onset, apex=apex, offset=offset))
        project.set_rejected(self.event_id, False)

    @property
    def text(self) -> str:
        return "Correct prediction"

    def describe(self, project: Project) -> str:
        return f"Correct {words_for(project, (self.event_id,))}"


@dataclass(frozen=True, slots=True)
class RejectPredictions(Edit):
    """Marks predictions as wrong: an annotator has looked and found no such expression. They stay on their tier."""

    ids: tuple[str, ...]

    def change(self, project: Project) -> None:
        check_some(self.ids)
        for event_id in self.ids:
            _check_prediction(project, event_id)
            tier = _accepted_into(project, event_id)
            if tier is not None:
                raise EditError(f"this has been accepted into “{tier.name}”; delete it there before rejecting it")
            project.set_rejected(event_id, True)

    @property
    def text(self) -> str:
        return "Reject prediction" if len(self.ids) == 1 else f"Reject {len(self.ids)} predictions"

    def describe(self, project: Project) -> str:
        return f"Reject {words_for(project, self.ids)}" if self.ids else self.text


@dataclass(frozen=True, slots=True)
class UnrejectPredictions(Edit):
    """Takes the rejection of predictions back: they are open again."""

    ids: tuple[str, ...]

    def change(self, project: Project) -> None:
        check_some(self.ids)
        for event_id in self.ids:
            _check_prediction(project, event_id)
            project.set_rejected(event_id, False)

    @property
    def text(self) -> str:
        return "Take rejection back" if len(self.ids) == 1 else f"Take {len(self.ids)} rejections back"

    def describe(self, project: Project) -> str:
        return f"Take rejection of {words_for(project, self.ids)} back" if self.ids else self.text


def _accepted_into(project: Project, event_id: str) -> Tier | None:
    """The tier of a person that holds the prediction."""
    tiers = project.tiers_of(project.tier_of(event_id).video_id)
    people = (tier for tier in tiers if tier.source is not Source.DETECTOR)
    return next((tier for tier in people if correction_of(project, event_id, tier.id) is not None), None)
