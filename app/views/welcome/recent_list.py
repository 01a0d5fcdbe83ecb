"""The recent projects: those that are gone stay listed, say so, and can be taken off the list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app import assets, theme

MOST_SHOWN = 6
PLACE_PX = 250


class RecentList(QWidget):
    """Signals:
    chosen: folder of a project.
    removed: the folder's name as it stood in the list.
    """

    chosen = Signal(object)
    removed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(2)

    def show_folders(self, folders: Sequence[str]) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        caption = QLabel("Recent projects" if folders else "A project is a folder that holds labels, models and runs.")
        caption.setProperty("heading" if folders else "muted", True)
        caption.setWordWrap(True)
        self._rows.addWidget(caption)
        for name in folders[:MOST_SHOWN]:
            self._rows.addWidget(self._row(name))

    def _row(self, name: str) -> QWidget:
        folder = Path(name)
        is_there = folder.is_dir()
        button = QToolButton()
        button.setObjectName("recent")
        button.setIcon(assets.icon("folder", theme.current().muted))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        place = button.fontMetrics().elidedText(str(folder.parent), Qt.TextElideMode.ElideMiddle, PLACE_PX)
        button.setText(f" {folder.name}   {place if is_there else 'is not there any more'}")
        button.setToolTip(
            name if is_there else f"There is no folder {name}; it may have been moved, or its disk is away."
        )
        button.setAccessibleName(f"Open {folder.name}" if is_there else f"{folder.name} is not there any more")
        button.setEnabled(is_there)
        button.clicked.connect(lambda: self.chosen.emit(folder))
        remove = QToolButton()
        remove.setObjectName("flat")
        remove.setText("✕")
        remove.setToolTip(f"Take {folder.name} off this list; the project stays where it is")
        remove.setAccessibleName(f"Take {folder.name} off the list")
        remove.clicked.connect(lambda: self.removed.emit(name))
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(button, 1)
        row.addWidget(remove)
        return holder
