"""The only way to tell or ask the user something; tests listen here instead of clicking dialogs away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from PySide6.QtCore import QObject, Signal


class Level(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


Asker = Callable[[str, str, Sequence[str], str], str]


class Messages(QObject):
    """Sentences on their way to the user. The window shows them; without a window they are only announced.

    Signals:
        told: level and sentence.
    """

    told = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asker: Asker | None = None

    def info(self, text: str) -> None:
        self.told.emit(Level.INFO.value, text)

    def warn(self, text: str) -> None:
        self.told.emit(Level.WARNING.value, text)

    def error(self, text: str) -> None:
        self.told.emit(Level.ERROR.value, text)

    def answer_with(self, asker: Asker | None) -> None:
        """Who answers questions: the window's dialog, or a test."""
        self._asker = asker

    def ask(self, title: str, question: str, choices: Sequence[str], default: str) -> str:
        """The choice the user made; `default` when there is nobody to ask. Closing the dialog means the last choice."""
        if self._asker is None:
            return default
        return self._asker(title, question, choices, default)
