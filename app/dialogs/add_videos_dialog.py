"""Which videos are added, and whom each shows: training and evaluation are over subjects, so a guess is shown first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.jobs.add_videos import NewVideo

_VIDEO, _SUBJECT, _FPS = range(3)


class AddVideosDialog(QDialog):
    """`AddVideosDialog(videos, parent).ask()` returns the videos to add, or None when the user cancels."""

    def __init__(self, videos: Sequence[NewVideo], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._videos = tuple(videos)
        self._has_images = any(video.image_fps is not None for video in videos)
        self.setWindowTitle("Add videos")
        self.resize(620, 420)
        explanation = QLabel(
            "Each video belongs to the person it shows. The subjects below are guessed from the folders; "
            "change them here. The files stay where they are."
        )
        explanation.setWordWrap(True)
        explanation.setProperty("muted", True)
        self.table = QTableWidget(len(self._videos), 3 if self._has_images else 2)
        self._fill_table()
        count = len(self._videos)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        add = buttons.addButton(f"Add {count} videos" if count != 1 else "Add video", buttons.ButtonRole.AcceptRole)
        add.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(explanation)
        column.addWidget(self.table, 1)
        column.addWidget(buttons)

    def ask(self) -> list[NewVideo] | None:
        return self.chosen() if self.exec() == QDialog.DialogCode.Accepted else None

    def chosen(self) -> list[NewVideo]:
        """The ticked videos with their subjects as they stand in the table."""
        videos: list[NewVideo] = []
        for row, video in enumerate(self._videos):
            if self._text(row, _VIDEO) and self._item(row, _VIDEO).checkState() == Qt.CheckState.Checked:
                fps = video.image_fps if video.image_fps is None else self._fps(row, video.image_fps)
                videos.append(replace(video, subject=self._text(row, _SUBJECT).strip(), image_fps=fps))
        return videos

    def _fill_table(self) -> None:
        self.table.setHorizontalHeaderLabels(["Video", "Subject", "Frames per second"][: self.table.columnCount()])
        self.table.setAccessibleName("Videos to add")
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.horizontalHeader().setSectionResizeMode(_VIDEO, QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.setColumnWidth(_SUBJECT, 150)
        self.table.setColumnWidth(_FPS, 136)
        for row, video in enumerate(self._videos):
            name = QTableWidgetItem(video.path.name)
            name.setToolTip(str(video.path))
            name.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable)
            name.setCheckState(Qt.CheckState.Checked)
            self.table.setItem(row, _VIDEO, name)
            self.table.setItem(row, _SUBJECT, QTableWidgetItem(video.subject))
            if self._has_images:
                fps = QTableWidgetItem("" if video.image_fps is None else f"{video.image_fps:g}")
                if video.image_fps is None:
                    fps.setFlags(Qt.ItemFlag.NoItemFlags)
                self.table.setItem(row, _FPS, fps)

    def _item(self, row: int, column: int) -> QTableWidgetItem:
        item = self.table.item(row, column)
        assert item is not None
        return item

    def _text(self, row: int, column: int) -> str:
        return self._item(row, column).text()

    def _fps(self, row: int, otherwise: float) -> float:
        try:
            fps = float(self._text(row, _FPS).replace(",", "."))
        except ValueError:
            return otherwise
        return fps if 0 < fps < 10_000 else otherwise
