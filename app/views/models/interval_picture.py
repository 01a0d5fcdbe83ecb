"""How good the old and the new model are and how sure that is: a point and its interval for each number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme
from fedn.kept_comparison import KeptComparison

ROW_PX, NAME_PX, AXIS_PX = 34, 118, 18
Interval = tuple[float, float] | None
PICTURED = (
    ("Spotting F1", ("spotting", "f1"), "spotting_f1"),
    ("Spotting mAP", ("spotting", "map"), "spotting_map"),
    ("Recognition F1", ("recognition", "micro_f1"), "micro_f1"),
    ("Detection mAP", ("detection", "map"), "detection_map"),
)


@dataclass(frozen=True, slots=True)
class Pictured:
    """One number of both models in [0, 1], None where it is not defined."""

    name: str
    old: float | None
    old_interval: Interval
    new: float | None
    new_interval: Interval


def pictured(kept: KeptComparison) -> list[Pictured]:
    """The numbers of a comparison that at least one model has."""
    rows = []
    for name, (part, key), figure in PICTURED:
        old, new = ((side.get(part) or {}).get(key) for side in (kept.before, kept.after))
        if old is not None or new is not None:
            rows.append(Pictured(name, old, kept.interval("before", figure), new, kept.interval("after", figure)))
    return rows


class IntervalPicture(QWidget):
    """The old model's point above the new one's, each on the line of its interval."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[Pictured, ...] = ()
        self.setAccessibleName("Numbers of both models with their intervals")
        self.setToolTip("Points are what was measured; lines hold 95 % of what other people of this kind could show")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: Sequence[Pictured]) -> None:
        self.rows = tuple(rows)
        self.setFixedHeight(ROW_PX * len(self.rows) + AXIS_PX)
        self.setVisible(bool(rows))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, ROW_PX * len(self.rows) + AXIS_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setPixelSize(12)
        painter.setFont(font)
        bottom = ROW_PX * len(self.rows)
        for tenth in range(0, 11, 2):
            x = self._x(tenth / 10)
            painter.setPen(QPen(tokens.line, 1))
            painter.drawLine(QPointF(x, 2), QPointF(x, bottom))
        for place, row in enumerate(self.rows):
            painter.setPen(tokens.text)
            left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRect(0, place * ROW_PX, NAME_PX - 6, ROW_PX), left, row.name)
            middle = place * ROW_PX + ROW_PX / 2
            self._paint_point(painter, row.old, row.old_interval, middle - 6, tokens.muted)
            self._paint_point(painter, row.new, row.new_interval, middle + 6, tokens.accent)
        font.setPixelSize(10)
        painter.setFont(font)
        painter.setPen(tokens.muted)
        for tenth in range(0, 11, 2):
            around = QRectF(self._x(tenth / 10) - 16, bottom + 1, 32, AXIS_PX - 2)
            painter.drawText(around, Qt.AlignmentFlag.AlignCenter, f"{tenth / 10:g}")
        painter.end()

    def _x(self, value: float) -> float:
        return NAME_PX + value * (self.width() - NAME_PX - 14)

    def _paint_point(self, painter: QPainter, value: float | None, interval: Interval, y: float, color: QColor) -> None:
        if interval is not None:
            pen = QPen(color, 2.4)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawLine(QPointF(self._x(interval[0]), y), QPointF(self._x(interval[1]), y))
        if value is not None:
            painter.setPen(QPen(theme.current().panel, 1.5))
            painter.setBrush(color)
            painter.drawEllipse(QPointF(self._x(value), y), 4.6, 4.6)
