"""Keys that edit text belong to the text field that has the focus, even where they are also shortcuts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit

_KEYS = {
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_Delete,
    Qt.Key.Key_Backspace,
    Qt.Key.Key_Space,
}
_CONTROL_KEYS = {
    Qt.Key.Key_A,
    Qt.Key.Key_C,
    Qt.Key.Key_V,
    Qt.Key.Key_X,
    Qt.Key.Key_Z,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Backspace,
    Qt.Key.Key_Delete,
}


class TextFieldGuard(QObject):
    """An event filter for the application: claims editing keys for text fields before shortcuts see them.

    Qt's own fields claim printable keys and arrows, but not Enter, and spin boxes not the up and down arrows.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        if not is_text_field(watched) or not edits_text(event):
            return False
        event.accept()
        return True


def is_text_field(widget: QObject) -> bool:
    """Whether the user can type into it."""
    if isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit):
        return not widget.isReadOnly()
    if isinstance(widget, QAbstractSpinBox):
        return True
    return isinstance(widget, QComboBox) and widget.isEditable()


def edits_text(event: QKeyEvent) -> bool:
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    control = Qt.KeyboardModifier.ControlModifier
    if modifiers & Qt.KeyboardModifier.AltModifier or modifiers & Qt.KeyboardModifier.MetaModifier:
        return False
    if modifiers & control:
        return Qt.Key(event.key()) in _CONTROL_KEYS
    return Qt.Key(event.key()) in _KEYS or (event.text().isprintable() and event.text() != "")
