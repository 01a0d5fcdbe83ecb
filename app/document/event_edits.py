"""Edits of where events begin and end: create, delete, move, split, merge."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from app.document.attribute_edits import check_label, check_some, words_for
from app.document.edit import Edit
from fedn.annotation.event import Event, new_id
from fedn.annotation.project import Project
from fedn.errors import EditError

Edge = Literal["onset", "offset"]


@dataclass(frozen=True, slots=True)
class CreateEvent(Edit):
    tier_id: str
    event: Event

    def change(self, project: Project) -> None:
        check_label(project, self.tier_id, self.event.label)
        if project.has_event(self.event.id):
            raise EditError(f"the event “{self.event.id}” is already in the project")
        project.put_event(self.tier_id, self.event)

    @property
    def text(self) -> str:
        return f"Create {self.event.label or 'event'} at {self.event.onset}"


@dataclass(frozen=True, slots=True)
class DeleteEvents(Edit):
    ids: tuple[str, ...]

    def change(self, project: Project) -> None:
        check_some(self.ids)
        for event_id in self.ids:
            project.remove_event(event_id)

    @property
    def text(self) -> str:
        return f"Delete {len(self.ids)} events" if len(self.ids) != 1 else "Delete event"

    def describe(self, project: Project) -> str:
        return f"Delete {words_for(project, self.ids)}" if self.ids else self.text


@dataclass(frozen=True, slots=True)
class MoveEvent(Edit):
    """Moves an event by a number of frames, later if positive."""

    event_id: str
    frames: int

    def change(self, project: Project) -> None:
        event = project.event(self.event_id)
        apex = None if event.apex is None else event.apex + self.frames
        moved = replace(event, onset=event.onset + self.frames, apex=apex, offset=event.offset + self.frames)
        project.put_event(project.tier_of(self.event_id).id, moved)

    @property
    def text(self) -> str:
        return f"Move event by {self.frames:+d}"

    def describe(self, project: Project) -> str:
        event = project.event(self.event_id)
        return f"Move {event.label or 'event'} to {event.onset + self.frames}"


@dataclass(frozen=True, slots=True)
class MoveBoundary(Edit):
    """Moves the onset or the offset to a frame. An apex that would lie outside moves to the new boundary."""

    event_id: str
    edge: Edge
    frame: int

    def change(self, project: Project) -> None:
        event = project.event(self.event_id)
        apex = event.apex
        if self.edge == "onset":
            if self.frame > event.offset:
                raise EditError(f"the onset cannot move to frame {self.frame}, after the offset at {event.offset}")
            moved = replace(event, onset=self.frame, apex=None if apex is None else max(apex, self.frame))
        elif self.edge == "offset":
            if self.frame < event.onset:
                raise EditError(f"the offset cannot move to frame {self.frame}, before the onset at {event.onset}")
            moved = replace(event, offset=self.frame, apex=None if apex is None else min(apex, self.frame))
        else:
            raise EditError(f"an event has no edge “{self.edge}”, only an onset and an offset")
        project.put_event(project.tier_of(self.event_id).id, moved)

    @property
    def text(self) -> str:
        return f"Move {self.edge} to {self.frame}"

    def describe(self, project: Project) -> str:
        return f"Move {self.edge} of {words_for(project, (self.event_id,))} to {self.frame}"


@dataclass(frozen=True, slots=True)
class MoveApex(Edit):
    """Moves the apex to a frame inside the event, or takes it away with None."""

    event_id: str
    frame: int | None

    def change(self, project: Project) -> None:
        moved = replace(project.event(self.event_id), apex=self.frame)
        project.put_event(project.tier_of(self.event_id).id, moved)

    @property
    def text(self) -> str:
        return "Remove apex" if self.frame is None else f"Move apex to {self.frame}"

    def describe(self, project: Project) -> str:
        words = words_for(project, (self.event_id,))
        return f"Remove apex of {words}" if self.frame is None else f"Move apex of {words} to {self.frame}"


@dataclass(frozen=True, slots=True)
class SplitEvent(Edit):
    """Splits an event in two; the second begins at `frame` and has the id `second_id`."""

    event_id: str
    frame: int
    second_id: str = field(default_factory=new_id)

    def change(self, project: Project) -> None:
        event, tier = project.event(self.event_id), project.tier_of(self.event_id)
        if not event.onset < self.frame <= event.offset:
            raise EditError(
                f"frame {self.frame} does not divide the event from {event.onset} to {event.offset}; "
                "move the playhead into it"
            )
        apex = event.apex
        first_has_apex = apex is not None and apex < self.frame
        first = replace(event, offset=self.frame - 1, apex=apex if first_has_apex else None)
        second = replace(event, onset=self.frame, apex=None if first_has_apex else apex, id=self.second_id)
        project.put_event(tier.id, first)
        project.put_event(tier.id, second)

    @property
    def text(self) -> str:
        return f"Split event at {self.frame}"

    def describe(self, project: Project) -> str:
        return f"Split {words_for(project, (self.event_id,))} at {self.frame}"


@dataclass(frozen=True, slots=True)
class MergeEvents(Edit):
    """Joins events of one tier, with what lies between them. The first one's id, label, apex and origin stay."""

    ids: tuple[str, ...]

    def change(self, project: Project) -> None:
        # By id last, so that the same merge gives the same event wherever it is done.
        chosen = {project.event(event_id) for event_id in self.ids}
        events = sorted(chosen, key=lambda event: (event.onset, event.offset, event.id))
        if len(events) < 2:
            raise EditError("merging needs two events or more; select the events to merge")
        if len({project.tier_of(event.id).id for event in events}) > 1:
            raise EditError("events of different tiers cannot be merged; copy them to one tier first")
        first = events[0]
        intensities = [event.intensity for event in events if event.intensity is not None]
        scores = [event.score for event in events if event.score is not None]
        merged = replace(
            first,
            offset=max(event.offset for event in events),
            apex=next((event.apex for event in events if event.apex is not None), None),
            intensity=max(intensities, default=None),
            action_units=tuple(dict.fromkeys(unit for event in events for unit in event.action_units)),
            score=max(scores, default=None),
            note="; ".join(dict.fromkeys(event.note for event in events if event.note)),
        )
        tier = project.tier_of(first.id)
        for event in events[1:]:
            project.remove_event(event.id)
        project.put_event(tier.id, merged)

    @property
    def text(self) -> str:
        return f"Merge {len(self.ids)} events"
