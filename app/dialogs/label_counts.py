"""How many events each label has, as bars in the labels' colors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme
from fedn.annotation.vocabulary import LabelDef

_ROW = 20
_NAME_WIDTH = 92
_COUNT_WIDTH = 40


class LabelCounts(QWidget):
    """One row for each label of the vocabulary, also for those without an event."""

    def __init__(self, labels: Sequence[LabelDef]) -> None:
        super().__init__()
        self._labels = tuple(labels)
        self._counts: dict[str, int] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_ROW * len(self._labels))
        self.setAccessibleName("Events per label")

    def show_counts(self, counts: Mapping[str, int]) -> None:
        self._counts = {label.name: counts.get(label.name, 0) for label in self._labels}
        self.setAccessibleDescription(", ".join(f"{name} {count}" for name, count in self._counts.items()))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, _ROW * len(self._labels))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, most = theme.current(), max(self._counts.values(), default=0)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = Qt.AlignmentFlag.AlignVCenter
        for row, label in enumerate(self._labels):
            count = self._counts.get(label.name, 0)
            area = QRectF(0, row * _ROW, self.width(), _ROW)
            painter.setPen(tokens.text if count else tokens.muted)
            painter.drawText(area, middle | Qt.AlignmentFlag.AlignLeft, label.name.capitalize())
            painter.drawText(area, middle | Qt.AlignmentFlag.AlignRight, str(count))
            if count:
                longest = area.width() - _NAME_WIDTH - _COUNT_WIDTH
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(label.color))
                width = max(3.0, longest * count / most)
                painter.drawRoundedRect(QRectF(_NAME_WIDTH, area.top() + 5, width, _ROW - 10), 3, 3)
