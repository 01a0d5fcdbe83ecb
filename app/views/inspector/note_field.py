"""A note of a few lines that tells when it has been written."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit

from app.views.inspector.reverting import Reverting
from app.views.inspector.shared_value import Mixed


class NoteField(QPlainTextEdit):
    """Signals:
    left: the keyboard went elsewhere, or Ctrl+Enter was pressed.
    done: Ctrl+Enter was pressed.
    """

    left = Signal()
    done = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._shown = ""
        self.setAccessibleName("Note")
        self.setTabChangesFocus(True)
        self.setFixedHeight(58)
        Reverting(self, lambda: self.setPlainText(self._shown))

    @property
    def is_dirty(self) -> bool:
        """Whether something has been typed that is not an edit yet."""
        return self.toPlainText() != self._shown

    def show_note(self, note: str | Mixed) -> None:
        mixed = isinstance(note, Mixed)
        self._shown = "" if isinstance(note, Mixed) else note
        self.setPlaceholderText("Different notes; what is written here takes their place" if mixed else "Note")
        if self.toPlainText() != self._shown:
            self.setPlainText(self._shown)

    def take(self) -> str:
        """The note as it is now, which from here on is no longer to be written."""
        self._shown = self.toPlainText()
        return self._shown

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.left.emit()
            self.done.emit()
            return
        super().keyPressEvent(event)
