"""The records a child process prints, one JSON object a line, and the window or a script reads."""

from __future__ import annotations

import json
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from typing import Any, TextIO

_PAUSE_LOOK_S = 0.1


class Cancelled(Exception):
    """Work ended because it was asked to; whoever raises it has left no half file behind."""


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a job.

    Attributes:
        kind: "started", "progress", "result", "warning", "error", "heartbeat", "finished" or "cancelled"; of a
            detection also "partial", "question" and "skipped" (app.commands.detect).
        text: one sentence for people.
        done, total: work units (frames, steps) for "progress"; total 0 when unknown.
        data: what belongs to the kind: for "result" an event or epoch figures, for "error" the traceback.
        time_s: seconds since the epoch when it was written.
    """

    kind: str
    text: str = ""
    done: int = 0
    total: int = 0
    data: dict[str, Any] = field(default_factory=dict)
    time_s: float = field(default_factory=time.time)

    def to_line(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_line(cls, line: str) -> Record | None:
        """The record in a line, or None if the line is not one (a library that printed something)."""
        try:
            content = json.loads(line)
            return cls(**content) if isinstance(content, dict) and "kind" in content else None
        except (ValueError, TypeError):
            return None


class Reporter:
    """Writes records to a stream and says whether the work should stop. The base of every progress display.

    `report` may be called from any thread. Work loops call `report` often and check `stop_requested` between units.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self.stop_requested = False
        self.is_paused = False

    @property
    def wants_partial(self) -> bool:
        """Whether somebody looks at what is found before all of it is."""
        return False

    def report(self, record: Record) -> None:
        if self._stream is None:
            return
        with self._lock:
            self._stream.write(record.to_line() + "\n")
            self._stream.flush()

    def check(self) -> None:
        """For work that has nothing to keep: called between units. Waits here while the work is paused.

        Raises:
            Cancelled: if the work should stop.
        """
        self.hold()
        if self.stop_requested:
            raise Cancelled

    def hold(self) -> None:
        """Waits while the work is paused; a stop ends the waiting."""
        while self.is_paused and not self.stop_requested:
            time.sleep(_PAUSE_LOOK_S)

    def progress(self, text: str, done: int, total: int, **data: Any) -> None:
        self.report(Record("progress", text, done, total, data))

    def warn(self, text: str, **data: Any) -> None:
        self.report(Record("warning", text, data=data))

    def partial(self, **data: Any) -> None:
        self.report(Record("partial", data=data))

    def result(self, text: str = "", **data: Any) -> None:
        self.report(Record("result", text, data=data))


def stdout_reporter() -> Reporter:
    """For child processes: records on stdout."""
    return Reporter(sys.stdout)


SILENT = Reporter()
