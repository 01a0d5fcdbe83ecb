"""The review queue as Qt's list sees it."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.review.items import Item
from app.review.review import Review, words_of
from app.session import Session
from fedn.annotation.event import Event

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class Role(IntEnum):
    ITEM = Qt.ItemDataRole.UserRole
    DETAIL = Qt.ItemDataRole.UserRole + 1


class QueueModel(QAbstractListModel):
    """A row for each item of the queue; brought up to date by `refresh`."""

    def __init__(self, session: Session, review: Review, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._review = session, review
        self._items: list[Item] = []

    def refresh(self) -> None:
        self.beginResetModel()
        self._items = list(self._review.queue)
        self.endResetModel()

    def item(self, row: int) -> Item | None:
        return self._items[row] if 0 <= row < len(self._items) else None

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        item = self.item(index.row())
        if item is None:
            return None
        if role == Role.ITEM:
            return item
        if role == Qt.ItemDataRole.DisplayRole:
            return self.title(item)
        if role == Role.DETAIL:
            return self.detail(item)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return f"{self.title(item)}: {self.detail(item)}"
        return None

    def title(self, item: Item) -> str:
        compared = self._review.comparison
        first, second = (key.short if key else "" for key in (compared.first, compared.second))
        return words_of(item.kind, of_people=compared.is_of_people, first=first, second=second)

    def detail(self, item: Item) -> str:
        """Which frames, and what each of the two says: "652 – 771 · FEDN happiness 0.88, Expert others"."""
        compared, project = self._review.comparison, self._session.project
        said = [
            f"{key.short} {said_by(event)}"
            for key, event in ((compared.second, item.second), (compared.first, item.first))
            if key and event
        ]
        where = f"{item.event.onset} – {item.event.offset}"
        if compared.whole_project and project is not None and item.video_id in project.videos:
            where = f"{project.videos[item.video_id].stem} · {where}"
        return f"{where} · {', '.join(said)}"


def said_by(event: Event) -> str:
    """ "happiness 0.88"."""
    score = "" if event.score is None else f" {event.score:.2f}"
    return f"{event.label or 'no label'}{score}"
