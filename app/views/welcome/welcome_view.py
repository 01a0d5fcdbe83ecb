"""What is shown while no project is open: what the program does, and the ways in."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app import assets
from app.views.welcome.recent_list import RecentList


class WelcomeView(QWidget):
    """Signals:
    demo_wanted, new_wanted, open_wanted, dataset_wanted: a button was pressed.
    """

    demo_wanted = Signal()
    new_wanted = Signal()
    open_wanted = Signal()
    dataset_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("welcome")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.recent = RecentList()
        outer = QHBoxLayout(self)
        outer.addStretch(1)
        outer.addWidget(self._card(), 0, Qt.AlignmentFlag.AlignVCenter)
        outer.addStretch(1)

    def _card(self) -> QFrame:
        card = QFrame()
        card.setObjectName("panel")
        card.setFixedWidth(640)
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
            ("Try the demo", self.demo_wanted, True),
            ("New project…", self.new_wanted, False),
            ("Open project…", self.open_wanted, False),
            ("Of a data set…", self.dataset_wanted, False),
        ):
            button = QPushButton(text)
            button.setProperty("primary", primary)
            button.clicked.connect(lambda _checked=False, wanted=signal: wanted.emit())
            buttons.addWidget(button)
        buttons.addStretch(1)
        column.addLayout(head)
        column.addWidget(what)
        drop = QLabel("Or drop a project, videos or a folder anywhere on this window.")
        drop.setProperty("muted", True)
        column.addLayout(buttons)
        column.addWidget(drop)
        column.addSpacing(8)
        column.addWidget(self.recent)
        return card
