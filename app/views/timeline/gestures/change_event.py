"""Dragging what is there: an event's body, its edges, its apex."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from PySide6.QtCore import Qt

from app.document.copy_edits import shifted
from app.document.edits import Edit, Group, MoveApex, MoveBoundary, MoveEvent, MoveToTier
from app.views.timeline.gestures.gesture import Drawn, Gesture, Pointer, Surface
from fedn.annotation.event import Event
from fedn.annotation.tier import Source

Edge = Literal["onset", "offset"]


def _drawn_tier(surface: Surface, event_id: str) -> str:
    """Where the changed event will be: a prediction's correction goes into the annotator's tier if there is one."""
    project = surface.session.project
    assert project is not None
    tier = project.tier_of(event_id)
    if tier.source != Source.DETECTOR:
        return tier.id
    mine = (other.id for other in surface.session.tiers() if other.source == Source.ANNOTATOR)
    return next(mine, tier.id)


class MoveBody(Gesture):
    """Moves the grabbed event, or the whole selection if it belongs to it, without changing durations.

    Over the tier of another person the events of one tier go there.
    """

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, surface: Surface, event_ids: tuple[str, ...], grabbed: str, position: float) -> None:
        super().__init__(surface)
        self.take_playhead()
        project = self.session.project
        assert project is not None
        self._events = {event_id: project.event(event_id) for event_id in event_ids}
        self._grabbed = self._events[grabbed]
        self._homes = {project.tier_of(event_id).id for event_id in event_ids}
        self._start = position
        self._shift = 0
        self._target = ""
        self._lines: tuple[float, ...] = ()

    def move(self, at: Pointer) -> None:
        wanted = round(at.position - self._start)
        snapper = self.snapper(self._events, at)
        onset, _ = snapper.shift(self._grabbed.onset + wanted, self._grabbed.offset + wanted)
        first = min(event.onset for event in self._events.values())
        last = max(event.offset for event in self._events.values())
        shift = onset - self._grabbed.onset
        self._shift = max(-first, min(self.surface.scale.frame_count - 1 - last, shift))
        self._target = self._tier_under(at)
        onset, offset = self._grabbed.onset + self._shift, self._grabbed.offset + self._shift
        edges = ((onset, snapper.holds("onset", onset)), (offset + 1, snapper.holds("offset", offset)))
        self._lines = tuple(float(position) for position, holds in edges if holds and self._shift)
        self.session.set_playhead(onset)

    def _tier_under(self, at: Pointer) -> str:
        """The tier of another person that the mouse is over, "" if it is none or events of several tiers move."""
        row = self.surface.hits.row_at(at.y)
        if row is None or not row.is_editable or len(self._homes) > 1 or row.tier.id in self._homes:
            return ""
        return row.tier.id

    @property
    def drawn(self) -> tuple[Drawn, ...]:
        return tuple(
            Drawn(self._target or _drawn_tier(self.surface, event_id), shifted(event, self._shift))
            for event_id, event in self._events.items()
        )

    @property
    def hidden(self) -> frozenset[str]:
        return frozenset(self._events)

    @property
    def lines(self) -> tuple[float, ...]:
        return self._lines

    def finish(self) -> None:
        self.give_back_playhead()
        if self._target:
            self._finish_on_tier()
        elif self._shift:
            self.session.do_on_events(self._events, self._edit)

    def _edit(self, event_ids: tuple[str, ...]) -> Edit:
        steps = tuple(MoveEvent(event_id, self._shift) for event_id in event_ids)
        return steps[0] if len(steps) == 1 else Group(steps, f"Move {len(steps)} events by {self._shift:+d}")

    def _finish_on_tier(self) -> None:
        project = self.session.project
        edit = MoveToTier(tuple(self._events), self._target, self._shift)
        if project is None:
            return
        moved = edit.moved_ids(project)
        # A prediction's own tier stays as it is, so that only what people made has to be unlocked.
        own = tuple(one for one in moved if one in self._events)
        if self.session.may_change(own, (self._target,)) and self.session.do(edit):
            self.session.select_events(moved)


class MoveEdge(Gesture):
    """Moves the onset or the offset; the playhead follows, so that the frame under the edge is seen."""

    cursor = Qt.CursorShape.SizeHorCursor

    def __init__(self, surface: Surface, event: Event, edge: Edge, position: float) -> None:
        super().__init__(surface)
        self.take_playhead()
        self._event = event
        self._edge: Edge = edge
        self._frame = event.onset if edge == "onset" else event.offset
        # Grabbed a little beside the edge, the edge keeps that distance instead of jumping to the mouse.
        self._beside = position - (event.onset if edge == "onset" else event.offset + 1)
        self._lines: tuple[float, ...] = ()

    def move(self, at: Pointer) -> None:
        snapper = self.snapper((self._event.id,), at)
        last = self.surface.scale.frame_count - 1
        border = round(at.position - self._beside)
        if self._edge == "onset":
            self._frame = max(0, min(self._event.offset, snapper.onset(border)))
        else:
            self._frame = min(last, max(self._event.onset, snapper.offset(border - 1)))
        position = self._frame if self._edge == "onset" else self._frame + 1
        self._lines = (float(position),) if snapper.holds(self._edge, self._frame) else ()
        self.session.set_playhead(self._frame)

    @property
    def _changed(self) -> Event:
        onset = self._frame if self._edge == "onset" else self._event.onset
        offset = self._frame if self._edge == "offset" else self._event.offset
        apex = None if self._event.apex is None else max(onset, min(offset, self._event.apex))
        return replace(self._event, onset=onset, offset=offset, apex=apex)

    @property
    def drawn(self) -> tuple[Drawn, ...]:
        return (Drawn(_drawn_tier(self.surface, self._event.id), self._changed),)

    @property
    def hidden(self) -> frozenset[str]:
        return frozenset((self._event.id,))

    @property
    def lines(self) -> tuple[float, ...]:
        return self._lines

    def finish(self) -> None:
        self.give_back_playhead()
        before = self._event.onset if self._edge == "onset" else self._event.offset
        if self._frame == before:
            return
        self.session.do_on_events((self._event.id,), lambda ids: MoveBoundary(ids[0], self._edge, self._frame))


class DragApex(Gesture):
    """Moves the apex between onset and offset."""

    cursor = Qt.CursorShape.SizeHorCursor

    def __init__(self, surface: Surface, event: Event) -> None:
        super().__init__(surface)
        self.take_playhead()
        self._event = event
        self._frame = event.apex if event.apex is not None else event.onset
        self._lines: tuple[float, ...] = ()

    def move(self, at: Pointer) -> None:
        snapper = self.snapper((self._event.id,), at)
        self._frame = max(self._event.onset, min(self._event.offset, snapper.apex(at.frame)))
        self._lines = (self._frame + 0.5,) if snapper.holds("apex", self._frame) else ()
        self.session.set_playhead(self._frame)

    @property
    def drawn(self) -> tuple[Drawn, ...]:
        return (Drawn(_drawn_tier(self.surface, self._event.id), replace(self._event, apex=self._frame)),)

    @property
    def hidden(self) -> frozenset[str]:
        return frozenset((self._event.id,))

    @property
    def lines(self) -> tuple[float, ...]:
        return self._lines

    def finish(self) -> None:
        self.give_back_playhead()
        if self._frame == self._event.apex:
            return
        self.session.do_on_events((self._event.id,), lambda ids: MoveApex(ids[0], self._frame))
