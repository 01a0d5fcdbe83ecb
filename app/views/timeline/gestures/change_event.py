"""Dragging what is there: an event's body, its edges, its apex."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from PySide6.QtCore import Qt

from app.document.edits import Edit, Group, MoveApex, MoveBoundary, MoveEvent
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
    """Moves the grabbed event, or the whole selection if it belongs to it, without changing durations."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, surface: Surface, event_ids: tuple[str, ...], grabbed: str, position: float) -> None:
        super().__init__(surface)
        project = self.session.project
        assert project is not None
        self._events = {event_id: project.event(event_id) for event_id in event_ids}
        self._grabbed = self._events[grabbed]
        self._start = position
        self._shift = 0

    def move(self, at: Pointer) -> None:
        wanted = round(at.position - self._start)
        snapper = self.surface.snapper(self._events, at.snaps)
        onset, _ = snapper.shift(self._grabbed.onset + wanted, self._grabbed.offset + wanted)
        first = min(event.onset for event in self._events.values())
        last = max(event.offset for event in self._events.values())
        shift = onset - self._grabbed.onset
        self._shift = max(-first, min(self.surface.scale.frame_count - 1 - last, shift))
        self.session.set_playhead(self._grabbed.onset + self._shift)

    @property
    def drawn(self) -> tuple[Drawn, ...]:
        return tuple(
            Drawn(_drawn_tier(self.surface, event_id), shifted(event, self._shift))
            for event_id, event in self._events.items()
        )

    @property
    def hidden(self) -> frozenset[str]:
        return frozenset(self._events)

    def finish(self) -> None:
        if self._shift == 0:
            return
        self.session.do_on_events(self._events, self._edit)

    def _edit(self, event_ids: tuple[str, ...]) -> Edit:
        steps = tuple(MoveEvent(event_id, self._shift) for event_id in event_ids)
        return steps[0] if len(steps) == 1 else Group(steps, f"Move {len(steps)} events by {self._shift:+d}")


class MoveEdge(Gesture):
    """Moves the onset or the offset; the playhead follows, so that the frame under the edge is seen."""

    cursor = Qt.CursorShape.SizeHorCursor

    def __init__(self, surface: Surface, event: Event, edge: Edge, position: float) -> None:
        super().__init__(surface)
        self._event = event
        self._edge: Edge = edge
        self._frame = event.onset if edge == "onset" else event.offset
        # Grabbed a little beside the edge, the edge keeps that distance instead of jumping to the mouse.
        self._beside = position - (event.onset if edge == "onset" else event.offset + 1)

    def move(self, at: Pointer) -> None:
        snapper = self.surface.snapper((self._event.id,), at.snaps)
        last = self.surface.scale.frame_count - 1
        border = round(at.position - self._beside)
        if self._edge == "onset":
            self._frame = max(0, min(self._event.offset, snapper.onset(border)))
        else:
            self._frame = min(last, max(self._event.onset, snapper.offset(border - 1)))
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

    def finish(self) -> None:
        before = self._event.onset if self._edge == "onset" else self._event.offset
        if self._frame == before:
            return
        self.session.do_on_events((self._event.id,), lambda ids: MoveBoundary(ids[0], self._edge, self._frame))


class DragApex(Gesture):
    """Moves the apex between onset and offset."""

    cursor = Qt.CursorShape.SizeHorCursor

    def __init__(self, surface: Surface, event: Event) -> None:
        super().__init__(surface)
        self._event = event
        self._frame = event.apex if event.apex is not None else event.onset

    def move(self, at: Pointer) -> None:
        self._frame = max(self._event.onset, min(self._event.offset, at.frame))
        self.session.set_playhead(self._frame)

    @property
    def drawn(self) -> tuple[Drawn, ...]:
        return (Drawn(_drawn_tier(self.surface, self._event.id), replace(self._event, apex=self._frame)),)

    @property
    def hidden(self) -> frozenset[str]:
        return frozenset((self._event.id,))

    def finish(self) -> None:
        if self._frame == self._event.apex:
            return
        self.session.do_on_events((self._event.id,), lambda ids: MoveApex(ids[0], self._frame))


def shifted(event: Event, frames: int) -> Event:
    apex = None if event.apex is None else event.apex + frames
    return replace(event, onset=event.onset + frames, offset=event.offset + frames, apex=apex)
