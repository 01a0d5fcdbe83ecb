"""Draws what is over the tiers: selected and half-done events, the rubber band, in and out marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.theme import Tokens
from app.views.timeline.event_painter import RADIUS_PX, event_font, paint_apex
from app.views.timeline.event_style import label_color
from app.views.timeline.tier_rows import TierRow

if TYPE_CHECKING:
    from app.views.timeline.timeline_view import TimelineView


def paint_over_tiers(painter: QPainter, view: TimelineView, tokens: Tokens) -> None:
    areas = view.areas
    painter.save()
    painter.setClipRect(
        QRect(areas.content_left - 6, areas.tiers.top() - 6, areas.content_width + 12, areas.tiers.height() + 12)
    )
    for index, row in enumerate(view.rows.all()):
        _paint_half_done(painter, view, index, row, tokens)
    _paint_selected(painter, view, tokens)
    _paint_marks(painter, view, tokens)
    painter.setPen(QPen(tokens.accent, 1, Qt.PenStyle.DashLine))
    for position in view.gesture.lines if view.gesture else ():
        x = round(view.scale.x(position))
        painter.drawLine(x, areas.tiers.top(), x, areas.tiers.bottom())
    band = view.gesture.band if view.gesture else None
    if band is not None:
        fill = QColor(tokens.accent)
        fill.setAlphaF(0.15)
        painter.setPen(QPen(tokens.accent, 1))
        painter.setBrush(fill)
        painter.drawRect(band)
    painter.restore()


def _paint_half_done(painter: QPainter, view: TimelineView, index: int, row: TierRow, tokens: Tokens) -> None:
    """What a gesture would leave on the tier if the mouse were released now."""
    drawn = [drawn.event for drawn in (view.gesture.drawn if view.gesture else ()) if drawn.tier_id == row.tier.id]
    font = painter.font()
    painter.setFont(event_font(font))
    for event in drawn:
        rect = view.tiers_painter.paint_one(painter, view.areas.tier(index), row, event)
        apex_x = None if event.apex is None else view.scale.center_x(event.apex)
        paint_selection(painter, rect, tokens, handles=True, apex_x=apex_x)
    painter.setFont(font)


def _paint_selected(painter: QPainter, view: TimelineView, tokens: Tokens) -> None:
    selected, project = view.session.selected_events, view.session.project
    assert project is not None
    hidden = view.gesture.hidden if view.gesture else frozenset()
    places = {row.tier.id: index for index, row in enumerate(view.rows.all())}
    first, last = view.scale.seen
    for event_id in selected:
        if event_id in hidden or not project.has_event(event_id):
            continue
        event, index = project.event(event_id), places.get(project.tier_of(event_id).id)
        if index is None or event.offset + 1 < first or event.onset > last:
            continue
        rect = view.tiers_painter.rect(view.areas.tier(index), event.onset, event.offset)
        apex_x = None if event.apex is None else view.scale.center_x(event.apex)
        paint_selection(painter, rect, tokens, handles=len(selected) == 1, apex_x=apex_x)


def paint_selection(painter: QPainter, rect: QRectF, tokens: Tokens, *, handles: bool, apex_x: float | None) -> None:
    """The accent outline; with `handles` what can be dragged."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(tokens.accent, 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    outline = rect.adjusted(-2.5, -2.5, 2.5, 2.5)
    painter.drawRoundedRect(outline, RADIUS_PX + 2, RADIUS_PX + 2)
    if not handles or rect.width() < 10:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens.accent)
    height = rect.height() * 0.56
    top = rect.center().y() - height / 2
    for x in (outline.left() - 2, outline.right() - 2):
        painter.drawRoundedRect(QRectF(x, top, 4, height), 2, 2)
    if apex_x is not None:
        paint_apex(painter, rect, apex_x, tokens.accent, 4.5)


def _paint_marks(painter: QPainter, view: TimelineView, tokens: Tokens) -> None:
    """In and out, and the veil between them."""
    marking, areas = view.marking, view.areas
    if marking.in_frame is None and marking.out_frame is None:
        return
    color = label_color(marking.vocabulary, marking.label)
    begin = view.session.playhead if marking.in_frame is None else marking.in_frame
    end = view.session.playhead if marking.out_frame is None else marking.out_frame
    low, high = min(begin, end), max(begin, end)
    veil = QColor(color)
    veil.setAlphaF(0.18)
    left, right = view.scale.x(low), view.scale.x(high + 1)
    painter.fillRect(QRectF(left, areas.tiers.top(), right - left, areas.tiers.height()), veil)
    painter.setPen(QPen(tokens.accent, 1.2, Qt.PenStyle.DashLine))
    for x in (left, right):
        painter.drawLine(round(x), areas.tiers.top(), round(x), areas.tiers.bottom())
