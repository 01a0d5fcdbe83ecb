"""The fields of the inspector and where they stand."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.captions import muted
from app.views.inspector.frame_row import FrameRow
from app.views.inspector.note_field import NoteField
from app.views.inspector.shared_value import Mixed
from app.views.inspector.units_field import UnitsField
from fedn.annotation.event import INTENSITIES, KINDS
from fedn.annotation.vocabulary import LabelDef


class EventForm(QWidget):
    """Shows values and says what is entered; knows nothing of the project."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout()
        self.onset = FrameRow("Onset", grid, 0)
        self.apex = FrameRow("Apex", grid, 1, optional=True)
        self.offset = FrameRow("Offset", grid, 2)
        self.length = muted("")
        self.label, self.kind, self.intensity = QComboBox(), QComboBox(), QComboBox()
        self._listed: tuple[tuple[LabelDef, ...], str] | None = None
        self.score = QLabel()
        self.units = UnitsField()
        self.note = NoteField()
        self.state = QLabel()
        self.accept, self.reject = QPushButton("Accept  A"), QPushButton("Reject  X")
        self._fill(grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self._prediction_row())
        column.addLayout(grid)
        column.addWidget(self.note)

    def show_labels(self, labels: tuple[LabelDef, ...], name: str | Mixed) -> None:
        """The permitted labels, and the one that the events have."""
        # Imported events may carry labels that the vocabulary does not have.
        foreign = name if isinstance(name, str) and all(label.name != name for label in labels) else ""
        if (labels, foreign) != self._listed:
            self._listed = (labels, foreign)
            self.label.clear()
            for label in labels:
                self.label.addItem(dot(label.color), label.name.capitalize(), label.name)
            if foreign:
                self.label.addItem(foreign.capitalize(), foreign)
            self.label.addItem("No label", "")
        choose(self.label, name)

    def show_prediction(self, state: str, *, is_prediction: bool, is_rejected: bool) -> None:
        """What has become of it, as rich text, and what can be done with it."""
        self._prediction.setVisible(is_prediction)
        self.state.setText(state)
        self.reject.setText("Not rejected  X" if is_rejected else "Reject  X")

    def _prediction_row(self) -> QWidget:
        self._prediction = QWidget()
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for button in (self.accept, self.reject):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            buttons.addWidget(button)
        self.accept.setProperty("primary", True)
        self.accept.setToolTip("Copy it into your own tier, with where it comes from")
        self.reject.setToolTip("Mark it as wrong; it stays on its tier, as what the model found")
        column = QVBoxLayout(self._prediction)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.state)
        column.addLayout(buttons)
        return self._prediction

    def _fill(self, grid: QGridLayout) -> None:
        grid.setColumnStretch(2, 1)
        grid.setHorizontalSpacing(7)
        grid.setVerticalSpacing(6)
        grid.addWidget(muted("Length"), 3, 0)
        grid.addWidget(self.length, 3, 1, 1, 2)
        self.length.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for kind in KINDS:
            self.kind.addItem(kind.capitalize(), kind)
        self.intensity.addItem("—", "")
        for intensity in INTENSITIES:
            self.intensity.addItem(intensity, intensity)
        self.intensity.setToolTip("FACS intensity, A (trace) to E (maximum)")
        for row, (name, box) in enumerate((("Label", self.label), ("Kind", self.kind)), start=4):
            grid.addWidget(muted(name), row, 0)
            grid.addWidget(box, row, 1, 1, 2)
        grid.addWidget(muted("Intensity"), 6, 0)
        # In a row of their own: the list must not make the column of the frames wider.
        beside = QHBoxLayout()
        beside.addWidget(self.intensity)
        beside.addWidget(self.score, 1, Qt.AlignmentFlag.AlignRight)
        grid.addLayout(beside, 6, 1, 1, 2)
        grid.addWidget(muted("Units"), 7, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.units, 7, 1, 1, 2)
        for name, box in (("Label", self.label), ("Kind", self.kind), ("Intensity", self.intensity)):
            box.setAccessibleName(name)
            box.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            box.setPlaceholderText("mixed")


def choose(box: QComboBox, value: str | Mixed) -> None:
    """Shows the entry with that data; none for values that differ."""
    box.setCurrentIndex(-1 if isinstance(value, Mixed) else box.findData(value))


def dot(color: str) -> QIcon:
    pixmap = QPixmap(QSize(20, 20))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawEllipse(4, 4, 12, 12)
    painter.end()
    return QIcon(pixmap)
