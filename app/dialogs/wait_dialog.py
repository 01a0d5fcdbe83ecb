"""Work that the user waits for: off the GUI thread, with progress and a way to cancel where it takes longer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QProgressBar, QVBoxLayout, QWidget

from app.jobs.job_reporter import JobReporter
from app.jobs.thread_job import ThreadJob
from app.messages import Messages
from fedn.progress import Cancelled, Reporter

SHOWN_AFTER_MS = 400
Result = TypeVar("Result")


def wait_for(
    work: Callable[[Reporter], Result],
    title: str,
    messages: Messages,
    parent: QWidget | None = None,
    *,
    can_cancel: bool = True,
) -> Result | None:
    """What `work` returns; None if the user cancelled it or it failed, which is told then.

    `work` runs in a thread and must not touch widgets. Nothing can be clicked meanwhile but Cancel.

    Args:
        can_cancel: whether there is a Cancel: half an undo would be neither the one state nor the other.
    """
    outcome: list[Result | None] = []
    problems: list[str] = []
    job = ThreadJob(lambda running: _uncancelled(work, running))
    job.ended.connect(outcome.append)
    job.failed.connect(problems.append)
    dialog = _WaitDialog(title, job, parent, can_cancel=can_cancel)
    loop = QEventLoop()
    job.finished.connect(loop.quit)
    job.finished.connect(dialog.accept)
    QTimer.singleShot(SHOWN_AFTER_MS, loop, loop.quit)
    job.start()
    loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    if not outcome and not problems:
        dialog.exec()
    job.wait()
    dialog.deleteLater()
    if problems:
        messages.error(problems[0])
    return outcome[0] if outcome else None


def _uncancelled(work: Callable[[Reporter], Result], job: ThreadJob) -> Result | None:
    try:
        return work(JobReporter(job))
    except Cancelled:
        return None


class _WaitDialog(QDialog):
    """Closes only when the work is over."""

    def __init__(self, title: str, job: ThreadJob, parent: QWidget | None, *, can_cancel: bool) -> None:
        super().__init__(parent)
        self._job, self._can_cancel = job, can_cancel
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.ApplicationModal)
        self.setMinimumWidth(420)
        self._text, self._bar = QLabel(title), QProgressBar()
        self._text.setWordWrap(True)
        self._bar.setRange(0, 0)
        self._bar.setAccessibleName("Progress")
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        box.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self._text)
        column.addWidget(self._bar)
        column.addWidget(box)
        box.setVisible(can_cancel)
        job.progressed.connect(self._on_progress)

    def reject(self) -> None:
        if self._can_cancel:
            self._job.requestInterruption()
            self._text.setText("Stopping…")
        if self._job.isFinished():
            super().reject()

    def _on_progress(self, done: int, total: int, text: str) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        if text and not self._job.stop_requested:
            self._text.setText(f"{text[:1].upper()}{text[1:]}" + (f": {done:,} of {total:,}" if total else ""))
