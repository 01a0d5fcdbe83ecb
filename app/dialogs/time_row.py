"""How long the training will take: what is known from before, and a button that measures it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from app.jobs.process_job import Outcome, ProcessJob
from app.jobs.training_time import Speeds
from fedn.progress import Record

UNKNOWN = "Not measured on this computer yet; measuring takes about a minute."


class TimeRow(QWidget):
    """Measures in a child process, which can be cancelled and ends with the dialog.

    Args:
        arguments: the child's command line for what the dialog says now.

    Signals:
        measured: the Speeds.
    """

    measured = Signal(object)

    def __init__(self, arguments: Callable[[], Sequence[str]]) -> None:
        super().__init__()
        self._arguments = arguments
        self._job: ProcessJob | None = None
        self._known = UNKNOWN
        self._speeds: Speeds | None = None
        self.text, self.button = QLabel(UNKNOWN), QPushButton("Measure")
        self.text.setWordWrap(True)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        # Two lines from the beginning, so that the dialog does not jump.
        self.text.setMinimumHeight(2 * self.text.fontMetrics().lineSpacing() + 4)
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._on_pressed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.text, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)

    @property
    def is_measuring(self) -> bool:
        return self._job is not None

    def show_known(self, text: str) -> None:
        """What is known without measuring, "" for nothing."""
        self._known = text or UNKNOWN
        if self._job is None:
            self.text.setText(self._known)

    def set_possible(self, is_possible: bool) -> None:
        self.button.setEnabled(is_possible or self.is_measuring)

    def stop(self) -> None:
        """Ends the child at once: for the end of the dialog."""
        if self._job is not None:
            self._job.end_now()

    def _on_pressed(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self.text.setText("Stopping…")
            return
        job = self._job = ProcessJob(self._arguments(), what="The measurement", parent=self)
        job.record.connect(self._on_record)
        job.finished.connect(self._on_finished)
        self._speeds = None
        self.button.setText("Stop measuring")
        self.text.setText("Measuring…")
        job.start()

    def _on_record(self, record: Record) -> None:
        if record.kind == "progress" and record.text and self._job is not None and not self._job.was_cancelled:
            share = f" {100 * record.done // record.total} %" if record.total else "…"
            self.text.setText(f"{record.text}{share}")
        elif record.kind == "result":
            self._speeds = Speeds.from_json(record.data)

    def _on_finished(self, ok: bool, sentence: str) -> None:
        job, self._job = self._job, None
        self.button.setText("Measure")
        self.text.setText(self._known)
        if ok and self._speeds is not None:
            self.button.setText("Measure again")
            self.measured.emit(self._speeds)
        elif job is not None and job.outcome is Outcome.FAILED:
            self.text.setText(sentence[:1].upper() + sentence[1:])
