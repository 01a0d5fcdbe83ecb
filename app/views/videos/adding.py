"""Brings new files into the project: asks whom they show, scans them in a thread, adds each as it is known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.dialogs.add_videos_dialog import AddVideosDialog
from app.document.edits import AddVideo
from app.jobs.add_videos import AddingEnded, NewVideo, add_videos_job, find_videos
from app.jobs.thread_job import ThreadJob
from app.session import Session, new_gesture
from fedn.annotation.project import Project
from fedn.annotation.video import Video

_MOST_TOLD = 5


class Adding(QObject):
    """One scan at a time; a second drop waits for nothing and is told to.

    Signals:
        progressed: done, total and one sentence; done == total when nothing runs.
    """

    progressed = Signal(int, int, str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: ThreadJob | None = None
        self._project: Project | None = None
        self._gesture = 0
        self._first_id = ""

    @property
    def is_running(self) -> bool:
        return self._job is not None

    def ask_and_add(self, paths: Sequence[Path], parent: QWidget) -> None:
        """Shows the dialog with what was found in `paths`, then adds what the user wants."""
        if self._session.project is None:
            self._session.messages.error("No project is open; open or create one first.")
            return
        if not self._session.may_edit():
            return
        try:
            found = find_videos(paths)
        except OSError as error:
            self._session.messages.error(f"{error.filename or paths[0]} cannot be read: {error.strerror}.")
            return
        if not found:
            self._session.messages.warn("There is no video in what was chosen.")
            return
        chosen = AddVideosDialog(found, parent).ask()
        if chosen:
            self.add(chosen)

    def add(self, videos: Sequence[NewVideo]) -> None:
        """Scan and add, as one undo step."""
        project = self._session.project
        if project is None:
            return
        if self._job is not None:
            self._session.messages.warn("Videos are still being read; add more when they are done.")
            return
        self._project, self._gesture, self._first_id = project, new_gesture(), ""
        self._job = add_videos_job(videos, Path(project.folder))
        self._job.delivered.connect(self._on_video)
        self._job.progressed.connect(self.progressed)
        self._job.ended.connect(self._on_ended)
        self._job.failed.connect(self._on_failed)
        self._job.start()

    def stop(self) -> None:
        if self._job is not None:
            self._job.stop()

    def _on_video(self, video: Video) -> None:
        # The user may have opened another project meanwhile.
        if self._session.project is not self._project:
            self.stop()
        elif self._session.do(AddVideo(video), self._gesture) and not self._first_id:
            self._first_id = video.id
            if self._session.current_video is None:
                self._session.select_video(video.id)

    def _on_ended(self, ended: AddingEnded) -> None:
        self._finish()
        for problem in ended.problems[:_MOST_TOLD]:
            self._session.messages.warn(problem)
        if len(ended.problems) > _MOST_TOLD:
            self._session.messages.warn(f"{len(ended.problems) - _MOST_TOLD} more files could not be added.")

    def _on_failed(self, sentence: str) -> None:
        self._finish()
        self._session.messages.error(sentence)

    def _finish(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.wait()
            job.deleteLater()
        self.progressed.emit(0, 0, "")
