"""The vocabulary as buttons, each with its color and key."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from app.session import Session
from app.views.labels.label_button import LabelButton

_COLUMNS = 2


class LabelsPanel(QWidget):
    """Shows the labels of the project.

    Signals:
        label_chosen: a label's name was clicked; the window connects it to the same slot as the keys 1-9.
    """

    label_chosen = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        heading = QLabel("Labels")
        heading.setProperty("heading", True)
        self._hint = QLabel("The labels of a project appear here.")
        self._hint.setProperty("muted", True)
        self._hint.setWordWrap(True)
        self._grid = QGridLayout()
        self._grid.setSpacing(4)
        self._grid.setHorizontalSpacing(6)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addWidget(heading)
        column.addWidget(self._hint)
        column.addLayout(self._grid)
        column.addStretch(1)
        session.project_changed.connect(self._rebuild)
        self._rebuild()

    def buttons(self) -> list[LabelButton]:
        """In the order of the vocabulary."""
        return [button for button in self.findChildren(LabelButton) if button.parent() is self]

    def _rebuild(self) -> None:
        for button in self.buttons():
            self._grid.removeWidget(button)
            button.setParent(None)
            button.deleteLater()
        project = self._session.project
        self._hint.setVisible(project is None)
        for place, label in enumerate(project.vocabulary.labels if project else ()):
            button = LabelButton(label)
            button.clicked.connect(self._on_clicked)
            self._grid.addWidget(button, place // _COLUMNS, place % _COLUMNS)

    def _on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, LabelButton):
            self.label_chosen.emit(button.label.name)
