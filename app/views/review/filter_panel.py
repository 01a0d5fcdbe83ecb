"""What the review queue leaves out: by state, by what the comparison says, by label, subject and score."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QWidget

from app.captions import caption
from app.choice_box import ChoiceBox
from app.document.prediction_states import State
from app.review.items import Kind
from app.review.queue import Filter

STATES = (("Open", State.OPEN), ("Accepted", State.ACCEPTED), ("Rejected", State.REJECTED), ("All", None))
DISAGREEMENTS = frozenset(kind for kind in Kind if kind.is_disagreement)
KINDS = (
    ("Everything", None),
    ("Disagreements", DISAGREEMENTS),
    ("Label differs", frozenset({Kind.LABEL_DIFFERS})),
    ("Only the second has it", frozenset({Kind.ONLY_SECOND})),
    ("Only the first has it", frozenset({Kind.ONLY_FIRST})),
    ("Agreements", frozenset({Kind.AGREES})),
)
SCORES = tuple((f"{at / 20:.2f}", at / 20) for at in range(21))


class FilterPanel(QFrame):
    """Opens over the queue, which has no room for it.

    Signals:
        changed: another Filter.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._labels: tuple[str | None, str | None] | None = None
        self.scope = ChoiceBox("Video or project", "Where the items are from")
        self.state = ChoiceBox("State", "Open, or already decided")
        self.kind = ChoiceBox("Agreement", "What the comparison says")
        self.label = ChoiceBox("Label", "Of either of the two events")
        self.subject = ChoiceBox("Subject")
        self.lowest, self.highest = ChoiceBox("Lowest score"), ChoiceBox("Highest score")
        self.cell = QPushButton()
        self.cell.setAccessibleName("Cell of the confusion matrix")
        self.cell.setToolTip("Chosen in the confusion matrix; press to take it back")
        self._lay_out()
        for box in (self.state, self.kind, self.label, self.subject, self.lowest, self.highest):
            box.chosen.connect(self._tell)
        self.cell.clicked.connect(self._on_cell)

    def show_filter(self, chosen: Filter, labels: Sequence[str], subjects: Sequence[str]) -> None:
        """`labels` and `subjects` are what there is to choose from."""
        self.state.offer(STATES, chosen.state)
        self.kind.offer(KINDS, chosen.kinds)
        named = [(name.capitalize() or "No label", name) for name in labels]
        self.label.offer([("All", None), *named], chosen.label)
        self.subject.offer([("All", None), *((name or "None", name) for name in subjects)], chosen.subject)
        self.lowest.offer(SCORES, chosen.lowest)
        self.highest.offer(SCORES, chosen.highest)
        self._labels = chosen.labels
        self.cell.setVisible(chosen.labels is not None)
        if chosen.labels is not None:
            one, two = (_words(label) for label in chosen.labels)
            self.cell.setText(f"{one} → {two}  ✕")

    @property
    def chosen(self) -> Filter:
        return Filter(
            self.state.value,
            self.kind.value,
            self.label.value,
            self.subject.value,
            self.lowest.value,
            self.highest.value,
            self._labels,
        )

    def _tell(self, *_: object) -> None:
        self.changed.emit(self.chosen)

    def _on_cell(self) -> None:
        self._labels = None
        self._tell()

    def _lay_out(self) -> None:
        self.setObjectName("panel")
        self.setMinimumWidth(270)
        grid = QGridLayout(self)
        grid.setContentsMargins(14, 12, 14, 12)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(4)
        rows = (
            ("Items of", self.scope),
            ("State", self.state),
            ("Agreement", self.kind),
            ("Label", self.label),
            ("Subject", self.subject),
        )
        for row, (text, box) in enumerate(rows):
            grid.addWidget(caption(text, box), row, 0)
            grid.addWidget(box, row, 1, 1, 3)
        grid.addWidget(caption("Score", self.lowest), len(rows), 0)
        grid.addWidget(self.lowest, len(rows), 1)
        grid.addWidget(caption("to", self.highest), len(rows), 2)
        grid.addWidget(self.highest, len(rows), 3)
        grid.addWidget(self.cell, len(rows) + 1, 0, 1, 4)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)


def _words(label: str | None) -> str:
    return "no event" if label is None else label or "no label"
