"""How many frames apart two coders set a boundary, as small bars around zero."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme

BARS = 21
HEIGHT_PX = 34


class Histogram(QWidget):
    """Bars from -limit to +limit frames; what lies beyond counts in the outermost bars."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._frames: tuple[int, ...] = ()
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"Differences of the {name.lower()}")

    def sizeHint(self) -> QSize:
        return QSize(120, HEIGHT_PX)

    @property
    def limit(self) -> int:
        """Frames at the right end: what nine of ten differences lie within, a multiple of ten."""
        reach = float(np.percentile(np.abs(self._frames), 90)) if self._frames else 0.0
        return max(10, int(np.ceil(reach / 10)) * 10)

    @property
    def counts(self) -> list[int]:
        """Of each bar, from the left."""
        limit, width = self.limit, 2 * self.limit / BARS
        places = [min(BARS - 1, max(0, int((frame + limit) // width))) for frame in self._frames]
        return np.bincount(places, minlength=BARS).tolist() if places else [0] * BARS

    def show_frames(self, frames: tuple[int, ...]) -> None:
        self._frames = frames
        limit = self.limit
        self.setToolTip(
            f"{self._name}: {len(frames):,} pairs, from {-limit} to +{limit} frames; on the right the second is later"
        )
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = self.rect().adjusted(0, 1, 0, -12)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.sunken)
        painter.drawRoundedRect(room, 3, 3)
        counts = self.counts
        most, step = max(1, *counts), room.width() / BARS
        painter.setBrush(tokens.accent)
        for place, count in enumerate(counts):
            if count:
                height = max(2.0, (room.height() - 2) * count / most)
                painter.drawRect(QRectF(room.left() + place * step + 0.5, room.bottom() + 1 - height, step - 1, height))
        painter.setPen(QPen(tokens.muted, 1, Qt.PenStyle.DotLine))
        painter.drawLine(room.center().x(), room.top(), room.center().x(), room.bottom())
        self._paint_scale(painter, room)
        painter.end()

    def _paint_scale(self, painter: QPainter, room: QRect) -> None:
        font = painter.font()
        font.setPixelSize(9)
        painter.setFont(font)
        painter.setPen(theme.current().muted)
        below = QRect(room.left(), room.bottom() + 1, room.width(), 11)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, f"−{self.limit}")
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"+{self.limit}")
