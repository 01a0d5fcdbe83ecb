"""What the timeline shows, in the parts that are kept apart: frame, content, ruler, and what moves over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from app import theme
from app.theme import Tokens
from app.views.timeline.curve_painter import paint_curves, paint_faceless
from app.views.timeline.overview_painter import paint_overview, paint_overview_playhead, paint_seen
from app.views.timeline.ruler_painter import paint_playhead
from app.views.timeline.selection_painter import paint_over_tiers
from app.views.timeline.thumbnail_painter import paint_thumbnails
from app.views.timeline.tier_names import paint_captions, paint_tier_names
from app.views.timeline.waveform_painter import paint_waveform

if TYPE_CHECKING:
    from app.views.timeline.timeline_view import TimelineView

NOTHING_YET = "No labels yet: choose Detect, or press I where an expression begins, O where it ends, and Enter."
ALL_HIDDEN = "Every tier is hidden: choose View, Tiers, Show all tiers."


def paint_frame(painter: QPainter, view: TimelineView) -> None:
    """The panel, the overview without the range that is seen, and the names of bands and tiers."""
    session, areas, tokens = view.session, view.areas, theme.current()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens.panel)
    painter.drawRoundedRect(view.viewport().rect(), 8, 8)
    project, video = session.project, session.current_video
    if project is None or video is None:
        text = "Add a video to begin (Ctrl+I)." if project else "Open a project to see its timeline."
        painter.setPen(tokens.muted)
        painter.drawText(QRect(0, 0, areas.width_px, areas.height_px), Qt.AlignmentFlag.AlignCenter, text)
        return
    rows, reviewed = view.rows.all(), project.reviewed(video.id)
    paint_overview(painter, areas.overview, video.frame_count, rows, reviewed, view.vocabularies, tokens)
    paint_captions(painter, areas, tokens)
    reference = session.reference_tier
    paint_tier_names(painter, areas, rows, reference.id if reference else "", view.chosen_tier, tokens)


def paint_content(painter: QPainter, view: TimelineView, part: QRect) -> None:
    """What lies under the ruler in the columns of `part`: sound, curves, events, apex frames."""
    session, areas, tokens = view.session, view.areas, theme.current()
    project, video = session.project, session.current_video
    if project is None or video is None:
        return
    rows, scale = view.rows.all(), view.scale
    waveform, index = view.waveform, session.frame_index
    if waveform is not None and index is not None:
        paint_waveform(painter, _within(part, areas.waveform), scale, waveform, index, tokens)
    if view.pyramid is not None:
        band = _within(part, areas.curves)
        paint_curves(painter, band, scale, view.pyramid, project.vocabulary, tokens)
        if session.provisional_of(video.id) is None:
            paint_faceless(painter, band, scale, session.faceless.of(video.id), tokens)
    painter.save()
    inside = areas.tiers.adjusted(0, -4, 0, 4)
    painter.setClipRect(_within(part, inside), Qt.ClipOperation.IntersectClip)
    hidden = view.gesture.hidden if view.gesture else frozenset()
    view.tiers_painter.paint(painter, rows, hidden, part)
    for place, row in enumerate(rows):
        lane = areas.thumbnails(place)
        if lane.height() and lane.intersects(inside):
            paint_thumbnails(painter, lane, part, row, scale, view.thumbnails, video.id)
    painter.restore()


def _within(part: QRect, band: QRect) -> QRect:
    """The columns of the one in the rows of the other."""
    return QRect(part.left(), band.top(), part.width(), band.height())


def paint_moving(painter: QPainter, view: TimelineView) -> None:
    """Selection, half-done events, marks and playhead."""
    session, areas, tokens = view.session, view.areas, theme.current()
    if session.project is None or session.current_video is None:
        return
    rows = view.rows.all()
    _paint_corners(painter, view, tokens)
    if not rows:
        painter.setPen(tokens.muted)
        text = ALL_HIDDEN if session.tiers() else NOTHING_YET
        painter.drawText(areas.tiers, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)
    paint_over_tiers(painter, view, tokens)
    paint_seen(painter, areas.overview, view.scale, tokens)
    paint_overview_playhead(painter, areas.overview, view.scale, session.playhead, tokens)
    x = view.scale.center_x(session.playhead)
    if areas.content_left - 1 <= x <= areas.content_left + areas.content_width + 1:
        paint_playhead(painter, areas.ruler, areas.height_px - 6, x, tokens)
    view.tier_drag.paint(painter, tokens)


def _paint_corners(painter: QPainter, view: TimelineView, tokens: Tokens) -> None:
    """Rounds the ends of the bands, whose content is kept as rectangles."""
    areas = view.areas
    corners = QPainterPath()
    inside = areas.tiers.adjusted(0, -4, 0, 4)
    for index in range(areas.tier_count):
        band = areas.tier(index)
        if band.intersects(inside):
            corners.addRect(QRectF(band))
            corners.addRoundedRect(QRectF(band), 4, 4)
    painter.save()
    painter.setClipRect(inside)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(corners, tokens.panel)
    painter.restore()
