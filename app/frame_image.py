"""Frames as Qt images, scaled to where they are shown."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage


def fitted_size(width: int, height: int, bound: QSize) -> QSize:
    """The largest size of this aspect ratio that fits into `bound`, at least one pixel each way."""
    factor = min(bound.width() / width, bound.height() / height)
    return QSize(max(1, round(width * factor)), max(1, round(height * factor)))


def scaled_image(pixels: NDArray[np.uint8], bound: QSize) -> QImage:
    """RGB pixels (H, W, 3) as an image that fits `bound`, with the same aspect ratio and without aliasing."""
    height, width = pixels.shape[:2]
    size = fitted_size(width, height, bound)
    if (size.width(), size.height()) != (width, height):
        # Averaging over the area is what keeps fine texture from flickering when a frame is made smaller.
        how = cv2.INTER_AREA if size.width() < width else cv2.INTER_CUBIC
        pixels = cast("NDArray[np.uint8]", cv2.resize(pixels, (size.width(), size.height()), interpolation=how))
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    # Converting copies, so that the image outlives the array, and blits faster than 24-bit pixels.
    return image.convertToFormat(QImage.Format.Format_RGB32)
