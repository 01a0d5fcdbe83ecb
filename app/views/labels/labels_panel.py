"""The labels that keys give now, as buttons, each with its color and key."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app import captions
from app.marking import Marking
from app.session import Session
from app.views.labels.label_button import LABEL_PX, LabelButton
from fedn.annotation.vocabulary import Vocabulary

_COLUMNS = 2


class LabelsPanel(QWidget):
    """Shows the labels of the selected events' tier, else of the tier that new events go to.

    Signals:
        label_chosen: a label's name was clicked; the window connects it to the same slot as the keys 1-9.
    """

    label_chosen = Signal(str)

    def __init__(self, session: Session, marking: Marking) -> None:
        super().__init__()
        self._session = session
        self._marking = marking
        self._shown: Vocabulary | None = None
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        heading = captions.heading("Labels")
        self._name = QLabel()
        self._name.setProperty("muted", True)
        self._name.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._hint = QLabel("The labels of a project appear here.")
        self._hint.setProperty("muted", True)
        self._hint.setWordWrap(True)
        self._grid = QGridLayout()
        self._grid.setSpacing(4)
        self._grid.setHorizontalSpacing(6)
        top = QHBoxLayout()
        top.addWidget(heading)
        top.addWidget(self._name, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self._hint)
        column.addLayout(self._grid)
        column.addStretch(1)
        session.project_changed.connect(self._rebuild)
        session.selection_changed.connect(self._show)
        session.tiers_changed.connect(self._show)
        session.events_changed.connect(self._show)
        marking.changed.connect(self._show)
        self._rebuild()

    def buttons(self) -> list[LabelButton]:
        """In the order of the vocabulary."""
        return [button for button in self.findChildren(LabelButton) if button.parent() is self]

    def _rebuild(self) -> None:
        self._shown = None
        self._show()

    def _show(self, *_: object) -> None:
        project, vocabulary = self._session.project, self._marking.vocabulary
        if vocabulary is not self._shown or project is None:
            self._shown = vocabulary
            self._make_buttons(vocabulary)
            self._hint.setVisible(vocabulary is None)
        several = project is not None and len(project.vocabularies) > 1
        self._name.setText(vocabulary.name if vocabulary is not None and several else "")
        used = self._labels_of_selection()
        for button in self.buttons():
            button.show_used(button.label.name in used)

    def _labels_of_selection(self) -> set[str]:
        project = self._session.project
        selected = self._session.selected_events
        return {project.event(one).label for one in selected if project is not None and project.has_event(one)}

    def _make_buttons(self, vocabulary: Vocabulary | None) -> None:
        for button in self.buttons():
            self._grid.removeWidget(button)
            button.setParent(None)
            button.deleteLater()
        for place, label in enumerate(vocabulary.labels if vocabulary else ()):
            button = LabelButton(label)
            button.clicked.connect(self._on_clicked)
            self._grid.addWidget(button, place // _COLUMNS, place % _COLUMNS)
        # Room for the longest of the vocabularies: the panel keeps its height when another tier is chosen.
        project = self._session.project
        most = max((len(one.labels) for one in project.vocabularies), default=0) if project else 0
        rows = -(-most // _COLUMNS)
        for row in range(max(rows, self._grid.rowCount())):
            self._grid.setRowMinimumHeight(row, LABEL_PX if row < rows else 0)

    def _on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, LabelButton):
            self.label_chosen.emit(button.label.name)
