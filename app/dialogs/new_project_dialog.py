"""A new project: its name, where it lies, its labels; empty, or of a data set with all its videos and labels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.document.file_names import safe_name
from fedn.annotation.formats.missing_offset import MissingOffset
from fedn.annotation.vocabulary import shipped_vocabularies, shipped_vocabulary

SUFFIX = ".fedn"
MISSING_OFFSET = (
    (MissingOffset.APEX_PLUS_20, "20 frames after the apex"),
    (MissingOffset.APEX, "at the apex"),
    (MissingOffset.MIRROR, "as long after the apex as the onset is before it"),
    (MissingOffset.DROP, "nowhere: they are left out"),
)


@dataclass(frozen=True, slots=True)
class NewProjectWishes:
    """`vocabulary` is the name of one that comes along; `dataset` None for an empty project."""

    folder: Path
    name: str
    vocabulary: str
    dataset: Path | None = None
    missing_offset: MissingOffset = MissingOffset.APEX_PLUS_20
    prefer_images: bool = False


class NewProjectDialog(QDialog):
    """`ask()` returns what is to be made, None when the user gives up.

    Args:
        place: folder to put the project into.
        of_dataset: asks for a data set as well.
    """

    def __init__(
        self, place: Path, *, of_dataset: bool = False, dataset: Path | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("New project of a data set" if of_dataset else "New project")
        self.setMinimumWidth(700)
        self._of_dataset = of_dataset
        self.name, self.place, self.dataset = QLineEdit(), QLineEdit(str(place)), QLineEdit(str(dataset or ""))
        self.vocabulary, self.missing_offset = QComboBox(), QComboBox()
        self.images = QCheckBox("Take folders of images where there are video files as well")
        self.said = QLabel()
        buttons = QDialogButtonBox.StandardButton
        self._box = QDialogButtonBox(buttons.Ok | buttons.Cancel)
        self._box.button(buttons.Ok).setText("Make the project")
        self._box.accepted.connect(self.accept)
        self._box.rejected.connect(self.reject)
        for name in shipped_vocabularies():
            labels = shipped_vocabulary(name).labels
            self.vocabulary.addItem(f"{name.replace('-', ' ')} ({len(labels)} labels)", name)
        for value, text in MISSING_OFFSET:
            self.missing_offset.addItem(text, value)
        self._lay_out()
        for line in (self.name, self.place, self.dataset):
            line.textChanged.connect(self._check)
        self._check()

    def ask(self) -> NewProjectWishes | None:
        return self.wishes() if self.exec() == QDialog.DialogCode.Accepted else None

    def wishes(self) -> NewProjectWishes:
        dataset = self.dataset.text().strip()
        return NewProjectWishes(
            self._folder(),
            self._project_name(),
            self.vocabulary.currentData(),
            Path(dataset) if self._of_dataset and dataset else None,
            MissingOffset(self.missing_offset.currentData()),
            self.images.isChecked(),
        )

    def _project_name(self) -> str:
        name = self.name.text().strip()
        return name or (Path(self.dataset.text().strip()).name if self._of_dataset else "")

    def _folder(self) -> Path:
        return Path(self.place.text().strip()) / f"{safe_name(self._project_name(), 'project')}{SUFFIX}"

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        if self._of_dataset:
            form.addRow("Folder of the data set", self._with_choice(self.dataset, "Folder of the data set"))
        form.addRow("Name", self.name)
        form.addRow("Put it into", self._with_choice(self.place, "Folder to put the project into"))
        form.addRow("Labels", self.vocabulary)
        if self._of_dataset:
            form.addRow("Expressions without an offset end", self.missing_offset)
            form.addRow("", self.images)
        for widget, name in (
            (self.name, "Name"), (self.place, "Put it into"), (self.dataset, "Folder of the data set"),
            (self.vocabulary, "Labels"), (self.missing_offset, "Expressions without an offset end"),
        ):  # fmt: skip
            widget.setAccessibleName(name)
        about = QLabel(
            "CAS(ME)^2, CAS(ME)^3, SAMM Long Videos or a rendered set: its videos come with every source of labels as "
            "a tier of its own, and with a list of whatever was odd. The files stay where they are."
            if self._of_dataset
            else "A project is a folder that holds labels, models and runs. Videos stay where they are."
        )
        for label in (about, self.said):
            label.setWordWrap(True)
            label.setProperty("muted", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(about)
        column.addLayout(form)
        column.addWidget(self.said)
        column.addStretch(1)
        column.addWidget(self._box)
        (self.dataset if self._of_dataset else self.name).setFocus()

    def _with_choice(self, line: QLineEdit, title: str) -> QHBoxLayout:
        button = QPushButton("Choose…")
        button.setAccessibleName(f"Choose: {title}")
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self._choose(line, title))
        row = QHBoxLayout()
        row.addWidget(line, 1)
        row.addWidget(button)
        return row

    def _choose(self, line: QLineEdit, title: str) -> None:
        folder = QFileDialog.getExistingDirectory(self, title, line.text())
        if folder:
            line.setText(folder)

    def _check(self) -> None:
        """Says where the project will be, or what is missing."""
        dataset = self.dataset.text().strip()
        problem = ""
        if self._of_dataset and not (dataset and Path(dataset).is_dir()):
            problem = f"There is no folder {dataset}." if dataset else "Choose the folder of the data set."
        elif not self._project_name():
            problem = "Give the project a name."
        elif not self.place.text().strip():
            problem = "Choose a folder to put the project into."
        elif self._folder().exists():
            problem = f"{self._folder()} is there already; choose another name."
        self.said.setText(problem or f"It will be {self._folder()}")
        self._box.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not problem)
