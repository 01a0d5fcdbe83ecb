"""Every sentence of this start of the program, newest last."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from app.messages import Messages

MOST_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Said:
    time: datetime
    level: str
    text: str


class MessageLog(QObject):
    """Signals:
    added: one more sentence.
    """

    added = Signal()

    def __init__(self, messages: Messages, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.said: deque[Said] = deque(maxlen=MOST_KEPT)
        messages.told.connect(self._on_told)

    def _on_told(self, level: str, text: str) -> None:
        self.said.append(Said(datetime.now(), level, text))
        self.added.emit()
