"""The rows of the detection panel: one for each video in the queue."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.jobs.detection_entry import Entry
from app.jobs.detections import Detections

Index = QModelIndex | QPersistentModelIndex
ENTRY_ROLE = Qt.ItemDataRole.UserRole


class DetectionListModel(QAbstractListModel):
    """The entries of the queue, in its order."""

    def __init__(self, detections: Detections, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._detections = detections
        self._entries: list[Entry] = []
        detections.entries_changed.connect(self._on_entries_changed)
        detections.entry_changed.connect(self._on_entry_changed)
        self._on_entries_changed()

    def row_of(self, entry: Entry | None) -> int:
        """-1 when it is not there."""
        return self._entries.index(entry) if entry in self._entries else -1

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._entries):
            return None
        entry = self._entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{entry.name}, {entry.facts}"
        if role == Qt.ItemDataRole.ToolTipRole:
            lines = (str(entry.path), f"Model: {entry.model}", entry.sentence)
            return "\n".join(line for line in lines if line)
        return None

    def _on_entries_changed(self) -> None:
        self.beginResetModel()
        self._entries = list(self._detections.entries)
        self.endResetModel()

    def _on_entry_changed(self, entry: Entry) -> None:
        row = self.row_of(entry)
        if row >= 0:
            self.dataChanged.emit(self.index(row), self.index(row))
