"""Esc takes back what has been typed into a field and is no edit yet."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget


class Reverting(QObject):
    """Belongs to a field. It only listens: the window still gets the key, and gives the keyboard back to the timeline.

    Without it the field would write what was typed when it loses the keyboard.
    """

    def __init__(self, field: QWidget, revert: Callable[[], None]) -> None:
        super().__init__(field)
        self._revert = revert
        field.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        is_key = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if is_key and event.type() == QEvent.Type.ShortcutOverride:
            self._revert()
        return False
