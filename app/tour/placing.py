"""Where a card stands so that it points at a part of the window and hides as little of it as possible."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QPoint, QRect, QSize

GAP_PX = 8
MARGIN_PX = 12


class Side(Enum):
    """Of the card, on which the part lies."""

    NONE = 0
    ABOVE = 1
    BELOW = 2
    LEFT = 3
    RIGHT = 4


def place_of(card: QSize, target: QRect, room: QRect) -> tuple[QPoint, Side]:
    """Beside the target if there is room, else in its lower right corner.

    Args:
        target: what is pointed at, in the coordinates of `room`; empty for nothing.
        room: where the card may stand.

    Returns:
        The card's upper left corner, and on which of its sides the target lies.
    """
    inner = room.adjusted(MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX)
    if target.isEmpty():
        return _within(QPoint(inner.right() - card.width(), inner.bottom() - card.height()), card, inner), Side.NONE
    middle_x = target.center().x() - card.width() // 2
    middle_y = target.center().y() - card.height() // 2
    for side, corner in (
        (Side.LEFT, QPoint(target.right() + GAP_PX, middle_y)),
        (Side.RIGHT, QPoint(target.left() - GAP_PX - card.width(), middle_y)),
        (Side.BELOW, QPoint(middle_x, target.top() - GAP_PX - card.height())),
        (Side.ABOVE, QPoint(middle_x, target.bottom() + GAP_PX)),
    ):
        moved = _within(corner, card, inner)
        if _is_beside(QRect(moved, card), target, side):
            return moved, side
    corner = QPoint(target.right() - card.width() - GAP_PX, target.bottom() - card.height() - GAP_PX)
    return _within(corner, card, inner), Side.NONE


def _is_beside(card: QRect, target: QRect, side: Side) -> bool:
    """Whether the target lies on that side of the card, and in front of it."""
    middle = target.center()
    if side in (Side.LEFT, Side.RIGHT):
        is_off = target.right() < card.left() if side is Side.LEFT else card.right() < target.left()
        return is_off and card.top() <= middle.y() <= card.bottom()
    is_off = target.bottom() < card.top() if side is Side.ABOVE else card.bottom() < target.top()
    return is_off and card.left() <= middle.x() <= card.right()


def _within(corner: QPoint, card: QSize, room: QRect) -> QPoint:
    x = max(room.left(), min(corner.x(), room.right() - card.width()))
    y = max(room.top(), min(corner.y(), room.bottom() - card.height()))
    return QPoint(x, y)
