"""Which color is which model, with what people call them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme

LINE_PX, DOT_PX = 18, 9


class Legend(QWidget):
    """One line for each model; names that are too long end in dots and are whole in the tooltip."""

    def __init__(self) -> None:
        super().__init__()
        self.names = ("", "")
        self.setFixedHeight(2 * LINE_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_names(self, old: str, new: str) -> None:
        self.names = (old, new)
        self.setToolTip(f"old: {old}\nnew: {new}".replace("<", "‹"))
        self.setAccessibleName(f"old: {old}, new: {new}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 2 * LINE_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        for place, (which, name, color) in enumerate(
            zip(("old", "new"), self.names, (tokens.muted, tokens.accent), strict=True)
        ):
            top = place * LINE_PX
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(QPointF(DOT_PX / 2 + 1, top + LINE_PX / 2), DOT_PX / 2, DOT_PX / 2)
            painter.setPen(tokens.text)
            room = QRect(18, top, self.width() - 18, LINE_PX)
            words = painter.fontMetrics().elidedText(f"{which}: {name}", Qt.TextElideMode.ElideMiddle, room.width())
            painter.drawText(room, left, words)
        painter.end()
