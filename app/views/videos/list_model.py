"""The rows of the video list: a heading for each subject, then the subject's videos."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.session import Session
from app.views.videos.state import Summary, summarize
from fedn.annotation.project import Project
from fedn.annotation.video import Video

Index = QModelIndex | QPersistentModelIndex


class Role(IntEnum):
    ROW = Qt.ItemDataRole.UserRole
    VIDEO_ID = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class VideoRow:
    video: Video
    summary: Summary

    @property
    def title(self) -> str:
        return self.video.stem.replace("_", " ")


Row = Heading | VideoRow


class VideoListModel(QAbstractListModel):
    """Videos of the session's project that fit the filter."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._filter: tuple[str, ...] = ()
        self._summaries: dict[str, Summary] = {}
        self._rows: list[Row] = []
        session.project_changed.connect(self.rebuild)
        session.videos_changed.connect(self.rebuild)
        session.tiers_changed.connect(self._on_video_touched)
        session.events_changed.connect(self._on_video_touched)
        session.reviewed_changed.connect(self._on_video_touched)
        session.blind.changed.connect(self.rebuild)
        self.rebuild()

    def set_filter(self, text: str) -> None:
        """Every word must occur in the subject, the name, the state or a label."""
        self._filter = tuple(text.casefold().split())
        self._fill()

    def rebuild(self) -> None:
        self._summaries.clear()
        self._fill()

    @property
    def is_filtered(self) -> bool:
        return bool(self._filter)

    def row_of(self, video_id: str) -> int:
        """-1 when the filter hides it."""
        for place, row in enumerate(self._rows):
            if isinstance(row, VideoRow) and row.video.id == video_id:
                return place
        return -1

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()] if 0 <= index.row() < len(self._rows) else None
        if row is None:
            return None
        if role == Role.ROW:
            return row
        if isinstance(row, Heading):
            return row.text if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) else None
        if role == Role.VIDEO_ID:
            return row.video.id
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{row.video.path}\n{row.video.frame_count:,} frames · {row.video.fps:g} fps\n{row.summary.counts}"
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{row.title}, {row.summary.state}"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if 0 <= index.row() < len(self._rows) and isinstance(self._rows[index.row()], VideoRow):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.NoItemFlags

    def _on_video_touched(self, video_id: str, *_: object) -> None:
        project, place = self._session.project, self.row_of(video_id)
        self._summaries.pop(video_id, None)
        if project is None or place < 0:
            return
        self._rows[place] = VideoRow(project.videos[video_id], self._summary(project, video_id))
        index = self.index(place)
        self.dataChanged.emit(index, index)

    def _summary(self, project: Project, video_id: str) -> Summary:
        if video_id not in self._summaries:
            self._summaries[video_id] = summarize(project, video_id, self._session.blind.sees)
        return self._summaries[video_id]

    def _fill(self) -> None:
        self.beginResetModel()
        project = self._session.project
        self._rows = self._fitting_rows(project) if project else []
        self.endResetModel()

    def _fitting_rows(self, project: Project) -> list[Row]:
        order = {subject: place for place, subject in enumerate(project.subjects())}
        fitting = [
            VideoRow(video, summary)
            for video in project.videos.values()
            if self._fits(video, summary := self._summary(project, video.id))
        ]
        fitting.sort(key=lambda row: order.get(row.video.subject, 0))
        rows: list[Row] = []
        for subject, group in groupby(fitting, key=lambda row: row.video.subject):
            videos = list(group)
            rows += [Heading(f"Subject {subject}" if subject else "No subject", len(videos)), *videos]
        return rows

    def _fits(self, video: Video, summary: Summary) -> bool:
        where = " ".join((video.subject, f"subject {video.subject}", video.name, summary.state, *summary.labels))
        return all(word in where.casefold() for word in self._filter)
