"""Level of detail: many narrow things brought together in one row of pixel columns, of which none is lost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

Ints = NDArray[np.int64]


def spread(lefts: Ints, rights: Ints) -> tuple[Ints, Ints]:
    """Every column of the ranges `[left, right)`, and the number of the range that it is from."""
    widths = np.maximum(0, rights - lefts)
    owners = np.repeat(np.arange(len(lefts)), widths)
    within = np.arange(len(owners)) - np.repeat(np.cumsum(widths) - widths, widths)
    return lefts[owners] + within, owners


def merged(lefts: Ints, rights: Ints, values: Ints, width: int) -> Ints:
    """One value a column, -1 where nothing is: the union of the ranges. Where ranges meet, the later one shows."""
    columns, owners = spread(np.clip(lefts, 0, width), np.clip(rights, 0, width))
    row = np.full(width, -1, dtype=np.int64)
    row[columns] = values[owners]
    return row


def row_image(row: Ints, colors: list[QColor]) -> QImage:
    """One pixel high; to be drawn as high as wanted. Column values are places in `colors`, -1 is transparent."""
    table = np.array([*(color.rgba() for color in colors), 0], dtype=np.uint32)
    return image_of(table[row].reshape(1, -1))


def image_of(pixels: NDArray[np.uint32]) -> QImage:
    """Shape (height, width), premultiplied ARGB; the image has memory of its own."""
    height, width = pixels.shape
    data = np.ascontiguousarray(pixels)
    return QImage(data.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()


def spans(tops: Ints, bottoms: Ints, height: int, color: QColor, pixels: NDArray[np.uint32]) -> None:
    """Colors the pixels from top to bottom (inclusive) in each column; shape of `pixels` is (height, columns)."""
    rows, columns = spread(np.clip(tops, 0, height - 1), np.clip(bottoms, 0, height - 1) + 1)
    pixels[rows, columns] = color.rgba()
