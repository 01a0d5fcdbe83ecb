"""Frames as Qt images, scaled to where they are shown."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from fedn.video.decoded_frame import DecodedFrame


def fitted_size(width: int, height: int, bound: QSize) -> QSize:
    """The largest size of this aspect ratio that fits into `bound`, at least one pixel each way."""
    factor = min(bound.width() / width, bound.height() / height)
    return QSize(max(1, round(width * factor)), max(1, round(height * factor)))


def fitted_image(frame: DecodedFrame, width: int, height: int, bound: QSize) -> QImage:
    """A frame of `width` x `height` pixels as an image that fits `bound`, without aliasing."""
    size = fitted_size(width, height, bound)
    return bgra_image(frame.bgra(size.width(), size.height()))


def bgra_image(pixels: NDArray[np.uint8]) -> QImage:
    """BGRA pixels (H, W, 4) as an image that outlives them."""
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()
