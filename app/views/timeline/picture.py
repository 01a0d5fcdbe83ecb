"""What the timeline shows: the part that stands still, and the part that moves over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from app import theme
from app.theme import Tokens
from app.views.timeline.curve_painter import paint_curves
from app.views.timeline.event_painter import event_font, paint_selection
from app.views.timeline.event_style import label_color
from app.views.timeline.layout import Layout
from app.views.timeline.overview_painter import paint_overview, paint_overview_playhead, paint_seen
from app.views.timeline.ruler_painter import paint_playhead, paint_ruler
from app.views.timeline.tier_rows import TierRow

if TYPE_CHECKING:
    from app.views.timeline.timeline_view import TimelineView


def paint_panel(painter: QPainter, rect: QRect, tokens: Tokens) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens.panel)
    painter.drawRoundedRect(rect, 8, 8)


def paint_still(painter: QPainter, view: TimelineView) -> None:
    """Bands, curves, tiers and events."""
    session, areas, tokens = view.session, view.areas, theme.current()
    project, video = session.project, session.current_video
    if project is None or video is None:
        text = "Add a video to begin (Ctrl+I)." if project else "Open a project to see its timeline."
        painter.setPen(tokens.muted)
        painter.drawText(QRect(0, 0, areas.width_px, areas.height_px), Qt.AlignmentFlag.AlignCenter, text)
        return
    rows, font = view.rows.all(), painter.font()
    painter.drawPixmap(0, 0, view.overview)
    paint_seen(painter, areas.overview, view.scale, tokens)
    paint_ruler(painter, areas.ruler, view.scale, session.frame_index, tokens, font)
    if view.pyramid is not None:
        paint_curves(painter, areas.curves, view.scale, view.pyramid, project.vocabulary, tokens)
    _paint_captions(painter, areas, view.pyramid is not None, tokens)
    if not rows:
        painter.setPen(tokens.muted)
        text = "No labels yet: choose Detect, or press I where an expression begins, O where it ends, and Enter."
        painter.drawText(areas.tiers, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)
    painter.save()
    painter.setClipRect(QRect(0, areas.tiers.top() - 4, areas.width_px, areas.tiers.height() + 8))
    hidden = view.gesture.hidden if view.gesture else frozenset()
    view.tiers_painter.paint(painter, rows, hidden)
    painter.restore()


def paint_whole_video(painter: QPainter, view: TimelineView) -> None:
    """The overview without the range that is seen: it stays the same while zooming and panning."""
    session = view.session
    project, video = session.project, session.current_video
    if project is not None and video is not None:
        rows, reviewed = view.rows.all(), project.reviewed(video.id)
        strip, frames = view.areas.overview, video.frame_count
        paint_overview(painter, strip, frames, rows, reviewed, project.vocabulary, theme.current())


def paint_moving(painter: QPainter, view: TimelineView) -> None:
    """Selection, half-done events, marks and playhead."""
    session, areas, tokens = view.session, view.areas, theme.current()
    if session.project is None or session.current_video is None:
        return
    painter.save()
    painter.setClipRect(QRect(areas.content_left - 6, areas.tiers.top() - 6, areas.content_width + 12, 10_000))
    for index, row in enumerate(view.rows.all()):
        _paint_row(painter, view, index, row, tokens)
    _paint_marks(painter, view, tokens)
    band = view.gesture.band if view.gesture else None
    if band is not None:
        fill = QColor(tokens.accent)
        fill.setAlphaF(0.15)
        painter.setPen(QPen(tokens.accent, 1))
        painter.setBrush(fill)
        painter.drawRect(band)
    painter.restore()
    paint_overview_playhead(painter, areas.overview, view.scale, session.playhead, tokens)
    x = view.scale.center_x(session.playhead)
    if areas.content_left - 1 <= x <= areas.content_left + areas.content_width + 1:
        paint_playhead(painter, areas.ruler, areas.height_px - 6, x, tokens)


def _paint_row(painter: QPainter, view: TimelineView, index: int, row: TierRow, tokens: Tokens) -> None:
    """What is selected or half done on one tier."""
    painting, band = view.tiers_painter, view.areas.tier(index)
    gesture = view.gesture
    hidden = gesture.hidden if gesture else frozenset()
    font = painter.font()
    painter.setFont(event_font(font))
    for drawn in gesture.drawn if gesture else ():
        if drawn.tier_id == row.tier.id:
            rect = painting.paint_one(painter, band, row, drawn.event)
            apex_x = None if drawn.event.apex is None else view.scale.center_x(drawn.event.apex)
            paint_selection(painter, rect, tokens, handles=True, apex_x=apex_x)
    painter.setFont(font)
    selected = view.session.selected_events
    project = view.session.project
    assert project is not None
    for event_id in selected:
        if event_id in hidden or not project.has_event(event_id) or project.tier_of(event_id).id != row.tier.id:
            continue
        event = project.event(event_id)
        rect = painting.rect(band, event.onset, event.offset)
        apex_x = None if event.apex is None else view.scale.center_x(event.apex)
        paint_selection(painter, rect, tokens, handles=len(selected) == 1, apex_x=apex_x)


def _paint_marks(painter: QPainter, view: TimelineView, tokens: Tokens) -> None:
    """In and out, and the veil between them."""
    marking, areas = view.marking, view.areas
    if marking.in_frame is None and marking.out_frame is None:
        return
    project = view.session.project
    color = label_color(project.vocabulary if project else None, marking.label)
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


def _paint_captions(painter: QPainter, areas: Layout, has_curves: bool, tokens: Tokens) -> None:
    font = painter.font()
    small, strong = QFont(font), QFont(font)
    small.setPixelSize(11)
    strong.setPixelSize(12)
    strong.setWeight(QFont.Weight.DemiBold)
    painter.setPen(tokens.muted)
    painter.setFont(small)
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    width = areas.content_left - 20
    painter.drawText(QRect(12, areas.overview.top(), width, areas.overview.height()), left, "Overview")
    painter.drawText(QRect(12, areas.ruler.top() + 2, width, 15), left, "Time")
    painter.drawText(QRect(12, areas.ruler.top() + 17, width, 13), left, "Frame")
    if has_curves:
        middle = areas.curves.center().y()
        painter.drawText(QRect(12, middle, width, 16), left, "per label")
        painter.setPen(tokens.text)
        painter.setFont(strong)
        painter.drawText(QRect(12, middle - 16, width, 16), left, "Scores")
    painter.setFont(font)
