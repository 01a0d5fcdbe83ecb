"""What the user does to a project as a whole: make, open, close."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget

from app.jobs.job_queue import JobQueue
from app.session import Session

PROJECT_SUFFIX = ".fedn"


class ProjectActions(QObject):
    """The slots of the menu "Project"."""

    def __init__(self, session: Session, jobs: JobQueue, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._jobs, self._window = session, jobs, window

    def new(self) -> None:
        """Asks for a name and a place."""
        name, accepted = QInputDialog.getText(self._window, "New project", "Name of the project:")
        if not accepted or not name.strip():
            return
        parent = QFileDialog.getExistingDirectory(self._window, "Folder to put the project into")
        if parent and self.may_leave():
            self._session.create_project(Path(parent) / f"{name.strip()}{PROJECT_SUFFIX}", name.strip())

    def choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._window, "Open a project (a folder that ends in .fedn)")
        if folder:
            self.open(Path(folder))

    def open(self, folder: Path) -> None:
        if self.may_leave():
            self._session.open_project(folder)

    def close(self) -> None:
        if self.may_leave():
            self._session.close_project()

    def may_leave(self) -> bool:
        """Whether running jobs, if any, may be cancelled; cancels them then."""
        if not self._jobs.is_running:
            return True
        leave, stay = "Cancel it and go on", "Keep it running"
        question = "A detection or training is running. What it has not finished yet would be lost."
        if self._session.messages.ask("A job is running", question, (leave, stay), stay) != leave:
            return False
        self._jobs.cancel()
        return True
