"""Draws one event and what it says without color: letter code, texture, a mark for the comparison."""

from __future__ import annotations

from math import floor

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from app.views.timeline.agreement import Agreement
from app.views.timeline.event_style import EventStyle, Fill

RADIUS_PX = 4.0
BAR_PX = 4.0
THIN_BAR_PX = 2.5
LEAST_FOR_BAR_PX = 18.0
LEAST_WIDTH_PX = 3.0
LEAST_LETTER_PX = 9.0
LEAST_APEX_PX = 26.0
LEAST_APEX_HEIGHT_PX = 20.0
MARK_PX = 7.0
PATTERN_PX = 8
BACKING_OPACITY = 0.95


def event_font(base: QFont) -> QFont:
    font = QFont(base)
    font.setPixelSize(11)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def paint_event(painter: QPainter, rect: QRectF, style: EventStyle, score: float | None) -> None:
    """Draws an event without its apex into `rect`; the painter's font is the event font."""
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
        painter.drawRoundedRect(QRectF(inner.left(), inner.top(), bar_width(rect), inner.height()), 2, 2)
    right = _paint_text(painter, rect, style, score)
    if style.agreement is not None and rect.right() - right > MARK_PX + 8:
        _paint_mark(painter, QPointF(rect.right() - MARK_PX / 2 - 5, rect.center().y()), style)
    if style.rejected:
        painter.setPen(QPen(style.text_color, 1.2))
        painter.drawLine(QPointF(rect.left() + 2, rect.center().y()), QPointF(rect.right() - 2, rect.center().y()))
    if style.missed:
        _paint_missed(painter, rect, style)


def bar_width(rect: QRectF) -> float:
    """Of the label's color at the left of a prediction; thinner where the letter needs the room."""
    return BAR_PX if rect.width() >= LEAST_FOR_BAR_PX else THIN_BAR_PX


def _paint_texture(painter: QPainter, rect: QRectF, style: EventStyle, radius: float) -> None:
    if style.fill == Fill.STRIPED:
        color = QColor(style.label_color).darker(150)
    elif style.hatched:
        color = QColor(style.border)
    else:
        return
    color.setAlphaF(0.75)
    # The stripes move with the event.
    painter.setBrushOrigin(floor(rect.left()) % PATTERN_PX, floor(rect.top()) % PATTERN_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(color, Qt.BrushStyle.BDiagPattern))
    painter.drawRoundedRect(rect, radius, radius)


def _texts(style: EventStyle, score: float | None) -> tuple[str, ...]:
    if score is None:
        return style.texts
    written, code, _letter = style.texts
    return (f"{written} {score:.2f}", f"{code} {score:.2f}", *style.texts[1:])


def _paint_text(painter: QPainter, rect: QRectF, style: EventStyle, score: float | None) -> float:
    """The longest text that fits; returns where it ends."""
    bar = bar_width(rect) if style.fill == Fill.OUTLINED else 0.0
    left = rect.left() + (bar + 4 if bar else 7)
    room = rect.right() - 4 - left
    metrics = QFontMetricsF(painter.font())
    texts = _texts(style, score)
    text = next((text for text in texts if metrics.horizontalAdvance(text) <= room), "")
    if not text:
        # Too narrow for margins: one letter in the middle of what is not bar.
        text, free = texts[-1], rect.width() - bar
        width = metrics.horizontalAdvance(text)
        if rect.width() < LEAST_LETTER_PX or width > free:
            return rect.left()
        left, room = rect.left() + bar + (free - width) / 2, width + 1
    width = metrics.horizontalAdvance(text)
    if style.fill == Fill.STRIPED or style.hatched:
        back = QColor(style.background)
        back.setAlphaF(BACKING_OPACITY)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(back)
        height = metrics.height()
        painter.drawRoundedRect(QRectF(left - 2, rect.center().y() - height / 2, width + 4, height), 3, 3)
    painter.setPen(style.text_color)
    place = QRectF(left, rect.top(), room + 1, rect.height())
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    return left + width


def _paint_mark(painter: QPainter, middle: QPointF, style: EventStyle) -> None:
    """A tick for agreement, an inequality sign for another label, a cross for no counterpart."""
    half, x, y = MARK_PX / 2, middle.x(), middle.y()
    strokes = {
        Agreement.AGREES: ((-half, 0, -1, half - 1), (-1, half - 1, half, -half + 1)),
        Agreement.LABEL_DIFFERS: ((-half, -1.5, half, -1.5), (-half, 1.5, half, 1.5), (-2, half, 2, -half)),
        Agreement.NO_COUNTERPART: ((-3, -3, 3, 3), (-3, 3, 3, -3)),
    }
    assert style.agreement is not None
    painter.setPen(QPen(style.text_color, 1.3))
    painter.drawLines([QLineF(x + a, y + b, x + c, y + d) for a, b, c, d in strokes[style.agreement]])


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
