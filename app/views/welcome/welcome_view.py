"""What is shown while no project is open: what the program does, and the ways in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from app import assets, theme

MOST_RECENT = 5


class WelcomeView(QWidget):
    """Signals:
    new_wanted, open_wanted: a button was pressed.
    project_chosen: folder of a recent project.
    """

    new_wanted = Signal()
    open_wanted = Signal()
    project_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("welcome")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(4)
        outer = QHBoxLayout(self)
        outer.addStretch(1)
        outer.addWidget(self._card(), 0, Qt.AlignmentFlag.AlignVCenter)
        outer.addStretch(1)

    def _card(self) -> QFrame:
        card = QFrame()
        card.setObjectName("panel")
        card.setFixedWidth(560)
        column = QVBoxLayout(card)
        column.setContentsMargins(36, 32, 36, 32)
        column.setSpacing(14)
        head = QHBoxLayout()
        head.setSpacing(16)
        mark = QLabel()
        mark.setPixmap(assets.app_icon().pixmap(QSize(56, 56)))
        title = QLabel("FEDN Studio")
        title.setObjectName("welcomeTitle")
        head.addWidget(mark)
        head.addWidget(title, 1)
        what = QLabel(
            "Find facial expressions in long videos, compare them with expert and self-reported labels, "
            "correct them, and let the model learn from the corrections."
        )
        what.setWordWrap(True)
        what.setProperty("muted", True)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        for text, signal, primary in (
            ("New project…", self.new_wanted, True),
            ("Open project…", self.open_wanted, False),
        ):
            button = QPushButton(text)
            button.setProperty("primary", primary)
            button.clicked.connect(signal)
            buttons.addWidget(button)
        buttons.addStretch(1)
        column.addLayout(head)
        column.addWidget(what)
        column.addLayout(buttons)
        column.addSpacing(8)
        column.addLayout(self._recent)
        return card

    def show_recent(self, folders: Sequence[str]) -> None:
        """Lists the recent projects that are still there."""
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        present = [Path(folder) for folder in folders if Path(folder).is_dir()][:MOST_RECENT]
        caption = QLabel("Recent projects" if present else "A project is a folder that holds labels, models and runs.")
        caption.setProperty("heading" if present else "muted", True)
        caption.setWordWrap(True)
        self._recent.addWidget(caption)
        for folder in present:
            button = QToolButton()
            button.setObjectName("recent")
            button.setIcon(assets.icon("folder", theme.current().muted))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            metrics = button.fontMetrics()
            where = metrics.elidedText(str(folder.parent), Qt.TextElideMode.ElideMiddle, 300)
            button.setText(f" {folder.name}   {where}")
            button.setToolTip(str(folder))
            button.clicked.connect(lambda _checked=False, chosen=folder: self.project_chosen.emit(chosen))
            self._recent.addWidget(button)
