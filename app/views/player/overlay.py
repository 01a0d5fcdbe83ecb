"""What is painted over the picture: the prediction at the playhead, the box around the face, how far it is zoomed."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

_CHIP_COLOR = QColor(20, 22, 25, 215)
_CHIP_TEXT = QColor("#f2f4f6")
_CHIP_MUTED = QColor("#b4bac2")
_FACE_COLOR = QColor("#f2f4f6")
_FACE_SHADOW = QColor(0, 0, 0, 130)
_CORNER_SHARE = 0.18


@dataclass(frozen=True, slots=True)
class Chip:
    """What is predicted at the playhead."""

    color: str
    label: str
    details: str


def paint_chip(painter: QPainter, chip: Chip, corner: QPointF, font: QFont) -> None:
    """The prediction in a dark chip whose upper left corner is given."""
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    bold_width = QFontMetricsF(bold).horizontalAdvance(chip.label)
    details_width = QFontMetricsF(font).horizontalAdvance(chip.details)
    height = QFontMetricsF(bold).height() + 14
    area = QRectF(corner.x(), corner.y(), 30 + bold_width + 8 + details_width + 16, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_CHIP_COLOR)
    painter.drawRoundedRect(area, height / 2, height / 2)
    painter.setBrush(QColor(chip.color))
    painter.drawEllipse(QPointF(area.left() + 17, area.center().y()), 5, 5)
    painter.setFont(bold)
    painter.setPen(_CHIP_TEXT)
    left, middle = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignVCenter
    painter.drawText(area.adjusted(30, 0, 0, 0), left | middle, chip.label)
    painter.setFont(font)
    painter.setPen(_CHIP_MUTED)
    painter.drawText(area.adjusted(30 + bold_width + 8, 0, 0, 0), left | middle, chip.details)


def paint_zoom(painter: QPainter, zoom: float, corner: QPointF, font: QFont) -> None:
    """How far the picture is zoomed in, in a dark chip whose lower right corner is given."""
    text = f"{zoom:.1f}×  ·  double-click fits"
    metrics = QFontMetricsF(font)
    width, height = metrics.horizontalAdvance(text) + 24, metrics.height() + 10
    area = QRectF(corner.x() - width, corner.y() - height, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_CHIP_COLOR)
    painter.drawRoundedRect(area, height / 2, height / 2)
    painter.setFont(font)
    painter.setPen(_CHIP_MUTED)
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)


def paint_face(painter: QPainter, box: QRectF) -> None:
    """The corners of a box, so that it hides nothing of the face; light on dark, seen on any picture."""
    length = _CORNER_SHARE * min(box.width(), box.height())
    lines = []
    for corner, across, down in (
        (box.topLeft(), length, length),
        (box.topRight(), -length, length),
        (box.bottomLeft(), length, -length),
        (box.bottomRight(), -length, -length),
    ):
        lines += [corner, corner + QPointF(across, 0), corner, corner + QPointF(0, down)]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in ((_FACE_SHADOW, 4.0), (_FACE_COLOR, 1.6)):
        painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLines(lines)
