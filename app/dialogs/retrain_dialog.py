"""Asks what a retraining learns from and how long, and says in counts what there is to learn."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from textwrap import wrap

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QIntValidator
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QRadioButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import captions, theme
from app.dialogs.label_counts import LabelCounts
from app.dialogs.recipe_dialog import RecipeDialog
from app.dialogs.time_row import TimeRow
from app.jobs.detection import model_name_of
from app.jobs.retrain_options import RetrainOptions
from app.jobs.retraining import measure_arguments, recipe_of
from app.jobs.training_time import Speeds, time_text, work_of
from app.session import Session
from fedn.annotation.learning_material import LearningMaterial, learning_material, likely_truth, truth_tiers
from fedn.annotation.project import Project
from fedn.counted import counted
from fedn.errors import FednError, ModelError
from fedn.lineage import people_seen
from fedn.model_info import read_model_info
from fedn.registry import resolve_model

PRESETS = {"detector": (5, 10, 30), "full": (1, 3, 10)}
_PRESET_NAMES = ("Quick", "Standard", "Thorough")
MOST_EPOCHS = 1000
LINE_LETTERS = 100
_SCOPES = (
    ("detector", "Detector only", "minutes on an ordinary computer"),
    ("full", "Full network", "the backbone too, much slower without a graphics card"),
)
_DEVICES = (("", "Automatic"), ("cpu", "Processor"), ("cuda", "NVIDIA graphics card"), ("mps", "Apple graphics"))
_UNKNOWN_LABELS = (
    ("learn", "Learn them as new labels"),
    ("spot", "Learn where they are, not their names"),
    ("leave", "Leave them out"),
)


class RetrainDialog(QDialog):
    """`RetrainDialog(session, parent).ask()` returns the options, or None when the user cancels."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        project = session.project
        self._project = project
        self._material = LearningMaterial("", {})
        self.setWindowTitle("Retrain")
        self.setMinimumWidth(760)
        self.tier = QComboBox()
        self.held_out = QListWidget()
        self.epochs = QLineEdit(str(PRESETS["detector"][1]))
        self.scope = QButtonGroup(self)
        self._presets = QButtonGroup(self)
        self.compares = QCheckBox("Compare the old and the new model")
        self.compares.setChecked(True)
        self.from_scratch = QCheckBox("Make the detector anew instead of going on with the one in use")
        self.unknown_labels = QComboBox()
        self.unknown_labels.addItems([text for _, text in _UNKNOWN_LABELS])
        self.device = QComboBox()
        for name, text in _DEVICES:
            if name != "mps" or sys.platform == "darwin":
                self.device.addItem(text, name)
        self.settings: tuple[str, ...] = ()
        self.recipe_button = QPushButton("Recipe…")
        self.time = TimeRow(self._measure_arguments)
        self._measured_key = ""
        self._unknown = QLabel()
        self._doubts = QLabel()
        self._model_labels = _labels_in_use(project)
        self._counts = QLabel()
        self._obstacle = QLabel()
        self._labels = LabelCounts(project.vocabulary.labels if project else ())
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.start_button = self._buttons.addButton("Start training", QDialogButtonBox.ButtonRole.AcceptRole)
        # Some platforms put a picture on it, which the other buttons of the program have not.
        self._buttons.button(QDialogButtonBox.StandardButton.Cancel).setIcon(QIcon())
        self._lay_out()
        self.tier.addItems(truth_tiers(project) if project else [])
        self.tier.setCurrentText(likely_truth(project) if project else "")
        self.tier.currentTextChanged.connect(self._on_tier_chosen)
        self.held_out.itemChanged.connect(self._show_counts)
        self.compares.toggled.connect(self._on_compares_toggled)
        self.epochs.textChanged.connect(self._on_epochs_typed)
        self._presets.idClicked.connect(self._on_preset_chosen)
        self.scope.idClicked.connect(self._on_scope_chosen)
        self.device.currentIndexChanged.connect(self._show_time)
        self.recipe_button.clicked.connect(self._on_recipe_pressed)
        self.time.measured.connect(self._on_measured)
        self.finished.connect(self.time.stop)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self._on_tier_chosen(self.tier.currentText())
        self._on_epochs_typed(self.epochs.text())

    def ask(self) -> RetrainOptions | None:
        return self.options() if self.exec() == QDialog.DialogCode.Accepted else None

    def options(self) -> RetrainOptions:
        """What the fields say now."""
        return RetrainOptions(
            self.tier.currentText(),
            self._chosen_scope,
            self._chosen_held_out(),
            int(self.epochs.text()),
            compares=self.compares.isChecked(),
            from_scratch=self.from_scratch.isChecked(),
            unknown_labels=_UNKNOWN_LABELS[max(0, self.unknown_labels.currentIndex())][0],
            settings=(*self.settings, *([f"device={device}"] if (device := self.device.currentData()) else [])),
        )

    @property
    def counts_text(self) -> str:
        return self._counts.text()

    @property
    def obstacle_text(self) -> str:
        return self._obstacle.text().replace("\n", " ")

    @property
    def doubts_text(self) -> str:
        return self._doubts.text().replace("\n", " ")

    def _on_tier_chosen(self, name: str) -> None:
        if self._project is not None:
            self._material = learning_material(self._project, name)
        suggested = self._material.suggested_held_out(_seen_by_model_in_use(self._project))
        self.held_out.blockSignals(True)
        self.held_out.clear()
        for subject, material in self._material.subjects.items():
            item = QListWidgetItem(f"{subject}  ·  {counted(material.events, 'event')}")
            item.setData(Qt.ItemDataRole.UserRole, subject)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if subject in suggested else Qt.CheckState.Unchecked)
            self.held_out.addItem(item)
        self.held_out.blockSignals(False)
        self._show_counts()

    def _on_compares_toggled(self, compares: bool) -> None:
        self.held_out.setEnabled(compares)
        self._show_counts()

    def _chosen_held_out(self) -> tuple[str, ...]:
        if not self.compares.isChecked():
            return ()
        items = (self.held_out.item(row) for row in range(self.held_out.count()))
        return tuple(
            item.data(Qt.ItemDataRole.UserRole) for item in items if item.checkState() == Qt.CheckState.Checked
        )

    def _show_counts(self, _item: QListWidgetItem | None = None) -> None:
        held_out = self._chosen_held_out()
        total = self._material.total(held_out)
        subjects = len(self._material.subjects) - len(held_out)
        self._counts.setText(
            f"<b>{counted(total.events, 'event')}</b> in <b>{total.reviewed_s / 60:.1f} reviewed minutes</b>,<br>"
            f"{counted(total.videos, 'video')} of {counted(subjects, 'subject')}"
        )
        self._labels.show_counts(total.labels)
        new = self._material.new_labels(held_out, self._model_labels)
        names = ", ".join(f"{name} ({count})" for name, count in new.items())
        self._unknown.setText("\n".join(wrap(f"Labels that the model does not have: {names}", LINE_LETTERS // 2)))
        for part in (self._unknown, self.unknown_labels):
            part.setVisible(bool(new))
        # New labels have a row of their own.
        doubts = self._material.doubts(held_out)
        self._doubts.setText("\n".join(line for doubt in doubts for line in wrap(doubt, LINE_LETTERS)))
        self._doubts.setVisible(bool(doubts) and not self._material.obstacle(held_out, compares=self._compares))
        self._show_obstacle()

    @property
    def _compares(self) -> bool:
        return self.compares.isChecked()

    def _show_obstacle(self) -> None:
        obstacle = self._material.obstacle(self._chosen_held_out(), compares=self._compares)
        if not obstacle and not self.epochs.hasAcceptableInput():
            obstacle = f"Choose between 1 and {MOST_EPOCHS} epochs."
        self._obstacle.setText("\n".join(wrap(obstacle, LINE_LETTERS)))
        self._obstacle.setVisible(bool(obstacle))
        self.start_button.setEnabled(not obstacle)
        self.time.set_possible(not obstacle)
        self.recipe_button.setEnabled(not obstacle)
        self._show_time()

    # Time and recipe

    @property
    def _speeds_key(self) -> str:
        return f"{self._chosen_scope}/{self.device.currentData() or 'auto'}"

    def _show_time(self, *_: object) -> None:
        speeds = Speeds.from_json(self._session.settings.speeds.get(self._speeds_key, {}))
        if speeds is None or self._project is None or not self.epochs.hasAcceptableInput():
            self.time.show_known("")
            return
        held_out, epochs = self._chosen_held_out(), int(self.epochs.text())
        reviewed_s = self._material.total(held_out).reviewed_s
        work = work_of(self._project, self.tier.currentText(), held_out, reviewed_s, epochs)
        self.time.show_known(time_text(speeds, work, self._chosen_scope))

    def _measure_arguments(self) -> list[str]:
        assert self._project is not None
        # The choice may be another one when the measuring ends.
        self._measured_key = self._speeds_key
        return measure_arguments(Path(self._project.folder), self.options())

    def _on_measured(self, speeds: Speeds) -> None:
        kept, key = self._session.settings.speeds, self._measured_key
        kept[key] = speeds.merged(Speeds.from_json(kept.get(key, {}))).to_json()
        self._show_time()

    def _on_recipe_pressed(self) -> None:
        assert self._project is not None
        options = replace(self.options(), settings=())
        try:
            config = recipe_of(self._project, self._material, options)
        except FednError as error:
            self._session.messages.error(str(error))
            return
        dialog = RecipeDialog(config, self.settings, self)
        settings = dialog.ask()
        dialog.deleteLater()
        if settings is not None:
            self.settings = settings
            count = f" ({counted(len(settings), 'change')})" if settings else ""
            self.recipe_button.setText(f"Recipe…{count}")

    @property
    def _chosen_scope(self) -> str:
        return _SCOPES[max(0, self.scope.checkedId())][0]

    def _on_scope_chosen(self, _: int) -> None:
        # The full network takes far longer for an epoch, and needs fewer.
        preset = self._presets.checkedId() if self._presets.checkedId() >= 0 else 1
        self._on_preset_chosen(preset)

    def _on_preset_chosen(self, place: int) -> None:
        self.epochs.setText(str(PRESETS[self._chosen_scope][place]))

    def _on_epochs_typed(self, text: str) -> None:
        self._presets.setExclusive(False)
        for button in self._presets.buttons():
            button.setChecked(text == str(PRESETS[self._chosen_scope][self._presets.id(button)]))
        self._presets.setExclusive(True)
        self._show_obstacle()

    # Putting together

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        beside = QHBoxLayout()
        beside.setSpacing(28)
        beside.addLayout(self._material_column(), 1)
        beside.addLayout(self._held_out_column(), 1)
        column.addLayout(beside)
        unknown = QHBoxLayout()
        self.unknown_labels.setAccessibleName("Labels that the model does not have")
        unknown.addWidget(self._unknown, 1)
        unknown.addWidget(self.unknown_labels)
        column.addLayout(unknown)
        column.addWidget(captions.heading("How"))
        column.addLayout(self._scope_rows())
        column.addWidget(self.from_scratch)
        column.addLayout(self._epoch_row())
        column.addWidget(self.time)
        column.addWidget(self._doubts)
        column.addWidget(self._obstacle)
        self._doubts.setProperty("muted", True)
        self._obstacle.setStyleSheet(f"color: {theme.current().label_differs.name()};")
        self.start_button.setDefault(True)
        # The style makes the words of a default button bold after they have been measured.
        self.start_button.setMinimumWidth(self.start_button.sizeHint().width() + 24)
        column.addWidget(self._buttons)

    def _material_column(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(10)
        column.addWidget(captions.heading("What it learns from"))
        column.addLayout(self._truth_form())
        column.addWidget(self._counts)
        column.addWidget(self._labels)
        # Broken by hand: what wraps by itself is given too little height before the window is shown.
        unreviewed = "Time that nobody has reviewed is left out:\nno label there does not mean no expression."
        column.addWidget(captions.muted(unreviewed))
        column.addStretch(1)
        return column

    def _held_out_column(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(10)
        column.addWidget(captions.heading("Held out"))
        column.addWidget(self.compares)
        column.addWidget(
            captions.muted("The new model does not learn from these people;\nboth models are measured on them.")
        )
        self.held_out.setMinimumHeight(104)
        self.held_out.setAccessibleName("Held-out subjects")
        column.addWidget(self.held_out, 1)
        return column

    def _truth_form(self) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        self.tier.setAccessibleName("Tier that is the truth")
        self.tier.setMinimumWidth(180)
        form.addRow("Tier that is the truth", self.tier)
        if self._project is not None:
            form.addRow("Model it starts from", QLabel(model_name_of(self._project)))
        return form

    def _scope_rows(self) -> QVBoxLayout:
        rows = QVBoxLayout()
        rows.setSpacing(4)
        for place, (_, name, explanation) in enumerate(_SCOPES):
            button = QRadioButton(name)
            button.setChecked(place == 0)
            self.scope.addButton(button, place)
            row = QHBoxLayout()
            row.addWidget(button)
            row.addWidget(captions.muted(f"– {explanation}"), 1)
            rows.addLayout(row)
        return rows

    def _epoch_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        for place, name in enumerate(_PRESET_NAMES):
            button = QToolButton()
            button.setText(name)
            button.setCheckable(True)
            self._presets.addButton(button, place)
            row.addWidget(button)
        row.addSpacing(10)
        self.epochs.setValidator(QIntValidator(1, MOST_EPOCHS, self))
        self.epochs.setFixedWidth(64)
        self.epochs.setAccessibleName("Epochs")
        row.addWidget(self.epochs)
        row.addWidget(captions.muted("epochs"))
        row.addSpacing(14)
        row.addStretch(1)
        self.device.setAccessibleName("Device")
        row.addWidget(captions.muted("Device"))
        row.addWidget(self.device)
        row.addSpacing(10)
        self.recipe_button.setAutoDefault(False)
        self.recipe_button.setToolTip("Every setting of the training, as text")
        row.addWidget(self.recipe_button)
        return row


def _seen_by_model_in_use(project: Project | None) -> tuple[str, ...]:
    if project is None:
        return ()
    try:
        return people_seen(project, read_model_info(resolve_model(model_name_of(project), project.folder)))
    except ModelError:
        return ()


def _labels_in_use(project: Project | None) -> tuple[str, ...]:
    """Labels of the model that a retraining starts from, empty if it cannot be read: then the training says why."""
    try:
        folder = resolve_model(model_name_of(project), project.folder) if project else None
        return read_model_info(folder).labels if folder else ()
    except ModelError:
        return ()
