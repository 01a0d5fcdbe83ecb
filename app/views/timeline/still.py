"""What stands still, kept in pixmaps: panning moves them, and only the strip that came into sight is painted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap, QRegion

from app import theme
from app.views.timeline import picture
from app.views.timeline.ruler_painter import paint_ruler
from app.views.timeline.time_scale import TimeScale

if TYPE_CHECKING:
    from app.views.timeline.timeline_view import TimelineView


class Still:
    """The pixmaps of the frame, the ruler and the content of one view."""

    def __init__(self, view: TimelineView) -> None:
        self._view = view
        self._frame: QPixmap | None = None
        self._ruler: tuple[TimeScale, QPixmap] | None = None
        self._content: QPixmap | None = None
        self._painted: TimeScale | None = None

    def forget(self) -> None:
        """Everything has to be painted again."""
        self._frame, self._ruler = None, None
        self.forget_content()

    def forget_content(self) -> None:
        """Events, curves or apex frames have to be painted again."""
        self._painted = None

    def draw(self, painter: QPainter) -> None:
        view = self._view
        if self._frame is None or self._frame.devicePixelRatio() != view.viewport().devicePixelRatioF():
            self.forget()
            self._frame = self._pixmap(view.viewport().rect())
            self._frame.fill(theme.current().background)
            self._paint_into(self._frame, QPoint(), lambda inner: picture.paint_frame(inner, view))
        painter.drawPixmap(0, 0, self._frame)
        if view.session.current_video is None:
            return
        place = self._place
        painter.drawPixmap(place.topLeft(), self._content_of(place))
        painter.drawPixmap(view.areas.ruler.topLeft(), self._ruler_of(view.areas.ruler))

    @property
    def _place(self) -> QRect:
        """Where the content lies: everything under the ruler, between the margins."""
        areas = self._view.areas
        top = areas.ruler.bottom() + 1
        return QRect(areas.content_left, top, areas.content_width, max(1, areas.height_px - top))

    def _content_of(self, place: QRect) -> QPixmap:
        scale, ratio = self._view.scale, self._view.viewport().devicePixelRatioF()
        if self._content is None or self._content.size() != self._pixels(place):
            self._content, self._painted = self._pixmap(place), None
        if self._painted != scale:
            self._paint_content(self._content, place, self._moved(self._content, place, scale, ratio))
            self._painted = scale
        return self._content

    def _moved(self, content: QPixmap, place: QRect, scale: TimeScale, ratio: float) -> QRect:
        """Moves what can be kept; returns what has to be painted."""
        before = self._painted
        if before is None or (before.px_per_frame, before.left_px) != (scale.px_per_frame, scale.left_px):
            return place
        pixels = round((scale.first - before.first) * scale.px_per_frame)
        if abs(pixels) >= place.width() or pixels * ratio != round(pixels * ratio):
            return place
        content.scroll(-round(pixels * ratio), 0, content.rect(), QRegion())
        left = place.right() + 1 - pixels if pixels > 0 else place.left()
        return QRect(left, place.top(), abs(pixels), place.height())

    def _paint_content(self, content: QPixmap, place: QRect, part: QRect) -> None:
        def paint(painter: QPainter) -> None:
            painter.setClipRect(part)
            painter.fillRect(part, theme.current().panel)
            picture.paint_content(painter, self._view, part)

        self._paint_into(content, place.topLeft(), paint)

    def _ruler_of(self, place: QRect) -> QPixmap:
        view = self._view
        if self._ruler is None or self._ruler[0] != view.scale:
            pixmap = self._pixmap(place)
            pixmap.fill(theme.current().panel)
            index, tokens = view.session.frame_index, theme.current()

            def paint(painter: QPainter) -> None:
                paint_ruler(painter, place, view.scale, index, tokens, view.font())

            self._paint_into(pixmap, place.topLeft(), paint)
            self._ruler = view.scale, pixmap
        return self._ruler[1]

    def _paint_into(self, pixmap: QPixmap, origin: QPoint, paint: Callable[[QPainter], None]) -> None:
        painter = QPainter(pixmap)
        try:
            painter.translate(-origin)
            painter.setFont(self._view.font())
            paint(painter)
        finally:
            # A pixmap that is still being painted on when it goes takes the program with it.
            painter.end()

    def _pixels(self, place: QRect) -> QSize:
        return place.size() * self._view.viewport().devicePixelRatioF()

    def _pixmap(self, place: QRect) -> QPixmap:
        pixmap = QPixmap(self._pixels(place))
        pixmap.setDevicePixelRatio(self._view.viewport().devicePixelRatioF())
        pixmap.fill(Qt.GlobalColor.transparent)
        return pixmap
