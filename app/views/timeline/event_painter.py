"""Draws one event, its selection and its handles."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from app.theme import Tokens
from app.views.timeline.event_style import EventStyle, Fill

RADIUS_PX = 4.0
BAR_PX = 4.0
LEAST_WIDTH_PX = 3.0
LEAST_LETTER_PX = 9.0


def event_font(base: QFont) -> QFont:
    font = QFont(base)
    font.setPixelSize(11)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def paint_event(painter: QPainter, rect: QRectF, style: EventStyle, apex_x: float | None) -> None:
    """Draws an event into `rect`; the painter's font is the event font."""
    if rect.width() < LEAST_WIDTH_PX:
        painter.fillRect(rect, style.label_color)
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    inner = rect.adjusted(0.5, 0.5, -0.5, -0.5)
    radius = min(RADIUS_PX, inner.width() / 2)
    painter.setPen(QPen(style.border, 1.2))
    painter.setBrush(style.background)
    painter.drawRoundedRect(inner, radius, radius)
    _paint_texture(painter, inner, style, radius)
    if style.fill == Fill.OUTLINED:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.label_color)
        painter.drawRoundedRect(QRectF(inner.left(), inner.top(), min(BAR_PX, inner.width()), inner.height()), 2, 2)
    if apex_x is not None and rect.width() > 26:
        paint_apex(painter, rect, apex_x, style.text_color, 3.0)
    _paint_text(painter, rect, style)
    if style.missed:
        _paint_missed(painter, rect, style)


def _paint_texture(painter: QPainter, rect: QRectF, style: EventStyle, radius: float) -> None:
    if style.fill == Fill.STRIPED:
        color = QColor(style.label_color).darker(150)
    elif style.hatched:
        color = QColor(style.border)
    else:
        return
    color.setAlphaF(0.75)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(color, Qt.BrushStyle.BDiagPattern))
    painter.drawRoundedRect(rect, radius, radius)


def _paint_text(painter: QPainter, rect: QRectF, style: EventStyle) -> None:
    bar = BAR_PX if style.fill == Fill.OUTLINED else 0.0
    left = rect.left() + (bar + 4 if bar else 7)
    room = rect.right() - 4 - left
    metrics = QFontMetricsF(painter.font())
    text = next((text for text in style.texts if metrics.horizontalAdvance(text) <= room), "")
    if not text:
        # Too narrow for margins: one letter in the middle of what is not bar.
        text, free = style.texts[-1], rect.width() - bar
        width = metrics.horizontalAdvance(text)
        if rect.width() < LEAST_LETTER_PX or width > free:
            return
        left, room = rect.left() + bar + (free - width) / 2, width + 1
    place = QRectF(left, rect.top(), room, rect.height())
    if style.fill == Fill.STRIPED or style.hatched:
        back = QColor(style.background)
        back.setAlphaF(0.85)
        width = metrics.horizontalAdvance(text)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(back)
        height = metrics.height()
        painter.drawRoundedRect(QRectF(left - 2, place.center().y() - height / 2, width + 4, height), 3, 3)
    painter.setPen(style.text_color)
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


def _paint_missed(painter: QPainter, rect: QRectF, style: EventStyle) -> None:
    """A dashed frame around a reference event that no prediction matches."""
    pen = QPen(style.border, 1.4, Qt.PenStyle.DashLine)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(-2.5, -2.5, 2.5, 2.5), RADIUS_PX + 2, RADIUS_PX + 2)


def paint_apex(painter: QPainter, rect: QRectF, x: float, color: QColor, size_px: float) -> None:
    """A small triangle that stands on the lower edge at the apex."""
    low = rect.bottom() - 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    corners = [QPointF(x - size_px, low), QPointF(x + size_px, low), QPointF(x, low - 1.6 * size_px)]
    painter.drawPolygon(QPolygonF(corners))


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
