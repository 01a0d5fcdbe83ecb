"""The sheet of keys."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.actions.action import Action
from fedn.annotation.project import Project


class KeysDialog(QDialog):
    """Lists every shortcut by menu, and the label keys of the open project."""

    def __init__(self, table: Iterable[Action], project: Project | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.resize(760, 620)
        page = QWidget()
        grid = QGridLayout(page)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        rows = [(row.menu, _written(row.keys), row.text) for row in table if row.keys]
        rows += [
            ("Labels", label.key, label.name.capitalize()) for label in (project.vocabulary.labels if project else ())
        ]
        menus = list(dict.fromkeys(menu for menu, _, _ in rows))
        half = {menu: 0 if menu in ("Project", "Edit", "Events") else 2 for menu in menus}
        at = {0: 0, 2: 0}
        for menu in menus:
            column = half[menu]
            heading = QLabel(menu)
            heading.setProperty("heading", True)
            grid.addWidget(heading, at[column], column, 1, 2)
            at[column] += 1
            for _, keys, text in (row for row in rows if row[0] == menu):
                key = QLabel(keys)
                key.setProperty("muted", True)
                grid.addWidget(key, at[column], column)
                grid.addWidget(QLabel(text), at[column], column + 1)
                at[column] += 1
        grid.setRowStretch(max(at.values()), 1)
        area = QScrollArea()
        area.setWidget(page)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        QVBoxLayout(self).addWidget(area)


def _written(keys: tuple[str, ...]) -> str:
    return "  ".join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in keys)
