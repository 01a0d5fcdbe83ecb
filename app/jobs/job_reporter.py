"""What Qt-free work says while it runs in a thread of the window's process."""

from __future__ import annotations

from app.jobs.thread_job import ThreadJob
from fedn.progress import Record, Reporter


class JobReporter(Reporter):
    """Passes progress on to a job, and its wish to stop back. Warnings are kept in `warnings`."""

    def __init__(self, job: ThreadJob) -> None:
        self._job = job
        self.warnings: list[str] = []
        super().__init__()

    @property
    def stop_requested(self) -> bool:
        return self._job.stop_requested

    @stop_requested.setter
    def stop_requested(self, wanted: bool) -> None:
        if wanted:
            self._job.requestInterruption()

    def report(self, record: Record) -> None:
        if record.kind == "progress":
            self._job.tell(record.done, record.total, record.text)
        elif record.kind == "warning":
            self.warnings.append(record.text)
