"""Whose key it is: text fields keep those that edit, controls reached by Tab those that work them.

The mouse never gives the keyboard to a button, a list of choices or a slider: after a click the arrows still step
through the video. Only Tab does, and Esc takes it back.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QDockWidget,
    QHeaderView,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)

_PRESSES = {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}
_ALONG = {Qt.Key.Key_Left, Qt.Key.Key_Right}
_MOVES = {
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
}
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


class KeyGuard(QObject):
    """An event filter for the application: claims keys for what has the focus before shortcuts see them.

    Qt's own fields claim printable keys and arrows, but not Enter, and spin boxes not the up and down arrows.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.Show:
            if isinstance(watched, QWidget) and _in_window(watched):
                _settle(watched)
            return False
        if kind != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        if (is_text_field(watched) and edits_text(event)) or _works(watched, event):
            event.accept()
            return True
        return False


def _settle(widget: QWidget) -> None:
    """Into the window: controls get the keyboard by Tab alone, and fields leave dropped files to the window."""
    if isinstance(widget.parent(), QTabBar):
        # The bar's own arrows, where it has more tabs than room; the bar itself goes along them by keys.
        widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    elif is_control(widget):
        widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    elif isinstance(widget, QPlainTextEdit | QTextEdit):
        widget.viewport().setAcceptDrops(False)
        widget.setAcceptDrops(False)
    elif isinstance(widget, QLineEdit):
        widget.setAcceptDrops(False)


def is_control(widget: QWidget) -> bool:
    """Whether it is worked by the mouse, or by a few keys once Tab has reached it."""
    if isinstance(widget, QScrollBar | QHeaderView):
        return False
    if isinstance(widget, QComboBox):
        return not widget.isEditable()
    if isinstance(widget, QAbstractItemView):
        return widget.focusPolicy() == Qt.FocusPolicy.NoFocus
    return isinstance(widget, QAbstractButton | QAbstractSlider | QTabBar)


def _in_window(widget: QWidget) -> bool:
    """In the program's window or a panel that floats; dialogs have the keyboard for themselves."""
    return isinstance(widget.window(), QMainWindow | QDockWidget)


def _works(widget: QObject, event: QKeyEvent) -> bool:
    """Whether the key works a control of the window that has the focus. Left and right step wherever others do."""
    if not isinstance(widget, QWidget) or widget.focusPolicy() != Qt.FocusPolicy.TabFocus or not _in_window(widget):
        return False
    if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
        return False
    key = Qt.Key(event.key())
    if isinstance(widget, QAbstractButton):
        return key in _PRESSES
    if isinstance(widget, QTabBar):
        return key in _ALONG
    if isinstance(widget, QAbstractSlider):
        return key in _MOVES
    return isinstance(widget, QComboBox | QAbstractItemView) and key in _PRESSES | _MOVES


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
