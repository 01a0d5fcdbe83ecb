"""Which events go into files of which format; what a format cannot hold is named before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.remark_list import RemarkList
from app.document.export_files import ExportChoices, Exported
from fedn.annotation.formats.known_formats import WRITABLE, Holds, known_format
from fedn.annotation.project import Project
from fedn.counted import counted

_VALUE = Qt.ItemDataRole.UserRole
_HOLDS = {Holds.VIDEO: "a file for each video", Holds.VIDEOS: "any videos", Holds.STUDY: "one file for the study"}
TryOut = Callable[[ExportChoices], Exported | None]


@dataclass(frozen=True, slots=True)
class WantedExport:
    folder: Path
    choices: ExportChoices


class ExportDialog(QDialog):
    """`ask()` returns what is to be written where, None when the user gives up.

    Args:
        try_out: what would be written, without writing it into the folder; None if that fails, which is told then.
    """

    def __init__(self, project: Project, folder: Path, try_out: TryOut, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._project, self._try_out = project, try_out
        self.setWindowTitle("Export events")
        self.resize(900, 640)
        self.formats, self.videos, self.tier = QListWidget(), QListWidget(), QComboBox()
        self.together = QCheckBox("One file for all videos, where the format can hold them")
        self.update_files = QCheckBox("ELAN files that are there keep whatever else they hold")
        self.folder = QLineEdit(str(folder))
        self.look = QPushButton("See what the files do not hold")
        self.said, self.remarks = QLabel(), RemarkList()
        self._box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._write = self._box.addButton("Write the files", QDialogButtonBox.ButtonRole.AcceptRole)
        self._fill()
        self._lay_out()
        self.look.clicked.connect(self.try_out)
        self._box.accepted.connect(self._on_write)
        self._box.rejected.connect(self.reject)
        for listed in (self.formats, self.videos):
            listed.itemChanged.connect(self._on_changed)
        self.tier.activated.connect(self._on_changed)
        self.together.toggled.connect(self._on_changed)
        self._on_changed()

    def ask(self) -> WantedExport | None:
        if self.exec() != QDialog.DialogCode.Accepted:
            return None
        return WantedExport(Path(self.folder.text().strip()), self.choices())

    def choices(self) -> ExportChoices:
        """As they stand in the dialog."""
        chosen = _checked(self.videos)
        every = len(chosen) == self.videos.count()
        return ExportChoices(
            tuple(known_format(name) for name in _checked(self.formats)),
            tier=self.tier.currentData(),
            together=self.together.isChecked(),
            update=self.update_files.isChecked(),
            video_ids=() if every else tuple(chosen),
        )

    def try_out(self) -> bool:
        """Shows what the files will not hold; False if that failed, and was told."""
        exported = self._try_out(self.choices())
        if exported is None:
            return False
        self._tried = self.choices()
        self.remarks.show_remarks(exported.remarks)
        files = counted(len(exported.files), "file")
        lost = "This is what they do not hold:" if exported.remarks else "They hold everything."
        self.said.setText(f"{files} would be written. {lost}")
        return True

    def _fill(self) -> None:
        for name in WRITABLE:
            known = known_format(name)
            _add(
                self.formats, f"{known.title[:1].upper()}{known.title[1:]} — {_HOLDS[known.holds]}", name, name == "csv"
            )
        for video in self._project.videos.values():
            _add(self.videos, f"{video.subject}/{video.name}" if video.subject else video.name, video.id, True)
        tiers = dict.fromkeys(tier.name for tier in self._project.tiers.values())
        self.tier.addItem("all", "")
        for name in tiers:
            self.tier.addItem(name, name)
        for widget, name in (
            (self.formats, "Formats"), (self.videos, "Videos"), (self.tier, "Tiers"), (self.folder, "Folder"),
        ):  # fmt: skip
            widget.setAccessibleName(name)
        for listed in (self.formats, self.videos):
            listed.setMinimumHeight(120)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        for place, (text, widget) in enumerate((("Formats", self.formats), ("Videos", self.videos))):
            label = QLabel(text)
            label.setProperty("heading", True)
            label.setBuddy(widget)
            grid.addWidget(label, 0, place)
            grid.addWidget(widget, 1, place)
        row, into = QHBoxLayout(), QHBoxLayout()
        tiers, folder, choose = QLabel("Tiers"), QLabel("Into the folder"), QPushButton("Choose…")
        tiers.setBuddy(self.tier)
        folder.setBuddy(self.folder)
        choose.clicked.connect(self._choose_folder)
        self.tier.setMinimumWidth(180)
        for widget in (tiers, self.tier, self.together):
            row.addWidget(widget)
        row.addStretch(1)
        for widget in (folder, self.folder, choose):
            into.addWidget(widget)
        self.said.setWordWrap(True)
        self.said.setProperty("muted", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addLayout(grid, 2)
        column.addLayout(row)
        column.addWidget(self.update_files)
        column.addLayout(into)
        column.addWidget(self.look, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.said)
        column.addWidget(self.remarks, 1)
        column.addWidget(self._box)
        for button in (choose, self.look):
            button.setAutoDefault(False)
        self._write.setDefault(True)

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder for the files", self.folder.text())
        if folder:
            self.folder.setText(folder)

    def _on_changed(self, *_: object) -> None:
        self._tried: ExportChoices | None = None
        self.remarks.clear()
        ready = bool(_checked(self.formats)) and bool(_checked(self.videos))
        self._write.setEnabled(ready)
        self.look.setEnabled(ready)
        self.said.setText("" if ready else "Choose at least one format and one video.")

    def _on_write(self) -> None:
        """What is lost is shown first; a second press writes."""
        if self._tried != self.choices():
            if not self.try_out():
                return
            if self.remarks.topLevelItemCount():
                self.said.setText(f"{self.said.text()} Press “Write the files” again to write them so.")
                return
        self.accept()


def _add(listed: QListWidget, text: str, value: str, checked: bool) -> None:
    item = QListWidgetItem(text)
    item.setData(_VALUE, value)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable)
    item.setCheckState(Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)
    listed.addItem(item)


def _checked(listed: QListWidget) -> Sequence[str]:
    items = (listed.item(row) for row in range(listed.count()))
    return [item.data(_VALUE) for item in items if item.checkState() == Qt.CheckState.Checked]
