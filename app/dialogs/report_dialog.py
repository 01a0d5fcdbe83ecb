"""What a report is about, what is compared in it, and where it goes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.reports.study.choices import ReportChoices
from app.spin_box import padded


@dataclass(frozen=True, slots=True)
class ReportOffer:
    """What there is to choose from.

    Attributes:
        videos: ids and names; the first is the one that is looked at now.
        tiers: titles; `first` and `second` are chosen at first, "" where there are none.
    """

    videos: tuple[tuple[str, str], ...]
    tiers: tuple[str, ...]
    first: str
    second: str
    iou: float
    reviewed_only: bool


@dataclass(frozen=True, slots=True)
class WantedReport:
    folder: Path
    choices: ReportChoices


class ReportDialog(QDialog):
    """`ask()` returns what is to be written where, None when the user gives up."""

    def __init__(self, offer: ReportOffer, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offer = offer
        self.setWindowTitle("Report")
        self.setMinimumWidth(560)
        self.about, self.first, self.second = QComboBox(), QComboBox(), QComboBox()
        self.iou, self.reviewed_only = padded(QDoubleSpinBox()), QCheckBox("Count only what was reviewed")
        self.html, self.pdf = QCheckBox("HTML, one file"), QCheckBox("PDF")
        self.pictures = QCheckBox("Show the apex frames, that is faces")
        self.folder, self.said = QLineEdit(str(folder)), QLabel()
        self._box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._write = self._box.addButton("Write the report", QDialogButtonBox.ButtonRole.AcceptRole)
        self._write.setDefault(True)
        self._fill()
        self._lay_out()
        self._box.accepted.connect(self.accept)
        self._box.rejected.connect(self.reject)
        for box in (self.first, self.second):
            box.activated.connect(self._check)
        for check in (self.html, self.pdf):
            check.toggled.connect(self._check)
        self.folder.textChanged.connect(self._check)
        self._check()

    def ask(self) -> WantedReport | None:
        if self.exec() != QDialog.DialogCode.Accepted:
            return None
        return WantedReport(Path(self.folder.text().strip()), self.choices())

    def choices(self) -> ReportChoices:
        """As they stand in the dialog."""
        formats = tuple(name for name, box in (("html", self.html), ("pdf", self.pdf)) if box.isChecked())
        video_id = self.about.currentData()
        compares = self.first.count() > 0
        return ReportChoices(
            (video_id,) if video_id else (),
            self.first.currentText() if compares else "",
            self.second.currentText() if compares else "",
            self.iou.value(),
            self.reviewed_only.isChecked(),
            self.pictures.isChecked(),
            formats,
        )

    def _fill(self) -> None:
        offer = self._offer
        self.about.addItem("The whole project", "")
        for video_id, name in offer.videos:
            self.about.addItem(name, video_id)
        for box, chosen in ((self.first, offer.first), (self.second, offer.second)):
            box.addItems(list(offer.tiers) if len(offer.tiers) > 1 else [])
            box.setEnabled(box.count() > 0)
            box.setCurrentText(chosen)
        self.iou.setRange(0.05, 1.0)
        self.iou.setSingleStep(0.05)
        self.iou.setValue(offer.iou)
        self.reviewed_only.setChecked(offer.reviewed_only)
        for box in (self.html, self.pdf, self.pictures):
            box.setChecked(True)
        for widget, name in (
            (self.about, "Report about"), (self.first, "Compared with"), (self.second, "Judged"),
            (self.iou, "Events match from an IoU of"), (self.folder, "Folder"),
        ):  # fmt: skip
            widget.setAccessibleName(name)

    def _lay_out(self) -> None:
        formats, into, choose = QHBoxLayout(), QHBoxLayout(), QPushButton("Choose…")
        choose.setAutoDefault(False)
        choose.clicked.connect(self._choose_folder)
        for row in (formats, into):
            row.setSpacing(12)
        for box in (self.html, self.pdf):
            formats.addWidget(box)
        formats.addStretch(1)
        into.addWidget(self.folder, 1)
        into.addWidget(choose)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("About", self.about)
        form.addRow("Compared with", self.first)
        form.addRow("Judged", self.second)
        form.addRow("Events match from an IoU of", self.iou)
        form.addRow("", self.reviewed_only)
        form.addRow("Written as", formats)
        form.addRow("", self.pictures)
        form.addRow("Into the folder", into)
        about = QLabel("Tables (CSV, Excel) and figures (PNG, SVG, PDF) are written beside it.")
        for label in (about, self.said):
            label.setWordWrap(True)
            label.setProperty("muted", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(about)
        column.addWidget(self.said)
        column.addWidget(self._box)

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder for the report", self.folder.text())
        if folder:
            self.folder.setText(folder)

    def _check(self, *_: object) -> None:
        problem = ""
        if self.first.count() and self.first.currentText() == self.second.currentText():
            problem = "Choose two different tiers to compare."
        elif not (self.html.isChecked() or self.pdf.isChecked()):
            problem = "Choose HTML, PDF or both."
        elif not self.folder.text().strip():
            problem = "Choose a folder."
        self.said.setText(problem)
        self._write.setEnabled(not problem)
