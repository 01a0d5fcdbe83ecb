"""The picture area: the frame with its right aspect ratio, and a chip that says what is predicted there."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme
from app.frame_image import fitted_size

_CHIP_COLOR = QColor(20, 22, 25, 215)
_CHIP_TEXT = QColor("#f2f4f6")
_CHIP_MUTED = QColor("#b4bac2")
_RADIUS = 8.0


@dataclass(frozen=True, slots=True)
class Chip:
    """What is predicted at the playhead."""

    color: str
    label: str
    details: str


class PictureWidget(QWidget):
    """Paints an image that is already scaled; nothing here knows the session.

    Signals:
        bound_changed: the space for the picture in device pixels has changed.
        clicked: the picture was clicked.
    """

    bound_changed = Signal()
    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._chip: Chip | None = None
        self._hint = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 160)
        self.setAccessibleName("Picture")

    def sizeHint(self) -> QSize:
        return QSize(720, 440)

    @property
    def bound(self) -> QSize:
        """The space for the picture in device pixels."""
        return (self.size() * self.devicePixelRatioF()).expandedTo(QSize(1, 1))

    @property
    def image(self) -> QImage | None:
        return self._image

    def show_image(self, image: QImage | None) -> None:
        self._image = image
        self.update()

    def show_chip(self, chip: Chip | None) -> None:
        if chip != self._chip:
            self._chip = chip
            self.update()

    def show_hint(self, text: str) -> None:
        """A sentence in place of the picture: what to do next, or why there is no picture."""
        self._hint = text
        self._image = None
        self.update()

    @property
    def chip(self) -> Chip | None:
        return self._chip

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.bound_changed.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.current().stage)
        painter.drawRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
        if self._image is None:
            self._paint_hint(painter)
            return
        place = self._picture_rect(self._image)
        painter.drawImage(place, self._image)
        if self._chip is not None:
            self._paint_chip(painter, self._chip, place.topLeft() + QPointF(14, 14))

    def _picture_rect(self, image: QImage) -> QRectF:
        size = fitted_size(image.width(), image.height(), self.bound)
        ratio = self.devicePixelRatioF()
        width, height = size.width() / ratio, size.height() / ratio
        # Whole device pixels, so that an image of exactly this size is not interpolated again.
        left = round((self.width() - width) / 2 * ratio) / ratio
        top = round((self.height() - height) / 2 * ratio) / ratio
        return QRectF(left, top, width, height)

    def _paint_hint(self, painter: QPainter) -> None:
        painter.setPen(theme.current().muted)
        area = QRectF(self.rect()).adjusted(32, 32, -32, -32)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._hint)

    def _paint_chip(self, painter: QPainter, chip: Chip, corner: QPointF) -> None:
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        bold_width = QFontMetricsF(bold).horizontalAdvance(chip.label)
        details_width = QFontMetricsF(self.font()).horizontalAdvance(chip.details)
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
        painter.setFont(self.font())
        painter.setPen(_CHIP_MUTED)
        painter.drawText(area.adjusted(30 + bold_width + 8, 0, 0, 0), left | middle, chip.details)
