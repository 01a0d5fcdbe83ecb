"""Kept pictures of events stay within their bytes, however many sizes and looks there are."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from app.views.timeline.event_style import EventStyle, Fill
from app.views.timeline.sprites import MOST_BYTES, Sprites


def test_kept_pictures_stay_within_their_bytes(qapp: QApplication) -> None:
    sprites = Sprites(QFont(qapp.font()), 2.0)
    color = QColor("#5aa9ff")
    style = EventStyle(next(iter(Fill)), color, color, color, QColor("#000000"), ("happiness", "H"))
    target = QPixmap(400, 60)
    painter = QPainter(target)
    most = 0
    for turn in range(700):
        rect = QRectF(5, 5, 60 + turn % 300, 24 + turn // 300)
        sprites.paint(painter, rect, style, None)
        most = max(most, sprites.held_bytes)
    painter.end()
    one_picture = 4 * 2 * 370 * 2 * 40
    assert MOST_BYTES / 2 < most < MOST_BYTES + one_picture
