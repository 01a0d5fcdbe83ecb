"""Draws the events of the tiers: each where it can be made out, together where they are narrower than a few pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter

from app.theme import Tokens
from app.views.timeline.agreement import Agreement
from app.views.timeline.columns import merged, row_image
from app.views.timeline.event_painter import LEAST_APEX_HEIGHT_PX, LEAST_APEX_PX, paint_apex, paint_event
from app.views.timeline.event_style import StyleBook, agreement_color, blended, label_color
from app.views.timeline.layout import Layout
from app.views.timeline.sprites import Sprites
from app.views.timeline.tier_rows import TierRow
from app.views.timeline.time_scale import TimeScale
from fedn.annotation.event import Event

EVENT_INSET_PX = 6
NARROW_PX = 4
REACH_PX = 6
PROVISIONAL_OPACITY = 0.7
UNSEEN_OPACITY = 0.28
VERDICTS = (Agreement.AGREES, Agreement.LABEL_DIFFERS, Agreement.NO_COUNTERPART)


@dataclass(frozen=True, slots=True)
class TiersPainter:
    """Everything that drawing the events needs to know."""

    layout: Layout
    scale: TimeScale
    tokens: Tokens
    styles: dict[str, StyleBook]
    sprites: Sprites
    ratio: float = 1.0

    def paint(self, painter: QPainter, rows: list[TierRow], hidden: frozenset[str], part: QRect) -> None:
        """The events in the columns of `part`; `hidden` ones are being dragged and are drawn by their gesture."""
        for index, row in enumerate(rows):
            band = self.layout.tier(index)
            if band.bottom() + REACH_PX < self.layout.tiers.top() or band.top() > self.layout.tiers.bottom():
                continue
            painter.fillRect(QRect(part.left(), band.top(), part.width(), band.height()), self.ground(row))
            if row.provisional_until:
                self._paint_unseen(painter, band, row.provisional_until, part)
                painter.setOpacity(PROVISIONAL_OPACITY)
            self._paint_events(painter, band, row, hidden, part)
            painter.setOpacity(1.0)

    def _paint_unseen(self, painter: QPainter, band: QRect, until: int, part: QRect) -> None:
        """What a running detection has not looked at is hatched, behind an edge in the accent's color."""
        edge = round(self.scale.x(until))
        left = max(edge, part.left())
        if left <= part.right():
            color = QColor(self.tokens.muted)
            color.setAlphaF(UNSEEN_OPACITY)
            painter.setBrushOrigin(0, 0)
            rest = QRect(left, band.top(), part.right() + 1 - left, band.height())
            painter.fillRect(rest, QBrush(color, Qt.BrushStyle.BDiagPattern))
        painter.fillRect(QRect(edge - 1, band.top(), 2, band.height()), self.tokens.accent)

    def ground(self, row: TierRow) -> QColor:
        """What the events of a tier lie on."""
        chosen = QColor(row.view.color)
        return blended(chosen, self.tokens.raised, 0.14) if row.view.color else self.tokens.raised

    def rect(self, band: QRect, onset: int, offset: int) -> QRectF:
        """Where an event from onset to offset (inclusive) is drawn: at least one device pixel, and on whole ones."""
        left, right = self.scale.columns(np.array([onset, offset + 1]), self.ratio).tolist()
        return self._place(band, left, right)

    def _place(self, band: QRect, left: int, right: int) -> QRectF:
        x, width = self.scale.left_px + left / self.ratio, max(1, right - left) / self.ratio
        return QRectF(x, band.top() + EVENT_INSET_PX, width, band.height() - 2 * EVENT_INSET_PX)

    def paint_one(self, painter: QPainter, band: QRect, row: TierRow, event: Event) -> QRectF:
        """Draws one event that is being made or changed, and says where."""
        rect = self.rect(band, event.onset, event.offset)
        style = self.styles[row.tier.id].style(event, row)
        paint_event(painter, rect, style, event.score)
        self._paint_apex(painter, rect, event, style.text_color)
        return rect

    def _paint_events(self, painter: QPainter, band: QRect, row: TierRow, hidden: frozenset[str], part: QRect) -> None:
        first, last = (self.scale.position(x) for x in (part.left() - REACH_PX, part.right() + 1 + REACH_PX))
        seen = row.between(first, last)
        indices = np.arange(seen.start, seen.stop)
        lefts = self.scale.columns(row.onsets[indices], self.ratio)
        rights = np.maximum(lefts + 1, self.scale.columns(row.stops[indices], self.ratio))
        if hidden:
            kept = np.array([row.events[at].id not in hidden for at in indices.tolist()], dtype=bool)
            indices, lefts, rights = indices[kept], lefts[kept], rights[kept]
        narrow = rights - lefts < NARROW_PX * self.ratio
        self._paint_merged(painter, band, row, indices[narrow], lefts[narrow], rights[narrow], part)
        wide, book = ~narrow, self.styles[row.tier.id]
        for at, left, right in zip(indices[wide].tolist(), lefts[wide].tolist(), rights[wide].tolist(), strict=True):
            event, rect = row.events[at], self._place(band, left, right)
            style = book.style(event, row)
            self.sprites.paint(painter, rect, style, event.score)
            self._paint_apex(painter, rect, event, style.text_color)

    def _paint_apex(self, painter: QPainter, rect: QRectF, event: Event, color: QColor) -> None:
        if event.apex is not None and rect.width() > LEAST_APEX_PX and rect.height() >= LEAST_APEX_HEIGHT_PX:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            column = self.scale.columns(np.array([event.apex + 0.5]), self.ratio).item()
            paint_apex(painter, rect, self.scale.left_px + column / self.ratio, color, 3.0)

    def _paint_merged(
        self,
        painter: QPainter,
        band: QRect,
        row: TierRow,
        indices: NDArray[np.int64],
        lefts: NDArray[np.int64],
        rights: NDArray[np.int64],
        part: QRect,
    ) -> None:
        """A color a column: above the label of the shortest event in it, below the worst that is said of any."""
        if not len(indices):
            return
        begin = round((part.left() - self.scale.left_px) * self.ratio)
        width = round(part.width() * self.ratio)
        place = QRectF(part.left(), band.top() + EVENT_INSET_PX, part.width(), band.height() - 2 * EVENT_INSET_PX)
        events = [row.events[at] for at in indices.tolist()]
        labels = {label: number for number, label in enumerate(dict.fromkeys(event.label for event in events))}
        vocabulary = self.styles[row.tier.id].vocabulary
        by_length = np.argsort(rights - lefts, kind="stable")[::-1]
        numbers = np.array([labels[event.label] for event in events], dtype=np.int64)
        columns = merged((lefts - begin)[by_length], (rights - begin)[by_length], numbers[by_length], width)
        painter.drawImage(place, row_image(columns, [label_color(vocabulary, label) for label in labels]))
        verdicts = np.array([_severity(row, event) for event in events], dtype=np.int64)
        said = verdicts >= 0
        if not said.any():
            return
        by_verdict = np.argsort(verdicts[said], kind="stable")
        chosen = (lefts[said] - begin)[by_verdict], (rights[said] - begin)[by_verdict], verdicts[said][by_verdict]
        colors = [agreement_color(self.tokens, verdict) or self.tokens.muted for verdict in VERDICTS]
        place.setTop(place.top() + round(place.height() * 0.6))
        painter.drawImage(place, row_image(merged(*chosen, width), colors))


def _severity(row: TierRow, event: Event) -> int:
    """Place in VERDICTS of what is said about an event, -1 if nothing is."""
    if event.id in row.missed:
        return VERDICTS.index(Agreement.NO_COUNTERPART)
    found = None if event.id in row.rejected else row.agreement.get(event.id)
    return -1 if found is None else VERDICTS.index(found)
