"""Draws the left margin: what each band is, and each tier's name with whose it is and how it is arranged."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPolygonF

from app.theme import Tokens
from app.views.timeline.layout import MARGIN_PX, Layout
from app.views.timeline.tier_rows import TierRow
from fedn.annotation.tier import Source

LEFT_PX = 14
LOCK_PX = 14
TWO_LINES_PX = 30
LEFT = Qt.AlignmentFlag.AlignLeft


def paint_captions(painter: QPainter, areas: Layout, tokens: Tokens) -> None:
    """What the bands above the tiers are."""
    base = painter.font()
    width = areas.content_left - LEFT_PX - 6
    small, strong = _fonts(base)
    middle = LEFT | Qt.AlignmentFlag.AlignVCenter
    painter.setPen(tokens.muted)
    painter.setFont(small)
    painter.drawText(QRect(LEFT_PX, areas.overview.top(), width, areas.overview.height()), middle, "Overview")
    painter.drawText(QRect(LEFT_PX, areas.ruler.top() + 2, width, 15), middle, "Time")
    painter.drawText(QRect(LEFT_PX, areas.ruler.top() + 17, width, 13), middle, "Frame")
    if areas.has_waveform:
        painter.drawText(QRect(LEFT_PX, areas.waveform.top(), width, areas.waveform.height()), middle, "Sound")
    if areas.has_curves:
        center = areas.curves.center().y()
        painter.drawText(QRect(LEFT_PX, center, width, 16), middle, "per label")
        painter.setPen(tokens.text)
        painter.setFont(strong)
        painter.drawText(QRect(LEFT_PX, center - 16, width, 16), middle, "Scores")
    painter.setFont(base)


def paint_tier_names(
    painter: QPainter, areas: Layout, rows: list[TierRow], reference_id: str, chosen_id: str, tokens: Tokens
) -> None:
    """`chosen_id` is the tier that keys and menu entries about tiers mean."""
    base = painter.font()
    small, _ = _fonts(base)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.save()
    painter.setClipRect(QRect(0, areas.tiers.top() - 2, areas.content_left, areas.tiers.height() + 4 + MARGIN_PX))
    for index, row in enumerate(rows):
        band = areas.tier(index)
        if band.bottom() < areas.tiers.top() or band.top() > areas.tiers.bottom():
            continue
        place = QRect(0, band.top(), areas.content_left - 6, band.height())
        if row.tier.id == chosen_id:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.hover)
            painter.drawRoundedRect(place.adjusted(4, 0, 0, 0), 4, 4)
        if row.view.color:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(row.view.color))
            painter.drawRoundedRect(QRect(6, band.top() + 4, 4, band.height() - 8), 2, 2)
        if row.tier.id == reference_id:
            _paint_flag(painter, QPointF(place.right() - 13, band.top() + 8), tokens)
        if row.view.locked:
            beside = LOCK_PX if row.tier.id == reference_id else 0
            _paint_lock(painter, QPointF(place.right() - 13 - beside, band.top() + 10), tokens)
        marks = row.view.locked + (row.tier.id == reference_id)
        _paint_name(painter, place.adjusted(0, 0, -marks * LOCK_PX, 0), row, base, tokens)
        lane = areas.thumbnails(index)
        if lane.height():
            painter.setPen(tokens.muted)
            painter.setFont(small)
            text = QRect(LEFT_PX, lane.top(), areas.content_left - LEFT_PX - 6, lane.height())
            painter.drawText(text, LEFT | Qt.AlignmentFlag.AlignVCenter, "Apex frames")
    painter.restore()
    painter.setFont(base)


def whose(row: TierRow) -> str:
    """The person or model that a tier comes from, else what kind of tier it is where its name does not say so."""
    if row.provisional_until:
        return "detecting…"
    if row.tier.who:
        return row.tier.who
    return "" if row.tier.name.casefold() == row.tier.source.value else row.tier.source.value


def _fonts(base: QFont) -> tuple[QFont, QFont]:
    small, strong = QFont(base), QFont(base)
    small.setPixelSize(11)
    strong.setPixelSize(12)
    strong.setWeight(QFont.Weight.DemiBold)
    return small, strong


def _paint_name(painter: QPainter, place: QRect, row: TierRow, base: QFont, tokens: Tokens) -> None:
    """The name over whose it is; in a low row side by side would be too narrow, so a model's name comes alone."""
    small, strong = _fonts(base)
    room = place.adjusted(LEFT_PX, 0, -2, 0)
    who = whose(row)
    if who and place.height() < TWO_LINES_PX:
        name = f"{row.tier.name} · {who}" if row.tier.source == Source.DETECTOR else row.tier.name
        _paint_line(painter, room, name, strong, tokens.text)
        return
    middle = place.center().y() + 1
    if not who:
        _paint_line(painter, room, row.tier.name, strong, tokens.text)
        return
    _paint_line(painter, QRect(room.left(), middle - 16, room.width(), 16), row.tier.name, strong, tokens.text)
    # The names of models begin alike and end in the time when they were made.
    dots = Qt.TextElideMode.ElideMiddle if row.tier.source == Source.DETECTOR else Qt.TextElideMode.ElideRight
    _paint_line(painter, QRect(room.left(), middle, room.width(), 15), who, small, tokens.muted, dots)


def _paint_line(
    painter: QPainter,
    place: QRect,
    text: str,
    font: QFont,
    color: QColor,
    dots: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> None:
    painter.setPen(color)
    painter.setFont(font)
    elided = QFontMetrics(font).elidedText(text, dots, place.width())
    painter.drawText(place, LEFT | Qt.AlignmentFlag.AlignVCenter, elided)


def _paint_flag(painter: QPainter, at: QPointF, tokens: Tokens) -> None:
    """The tier that predictions are compared with carries a flag."""
    painter.setPen(QPen(tokens.accent, 1.4))
    painter.drawLine(at, QPointF(at.x(), at.y() + 9))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens.accent)
    x, y = at.x(), at.y()
    painter.drawPolygon(QPolygonF([QPointF(x, y), QPointF(x + 8, y + 2.5), QPointF(x, y + 5)]))


def _paint_lock(painter: QPainter, at: QPointF, tokens: Tokens) -> None:
    painter.setPen(QPen(tokens.muted, 1.3))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(at.x() + 1, at.y() - 4, 6, 8), 0, 180 * 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens.muted)
    painter.drawRoundedRect(QRectF(at.x() - 1, at.y(), 10, 7), 1.5, 1.5)
