"""A ring around a part of the window. It takes neither the mouse nor the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

from app import theme

RING_PX = 3
RADIUS_PX = 9


class Highlight(QWidget):
    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def surround(self, target: QRect) -> None:
        """In the window's coordinates; an empty one hides the ring."""
        self.setVisible(not target.isEmpty())
        if target.isEmpty():
            return
        self.setGeometry(target.adjusted(-RING_PX, -RING_PX, RING_PX, RING_PX))
        # Only the ring itself: what lies inside repaints as often as it likes without it.
        inside = self.rect().adjusted(*(RADIUS_PX * side for side in (1, 1, -1, -1)))
        self.setMask(QRegion(self.rect()).subtracted(QRegion(inside)))
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.current().accent, RING_PX))
        half = RING_PX / 2
        painter.drawRoundedRect(self.rect().toRectF().adjusted(half, half, -half, -half), RADIUS_PX, RADIUS_PX)
        painter.end()
