"""Keeps the agreement up to date: at once for little, in a thread for much, begun anew when something changes."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from app.jobs.thread_job import ThreadJob
from app.review.agreement_report import AgreementReport, agreement_report
from app.review.comparison import Comparison
from app.session import Session
from fedn.annotation.agreement.coding import CodedVideo

AT_ONCE = 600
"""Events and, in thousands, frames up to which the numbers take less than a repaint may wait."""
QUIET_MS = 120
PAINTED_FIRST_MS = 30
"""The edit and the queue are seen before the numbers."""


class _StoppedError(Exception):
    pass


class Measuring(QObject):
    """Measures while somebody looks.

    Signals:
        measured: an AgreementReport, or None if there are no two tiers to compare.
        begun: the numbers that are shown are of before; new ones are on their way.
    """

    measured = Signal(object)
    begun = Signal()

    def __init__(self, session: Session, comparison: Comparison, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._comparison = session, comparison
        self._job: ThreadJob | None = None
        self._is_on = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._measure)
        comparison.changed.connect(self.refresh)
        session.project_changed.connect(self.refresh)
        session.blind.changed.connect(self.refresh)
        session.events_changed.connect(self._on_events_changed)
        session.reviewed_changed.connect(self._on_reviewed_changed)

    @property
    def is_running(self) -> bool:
        return self._job is not None or self._timer.isActive()

    def set_on(self, on: bool) -> None:
        self._is_on = on
        if on:
            self.refresh()
        else:
            self._stop()

    def refresh(self, *_: object) -> None:
        """Everything anew, once the present event has been dealt with."""
        if self._is_on:
            self._stop()
            self._timer.start(QUIET_MS if self._comparison.whole_project else PAINTED_FIRST_MS)

    def shut_down(self) -> None:
        self._is_on = False
        job = self._job
        self._stop()
        if job is not None:
            job.wait()

    def _stop(self) -> None:
        self._timer.stop()
        if self._job is not None:
            # Its result is no longer wanted; it ends at the next video.
            self._job.requestInterruption()
            self._job = None

    def _on_events_changed(self, video_id: str, tier_id: str, _event_ids: object) -> None:
        if self._is_on and video_id in self._comparison.video_ids() and self._comparison.concerns(tier_id):
            self.refresh()

    def _on_reviewed_changed(self, _video_id: str) -> None:
        if self._comparison.reviewed_only:
            self.refresh()

    def _measure(self) -> None:
        compared = self._comparison
        first, second, asked = compared.first, compared.second, compared.video_ids()
        coded = [video for video in map(compared.coded, asked) if video is not None]
        if first is None or second is None or not coded:
            self.measured.emit(None)
            return
        iou, reviewed_only = compared.iou, compared.reviewed_only

        def work(job: ThreadJob | None = None) -> AgreementReport:
            def check() -> None:
                if job is not None and job.stop_requested:
                    raise _StoppedError

            return agreement_report(
                coded,
                first,
                second,
                asked_count=len(asked),
                iou=iou,
                reviewed_only=reviewed_only,
                check=check,
                pairings_of=compared.pairings_of,
            )

        if _size(coded) <= AT_ONCE:
            self.measured.emit(work())
        else:
            self._start(work)

    def _start(self, work: object) -> None:
        def quietly(job: ThreadJob) -> AgreementReport | None:
            try:
                return work(job)  # type: ignore[operator]
            except _StoppedError:
                return None

        job = self._job = ThreadJob(quietly, self)
        job.ended.connect(lambda report: self._on_ended(job, report))
        job.finished.connect(job.deleteLater)
        self.begun.emit()
        job.start()

    def _on_ended(self, job: ThreadJob, report: AgreementReport | None) -> None:
        if job is self._job and report is not None:
            self._job = None
            self.measured.emit(report)


def _size(coded: list[CodedVideo]) -> int:
    """Events, and frames in thousands."""
    return sum(len(video.first) + len(video.second) + video.judged_frames // 1000 for video in coded)
