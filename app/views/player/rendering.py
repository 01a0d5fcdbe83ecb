"""Decoded frames made into what the picture area paints: the whole frame, or the part of it that is zoomed in on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage

from app.frame_image import bgra_image
from app.views.player.picture_place import PicturePlace
from fedn.video.decoded_frame import DecodedFrame


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded frame, already scaled.

    Attributes:
        generation: says which opened video it belongs to.
        region: the part of the frame that the image shows, in pixels of the frame.
        frame_size: upright and with square pixels.
    """

    generation: int
    frame: int
    image: QImage
    region: QRectF
    frame_size: QSize


class Renderer:
    """Belongs to the decoder's thread; remembers the last frame at full size, so that moving it costs little."""

    def __init__(self, frame_size: QSize) -> None:
        self.frame_size = frame_size
        self._full: tuple[int, NDArray[np.uint8]] | None = None

    def picture(self, generation: int, number: int, frame: DecodedFrame, bound: QSize, place: PicturePlace) -> Picture:
        """What of a frame is seen in a space of `bound` device pixels."""
        whole = QRectF(0, 0, self.frame_size.width(), self.frame_size.height())
        rect = place.rect(QSizeF(self.frame_size), QSizeF(bound))
        if place.is_fitted:
            self._full = None
            pixels = frame.bgra(max(1, round(rect.width())), max(1, round(rect.height())))
            return Picture(generation, number, bgra_image(pixels), whole, self.frame_size)
        scale = rect.width() / self.frame_size.width()
        seen = QRectF(-rect.left() / scale, -rect.top() / scale, bound.width() / scale, bound.height() / scale)
        region = _whole_pixels(seen.intersected(whole)).intersected(whole.toRect())
        if self._full is None or self._full[0] != number:
            self._full = (number, frame.bgra(self.frame_size.width(), self.frame_size.height()))
        part = self._full[1][region.top() : region.bottom() + 1, region.left() : region.right() + 1]
        size = (max(1, round(region.width() * scale)), max(1, round(region.height() * scale)))
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        pixels = np.asarray(cv2.resize(part, size, interpolation=how), np.uint8)
        return Picture(generation, number, bgra_image(pixels), QRectF(region), self.frame_size)


def full_image(frame: DecodedFrame) -> QImage:
    """Every pixel of a frame, for copying and saving."""
    pixels = frame.rgb()
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_RGB888).copy()


def _whole_pixels(area: QRectF) -> QRect:
    left, top = math.floor(area.left()), math.floor(area.top())
    return QRect(left, top, math.ceil(area.right()) - left, math.ceil(area.bottom()) - top)
