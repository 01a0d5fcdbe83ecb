"""A training while it runs: curves, time left, log, its three buttons."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.details_dialog import DetailsDialog
from app.jobs.trainings import Trainings
from app.session import Session
from app.views.training.curve_plot import CurvePlot
from app.views.training.progress import TrainingProgress
from app.views.training.runs_button import RunsButton
from app.views.training.training_log import TrainingLog
from fedn.progress import Record

_IDLE = "No training is running. Correct some labels, mark the time as reviewed, then choose Retrain…"
_VALIDATION = "Validation F1 (mAP dashed)"
_NO_VALIDATION = "Validation F1: too few subjects"
_NARROW_PX = 720
REFRESH_MS = 100
_ASKED = {
    "pause": "Pausing after this step…",
    "resume": "Going on…",
    "stop": "Stopping; the best epoch so far is kept…",
    "cancel": "Cancelling…",
}


class TrainingView(QWidget):
    """Shows the retraining that `trainings` follows; `app.views.models` shows what it brought."""

    def __init__(self, session: Session, trainings: Trainings) -> None:
        super().__init__()
        self._session = session
        self._trainings = trainings
        self.progress = TrainingProgress()
        self.loss_plot = CurvePlot("Training loss")
        self.f1_plot = CurvePlot(_VALIDATION, top=1.0)
        self.log = TrainingLog()
        self.pause_button = QPushButton("Pause")
        self.stop_button = QPushButton("Stop and keep the best")
        self.cancel_button = QPushButton("Cancel…")
        self.resume_button = QPushButton("Resume the training")
        self.details_button = QPushButton("Show details…")
        self.runs_button = RunsButton(trainings)
        self._title = QLabel("Training")
        self._status = QLabel(_IDLE)
        self._facts = QLabel()
        self._bar = QProgressBar()
        self._asked = ""
        self._logged = 0
        self._drawn: object = None
        # However fast records come, the panel is painted ten times a second at most.
        self._refreshing = QTimer(self)
        self._refreshing.setSingleShot(True)
        self._refreshing.setInterval(REFRESH_MS)
        self._refreshing.timeout.connect(self._refresh)
        self._lay_out()
        trainings.training_started.connect(self._on_started)
        trainings.training_record.connect(self._on_record)
        trainings.training_finished.connect(self._on_finished)
        self.pause_button.clicked.connect(self._on_pause_pressed)
        self.stop_button.clicked.connect(self._on_stop_pressed)
        self.cancel_button.clicked.connect(self._on_cancel_pressed)
        self.resume_button.clicked.connect(trainings.resume_run)
        self.details_button.clicked.connect(self._on_details_pressed)
        session.project_changed.connect(self._on_project_changed)
        self._show_buttons()

    @property
    def status_text(self) -> str:
        return self._status.text()

    @property
    def facts_text(self) -> str:
        return self._facts.text()

    # What the training says

    def _on_started(self, _run: Path) -> None:
        self._clear("Starting…")

    def _on_record(self, record: Record) -> None:
        self.progress.take(record)
        if not self._refreshing.isActive():
            self._refreshing.start()

    def _on_finished(self, _ok: bool, sentence: str) -> None:
        self._asked = ""
        self.progress.say(sentence)
        self._refreshing.stop()
        self._refresh()
        self._status.setText(sentence)

    def _refresh(self) -> None:
        progress = self.progress
        self.log.add_lines(progress.log[max(0, self._logged - progress.forgotten) :])
        self._logged = progress.forgotten + len(progress.log)
        is_paused, was_paused = self._trainings.is_paused, self.pause_button.text() == "Resume"
        if self._asked in ("pause", "resume") and is_paused == (self._asked == "pause"):
            self._asked = ""
        if is_paused != was_paused and not self._asked:
            self.pause_button.setText("Resume" if is_paused else "Pause")
        self._status.setText(_ASKED.get(self._asked) or ("Paused" if is_paused else progress.stage))
        left = progress.left_text if self._trainings.is_training else ""
        self._facts.setText(" · ".join(text for text in (progress.facts, left) if text))
        self._bar.setMaximum(progress.total)
        self._bar.setValue(progress.done)
        self._show_curves()
        self._show_buttons()

    def _show_curves(self) -> None:
        drawn = (self.progress.epochs, tuple(self.progress.loss[-1:]), tuple(self.progress.f1[-1:]))
        if drawn == self._drawn:
            return
        self._drawn = drawn
        self.loss_plot.show_points(self.progress.loss, epochs=self.progress.epochs)
        progress = self.progress
        self.f1_plot.show_points(progress.f1, epochs=progress.epochs, second=progress.map, mark_best=True)
        self.f1_plot.show_title(_NO_VALIDATION if progress.loss and not progress.f1 else _VALIDATION)

    def _show_buttons(self) -> None:
        is_training = self._trainings.is_training
        for button in (self.pause_button, self.stop_button, self.cancel_button, self._bar):
            button.setVisible(is_training)
        self.pause_button.setEnabled(self._trainings.is_learning and self._asked in ("", "pause"))
        self.stop_button.setEnabled(self._trainings.is_learning and self._asked not in ("stop", "cancel"))
        self.cancel_button.setEnabled(not self._trainings.is_cancelling)
        self.resume_button.setVisible(self._trainings.can_resume)
        self.details_button.setVisible(self._trainings.can_resume and bool(self._trainings.details))
        self._facts.setVisible(bool(self._facts.text()))

    def _clear(self, status: str) -> None:
        self._refreshing.stop()
        self.progress, self._logged, self._asked = TrainingProgress(), 0, ""
        self.log.clear()
        self.pause_button.setText("Pause")
        self._facts.setText("")
        self._status.setText(status)
        self._bar.setMaximum(0)
        self._show_curves()
        self._show_buttons()

    def _on_project_changed(self) -> None:
        if self._trainings.run_folder is None:
            self._clear(_IDLE)

    # What the user presses

    def _ask(self, word: str) -> None:
        self._asked = word
        self._status.setText(_ASKED[word])
        self._show_buttons()

    def _on_pause_pressed(self) -> None:
        if self._trainings.is_paused or self._asked == "pause":
            self._trainings.go_on()
            self._ask("resume")
            self.pause_button.setText("Pause")
        else:
            self._trainings.pause()
            self._ask("pause")
            self.pause_button.setText("Resume")

    def _on_stop_pressed(self) -> None:
        self._trainings.stop()
        self._ask("stop")

    def _on_cancel_pressed(self) -> None:
        self._trainings.ask_to_cancel()
        if self._trainings.is_cancelling:
            self._ask("cancel")

    def _on_details_pressed(self) -> None:
        dialog = DetailsDialog("Details of the training", self.status_text, self._trainings.details, self)
        dialog.exec()
        dialog.deleteLater()

    # Putting together

    def _lay_out(self) -> None:
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title.setProperty("heading", True)
        self._facts.setProperty("muted", True)
        self._status.setWordWrap(True)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._facts.setWordWrap(True)
        self.setMinimumWidth(350)
        words = QHBoxLayout()
        words.setSpacing(10)
        words.addWidget(self._title)
        words.addWidget(self.runs_button)
        words.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for button in (
            self.pause_button,
            self.stop_button,
            self.cancel_button,
            self.resume_button,
            self.details_button,
        ):
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
        column.addWidget(self._facts)
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
