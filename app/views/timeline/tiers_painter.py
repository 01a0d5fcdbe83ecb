"""Draws the tiers: names on the left, events on the right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

from app.theme import Tokens
from app.views.timeline.event_painter import event_font, paint_event
from app.views.timeline.event_style import label_color, style_of
from app.views.timeline.layout import Layout
from app.views.timeline.tier_rows import TierRow
from app.views.timeline.time_scale import TimeScale
from fedn.annotation.event import Event
from fedn.annotation.tier import Source
from fedn.annotation.vocabulary import Vocabulary

EVENT_INSET_PX = 6
CROWDED = 400


@dataclass(frozen=True, slots=True)
class TiersPainter:
    """Everything that drawing the tiers needs to know."""

    layout: Layout
    scale: TimeScale
    tokens: Tokens
    vocabulary: Vocabulary | None
    reference_id: str
    sure_from: float = 0.5

    def paint(self, painter: QPainter, rows: list[TierRow], hidden: frozenset[str]) -> None:
        """`hidden` events are being dragged and are drawn by their gesture."""
        font = painter.font()
        for index, row in enumerate(rows):
            band = self.layout.tier(index)
            if band.bottom() < self.layout.tiers.top() or band.top() > self.layout.tiers.bottom():
                continue
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.tokens.raised)
            painter.drawRoundedRect(band, 4, 4)
            self.paint_name(painter, band, row, font)
            painter.save()
            painter.setClipRect(band.adjusted(0, -3, 0, 3))
            painter.setFont(event_font(font))
            self._paint_events(painter, band, row, hidden)
            painter.restore()

    def rect(self, band: QRect, onset: int, offset: int) -> QRectF:
        """Where an event from onset to offset (inclusive) is drawn."""
        left = self.scale.x(onset)
        right = max(self.scale.x(offset + 1), left + 1)
        return QRectF(left, band.top() + EVENT_INSET_PX, right - left, band.height() - 2 * EVENT_INSET_PX)

    def paint_one(self, painter: QPainter, band: QRect, row: TierRow, event: Event) -> QRectF:
        """Draws one event and says where."""
        rect = self.rect(band, event.onset, event.offset)
        apex_x = None if event.apex is None else self.scale.center_x(event.apex)
        style = style_of(event, row, self.vocabulary, self.tokens, self.sure_from)
        limited = rect.intersected(QRectF(band).adjusted(-40, 0, 40, 0))
        paint_event(painter, limited if rect.width() > 4 * band.width() else rect, style, apex_x)
        return rect

    def _paint_events(self, painter: QPainter, band: QRect, row: TierRow, hidden: frozenset[str]) -> None:
        seen = row.between(*self.scale.seen)
        indices = np.arange(seen.start, seen.stop)
        if len(indices) > CROWDED:
            widths = (row.stops[indices] - row.onsets[indices]) * self.scale.px_per_frame
            narrow = indices[widths < 4]
            self._paint_merged(painter, band, row, narrow)
            indices = indices[widths >= 4]
        for index in indices.tolist():
            event = row.events[index]
            if event.id not in hidden:
                self.paint_one(painter, band, row, event)

    def _paint_merged(self, painter: QPainter, band: QRect, row: TierRow, indices: np.ndarray) -> None:
        """At most one rectangle a pixel column."""
        columns = np.floor(self.scale.left_px + (row.onsets[indices] - self.scale.first) * self.scale.px_per_frame)
        columns, first = np.unique(columns.astype(np.int64), return_index=True)
        top, height = band.top() + EVENT_INSET_PX, band.height() - 2 * EVENT_INSET_PX
        colors: dict[str, QColor] = {}
        for column, at in zip(columns.tolist(), indices[first].tolist(), strict=True):
            label = row.events[at].label
            color = colors.get(label) or colors.setdefault(label, label_color(self.vocabulary, label))
            painter.fillRect(column, top, 2, height, color)

    def paint_name(self, painter: QPainter, band: QRect, row: TierRow, font: QFont) -> None:
        """The tier's name over whose it is."""
        small, strong = QFont(font), QFont(font)
        small.setPixelSize(11)
        strong.setPixelSize(12)
        strong.setWeight(QFont.Weight.DemiBold)
        room = QRect(12, band.top(), self.layout.content_left - 20, band.height())
        who = self._who(row)
        self._paint_line(painter, room, row.tier.name, strong, above=bool(who))
        if row.tier.id == self.reference_id:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.tokens.accent)
            painter.drawRoundedRect(QRect(3, band.top() + 6, 3, band.height() - 12), 1.5, 1.5)
        if who:
            painter.setPen(self.tokens.muted)
            painter.setFont(small)
            text = QFontMetrics(small).elidedText(who, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room.adjusted(0, band.height() // 2, 0, -2), Qt.AlignmentFlag.AlignLeft, text)
        painter.setFont(font)

    def _paint_line(self, painter: QPainter, room: QRect, text: str, font: QFont, *, above: bool) -> None:
        painter.setPen(self.tokens.text)
        painter.setFont(font)
        elided = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        place = room.adjusted(0, 3, 0, -room.height() // 2) if above else room
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, elided)

    def _who(self, row: TierRow) -> str:
        if row.tier.id == self.reference_id and not row.tier.who:
            return "reference"
        if row.tier.who:
            return row.tier.who
        return "" if row.tier.source in (Source.EXPERT, Source.IMPORTED) else row.tier.source.value
