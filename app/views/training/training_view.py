"""A training while it runs: curves, time left, log, its three buttons, and the choice at the end."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.jobs.job_queue import JobQueue
from app.session import Session


class TrainingView(QWidget):
    """Shows the retraining that `jobs` runs, and the old and the new model side by side when it ends."""

    def __init__(self, session: Session, jobs: JobQueue) -> None:
        super().__init__()
        self._session = session
        self._jobs = jobs
