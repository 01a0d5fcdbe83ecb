"""The context menu of the videos selected in the list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from app.dialogs.subject_dialog import SubjectDialog
from app.document.edits import ChangeVideo, Edit, Group, MarkReviewed, RemoveVideo, UnmarkReviewed
from app.session import Session
from fedn.annotation.interval import Interval

_REMOVE, _KEEP = "Remove", "Keep"


class VideoMenu(QMenu):
    """Signals:
    detect_requested: the ids the menu was opened for.
    face_wanted: the id of the only one.
    """

    detect_requested = Signal(object)
    face_wanted = Signal(str)

    def __init__(self, session: Session, ids: tuple[str, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._ids = ids
        self.aboutToHide.connect(self.deleteLater)
        self.addAction("Detect", self._on_detect)
        if len(ids) == 1:
            self.addAction("Whose face…", lambda: self.face_wanted.emit(ids[0]))
        self.addSeparator()
        self.addAction("Mark as reviewed", self.mark_reviewed)
        self.addAction("Mark as not reviewed", self.unmark_reviewed)
        self.addAction("Change subject…", self._on_change_subject)
        self.addSeparator()
        self.addAction("Remove from project…", self.remove)

    def _on_detect(self) -> None:
        self.detect_requested.emit(self._ids)

    def mark_reviewed(self) -> None:
        self._do(self._whole(MarkReviewed), f"Mark {self._what()} reviewed")

    def unmark_reviewed(self) -> None:
        self._do(self._whole(UnmarkReviewed), f"Mark {self._what()} not reviewed")

    def change_subject(self, subject: str) -> None:
        project = self._session.project
        if project is not None:
            changes = [ChangeVideo(replace(project.videos[video_id], subject=subject)) for video_id in self._ids]
            self._do(changes, f"Change subject of {self._what()} to {subject}")

    def remove(self) -> None:
        project = self._session.project
        if project is None:
            return
        question = (
            f"Remove {self._what()} from the project, with all labels on it? The file stays where it is; "
            "undo brings everything back."
        )
        if self._session.messages.ask("Remove", question, (_REMOVE, _KEEP), _REMOVE) == _REMOVE:
            self._do([RemoveVideo(video_id) for video_id in self._ids], f"Remove {self._what()}")

    def _on_change_subject(self) -> None:
        project = self._session.project
        if project is None:
            return
        subject = SubjectDialog(
            self._what(), project.videos[self._ids[0]].subject, project.subjects(), self.parentWidget()
        ).ask()
        if subject is not None:
            self.change_subject(subject)

    def _whole(self, edit: type[MarkReviewed] | type[UnmarkReviewed]) -> list[Edit]:
        project = self._session.project
        if project is None:
            return []
        return [edit(video_id, Interval(0, project.videos[video_id].frame_count)) for video_id in self._ids]

    def _what(self) -> str:
        project = self._session.project
        if len(self._ids) == 1 and project is not None and self._ids[0] in project.videos:
            return project.videos[self._ids[0]].name
        return f"{len(self._ids)} videos"

    def _do(self, edits: Iterable[Edit], words: str) -> None:
        self._session.do(Group(tuple(edits), words))
