"""Where a frame lies in the space for it: fitted, or zoomed in around a point and moved."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF

LARGEST_ZOOM = 16.0


@dataclass(frozen=True, slots=True)
class PicturePlace:
    """All lengths are in one unit, the widget's or the device's pixels.

    Attributes:
        zoom: 1 fits the frame into the space; up to 16.
        x, y: the point of the frame that is in the middle of the space, from 0 to 1.
    """

    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5

    @property
    def is_fitted(self) -> bool:
        return self.zoom == 1.0

    def rect(self, frame: QSizeF, space: QSizeF) -> QRectF:
        """Where the whole frame lies; parts of it may be outside of the space."""
        scale = self._scale(frame, space)
        width, height = frame.width() * scale, frame.height() * scale
        left, top = space.width() / 2 - self.x * width, space.height() / 2 - self.y * height
        return QRectF(left, top, width, height)

    def zoomed(self, factor: float, at: QPointF, frame: QSizeF, space: QSizeF) -> PicturePlace:
        """Larger by a factor; the point of the frame under `at` stays there as far as the edges allow."""
        zoom = min(max(self.zoom * factor, 1.0), LARGEST_ZOOM)
        before = self.rect(frame, space)
        if before.isEmpty():
            return self
        under_x, under_y = (at.x() - before.left()) / before.width(), (at.y() - before.top()) / before.height()
        width, height = before.width() * zoom / self.zoom, before.height() * zoom / self.zoom
        x = under_x + (space.width() / 2 - at.x()) / width
        y = under_y + (space.height() / 2 - at.y()) / height
        return PicturePlace(zoom, x, y)._within(frame, space)

    def moved(self, by: QPointF, frame: QSizeF, space: QSizeF) -> PicturePlace:
        """The frame drawn along with the mouse, not further than its edges."""
        rect = self.rect(frame, space)
        if rect.isEmpty():
            return self
        return PicturePlace(self.zoom, self.x - by.x() / rect.width(), self.y - by.y() / rect.height())._within(
            frame, space
        )

    def _within(self, frame: QSizeF, space: QSizeF) -> PicturePlace:
        rect = self.rect(frame, space)
        return PicturePlace(
            self.zoom,
            _held(self.x, space.width() / 2 / rect.width()),
            _held(self.y, space.height() / 2 / rect.height()),
        )

    def _scale(self, frame: QSizeF, space: QSizeF) -> float:
        if frame.isEmpty():
            return 0.0
        return self.zoom * min(space.width() / frame.width(), space.height() / frame.height())


def _held(middle: float, half: float) -> float:
    """The middle of a view that shows `half` to both sides, so that it shows nothing beyond the edges."""
    return 0.5 if half >= 0.5 else min(max(middle, half), 1 - half)
