"""Room before the number of a spin box."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QAbstractSpinBox

PADDING_PX = 8
Box = TypeVar("Box", bound=QAbstractSpinBox)


def padded(box: Box) -> Box:
    """The box itself; style sheets do not reach the margins of the field inside it."""
    box.lineEdit().setTextMargins(PADDING_PX, 0, 0, 0)
    return box
