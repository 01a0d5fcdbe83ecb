"""Changing keys: find the action, press the new key; one that is taken is refused in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.actions.action import Action
from app.actions.keys import Keys, native

_NAME = Qt.ItemDataRole.UserRole


class KeyField(QKeySequenceEdit):
    """Takes one key, except those that lead out of it."""

    def __init__(self) -> None:
        super().__init__()
        self.setMaximumSequenceLength(1)
        self.setAccessibleName("New key")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            event.ignore()
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Tab)
        else:
            super().keyPressEvent(event)


class ChangeKeysDialog(QDialog):
    """Changes hold at once.

    Signals:
        changed: an action has other keys.
    """

    changed = Signal()

    def __init__(self, table: Sequence[Action], keys: Keys, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = keys
        self._rows = {row.name: row for row in table}
        self.setWindowTitle("Change keys")
        self.resize(640, 620)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search: action or key")
        self.search.setAccessibleName("Search actions")
        self.search.setClearButtonEnabled(True)
        self.list = QTreeWidget()
        self.field = KeyField()
        self._asked, self.said = QLabel(), QLabel()
        self.remove, self.reset = QPushButton("No key"), QPushButton("Reset this key")
        self._reset_all = QPushButton("Reset all")
        self._set_up_list()
        self._lay_out()
        self.search.textChanged.connect(self._filter)
        self.list.currentItemChanged.connect(self._on_chosen)
        self.list.activated.connect(self._on_activated)
        self.field.keySequenceChanged.connect(self._on_pressed)
        self.remove.clicked.connect(lambda: self._give(()))
        self.reset.clicked.connect(self._on_reset)
        self._reset_all.clicked.connect(self._on_reset_all)
        self.list.setCurrentItem(self._items[0])

    @property
    def chosen(self) -> str:
        """Name of the action whose key is changed."""
        item = self.list.currentItem()
        return item.data(0, _NAME) or "" if item is not None else ""

    def choose(self, name: str) -> None:
        self.list.setCurrentItem(next(item for item in self._items if item.data(0, _NAME) == name))

    def _set_up_list(self) -> None:
        self.list.setColumnCount(2)
        self.list.setHeaderLabels(["Action", "Keys"])
        self.list.setAccessibleName("Actions and their keys")
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.header().setStretchLastSection(False)
        self._items: list[QTreeWidgetItem] = []
        for row in self._rows.values():
            item = QTreeWidgetItem([f"{row.menu}: {row.text.rstrip('…')}" if row.menu else row.text, ""])
            item.setData(0, _NAME, row.name)
            self._items.append(item)
        self.list.addTopLevelItems(self._items)
        self._show_keys()

    def _lay_out(self) -> None:
        self._asked.setBuddy(self.field)
        self.said.setWordWrap(True)
        self.said.setMinimumHeight(2 * self.said.fontMetrics().lineSpacing())
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.remove)
        row.addWidget(self.reset)
        row.addWidget(self._reset_all)
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        box.rejected.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        for widget in (self.search, self.list, self._asked):
            column.addWidget(widget)
        column.addLayout(row)
        column.addWidget(self.said)
        column.addWidget(box)
        for button in self.findChildren(QPushButton):
            # Enter in the list or the field must not press one of them.
            button.setAutoDefault(False)

    def _show_keys(self) -> None:
        for item in self._items:
            name = item.data(0, _NAME)
            item.setText(1, "   ".join(native(key) for key in self._keys.of(name)))
            font = item.font(1)
            font.setBold(self._keys.is_changed(name))
            item.setFont(1, font)

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        for item in self._items:
            shown = f"{item.text(0)} {item.text(1)}".casefold()
            item.setHidden(not all(word in shown for word in words))

    def _on_chosen(self) -> None:
        row = self._rows.get(self.chosen)
        self._asked.setText(f"Press the new key for “{row.text.rstrip('…')}”:" if row else "Choose an action.")
        for widget in (self.field, self.remove, self.reset):
            widget.setEnabled(row is not None)
        self.said.setText("")

    def _on_activated(self, _index: QModelIndex) -> None:
        self.field.setFocus()

    def _on_pressed(self, pressed: QKeySequence) -> None:
        key = pressed.toString(QKeySequence.SequenceFormat.PortableText)
        if not key:
            return
        refused = self._keys.refusal(self.chosen, key)
        if refused:
            self.said.setText(refused)
        else:
            self._give((key,))
        self.field.clear()

    def _give(self, keys: Sequence[str]) -> None:
        self._keys.set(self.chosen, keys)
        written = native(keys[0]) if keys else "No key"
        self._tell(f"{written} now stands for “{self._rows[self.chosen].text.rstrip('…')}”.")

    def _on_reset(self) -> None:
        self._tell(self._keys.reset(self.chosen) or "The key is as it was at first.")

    def _on_reset_all(self) -> None:
        self._keys.reset_all()
        self._tell("All keys are as they were at first.")

    def _tell(self, sentence: str) -> None:
        self.said.setText(sentence)
        self._show_keys()
        self.changed.emit()
