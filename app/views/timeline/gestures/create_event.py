"""Drawing a new event on an empty part of a person's tier."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.document.edits import CreateEvent
from app.views.timeline.gestures.gesture import Drawn, Gesture, Pointer, Surface
from fedn.annotation.event import Event


class DrawEvent(Gesture):
    """From where the mouse went down to where it is; shorter than two frames is taken for a slip."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, surface: Surface, tier_id: str, label: str, at: Pointer) -> None:
        super().__init__(surface)
        self.take_playhead()
        self._tier_id, self._label = tier_id, label
        self._start = at.boundary
        self._event: Event | None = None
        self._lines: tuple[float, ...] = ()

    def move(self, at: Pointer) -> None:
        snapper = self.snapper((), at)
        forward = at.boundary >= self._start
        low, high = (self._start, at.boundary) if forward else (at.boundary, self._start)
        onset, offset = snapper.onset(low), snapper.offset(high - 1)
        onset = max(0, onset)
        offset = min(self.surface.scale.frame_count - 1, offset)
        self._event = Event(onset, offset, self._label) if offset > onset else None
        edges = ((onset, snapper.holds("onset", onset)), (offset + 1, snapper.holds("offset", offset)))
        self._lines = tuple(float(position) for position, holds in edges if holds and self._event)
        self.session.set_playhead(offset if forward else onset)

    @property
    def drawn(self) -> tuple[Drawn, ...]:
        return (Drawn(self._tier_id, self._event),) if self._event else ()

    @property
    def lines(self) -> tuple[float, ...]:
        return self._lines

    def finish(self) -> None:
        self.give_back_playhead()
        if self._event is not None and self.session.do(CreateEvent(self._tier_id, self._event)):
            self.session.select_events((self._event.id,))
