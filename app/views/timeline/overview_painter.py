"""Draws the whole video as one strip: events of the first tiers, reviewed ranges, and the range that is seen."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from app.theme import Tokens
from app.views.timeline.columns import merged, row_image
from app.views.timeline.event_style import agreement_color, label_color
from app.views.timeline.tier_rows import TierRow
from app.views.timeline.time_scale import TimeScale
from fedn.annotation.interval import Interval
from fedn.annotation.vocabulary import Vocabulary

MOST_STRIPS = 3
LEAST_PX = 2
REVIEWED_PX = 3


def whole_scale(rect: QRect, frame_count: int) -> TimeScale:
    """That of the strip, whatever the zoom."""
    return TimeScale(frame_count, rect.left(), rect.width()).fitted()


def seen_rect(rect: QRect, scale: TimeScale) -> QRectF:
    """The frame around what the bands below show."""
    whole = whole_scale(rect, scale.frame_count)
    first, last = scale.seen
    return QRectF(whole.x(first), rect.top(), max(4.0, whole.x(last) - whole.x(first)), rect.height())


def paint_overview(
    painter: QPainter,
    rect: QRect,
    frame_count: int,
    rows: list[TierRow],
    reviewed: Iterable[Interval],
    vocabularies: dict[str, Vocabulary],
    tokens: Tokens,
) -> None:
    """Every frame of the video; what has been reviewed is tinted and has a line under it."""
    whole = whole_scale(rect, frame_count)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens.sunken)
    painter.drawRoundedRect(rect, 4, 4)
    painter.save()
    shape = QPainterPath()
    shape.addRoundedRect(QRectF(rect), 4, 4)
    painter.setClipPath(shape)
    tint = QColor(tokens.agrees)
    tint.setAlphaF(0.18)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for interval in reviewed:
        left, right = whole.x(interval.start), whole.x(interval.stop)
        painter.fillRect(QRectF(left, rect.top(), right - left, rect.height()), tint)
        painter.fillRect(QRectF(left, rect.bottom() + 1 - REVIEWED_PX, right - left, REVIEWED_PX), tokens.agrees)
    shown = rows[:MOST_STRIPS]
    height = (rect.height() - 2 - REVIEWED_PX) / max(2, len(shown))
    for index, row in enumerate(shown):
        place = QRectF(rect.left(), rect.top() + 2 + index * height, rect.width(), height - 1)
        _paint_strip(painter, place, whole, row, vocabularies.get(row.tier.id), tokens)
    painter.restore()


def _paint_strip(
    painter: QPainter, place: QRectF, whole: TimeScale, row: TierRow, vocabulary: Vocabulary | None, tokens: Tokens
) -> None:
    if not row.events:
        return
    ratio = painter.device().devicePixelRatio()
    lefts = whole.columns(row.onsets, ratio)
    rights = np.maximum(lefts + round(LEAST_PX * ratio), whole.columns(row.stops, ratio))
    said = [row.agreement.get(event.id) or event.label for event in row.events]
    numbers = {what: number for number, what in enumerate(dict.fromkeys(said))}
    colors = [
        label_color(vocabulary, what) if isinstance(what, str) else agreement_color(tokens, what) or tokens.muted
        for what in numbers
    ]
    by_length = np.argsort(rights - lefts, kind="stable")[::-1]
    values = np.array([numbers[what] for what in said], dtype=np.int64)
    columns = merged(lefts[by_length], rights[by_length], values[by_length], round(place.width() * ratio))
    painter.drawImage(place, row_image(columns, colors))


def paint_seen(painter: QPainter, rect: QRect, scale: TimeScale, tokens: Tokens) -> None:
    """The frame with edges to drag; what is not seen is veiled."""
    visible = seen_rect(rect, scale)
    veil = QColor(tokens.panel)
    veil.setAlphaF(0.55)
    painter.fillRect(QRectF(rect.left(), rect.top(), visible.left() - rect.left(), rect.height()), veil)
    painter.fillRect(QRectF(visible.right(), rect.top(), rect.right() + 1 - visible.right(), rect.height()), veil)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(tokens.accent, 1.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(visible.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens.accent)
    for x in (visible.left(), visible.right()):
        painter.drawRoundedRect(QRectF(x - 1.5, rect.center().y() - 4, 3, 9), 1.5, 1.5)


def paint_overview_playhead(painter: QPainter, rect: QRect, scale: TimeScale, frame: int, tokens: Tokens) -> None:
    x = whole_scale(rect, scale.frame_count).center_x(frame)
    painter.setPen(QPen(tokens.playhead, 1.4))
    painter.drawLine(QPointF(x, rect.top() - 1), QPointF(x, rect.bottom() + 2))
