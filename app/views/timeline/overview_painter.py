"""Draws the whole video as one strip: events of the first tiers, reviewed ranges, and the range that is seen."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from app.theme import Tokens
from app.views.timeline.event_style import agreement_color, label_color
from app.views.timeline.tier_rows import TierRow
from app.views.timeline.time_scale import TimeScale
from fedn.annotation.interval import Interval
from fedn.annotation.vocabulary import Vocabulary

MOST_STRIPS = 3


def paint_overview(
    painter: QPainter,
    rect: QRect,
    frame_count: int,
    rows: list[TierRow],
    reviewed: Iterable[Interval],
    vocabulary: Vocabulary | None,
    tokens: Tokens,
) -> None:
    """Every frame of the video, whatever the zoom."""
    whole = _whole(rect, frame_count)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens.sunken)
    painter.drawRoundedRect(rect, 4, 4)
    painter.save()
    shape = QPainterPath()
    shape.addRoundedRect(QRectF(rect), 4, 4)
    painter.setClipPath(shape)
    looked_at = QColor(tokens.agrees)
    looked_at.setAlphaF(0.16)
    for interval in reviewed:
        left = whole.x(interval.start)
        painter.fillRect(QRectF(left, rect.top(), whole.x(interval.stop) - left, rect.height()), looked_at)
    shown = rows[:MOST_STRIPS]
    height = (rect.height() - 4) / max(2, len(shown))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for index, row in enumerate(shown):
        place = QRectF(rect.left(), rect.top() + 2 + index * height, 0, height - 1)
        _paint_strip(painter, place, whole, row, vocabulary, tokens)
    painter.restore()


def paint_seen(painter: QPainter, rect: QRect, scale: TimeScale, tokens: Tokens) -> None:
    """The frame around what the bands below show; the rest is veiled."""
    whole = _whole(rect, scale.frame_count)
    first, last = scale.seen
    visible = QRectF(whole.x(first), rect.top(), whole.x(last) - whole.x(first), rect.height())
    veil = QColor(tokens.panel)
    veil.setAlphaF(0.55)
    painter.fillRect(QRectF(rect.left(), rect.top(), visible.left() - rect.left(), rect.height()), veil)
    painter.fillRect(QRectF(visible.right(), rect.top(), rect.right() - visible.right(), rect.height()), veil)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(tokens.accent, 1.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(visible.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)


def _whole(rect: QRect, frame_count: int) -> TimeScale:
    return TimeScale(frame_count, rect.left(), rect.width()).fitted()


def _paint_strip(
    painter: QPainter, place: QRectF, whole: TimeScale, row: TierRow, vocabulary: Vocabulary | None, tokens: Tokens
) -> None:
    lefts = np.floor(whole.left_px + row.onsets * whole.px_per_frame).astype(np.int64)
    widths = np.maximum(2, np.round((row.stops - row.onsets) * whole.px_per_frame)).astype(np.int64)
    _, first = np.unique(np.stack([lefts, widths], axis=1), axis=0, return_index=True) if len(lefts) else (None, lefts)
    colors: dict[object, QColor] = {}
    for at in first.tolist():
        event = row.events[at]
        agreement = row.agreement.get(event.id)
        color = colors.get(agreement or event.label)
        if color is None:
            color = agreement_color(tokens, agreement) or label_color(vocabulary, event.label)
            colors[agreement or event.label] = color
        painter.fillRect(QRectF(int(lefts[at]), place.top(), int(widths[at]), place.height()), color)


def paint_overview_playhead(painter: QPainter, rect: QRect, scale: TimeScale, frame: int, tokens: Tokens) -> None:
    x = _whole(rect, scale.frame_count).center_x(frame)
    painter.setPen(QPen(tokens.playhead, 1.4))
    painter.drawLine(QPointF(x, rect.top() - 1), QPointF(x, rect.bottom() + 2))
