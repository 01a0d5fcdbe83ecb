"""Which gesture a press begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent

from app.views.timeline.gestures.change_event import DragApex, MoveBody, MoveEdge
from app.views.timeline.gestures.create_event import DrawEvent
from app.views.timeline.gestures.gesture import Gesture, Refused
from app.views.timeline.gestures.look_around import DragOverview, Pan, RubberBand, Scrub
from app.views.timeline.hit import Hit, Part
from app.views.timeline.layout import Band

if TYPE_CHECKING:
    from app.views.timeline.timeline_view import TimelineView


def begin_gesture(view: TimelineView, pressed: QMouseEvent) -> Gesture | None:
    """The gesture for what lies where the mouse went down, None where nothing can be dragged."""
    at = view.pointer(pressed)
    if pressed.button() == Qt.MouseButton.MiddleButton:
        return Pan(view, at)
    if at.x < view.areas.content_left - 8:
        return None
    band = view.areas.band_at(at.y)
    if band == Band.OVERVIEW:
        return DragOverview(view, view.areas.overview, at)
    if band in (Band.RULER, Band.CURVES):
        return Scrub(view, at)
    adds = bool(pressed.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier))
    hit = view.hits.at(at.x, at.y)
    if hit is not None and not adds:
        return _change(view, hit, view.pointer(pressed).position)
    row = view.hits.row_at(at.y)
    if row is not None and row.is_editable and not adds:
        if not view.session.may_change((), (row.tier.id,)):
            return Refused(view)
        return DrawEvent(view, row.tier.id, view.marking.label, at)
    return RubberBand(view, at, adds=adds)


def _change(view: TimelineView, hit: Hit, position: float) -> Gesture:
    if hit.row.is_editable and not view.session.may_change((hit.event.id,)):
        return Refused(view)
    if hit.part == Part.APEX:
        return DragApex(view, hit.event)
    if hit.part == Part.ONSET:
        return MoveEdge(view, hit.event, "onset", position)
    if hit.part == Part.OFFSET:
        return MoveEdge(view, hit.event, "offset", position)
    selected = view.session.selected_events
    moving = selected if hit.event.id in selected else (hit.event.id,)
    return MoveBody(view, moving, hit.event.id, position)
