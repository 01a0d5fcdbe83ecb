"""What the columns of somebody's own table are: the guess beside the first rows, to be corrected and confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from fedn.annotation.formats.column_mapping import ROLES, ColumnMapping, Unit
from fedn.errors import FednError

COLUMN_PX = 256
NOT_TAKEN = "not taken over"


class ColumnsDialog(QDialog):
    """`ask()` returns the confirmed mapping, or None when the user gives up."""

    def __init__(
        self,
        path: Path,
        guess: ColumnMapping,
        rows: Sequence[Sequence[str]],
        videos: Sequence[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.mapping = guess
        self.setWindowTitle("Columns of a table")
        self.resize(980, 600)
        self.roles: list[QComboBox] = []
        self.table = QTableWidget(1 + len(rows), len(guess.columns))
        self.unit, self.video = QComboBox(), QComboBox()
        self.offset_is_last = QCheckBox("The offset frame still belongs to the event")
        self.decimal_comma = QCheckBox("Numbers have a decimal comma (1,5 is one and a half)")
        self.kinds: dict[str, QComboBox] = {}
        self.problem, self._why = QLabel(), QLabel()
        buttons = QDialogButtonBox.StandardButton
        self._box = QDialogButtonBox(buttons.Ok | buttons.Cancel)
        self._box.button(buttons.Ok).setText("The columns are right")
        self._box.accepted.connect(self.accept)
        self._box.rejected.connect(self.reject)
        self._fill_table(rows)
        self._fill_choices(videos, _video_of(path, videos) if guess.place("video") is None else "")
        self._lay_out(path)
        self._check()

    def ask(self) -> ColumnMapping | None:
        return self.mapping.confirm() if self.exec() == QDialog.DialogCode.Accepted else None

    # What is shown

    def _fill_table(self, rows: Sequence[Sequence[str]]) -> None:
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName("First rows of the table")
        self.table.verticalHeader().hide()
        self.table.setHorizontalHeaderLabels(
            [column.header or f"column {place}" for place, column in enumerate(self.mapping.columns, start=1)]
        )
        self.table.horizontalHeader().setDefaultSectionSize(COLUMN_PX)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for place, column in enumerate(self.mapping.columns):
            combo = QComboBox()
            combo.addItem(NOT_TAKEN, "")
            for role, words in ROLES.items():
                combo.addItem(words, role)
            combo.setAccessibleName(f"What “{column.header or f'column {place + 1}'}” is")
            combo.activated.connect(lambda _row, at=place: self._on_role(at))
            self.roles.append(combo)
            self.table.setCellWidget(0, place, combo)
            for row, cells in enumerate(rows, start=1):
                item = QTableWidgetItem(cells[place] if place < len(cells) else "")
                item.setFlags(Qt.ItemFlag.ItemIsEnabled)
                self.table.setItem(row, place, item)
        self.table.resizeRowToContents(0)
        self._show_roles()

    def _show_roles(self) -> None:
        for combo, column in zip(self.roles, self.mapping.columns, strict=True):
            combo.setCurrentIndex(max(0, combo.findData(column.role)))
            sure = f" ({column.confidence:.0%} sure)" if column.role and column.confidence else ""
            combo.setToolTip(f"{column.explanation[:1].upper()}{column.explanation[1:]}{sure}")

    def _fill_choices(self, videos: Sequence[str], likely: str) -> None:
        for unit in Unit:
            self.unit.addItem(str(unit), unit)
        self.unit.setCurrentIndex(self.unit.findData(self.mapping.unit))
        self.unit.setAccessibleName("What the numbers count")
        sure = f" ({self.mapping.unit_confidence:.0%} sure)" if self.mapping.unit_confidence else ""
        self._why.setText(f"Guessed because {self.mapping.unit_explanation}{sure}." if sure else "")
        self.video.addItem("as the column of videos says", "")
        for name in videos:
            self.video.addItem(name, name)
        self.video.setCurrentIndex(max(0, self.video.findData(self.mapping.video or likely)))
        self.video.setAccessibleName("Video of all rows")
        self.offset_is_last.setChecked(self.mapping.offset_is_last)
        self.decimal_comma.setChecked(self.mapping.decimal_comma)
        self.unit.activated.connect(self._check)
        self.video.activated.connect(self._check)
        self.offset_is_last.toggled.connect(self._check)
        self.decimal_comma.toggled.connect(self._check)
        for word, kind in self.mapping.kinds:
            combo = self.kinds[word] = QComboBox()
            combo.addItems(["micro", "macro"])
            combo.setCurrentText(kind)
            combo.setAccessibleName(f"What “{word}” means")
            combo.activated.connect(self._check)

    def _lay_out(self, path: Path) -> None:
        about = QLabel(
            f"{path.name} is a table of no known format. Say what its columns are: the first row shows what they seem "
            "to be. It is kept for the next table with the same columns."
        )
        about.setWordWrap(True)
        for label in (about, self._why):
            label.setProperty("muted", True)
        self._why.setWordWrap(True)
        self.problem.setWordWrap(True)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.addRow("Its numbers count", self.unit)
        if self._why.text():
            form.addRow("", self._why)
        form.addRow("All rows are of the video", self.video)
        for word, combo in self.kinds.items():
            form.addRow(f"The word “{word}” means", combo)
        form.addRow("", self.offset_is_last)
        form.addRow("", self.decimal_comma)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(about)
        column.addWidget(self.table, 1)
        column.addLayout(form)
        column.addWidget(self.problem)
        column.addWidget(self._box)

    # What the user says

    def _on_role(self, place: int) -> None:
        self.mapping = self.mapping.with_role(place, self.roles[place].currentData())
        self._show_roles()
        self._check()

    def _check(self) -> None:
        """Takes over what is chosen, and says what is still missing."""
        self.mapping = replace(
            self.mapping,
            unit=Unit(self.unit.currentData()),
            video=self.video.currentData(),
            offset_is_last=self.offset_is_last.isChecked(),
            decimal_comma=self.decimal_comma.isChecked(),
            kinds=tuple((word, combo.currentText()) for word, combo in self.kinds.items()),
            confirmed=False,
        )
        self.offset_is_last.setEnabled(self.mapping.unit.is_frames)
        problem = ""
        try:
            self.mapping.confirm()
        except FednError as error:
            problem = str(error)
        self.problem.setText(f"{problem[:1].upper()}{problem[1:]}." if problem else "")
        self.problem.setVisible(bool(problem))
        self._box.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not problem)


def _video_of(table: Path, videos: Sequence[str]) -> str:
    """The video whose name the table's begins with, the longest of several; "" if there is none."""
    return max((name for name in videos if table.stem.startswith(Path(name).stem)), key=len, default="")
