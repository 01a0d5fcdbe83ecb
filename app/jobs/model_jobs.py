"""Comparing and taking in models: child processes that load torch, one at a time."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.jobs.process_job import MAIN, Outcome, ProcessJob
from app.session import Session
from fedn.annotation.project import Project
from fedn.progress import Record


class ModelJobs(QObject):
    """Signals:
    started: what runs now, in words.
    progressed: done, total (0 while unknown) and what is being done.
    compared: names of the old and the new model, whose comparison is now in the project.
    imported: the result record's data.
    ended: nothing runs any more; the user has been told if it failed.
    """

    started = Signal(str)
    progressed = Signal(int, int, str)
    compared = Signal(str, str)
    imported = Signal(object)
    ended = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: ProcessJob | None = None
        self._project: Project | None = None
        self._waiting: list[Path] = []
        session.project_changed.connect(self._on_project_changed)

    @property
    def is_running(self) -> bool:
        return self._job is not None

    def compare(self, old: str, new: str, tier: str = "") -> None:
        """Compares two models on the people that neither has learned from."""
        if self._is_free():
            truth = ["--tier", tier] if tier else []
            self._start(["compare", *truth], [old, new], "The comparison", f"Comparing {old} and {new}")

    def take_in(self, given: Path) -> None:
        """Imports a model out of a folder or a .zip, after what runs now."""
        if self._session.project is None or not self._session.may_edit():
            return
        if self._job is not None:
            self._waiting.append(given)
            return
        self._start(["import"], [str(given)], "The import", f"Looking at {given.name}")

    def cancel(self) -> None:
        self._waiting.clear()
        if self._job is not None:
            self._job.cancel()

    def shut_down(self, grace_ms: int = 2000) -> None:
        """Called before the window closes."""
        self._waiting.clear()
        job = self._job
        if job is not None:
            job.cancel()
            if not job.wait(grace_ms):
                job.end_now()

    def _is_free(self) -> bool:
        if self._session.project is None:
            return False
        if self._job is not None:
            self._session.messages.warn("Another model is being looked at; wait for it, or cancel it first.")
        return self._job is None

    def _start(self, options: list[str], given: list[str], what: str, said: str) -> None:
        project = self._session.project
        assert project is not None
        self._project = project
        # The two dashes: a name may begin with one.
        words = [str(MAIN), "models", *options, "--records", "--", str(Path(project.folder)), *given]
        self._job = ProcessJob(words, what=what, parent=self)
        self._job.record.connect(self._on_record)
        self._job.finished.connect(self._on_finished)
        self.started.emit(said)
        self._job.start()

    def _on_record(self, record: Record) -> None:
        if self._session.project is not self._project:
            return
        if record.kind == "progress":
            self.progressed.emit(record.done, record.total, record.text)
        elif record.kind == "warning":
            self._session.messages.warn(record.text)
        elif record.kind == "result" and "verdict" in record.data:
            self.compared.emit(str(record.data["old"]), str(record.data["new"]))
        elif record.kind == "result":
            self.imported.emit(record.data)

    def _on_finished(self, _ok: bool, sentence: str) -> None:
        job, self._job = self._job, None
        if job is None:
            return
        if job.outcome is Outcome.FAILED:
            self._session.messages.error(sentence)
        job.deleteLater()
        self.ended.emit()
        if self._waiting:
            self.take_in(self._waiting.pop(0))

    def _on_project_changed(self) -> None:
        if self._session.project is not self._project:
            self.cancel()
