"""The slot of "Report…": asks, writes off the GUI thread, and shows what was written."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app.dialogs.report_dialog import ReportDialog, ReportOffer, WantedReport
from app.dialogs.wait_dialog import wait_for
from app.review.comparison import Comparison
from app.review.tier_key import tier_keys
from app.session import Session

if TYPE_CHECKING:
    from app.reports.study.report import WrittenReport

OPEN, LATER = "Open it", "Close"


class ReportActions(QObject):
    """Reports say what is on disk, which is every edit. What a blind coder must not see is left out."""

    def __init__(self, session: Session, comparison: Comparison, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._comparison, self._window = session, comparison, window

    def choose(self) -> None:
        project = self._session.project
        if project is None:
            return
        folder = Path(project.folder).absolute().parent / f"{Path(project.folder).stem}-report"
        dialog = ReportDialog(self.offer(), folder, self._window)
        wanted = dialog.ask()
        dialog.deleteLater()
        if wanted is not None:
            self.write(wanted)

    def write(self, wanted: WantedReport) -> None:
        project, messages = self._session.project, self._session.messages
        if project is None:
            return
        choices = wanted.choices
        seen = [video_id for video_id, _ in self._seen()]
        if not choices.video_ids and len(seen) < len(project.videos):
            if not seen:
                messages.error("You are coding all videos blind; mark one as done to have a report of it.")
                return
            left_out = len(project.videos) - len(seen)
            said = f"Left out because they are being coded blind: {left_out} of {len(project.videos)} videos."
            choices = replace(choices, video_ids=tuple(seen), remarks=(said,))
        # What draws figures is only loaded by those who want a report.
        from app.reports.study.report import write_report

        work = partial(write_report, project.folder, wanted.folder, choices)
        written = wait_for(work, "Writing the report", messages, self._window)
        if written is not None:
            self._show(written, wanted.folder)

    def _show(self, written: WrittenReport, folder: Path) -> None:
        said = f"{len(written.files)} files are in {folder}."
        if written.remarks:
            more = len(written.remarks) - 3
            said = "\n\n".join((said, *written.remarks[:3], *([f"{more} more remarks are in it."] if more > 0 else [])))
        self._session.messages.info(f"The report is written: {said.splitlines()[0]}")
        if self._session.messages.ask("The report is written", said, (OPEN, LATER), LATER) == OPEN:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(written.files[0].absolute())))

    def _seen(self) -> list[tuple[str, str]]:
        """Ids and names of the videos that may be reported on, the current one first."""
        project, current = self._session.project, self._session.current_video
        videos = list(project.videos.values()) if project else []
        videos.sort(key=lambda video: current is None or video.id != current.id)
        return [(one.id, f"{one.subject} · {one.name}") for one in videos if not self._session.blind.hides(one.id)]

    def offer(self) -> ReportOffer:
        project, compared, seen = self._session.project, self._comparison, self._seen()
        keys = tier_keys(project) if project else {}
        allowed = {video_id for video_id, _ in seen}
        tiers = [tier for tier in project.tiers.values() if tier.video_id in allowed] if project else []
        titles = tuple(dict.fromkeys(keys[tier.id].title for tier in tiers))
        first, second = ((key.title if key else "") for key in (compared.first, compared.second))
        return ReportOffer(tuple(seen), titles, first, second, compared.iou, compared.reviewed_only)
