"""Gestures that change nothing in the project: scrub, pan, choose what is seen, select with a rubber band."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt

from app.views.timeline.gestures.gesture import Gesture, Pointer, Surface


class Scrub(Gesture):
    """The playhead follows the mouse; Esc brings it back."""

    def __init__(self, surface: Surface, at: Pointer) -> None:
        super().__init__(surface)
        self.move(at)

    def move(self, at: Pointer) -> None:
        self.session.set_playhead(at.frame)


class Pan(Gesture):
    """The frames move with the mouse."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, surface: Surface, at: Pointer) -> None:
        super().__init__(surface)
        self._scale, self._start = surface.scale, at.x

    def move(self, at: Pointer) -> None:
        self.surface.set_scale(self._scale.panned(self._start - at.x))

    def cancel(self) -> None:
        self.surface.set_scale(self._scale)


class DragOverview(Gesture):
    """Centers what is seen on the mouse; moves the playhead when everything is seen already."""

    def __init__(self, surface: Surface, strip: QRect, at: Pointer) -> None:
        super().__init__(surface)
        self._scale, self._strip = surface.scale, strip
        self.move(at)

    def move(self, at: Pointer) -> None:
        position = self._scale.placed(self._strip.left(), self._strip.width()).fitted().position(at.x)
        if self._scale.shows_all:
            self.session.set_playhead(int(position))
        else:
            self.surface.set_scale(self.surface.scale.centered(position))

    def cancel(self) -> None:
        super().cancel()
        self.surface.set_scale(self._scale)


class RubberBand(Gesture):
    """Selects what the rectangle touches, added to what was selected when the gesture adds."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, surface: Surface, at: Pointer, *, adds: bool) -> None:
        super().__init__(surface)
        self._before = self.session.selected_events
        self._adds = adds
        self._from = QPointF(at.x, at.y)
        self._to = self._from

    def move(self, at: Pointer) -> None:
        self._to = QPointF(at.x, at.y)
        kept = self._before if self._adds else ()
        self.session.select_events((*kept, *self.surface.events_in(self._rect)))

    @property
    def _rect(self) -> QRectF:
        return QRectF(self._from, self._to).normalized()

    @property
    def band(self) -> QRectF | None:
        return self._rect

    def cancel(self) -> None:
        self.session.select_events(self._before)
