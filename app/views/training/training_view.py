"""A training while it runs: curves, time left, log, its three buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.jobs.job_queue import JobQueue
from app.jobs.retrain_options import RetrainOptions
from app.session import Session
from app.views.training.curve_plot import CurvePlot
from app.views.training.progress import TrainingProgress
from fedn.progress import Record

_IDLE = "No training is running. Correct some labels, mark the time as reviewed, then choose Retrain…"
_VALIDATION = "Validation F1 (mAP dashed)"
_NO_VALIDATION = "Validation F1: too few subjects"
_NARROW_PX = 720
_CANCEL, _GO_ON = "Cancel the training", "Let it run"


class TrainingView(QWidget):
    """Shows the retraining that `jobs` runs; `app.views.models` shows what it brought."""

    def __init__(self, session: Session, jobs: JobQueue) -> None:
        super().__init__()
        self._session = session
        self._jobs = jobs
        self.progress = TrainingProgress()
        self.loss_plot = CurvePlot("Training loss")
        self.f1_plot = CurvePlot(_VALIDATION, top=1.0)
        self.log = QPlainTextEdit()
        self.pause_button = QPushButton("Pause")
        self.stop_button = QPushButton("Stop and keep the best")
        self.cancel_button = QPushButton("Cancel…")
        self._title = QLabel("Training")
        self._status = QLabel(_IDLE)
        self._facts = QLabel()
        self._bar = QProgressBar()
        self._lay_out()
        jobs.training_started.connect(self._on_started)
        jobs.training_record.connect(self._on_record)
        jobs.training_finished.connect(self._on_finished)
        self.pause_button.clicked.connect(self._on_pause_pressed)
        self.stop_button.clicked.connect(self._on_stop_pressed)
        self.cancel_button.clicked.connect(self._on_cancel_pressed)
        session.project_changed.connect(self._on_project_changed)
        self._show_running(False)

    @property
    def status_text(self) -> str:
        return self._status.text()

    @property
    def facts_text(self) -> str:
        return self._facts.text()

    # What the job says

    def _on_started(self, options: RetrainOptions) -> None:
        self.progress = TrainingProgress(epochs=options.epochs)
        self.log.clear()
        self._status.setText("Starting…")
        self._show_curves()
        self._show_running(True)

    def _on_record(self, record: Record) -> None:
        known = len(self.progress.log)
        self.progress.take(record)
        for line in self.progress.log[known:]:
            self.log.appendPlainText(line)
        if record.kind != "progress" or self._jobs.is_paused:
            return
        self._status.setText(self.progress.stage)
        self._facts.setText(self._facts_now())
        self._bar.setMaximum(self.progress.total)
        self._bar.setValue(self.progress.done)
        if "epoch" in record.data:
            self._show_curves()

    def _on_finished(self, ok: bool, sentence: str) -> None:
        self._show_running(False)
        self._facts.setText("")
        self._status.setText(sentence)
        if not ok and self._jobs.last_details:
            self.log.appendPlainText(self._jobs.last_details)
        if sentence not in self.progress.log[-1:]:
            self.log.appendPlainText(sentence)

    def _facts_now(self) -> str:
        progress = self.progress
        parts = [f"epoch {progress.epoch} of {progress.epochs}" if progress.epoch else ""]
        parts.append(f"best F1 {progress.best_f1:.3f}" if progress.best_f1 is not None else "")
        parts.append(progress.left_text)
        return " · ".join(part for part in parts if part)

    def _show_curves(self) -> None:
        self.loss_plot.show_points(self.progress.loss, epochs=self.progress.epochs)
        progress = self.progress
        self.f1_plot.show_points(progress.f1, epochs=progress.epochs, second=progress.map, mark_best=True)
        self.f1_plot.show_title(_NO_VALIDATION if progress.loss and not progress.f1 else _VALIDATION)

    def _show_running(self, is_running: bool) -> None:
        for button in (self.pause_button, self.stop_button, self.cancel_button, self._bar):
            button.setVisible(is_running)
        self.pause_button.setText("Pause")
        self.stop_button.setEnabled(True)
        self.cancel_button.setEnabled(True)
        self._bar.setMaximum(0)

    def _on_project_changed(self) -> None:
        if not self._jobs.is_training:
            self.progress = TrainingProgress()
            self.log.clear()
            self._show_curves()
            self._status.setText(_IDLE)
            self._facts.setText("")

    # What the user presses

    def _on_pause_pressed(self) -> None:
        if self._jobs.is_paused:
            self._jobs.resume_training()
            self._status.setText("Going on…")
        else:
            self._jobs.pause_training()
            self._status.setText("Paused")
        self.pause_button.setText("Resume" if self._jobs.is_paused else "Pause")

    def _on_stop_pressed(self) -> None:
        self._jobs.stop_training()
        self.stop_button.setEnabled(False)
        self.pause_button.setText("Pause")
        self._status.setText("Stopping; the best epoch so far is kept…")

    def _on_cancel_pressed(self) -> None:
        question = "Cancel the training? No new model is made; the run's folder stays, so that it can be resumed."
        if self._session.messages.ask("Cancel", question, (_CANCEL, _GO_ON), _CANCEL) == _CANCEL:
            self._jobs.cancel()
            self.cancel_button.setEnabled(False)
            self._status.setText("Cancelling…")

    # Putting together

    def _lay_out(self) -> None:
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title.setProperty("heading", True)
        self._facts.setProperty("muted", True)
        self._status.setWordWrap(True)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self.log.setReadOnly(True)
        self.log.setMinimumSize(200, 120)
        self.setMinimumWidth(350)
        self.log.setPlaceholderText("What the training says appears here.")
        self.log.setAccessibleName("Log of the training")
        words = QHBoxLayout()
        words.setSpacing(10)
        words.addWidget(self._title)
        words.addStretch(1)
        words.addWidget(self._facts)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for button in (self.pause_button, self.stop_button, self.cancel_button):
            buttons.addWidget(button)
        self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._top.setSpacing(10)
        self._top.addLayout(words, 1)
        self._top.addLayout(buttons)
        self._middle = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._middle.setSpacing(10)
        self._middle.addWidget(self.loss_plot, 3)
        self._middle.addWidget(self.f1_plot, 3)
        self._middle.addWidget(self.log, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(10)
        column.addLayout(self._top)
        column.addWidget(self._status)
        column.addWidget(self._bar)
        column.addLayout(self._middle, 1)
        # Stacked at first: what holds the panel asks for its least width before it has a size.
        self._arrange(is_narrow=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(is_narrow=event.size().width() < _NARROW_PX)

    def _arrange(self, *, is_narrow: bool) -> None:
        direction = QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight
        for layout in (self._top, self._middle):
            layout.setDirection(direction)
        # A stretch that fills a line when side by side would make a hole when stacked.
        self._top.setStretch(0, 0 if is_narrow else 1)
