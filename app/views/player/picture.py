"""The picture area: the frame with its right aspect ratio, zoomed and moved with the mouse, and what lies over it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from app import theme
from app.views.player.overlay import Chip, paint_chip, paint_face, paint_zoom
from app.views.player.picture_place import PicturePlace
from app.views.player.rendering import Picture

_RADIUS = 8.0
_NOTCH = 120
_ZOOM_A_NOTCH = 1.25


class PictureWidget(QWidget):
    """Paints an image that is already scaled; nothing here knows the session.

    Signals:
        view_changed: the space for the picture, or the part of it that is seen, has changed.
        clicked: the picture was clicked.
        double_clicked: it was clicked twice, after the first `clicked`; the whole picture is shown again.
    """

    view_changed = Signal()
    clicked = Signal()
    double_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._picture: Picture | None = None
        self._chip: Chip | None = None
        self._face: QRectF | None = None
        self._hint = ""
        self.place = PicturePlace()
        self._pressed: QPointF | None = None
        self._dragged: QPointF | None = None
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
        return self._picture.image if self._picture is not None else None

    @property
    def shown_frame(self) -> int | None:
        """Number of the frame whose picture is shown."""
        return self._picture.frame if self._picture is not None else None

    @property
    def chip(self) -> Chip | None:
        return self._chip

    @property
    def hint(self) -> str:
        """The sentence in place of the picture, "" while there is one."""
        return self._hint if self._picture is None else ""

    def show_picture(self, picture: Picture) -> None:
        self._picture = picture
        self.update()

    def show_chip(self, chip: Chip | None) -> None:
        if chip != self._chip:
            self._chip = chip
            self.update()

    def show_face(self, box: QRectF | None) -> None:
        """The followed face, in pixels of the frame."""
        if box != self._face:
            self._face = box
            self.update()

    def show_hint(self, text: str) -> None:
        """A sentence in place of the picture: what to do next, or why there is no picture."""
        self._hint = text
        self._picture = None
        self.update()

    def show_whole(self) -> None:
        """The whole picture again."""
        self._set_place(PicturePlace())

    # The mouse

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / _NOTCH
        if self._picture is None or not notches:
            event.ignore()
            return
        event.accept()
        at = event.position()
        self._set_place(self.place.zoomed(_ZOOM_A_NOTCH**notches, at, QSizeF(self._picture.frame_size), self._space))

    def zoom(self, factor: float) -> None:
        """Zoom at the middle."""
        if self._picture is not None:
            frame = QSizeF(self._picture.frame_size)
            self._set_place(self.place.zoomed(factor, QRectF(self.rect()).center(), frame, self._space))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._dragged = event.position(), None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or self._picture is None:
            return
        at = event.position()
        if self._dragged is None:
            if (at - self._pressed).manhattanLength() < QApplication.startDragDistance():
                return
            self._dragged = self._pressed
        self._set_place(self.place.moved(at - self._dragged, QSizeF(self._picture.frame_size), self._space))
        self._dragged = at

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        was_click = self._dragged is None
        self._pressed = self._dragged = None
        if was_click and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # Its release is not another click: nothing is pressed.
        if event.button() == Qt.MouseButton.LeftButton:
            self.show_whole()
            self.double_clicked.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.view_changed.emit()

    def _set_place(self, place: PicturePlace) -> None:
        if place == self.place:
            return
        self.place = place
        shape = Qt.CursorShape.ArrowCursor if place.is_fitted else Qt.CursorShape.OpenHandCursor
        self.setCursor(shape)
        self.update()
        self.view_changed.emit()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.current().stage)
        painter.drawRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
        if self._picture is None:
            self._paint_hint(painter)
            return
        rect = self._frame_rect(self._picture)
        scale = rect.width() / self._picture.frame_size.width()
        painter.drawImage(self._image_rect(self._picture, rect, scale), self._picture.image)
        if self._face is not None:
            paint_face(painter, QRectF(rect.topLeft() + self._face.topLeft() * scale, self._face.size() * scale))
        seen = rect.intersected(QRectF(self.rect()))
        if self._chip is not None:
            paint_chip(painter, self._chip, seen.topLeft() + QPointF(14, 14), self.font())
        if not self.place.is_fitted:
            paint_zoom(painter, self.place.zoom, seen.bottomRight() - QPointF(14, 14), self.font())

    @property
    def _space(self) -> QSizeF:
        return QSizeF(self.size())

    def _frame_rect(self, picture: Picture) -> QRectF:
        """Where the whole frame lies in the widget."""
        return self.place.rect(QSizeF(picture.frame_size), self._space)

    def _image_rect(self, picture: Picture, rect: QRectF, scale: float) -> QRectF:
        """Where the image lies: it may be of an older view, until the one that was asked for has come."""
        if self.place.is_fitted and picture.region.size() == QSizeF(picture.frame_size):
            # Whole device pixels, so that an image of exactly this size is not interpolated again.
            ratio = self.devicePixelRatioF()
            left, top = round(rect.left() * ratio) / ratio, round(rect.top() * ratio) / ratio
            return QRectF(left, top, round(rect.width() * ratio) / ratio, round(rect.height() * ratio) / ratio)
        region = picture.region
        return QRectF(rect.topLeft() + region.topLeft() * scale, region.size() * scale)

    def _paint_hint(self, painter: QPainter) -> None:
        painter.setPen(theme.current().muted)
        area = QRectF(self.rect()).adjusted(32, 32, -32, -32)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._hint)
