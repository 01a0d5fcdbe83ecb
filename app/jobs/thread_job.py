"""Work in a thread of the window's process: scanning, decoding, exporting."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from fedn.errors import FednError

_log = logging.getLogger(__name__)

Work = Callable[["ThreadJob"], Any]


class ThreadJob(QThread):
    """Runs `work(job)` in a thread; `work` may call `job.deliver`, `job.tell` and asks `job.stop_requested`.

    The signals reach the receiver's own thread. `finished` of QThread comes after `ended`.

    Signals:
        delivered: one partial result.
        progressed: done, total (0 unknown) and one sentence.
        ended: the return value of the work.
        failed: one sentence, instead of `ended`.
    """

    delivered = Signal(object)
    progressed = Signal(int, int, str)
    ended = Signal(object)
    failed = Signal(str)

    def __init__(self, work: Work, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work

    @property
    def stop_requested(self) -> bool:
        return self.isInterruptionRequested()

    def deliver(self, result: object) -> None:
        self.delivered.emit(result)

    def tell(self, done: int, total: int, text: str) -> None:
        self.progressed.emit(done, total, text)

    def stop(self, wait_ms: int = 5000) -> None:
        """Ask the work to stop and wait for it."""
        self.requestInterruption()
        self.wait(wait_ms)

    def run(self) -> None:
        try:
            self.ended.emit(self._work(self))
        except FednError as error:
            self.failed.emit(str(error))
        except Exception as error:
            # An exception that leaves run() ends the whole window.
            _log.exception("a thread job failed")
            self.failed.emit(f"Something unexpected went wrong ({type(error).__name__}: {error}); the log has details.")
