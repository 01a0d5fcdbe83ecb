"""What an import would do, to look at and to change, before anything in the project changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGridLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.remark_list import RemarkList
from app.document.import_plan import IfExists, ImportChoices, ImportedTier
from app.document.preview_import import Preview
from app.document.read_files import ReadChoices, ReadFile
from app.spin_box import padded
from fedn.annotation.formats.known_formats import READABLE, known_format
from fedn.annotation.formats.missing_offset import MissingOffset
from fedn.annotation.tier import Source
from fedn.counted import counted

COLUMNS = ("Video", "Subject", "Tier", "From", "Who", "What happens", "Events", "Already there")
_IF_EXISTS = (
    (IfExists.ADD, "gets another tier beside it"),
    (IfExists.MERGE, "gets the events that it lacks"),
    (IfExists.REPLACE, "has its events replaced"),
)
_HOW = {"new": "a new tier", "merged": "added to the tier", "replaced": "in place of what is there"}
_MISSING_OFFSET = (
    (MissingOffset.APEX_PLUS_20, "20 frames after the apex"),
    (MissingOffset.APEX, "at the apex"),
    (MissingOffset.MIRROR, "as long after the apex as the onset is before it"),
    (MissingOffset.DROP, "nowhere: they are left out"),
)


@dataclass(frozen=True, slots=True)
class ImportWishes:
    """How files are read and where their events go."""

    reading: ReadChoices
    choices: ImportChoices


PreviewFor = Callable[[ImportWishes], tuple[Preview, ReadChoices] | None]


class ImportDialog(QDialog):
    """`ask()` returns the preview that the user wants to be done, None if none.

    Args:
        preview_for: reads and plans again when something else is chosen, and says how it was read, since columns may
            have been named on the way; None if that fails, which is told then.
        name_columns: asks again what the columns of a table are; None if nothing changed.
    """

    def __init__(
        self,
        preview: Preview,
        wishes: ImportWishes,
        videos: Sequence[str],
        preview_for: PreviewFor,
        name_columns: Callable[[ReadFile, ReadChoices], ReadChoices | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._preview, self._wishes = preview, wishes
        self._preview_for, self._name_columns = preview_for, name_columns
        self.setWindowTitle("Import events")
        self.resize(960, 640)
        self.files, self.summary = QLabel(), QLabel()
        self.tiers, self.remarks = QTableWidget(0, len(COLUMNS)), RemarkList()
        self.video, self.source, self.if_exists, self.format = QComboBox(), QComboBox(), QComboBox(), QComboBox()
        self.missing_offset, self.tier, self.who = QComboBox(), QLineEdit(), QLineEdit()
        self.frame_step, self.presence = padded(QSpinBox()), padded(QSpinBox())
        self.reviewed = QCheckBox("Videos that get an expert's labels count as reviewed from end to end")
        self.columns = QPushButton("What the columns are…")
        self._box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._import = self._box.addButton("Import", QDialogButtonBox.ButtonRole.AcceptRole)
        self._form = QFormLayout()
        self._fill_choices(videos)
        self._set_up_tiers()
        self._lay_out()
        self._connect()
        self._show()

    def ask(self) -> Preview | None:
        return self._preview if self.exec() == QDialog.DialogCode.Accepted else None

    # What is shown

    def _show(self) -> None:
        preview = self._preview
        pairs = zip(preview.read, preview.titles, strict=True)
        shown = ", ".join(f"{file.path.name} ({title})" for file, title in pairs)
        self.files.setText(shown if len(preview.read) < 6 else f"{len(preview.read)} files: {shown}")
        self.files.setToolTip("\n".join(str(file.path) for file in preview.read))
        tiers, remarks = preview.plan.tiers, preview.plan.remarks
        self.summary.setText(_summary(preview))
        self.tiers.setRowCount(len(tiers))
        for row, tier in enumerate(tiers):
            for column, text in enumerate(_cells(tier)):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                self.tiers.setItem(row, column, item)
        self.remarks.show_remarks(remarks)
        self.remarks.setVisible(bool(remarks))
        self._import.setEnabled(bool(tiers) or any(file.recording is not None for file in preview.read))
        self.columns.setVisible(any(file.mapping is not None for file in preview.read))
        options = {option for title in preview.titles for option in _options(title)}
        for name, widget in (
            ("missing_offset", self.missing_offset),
            ("frame_step", self.frame_step),
            ("presence_frames", self.presence),
        ):
            self._form.setRowVisible(widget, name in options)

    def _set_up_tiers(self) -> None:
        self.tiers.setHorizontalHeaderLabels(list(COLUMNS))
        self.tiers.setAccessibleName("Where the events go")
        self.tiers.verticalHeader().hide()
        self.tiers.setShowGrid(False)
        self.tiers.setTabKeyNavigation(False)
        self.tiers.setMinimumHeight(110)
        self.tiers.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        header = self.tiers.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column in range(len(COLUMNS)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def _fill_choices(self, videos: Sequence[str]) -> None:
        _fill(self.format, [("", "recognized by its content")], "Format")
        for name in READABLE:
            self.format.addItem(known_format(name).title, name)
        _fill(self.video, [("", "as the files say"), *((name, name) for name in videos)], "Video")
        sources = [(source, str(source)) for source in Source]
        _fill(self.source, [("", "as the files say"), *sources], "Where the labels come from")
        _fill(self.if_exists, _IF_EXISTS, "A tier that is there already")
        _fill(self.missing_offset, _MISSING_OFFSET, "Expressions without an offset end")
        for line, name, hint in (
            (self.tier, "Tier", "as the files say"),
            (self.who, "Who made the labels", "as the files say"),
        ):
            line.setPlaceholderText(hint)
            line.setAccessibleName(name)
        for spin, name, lowest, highest, suffix in (
            (self.frame_step, "Frames to one of the file", 1, 100, ""),
            (self.presence, "Events of action units of at least", 0, 1000, " frames"),
        ):
            spin.setRange(lowest, highest)
            spin.setSuffix(suffix)
            spin.setAccessibleName(name)
            spin.setKeyboardTracking(False)
        self.presence.setSpecialValueText("no events")
        self.reviewed.setChecked(True)

    def _lay_out(self) -> None:
        self.files.setWordWrap(True)
        self.files.setProperty("heading", True)
        self.summary.setWordWrap(True)
        self.summary.setProperty("muted", True)
        form = self._form
        form.setHorizontalSpacing(14)
        for text, widget in (
            ("Expressions without an offset end", self.missing_offset),
            ("Frames to one of the file", self.frame_step),
            ("Events of action units of at least", self.presence),
        ):
            form.addRow(text, widget)
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        pairs = (
            ("Format", self.format), ("Video", self.video), ("Tier", self.tier), ("Who made them", self.who),
            ("Where they come from", self.source), ("A tier that is there already", self.if_exists),
        )  # fmt: skip
        for place, (text, widget) in enumerate(pairs):
            label = QLabel(text)
            label.setBuddy(widget)
            grid.addWidget(label, place // 2, 2 * (place % 2))
            grid.addWidget(widget, place // 2, 2 * (place % 2) + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.setChildrenCollapsible(False)
        halves.addWidget(self.tiers)
        halves.addWidget(self.remarks)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.files)
        column.addLayout(grid)
        column.addLayout(form)
        column.addWidget(self.reviewed)
        column.addWidget(self.columns, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.summary)
        column.addWidget(halves, 1)
        column.addWidget(self._box)
        # Enter in a field plans again; it must not import what nobody has seen yet.
        for button in (self.columns, *self._box.buttons()):
            if isinstance(button, QPushButton):
                button.setAutoDefault(False)

    # What the user chooses

    def _connect(self) -> None:
        for combo in (self.format, self.video, self.source, self.if_exists, self.missing_offset):
            combo.activated.connect(self._again)
        for line in (self.tier, self.who):
            line.editingFinished.connect(self._again)
        for spin in (self.frame_step, self.presence):
            spin.valueChanged.connect(self._again)
        self.reviewed.toggled.connect(self._again)
        self.columns.clicked.connect(self._on_columns)
        self._box.accepted.connect(self.accept)
        self._box.rejected.connect(self.reject)

    def _wanted(self) -> ImportWishes:
        known = self.format.currentData()
        video, tier, who = self.video.currentData(), self.tier.text().strip(), self.who.text().strip()
        reading = replace(
            self._wishes.reading,
            known=known_format(known) if known else None,
            video=video,
            tier=tier,
            missing_offset=MissingOffset(self.missing_offset.currentData()),
            frame_step=self.frame_step.value(),
            presence_frames=self.presence.value(),
        )
        source, if_exists = self.source.currentData(), IfExists(self.if_exists.currentData())
        choices = ImportChoices(
            video, tier, Source(source) if source else None, who or None, if_exists, self.reviewed.isChecked()
        )
        return ImportWishes(reading, choices)

    def _again(self, *_: object) -> None:
        self._try(self._wanted())

    def _try(self, wishes: ImportWishes) -> None:
        """Shows what another choice would do; if it cannot be done, nothing can be imported until it is changed."""
        if wishes == self._wishes:
            return
        self._wishes = wishes
        found = self._preview_for(wishes)
        if found is None:
            self._import.setEnabled(False)
            self.summary.setText("This cannot be read so; choose something else.")
            return
        self._preview, reading = found
        self._wishes = replace(wishes, reading=reading)
        self._show()

    def _on_columns(self) -> None:
        reading = self._wishes.reading
        for file in self._preview.read:
            if file.mapping is not None:
                changed = self._name_columns(file, reading)
                if changed is None:
                    return
                reading = changed
        self._try(replace(self._wishes, reading=reading))


def _fill(combo: QComboBox, options: Sequence[tuple[object, str]], name: str) -> None:
    for value, text in options:
        combo.addItem(text, value)
    combo.setAccessibleName(name)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(18)


def _options(title: str) -> tuple[str, ...]:
    return next((known_format(name).options for name in READABLE if known_format(name).title == title), ())


def _cells(tier: ImportedTier) -> tuple[str, ...]:
    how = _HOW[tier.how] + (f" ({tier.removed} events)" if tier.removed else "")
    doubles = str(tier.doubles) if tier.doubles else ""
    source = str(tier.source)
    return tier.video, tier.subject, tier.tier, source, tier.who, how, str(tier.events), doubles


def _summary(preview: Preview) -> str:
    plan = preview.plan
    videos = len({(tier.video, tier.subject) for tier in plan.tiers})
    parts = [f"{counted(plan.event_count, 'event')} for {counted(videos, 'video')}"]
    if plan.reviewed:
        parts.append(f"reviewed then: {len(plan.reviewed)}")
    recordings = sum(file.recording is not None for file in preview.read)
    if recordings:
        parts.append(f"recordings of OpenFace that are kept: {recordings}")
    parts.append(f"remarks: {len(plan.remarks)}" if plan.remarks else "nothing to remark")
    if not plan.tiers and not recordings:
        parts.append("the project has none of these videos; add them first, or say which video is meant")
    return " · ".join(parts)
