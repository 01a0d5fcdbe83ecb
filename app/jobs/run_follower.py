"""Reads the records of a run from its folder as they come, whoever started it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from fedn.progress import Record
from training.run_status import EVENTS

EVERY_MS = 200
MOST_BYTES = 32 * 1024
"""Read at once: what hours have written is read in many small pieces, so that the window stays awake."""


class RunFollower(QObject):
    """One run at a time, from the first record that its folder has.

    Attributes:
        has_caught_up: what was written before it began to follow is read.

    Signals:
        record: each fedn.progress.Record, in order.
        ended: the run is over and its last record was read.
    """

    record = Signal(object)
    ended = Signal()

    def __init__(self, is_over: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_over = is_over
        self._path = Path()
        self._read, self._unfinished, self.has_caught_up = 0, b"", False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)

    def follow(self, run: Path) -> None:
        self._path = run / EVENTS
        self._read, self._unfinished, self.has_caught_up = 0, b"", False
        self._timer.start(0)

    def stop(self) -> None:
        self._timer.stop()

    def _look(self) -> None:
        # Asked first: what a run has written before its end is there then.
        over = self._is_over()
        if self._read_some():
            self._timer.start(0)
            return
        self._timer.start(EVERY_MS)
        self.has_caught_up = True
        if over:
            self._timer.stop()
            self.ended.emit()

    def _read_some(self) -> bool:
        """Whether there may be more at once."""
        try:
            with self._path.open("rb") as stream:
                stream.seek(self._read)
                data = stream.read(MOST_BYTES)
        except OSError:
            return False
        self._read += len(data)
        *lines, self._unfinished = (self._unfinished + data).split(b"\n")
        for line in lines:
            record = Record.from_line(line.decode("utf-8", "replace"))
            if record is not None:
                self.record.emit(record)
        return len(data) == MOST_BYTES
