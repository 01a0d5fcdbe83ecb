"""The trainings of the window: one child process at a time."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.jobs.process_job import Outcome, ProcessJob
from app.jobs.retrain_options import RetrainOptions
from app.jobs.retraining import new_run_folder, retrain_arguments
from app.session import Session
from fedn.annotation.project import Project
from fedn.progress import Record

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Running:
    plan: RetrainOptions
    job: ProcessJob
    run_folder: Path | None = None
    is_paused: bool = False


class JobQueue(QObject):
    """Owns the child process that trains.

    Signals:
        status_changed: one line for the status bar ("Training · epoch 3 of 20"), "" when idle.
        progress_changed: done and total of the running job, total 0 when unknown; (0, 0) when idle.
        running_changed: whether a job runs or waits.
        training_started: the RetrainOptions of the run.
        training_record: one fedn.progress.Record of the running retraining.
        training_finished: ended well, one sentence.
        details_available: one sentence and what a failed child wrote on stderr, for "Show details".
    """

    status_changed = Signal(str)
    progress_changed = Signal(int, int)
    running_changed = Signal(bool)
    training_started = Signal(object)
    training_record = Signal(object)
    training_finished = Signal(bool, str)
    details_available = Signal(str, str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._project: Project | None = None
        self._waiting: deque[RetrainOptions] = deque()
        self._running: _Running | None = None
        self._was_running = False
        self.last_details = ""
        session.project_changed.connect(self._on_project_changed)

    @property
    def is_running(self) -> bool:
        """Whether a job runs or waits."""
        return self._running is not None or bool(self._waiting)

    @property
    def is_training(self) -> bool:
        return self._running is not None

    @property
    def is_paused(self) -> bool:
        return self._running is not None and self._running.is_paused

    @property
    def run_folder(self) -> Path | None:
        """Of the running retraining."""
        return self._running.run_folder if self._running else None

    @property
    def running_pid(self) -> int:
        """Process id of the running child, 0 for none."""
        return self._running.job.pid if self._running else 0

    def retrain(self, options: RetrainOptions) -> None:
        """Start a retraining in a new run folder, after what runs now."""
        if self._session.project is None:
            self._session.messages.error("No project is open; open or create one first.")
        elif not self._session.may_edit():
            return
        elif self.is_running:
            self._session.messages.warn("A training is already running; stop or cancel it first.")
        else:
            self._enqueue(options)

    def pause_training(self) -> None:
        self._tell_training("pause", paused=True)

    def resume_training(self) -> None:
        self._tell_training("resume", paused=False)

    def stop_training(self) -> None:
        """Stop and keep the best."""
        # A paused training does not look at its epochs.
        if self.is_paused:
            self.resume_training()
        self._tell_training("stop", paused=False)

    def cancel(self) -> None:
        """Cancel what runs and forget what waits."""
        self._waiting.clear()
        if self._running is not None:
            self._running.job.cancel()
            self.status_changed.emit("Cancelling…")
        self._tell_running()

    def shut_down(self, grace_ms: int = 3000) -> None:
        """Called before the window closes: ends every child, at the latest after the grace time."""
        self._waiting.clear()
        running = self._running
        if running is not None:
            running.job.cancel()
            if not running.job.wait(grace_ms):
                running.job.end_now()

    # Inside

    def _enqueue(self, plan: RetrainOptions) -> None:
        self._waiting.append(plan)
        self._start_next()

    def _start_next(self) -> None:
        project = self._session.project
        if self._running is None and self._waiting and project is not None:
            self._project = project
            self._start_training(self._waiting.popleft(), Path(project.folder))
        self._tell_running()

    def _start_training(self, options: RetrainOptions, folder: Path) -> None:
        out = new_run_folder(folder)
        job = ProcessJob(retrain_arguments(folder, options, out), what="The training", parent=self)
        job.record.connect(self._on_training_record)
        self.training_started.emit(options)
        self._run(_Running(options, job, out), "Training")

    def _run(self, running: _Running, status: str) -> None:
        self._running = running
        running.job.finished.connect(self._on_finished)
        self.status_changed.emit(status)
        self.progress_changed.emit(0, 0)
        running.job.start()

    def _on_training_record(self, record: Record) -> None:
        self.training_record.emit(record)
        if record.kind == "progress" and not self.is_paused:
            self.status_changed.emit(f"Training · {record.text}" if record.text else "Training")
            self.progress_changed.emit(record.done, record.total)

    def _tell_training(self, line: str, *, paused: bool) -> None:
        if self._running is not None and self.is_training:
            self._running.job.send(line)
            self._running.is_paused = paused
            if paused:
                self.status_changed.emit("Training · paused")

    def _on_finished(self, ok: bool, sentence: str) -> None:
        running, self._running = self._running, None
        if running is None:
            return
        self.last_details = running.job.details if running.job.outcome is Outcome.FAILED else ""
        if running.job.outcome is Outcome.FAILED:
            self._session.messages.error(sentence)
            logger.error("%s\n%s", sentence, self.last_details)
            self.details_available.emit(sentence, self.last_details)
        self.training_finished.emit(ok, sentence)
        running.job.deleteLater()
        self.status_changed.emit("")
        self.progress_changed.emit(0, 0)
        self._start_next()

    def _on_project_changed(self) -> None:
        if self.is_running and self._session.project is not self._project:
            self.cancel()

    def _tell_running(self) -> None:
        if self.is_running != self._was_running:
            self._was_running = self.is_running
            self.running_changed.emit(self._was_running)
