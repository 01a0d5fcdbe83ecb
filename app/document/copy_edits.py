"""Edits that bring events to a tier: copies from another one, from the clipboard, from a file or a detection."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.document.attribute_edits import check_some, words_for
from app.document.edit import Edit
from app.document.prediction_edits import copy_event
from fedn.annotation.event import Event, new_id
from fedn.annotation.project import Project
from fedn.annotation.tier import Source
from fedn.errors import EditError


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
            copy_event(project, event_id, self.tier_id, copy_id)

    @property
    def text(self) -> str:
        return "Copy event to tier" if len(self.ids) == 1 else f"Copy {len(self.ids)} events to tier"

    def describe(self, project: Project) -> str:
        return f"Copy {words_for(project, self.ids)} to {project.tier(self.tier_id).name}" if self.ids else self.text


@dataclass(frozen=True)
class MoveToTier(Edit):
    """Moves events to a tier of a person of the same video, and by a number of frames, later if positive.

    Predictions stay where they are: copies of them, with their origin, are moved. `copy_ids` are the copies' ids, by
    the place of the prediction in `ids`, made up if not given.
    """

    ids: tuple[str, ...]
    tier_id: str
    frames: int = 0
    copy_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.copy_ids) != len(self.ids):
            object.__setattr__(self, "copy_ids", tuple(new_id() for _ in self.ids))

    def change(self, project: Project) -> None:
        check_some(self.ids)
        target = project.tier(self.tier_id)
        if target.source is Source.DETECTOR:
            raise EditError(f"the tier “{target.name}” records what a detector found; choose a tier of a person")
        for event_id, moved_id in zip(self.ids, self.moved_ids(project), strict=True):
            if moved_id != event_id:
                copy_event(project, event_id, self.tier_id, moved_id)
                event = project.event(moved_id)
            else:
                event = project.event(event_id)
                if project.tier_of(event_id).video_id != target.video_id:
                    raise EditError(f"the tier “{target.name}” is of another video; copy the event and paste it there")
                project.remove_event(event_id)
            project.put_event(self.tier_id, shifted(event, self.frames))

    def moved_ids(self, project: Project) -> tuple[str, ...]:
        """The ids that the events have on the tier."""
        return tuple(
            copy_id if project.tier_of(event_id).source is Source.DETECTOR else event_id
            for event_id, copy_id in zip(self.ids, self.copy_ids, strict=True)
        )

    @property
    def text(self) -> str:
        return "Move event to tier" if len(self.ids) == 1 else f"Move {len(self.ids)} events to tier"

    def describe(self, project: Project) -> str:
        return f"Move {words_for(project, self.ids)} to {project.tier(self.tier_id).name}" if self.ids else self.text


@dataclass(frozen=True)
class PasteEvents(Edit):
    """Puts copies of events on any tier of any video, the first of them at a frame, the others as far apart as before.

    On a tier of a person they have no score. Labels that its vocabulary lacks stay, as those of imported events do.
    `new_ids` are the copies' ids, made up if not given.
    """

    tier_id: str
    events: tuple[Event, ...]
    frame: int
    new_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.new_ids) != len(self.events):
            object.__setattr__(self, "new_ids", tuple(new_id() for _ in self.events))

    def change(self, project: Project) -> None:
        tier = project.tier(self.tier_id)
        if not self.events:
            raise EditError("there is nothing to paste; copy events first")
        if tier.source is Source.DETECTOR:
            raise EditError(f"the tier “{tier.name}” records what a detector found; paste into a tier of a person")
        by = self.frame - min(event.onset for event in self.events)
        for event, copy_id in zip(self.events, self.new_ids, strict=True):
            if project.has_event(copy_id):
                raise EditError(f"the event “{copy_id}” is already in the project; paste again")
            project.put_event(tier.id, replace(shifted(event, by), id=copy_id, score=None))

    @property
    def text(self) -> str:
        return "Paste event" if len(self.events) == 1 else f"Paste {len(self.events)} events"

    def describe(self, project: Project) -> str:
        return f"{self.text} into {project.tier(self.tier_id).name}"


@dataclass(frozen=True, slots=True)
class AddEvents(Edit):
    """Adds events beside those that a tier has. Labels that its vocabulary lacks stay.

    `rejected` are the ids of those, predictions, that an annotator rejected before.
    """

    tier_id: str
    events: tuple[Event, ...]
    rejected: tuple[str, ...] = ()

    def change(self, project: Project) -> None:
        for event in self.events:
            if project.has_event(event.id):
                raise EditError(f"the event “{event.id}” is already in the project")
            project.put_event(self.tier_id, event)
        for event_id in self.rejected:
            project.set_rejected(event_id, True)

    @property
    def text(self) -> str:
        return "Add event" if len(self.events) == 1 else f"Add {len(self.events)} events"

    def describe(self, project: Project) -> str:
        return f"{self.text} to {project.tier(self.tier_id).name}"


@dataclass(frozen=True, slots=True)
class ReplaceEvents(Edit):
    """Replaces every event of a tier, as one step: a detection's result, an import."""

    tier_id: str
    events: tuple[Event, ...]

    def change(self, project: Project) -> None:
        for event in reversed(project.events(self.tier_id)):
            project.remove_event(event.id)
        for event in sorted(self.events, key=lambda event: (event.onset, event.offset)):
            if project.has_event(event.id):
                raise EditError(f"the event “{event.id}” is already in the project")
            project.put_event(self.tier_id, event)

    @property
    def text(self) -> str:
        return f"Replace events by {len(self.events)}"

    def describe(self, project: Project) -> str:
        return f"Replace events of {project.tier(self.tier_id).name} by {len(self.events)}"


def shifted(event: Event, frames: int) -> Event:
    """The event that many frames later; earlier if negative."""
    apex = None if event.apex is None else event.apex + frames
    return replace(event, onset=event.onset + frames, apex=apex, offset=event.offset + frames)
