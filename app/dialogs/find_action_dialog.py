"""Every action by its name: type a part of it, press Enter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

_ACTION = Qt.ItemDataRole.UserRole
_THROUGH = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class FindActionDialog(QDialog):
    """`ask()` returns the action that was chosen, None if it was given up."""

    def __init__(self, actions: Sequence[tuple[str, QAction]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find an action")
        self.resize(520, 420)
        self.field = QLineEdit()
        self.field.setPlaceholderText("What do you want to do?")
        self.field.setAccessibleName("Part of an action's name")
        self.list = QListWidget()
        self.list.setAccessibleName("Actions")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for menu, action in actions:
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            item = QListWidgetItem(f"{menu}: {action.text().rstrip('…')}" + (f"   ({keys})" if keys else ""))
            item.setData(_ACTION, action)
            if not action.isEnabled():
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        self.field.textChanged.connect(self._filter)
        self.field.returnPressed.connect(self.accept)
        self.list.itemClicked.connect(self.accept)
        self.field.installEventFilter(self)
        self._filter("")

    def ask(self) -> QAction | None:
        if self.exec() != QDialog.DialogCode.Accepted:
            return None
        item = self.list.currentItem()
        return item.data(_ACTION) if item is not None and not item.isHidden() else None

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        first = -1
        for row in range(self.list.count()):
            item = self.list.item(row)
            item.setHidden(not all(word in item.text().casefold() for word in words))
            if first < 0 and not item.isHidden() and item.flags() != Qt.ItemFlag.NoItemFlags:
                first = row
        self.list.setCurrentRow(first)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """The arrows go through the list while the keyboard stays in the field."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in _THROUGH:
            self.list.keyPressEvent(event)
            return True
        return False
