"""The jobs of the window: detections wait for one another, a retraining runs beside nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from app.jobs.retrain_options import RetrainOptions
from app.session import Session


class JobQueue(QObject):
    """Owns the child processes and brings their results into the project.

    Signals:
        status_changed: one line for the status bar ("Detecting 3 of 16 · 104 frames/s · 6 min left"), "" when idle.
        progress_changed: done and total of the running job, total 0 when unknown; (0, 0) when idle.
        running_changed: whether a job runs or waits.
        curves_changed: id of the video whose score curves are new on disk.
        training_started: the RetrainOptions of the run.
        training_record: one fedn.progress.Record of the running retraining.
        training_finished: ended well, one sentence.
    """

    status_changed = Signal(str)
    progress_changed = Signal(int, int)
    running_changed = Signal(bool)
    curves_changed = Signal(str)
    training_started = Signal(object)
    training_record = Signal(object)
    training_finished = Signal(bool, str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session

    @property
    def is_running(self) -> bool:
        """Whether a job runs or waits."""
        return False

    def detect(self, video_ids: Iterable[str]) -> None:
        """Detect in these videos with the model in use, one after the other."""

    def retrain(self, options: RetrainOptions) -> None:
        """Start a retraining in a new run folder."""

    def pause_training(self) -> None: ...

    def resume_training(self) -> None: ...

    def stop_training(self) -> None:
        """Stop and keep the best."""

    def cancel(self) -> None:
        """Cancel what runs and forget what waits."""

    def shut_down(self) -> None:
        """Called before the window closes: ends every child, at the latest after the grace time."""
