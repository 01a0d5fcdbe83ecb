"""One label of the vocabulary: its color, its name and the key that assigns it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from app import theme
from fedn.annotation.vocabulary import LabelDef

LABEL_PX = 26
_BAR = 4


class LabelButton(QAbstractButton):
    """Painted whole, because no style sheet draws a color bar beside a text with two alignments."""

    def __init__(self, label: LabelDef) -> None:
        super().__init__()
        self.label = label
        self._is_used = False
        self.setText(label.name.capitalize())
        key = f" ({label.key})" if label.key else ""
        self.setToolTip(f"{self.text()}{key}: give this label to the selected events")
        self.setAccessibleName(self.text())
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_used(self, used: bool) -> None:
        """Whether a selected event has this label."""
        if used != self._is_used:
            self._is_used = used
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(self.font()).horizontalAdvance(self.text()) + 48, LABEL_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(84, LABEL_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        area = QRectF(self.rect()).adjusted(0, 1, 0, -1)
        painter.setBrush(tokens.selection if self.isDown() else tokens.hover if self.underMouse() else tokens.raised)
        painter.drawRoundedRect(area, 4, 4)
        if self._is_used:
            painter.setPen(QPen(tokens.accent, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(0.75, 0.75, -0.75, -0.75), 4, 4)
            painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.label.color))
        painter.drawRoundedRect(QRectF(area.left(), area.top(), _BAR, area.height()), 2, 2)
        middle = Qt.AlignmentFlag.AlignVCenter
        key_width = 22 if self.label.key else 6
        inner = area.adjusted(_BAR + 8, 0, -key_width, 0)
        painter.setPen(tokens.text)
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, int(inner.width()))
        painter.drawText(inner, middle | Qt.AlignmentFlag.AlignLeft, shown)
        painter.setPen(tokens.muted)
        painter.drawText(area.adjusted(0, 0, -9, 0), middle | Qt.AlignmentFlag.AlignRight, self.label.key)
