"""From presses and moves of the mouse to gestures: which begins, which goes on, what a mere click does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QMouseEvent

from app.views.timeline.gestures.begin import begin_gesture
from app.views.timeline.gestures.gesture import Gesture
from app.views.timeline.hit import Part
from app.views.timeline.layout import Band
from app.views.timeline.overview_drag import DragSeen, grip_at

if TYPE_CHECKING:
    from app.views.timeline.timeline_view import TimelineView

DRAG_PX = 4
SEVERAL = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Mouse:
    """The mouse on the timeline's content; on the tiers' names it is TierDrag's."""

    def __init__(self, view: TimelineView) -> None:
        self._view = view
        self._pressed: QMouseEvent | None = None
        self.gesture: Gesture | None = None

    @property
    def is_down(self) -> bool:
        return self._pressed is not None or self.gesture is not None

    def press(self, event: QMouseEvent) -> None:
        view = self._view
        if view.session.current_video is None or self.is_down or view.tier_drag.is_active:
            return
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and event.position().x() < view.areas.content_left - 8:
            view.tier_drag.press(event.position().y())
            return
        self._pressed = QMouseEvent(event)
        at_once = view.areas.band_at(event.position().y()) != Band.TIERS
        if is_left and not at_once:
            self._select_under(event)
        if at_once or not is_left:
            self._begin(event)

    def _select_under(self, event: QMouseEvent) -> None:
        view = self._view
        hit = view.hits.at(event.position().x(), event.position().y())
        row = view.hits.row_at(event.position().y())
        if row is not None and row.is_editable:
            view.marking.set_tier(row.tier.id)
        if hit is None:
            return
        selected = view.session.selected_events
        if event.modifiers() & SEVERAL:
            kept = tuple(event_id for event_id in selected if event_id != hit.event.id)
            view.session.select_events(kept if hit.event.id in selected else (*selected, hit.event.id))
        elif hit.event.id not in selected:
            view.session.select_events((hit.event.id,))

    def _begin(self, event: QMouseEvent) -> None:
        assert self._pressed is not None
        view = self._view
        self.gesture = self._overview_gesture(self._pressed) or begin_gesture(view, self._pressed)
        if self.gesture is not None:
            view.viewport().setCursor(self.gesture.cursor)
            self.gesture.move(view.pointer(event))
            view.redraw_content()

    def _overview_gesture(self, pressed: QMouseEvent) -> Gesture | None:
        view, at = self._view, self._view.pointer(pressed)
        strip = view.areas.overview
        in_strip = view.areas.band_at(at.y) == Band.OVERVIEW and pressed.button() == Qt.MouseButton.LeftButton
        grip = grip_at(strip, view.scale, at.x) if in_strip else None
        if grip is None or (grip == "body" and view.scale.shows_all):
            return None
        return DragSeen(view, strip, grip, at)

    def move(self, event: QMouseEvent) -> None:
        view = self._view
        if view.tier_drag.is_active:
            view.tier_drag.move(event.position().y())
        elif self.gesture is not None:
            self.gesture.move(view.pointer(event))
            view.viewport().update()
        elif self._pressed is not None:
            if (event.position() - self._pressed.position()).manhattanLength() >= DRAG_PX:
                self._begin(event)
        else:
            self.show_cursor(event.position().toPoint())

    def release(self, event: QMouseEvent) -> None:
        view = self._view
        if view.tier_drag.is_active:
            view.tier_drag.release()
            return
        pressed, self._pressed = self._pressed, None
        if self.gesture is not None:
            gesture = self.gesture
            gesture.move(view.pointer(event))
            self.end()
            gesture.finish()
        elif pressed is not None:
            self._click(pressed)
        self.show_cursor(event.position().toPoint())

    def _click(self, event: QMouseEvent) -> None:
        """A press and release without a drag: the playhead goes there; beside every event nothing stays selected."""
        view = self._view
        if event.modifiers() & SEVERAL:
            return
        hit = view.hits.at(event.position().x(), event.position().y())
        view.session.select_events((hit.event.id,) if hit else ())
        frame = view.scale.frame(event.position().x())
        if hit is not None:
            frame = max(hit.event.onset, min(hit.event.offset, frame))
        view.session.set_playhead(frame)

    def cancel(self) -> None:
        """Esc: as if the mouse had never gone down."""
        gesture = self.gesture
        self._pressed = None
        self._view.tier_drag.cancel()
        self.end()
        if gesture is not None:
            gesture.cancel()

    def end(self) -> None:
        had_one, self.gesture = self.gesture is not None, None
        self._view.viewport().unsetCursor()
        if had_one:
            self._view.redraw_content()

    def show_cursor(self, at: QPoint) -> None:
        """The cursor says what a press would do."""
        view = self._view
        shape = self._shape(at)
        if shape is None:
            view.viewport().unsetCursor()
        else:
            view.viewport().setCursor(shape)

    def _shape(self, at: QPoint) -> Qt.CursorShape | None:
        view = self._view
        if at.x() < view.areas.content_left - 8:
            border = view.tier_drag.border_at(at.y()) is not None
            return Qt.CursorShape.SizeVerCursor if border else None
        if view.areas.band_at(at.y()) == Band.OVERVIEW:
            grip = grip_at(view.areas.overview, view.scale, at.x())
            if grip in ("left", "right"):
                return Qt.CursorShape.SizeHorCursor
            return Qt.CursorShape.OpenHandCursor if grip == "body" and not view.scale.shows_all else None
        hit, row = view.hits.at(at.x(), at.y()), view.hits.row_at(at.y())
        if hit is not None:
            edge = hit.part != Part.BODY and not hit.row.view.locked
            return Qt.CursorShape.SizeHorCursor if edge else Qt.CursorShape.PointingHandCursor
        draws = row is not None and row.is_editable and not row.view.locked and at.x() >= view.areas.content_left
        return Qt.CursorShape.CrossCursor if draws else None
