"""Events that look the same are drawn once and then copied."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPixmap

from app.views.timeline.event_painter import event_font, paint_event
from app.views.timeline.event_style import EventStyle

BORDER_PX = 5
WIDEST_PX = 360
LEAST_SCORE_PX = 52
MOST_BYTES = 32 * 2**20
"""Wide events on large screens take a hundred kilobytes each: a number of pictures would be no limit."""

SpriteKey = tuple[int, int, int, float | None]


class Sprites:
    """Pictures of events by look and size in device pixels; made anew when theme or font change."""

    def __init__(self, font: QFont, ratio: float) -> None:
        self.ratio = ratio
        self._font = event_font(font)
        self._made: dict[SpriteKey, tuple[EventStyle, QPixmap]] = {}
        self.held_bytes = 0

    def paint(self, painter: QPainter, rect: QRectF, style: EventStyle, score: float | None) -> None:
        """An event's block without its apex."""
        if rect.width() > WIDEST_PX:
            painter.setFont(self._font)
            paint_event(painter, rect, style, score)
            return
        # What is too narrow for its score looks like every other score of its step.
        said = None if score is None or rect.width() < LEAST_SCORE_PX else round(score, 2)
        key = (id(style), round(rect.width() * self.ratio), round(rect.height() * self.ratio), said)
        found = self._made.get(key)
        if found is None:
            if self.held_bytes >= MOST_BYTES:
                self._made.clear()
                self.held_bytes = 0
            # The style is kept with the picture, so that no other can get its id.
            found = self._made[key] = style, self._drawn(rect, style, said)
            self.held_bytes += 4 * found[1].width() * found[1].height()
        painter.drawPixmap(QPointF(rect.left() - BORDER_PX, rect.top() - BORDER_PX), found[1])

    def _drawn(self, rect: QRectF, style: EventStyle, score: float | None) -> QPixmap:
        width, height = (side + 2 * BORDER_PX for side in (rect.width(), rect.height()))
        pixmap = QPixmap(QSize(round(width * self.ratio), round(height * self.ratio)))
        pixmap.setDevicePixelRatio(self.ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setFont(self._font)
        paint_event(painter, QRectF(BORDER_PX, BORDER_PX, rect.width(), rect.height()), style, score)
        painter.end()
        return pixmap
