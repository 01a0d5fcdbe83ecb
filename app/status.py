"""The status bar: video and frame, what runs, what was written last."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStatusBar, QWidget

from app.jobs.job_queue import JobQueue
from app.session import Session


class StatusLine(QStatusBar):
    """Three texts: left where one is, middle the running job, right what was saved last."""

    def __init__(self, session: Session, jobs: JobQueue) -> None:
        super().__init__()
        self._session = session
        self._last_saved = ""
        self.setSizeGripEnabled(False)
        self.where, self.job, self.saved = QLabel(), QLabel(), QLabel()
        self.job.setObjectName("jobStatus")
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(8, 0, 8, 0)
        for label, alignment in (
            (self.where, Qt.AlignmentFlag.AlignLeft),
            (self.job, Qt.AlignmentFlag.AlignHCenter),
            (self.saved, Qt.AlignmentFlag.AlignRight),
        ):
            label.setAlignment(alignment | Qt.AlignmentFlag.AlignVCenter)
            label.setMinimumWidth(10)
            row.addWidget(label, 1)
        self.addWidget(holder, 1)
        session.project_changed.connect(self._on_project_changed)
        session.video_changed.connect(self._show_where)
        session.index_changed.connect(self._show_where)
        session.playhead_changed.connect(self._show_where)
        session.saved.connect(self._on_saved)
        jobs.status_changed.connect(self.job.setText)

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
