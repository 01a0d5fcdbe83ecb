"""The status bar: video and frame, what runs, what was written last."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStatusBar, QToolButton, QWidget

from app.jobs.detections import Detections
from app.jobs.trainings import Trainings
from app.session import Session


class StatusLine(QStatusBar):
    """Three texts: left where one is, middle the running jobs, right what was saved last.

    Signals:
        jobs_wanted: the text of the jobs was clicked.
    """

    jobs_wanted = Signal()

    def __init__(self, session: Session, detections: Detections, trainings: Trainings) -> None:
        super().__init__()
        self._detecting, self._training = "", ""
        self._session = session
        self._last_saved = ""
        self.setSizeGripEnabled(False)
        self.where, self.job, self.saved = QLabel(), QToolButton(), QLabel()
        self.job.setObjectName("jobStatus")
        self.job.setAccessibleName("What is running")
        self.job.setToolTip("Show what is being detected")
        self.job.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.job.clicked.connect(self.jobs_wanted)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(8, 0, 8, 0)
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        for label, alignment in ((self.where, left), (self.saved, right)):
            label.setAlignment(alignment | Qt.AlignmentFlag.AlignVCenter)
            label.setMinimumWidth(10)
        row.addWidget(self.where, 1)
        row.addWidget(self.job, 0, Qt.AlignmentFlag.AlignCenter)
        row.addWidget(self.saved, 1)
        self.addWidget(holder, 1)
        session.project_changed.connect(self._on_project_changed)
        session.video_changed.connect(self._show_where)
        session.index_changed.connect(self._show_where)
        session.playhead_changed.connect(self._show_where)
        session.saved.connect(self._on_saved)
        detections.status_changed.connect(self._on_detecting)
        trainings.status_changed.connect(self._on_training)
        self._show_jobs()

    def _on_project_changed(self) -> None:
        self._on_saved("")
        self._show_where()

    def _show_where(self, *_: object) -> None:
        video, index = self._session.current_video, self._session.frame_index
        if video is None:
            self.where.setText("")
            return
        rate = f"{index.fps:.6g} fps" if index else f"{video.fps:.6g} fps"
        rate += "" if index is None or index.is_constant else ", varying"
        self.where.setText(f"{video.name} · frame {self._session.playhead:,} · {rate}")

    def _on_detecting(self, text: str) -> None:
        self._detecting = text
        self._show_jobs()

    def _on_training(self, text: str) -> None:
        self._training = text
        self._show_jobs()

    def _show_jobs(self) -> None:
        text = "   |   ".join(part for part in (self._detecting, self._training) if part)
        room = max(80, self.width() // 2 - 24)
        self.job.setText(QFontMetrics(self.job.font()).elidedText(text, Qt.TextElideMode.ElideRight, room))
        self.job.setVisible(bool(text))

    def _on_saved(self, text: str) -> None:
        self._last_saved = text
        self._show_saved()

    def _show_saved(self) -> None:
        room = max(80, self.width() // 3 - 24)
        metrics = QFontMetrics(self.saved.font())
        self.saved.setText(metrics.elidedText(self._last_saved, Qt.TextElideMode.ElideRight, room))
        self.saved.setToolTip(self._last_saved)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_saved()
