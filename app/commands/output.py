"""What a command says: a progress bar on a terminal, one JSON document, or records for the process that started it."""

from __future__ import annotations

import json
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated, Any

import typer

from fedn.errors import FednError
from fedn.progress import Cancelled, Record, Reporter

HEARTBEAT_S = 5.0

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else there.")]
RecordsOption = Annotated[
    bool, typer.Option("--records", help="Print one JSON record a line; stdin takes cancel, stop, pause, resume.")
]


class RecordsReporter(Reporter):
    """Records on stdout. A reader that has gone away (the window was closed) does not end the work."""

    def __init__(self) -> None:
        super().__init__(sys.stdout)

    def report(self, record: Record) -> None:
        try:
            super().report(record)
        except (OSError, ValueError):
            self._stream = None


class QuietReporter(Reporter):
    """Warnings on stderr, nothing else: for pipes, logs and --json."""

    def report(self, record: Record) -> None:
        if record.kind == "warning":
            print(f"warning: {record.text}", file=sys.stderr)


class TerminalReporter(Reporter):
    """One bar on stderr, under the text of the last progress."""

    def __init__(self) -> None:
        super().__init__()
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._bar: Any = None

    def report(self, record: Record) -> None:
        with self._lock:
            if record.kind == "progress":
                self._show(record)
            elif record.kind == "warning":
                self._progress.console.print(f"warning: {record.text}", markup=False, highlight=False)

    def _show(self, record: Record) -> None:
        if self._bar is None:
            self._progress.start()
            self._bar = self._progress.add_task(record.text, total=record.total or None)
        self._progress.update(self._bar, description=record.text, completed=record.done, total=record.total or None)

    def close(self) -> None:
        if self._bar is not None:
            self._progress.remove_task(self._bar)
            self._progress.stop()
            self._bar = None


class Output:
    """How one run of a command speaks.

    Attributes:
        reporter: what long work reports to; its `stop_requested` is set by Ctrl+C, SIGTERM and the line "cancel".
        as_json, as_records: what was asked for on the command line.
        on_line: called with each line of stdin ("pause", "resume", "stop") in records mode.
        unheard: the lines that came before there was an `on_line`.
        ending: the sentence of the last record.
    """

    def __init__(self, as_json: bool = False, as_records: bool = False) -> None:
        self.as_json, self.as_records = as_json, as_records
        self.on_line: Callable[[str], None] | None = None
        self.unheard: list[str] = []
        self.ending = ""
        if as_records:
            self.reporter: Reporter = RecordsReporter()
        elif not as_json and sys.stderr.isatty():
            self.reporter = TerminalReporter()
        else:
            self.reporter = QuietReporter()

    @property
    def as_text(self) -> bool:
        return not (self.as_json or self.as_records)

    def say(self, text: str) -> None:
        """A line for people; silent in the other modes."""
        if self.as_text:
            self._end_bars()
            print(text, flush=True)

    def show(self, table: Any) -> None:
        """A rich table for people."""
        if self.as_text:
            from rich.console import Console

            self._end_bars()
            Console(width=None if sys.stdout.isatty() else 120, highlight=False).print(table)

    def document(self, content: dict[str, Any]) -> None:
        """The command's result, as its one JSON document; a record in records mode."""
        if self.as_json:
            print(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False))
        elif self.as_records:
            self.reporter.result(**content)

    def _end_bars(self) -> None:
        if isinstance(self.reporter, TerminalReporter):
            self.reporter.close()


@contextmanager
def output(as_json: bool = False, as_records: bool = False, *, what: str = "") -> Iterator[Output]:
    """Everything around a command's work: signals, stdin, heartbeat, and the last record.

    Raises:
        Cancelled: if the work returned although it was asked to stop, so that the exit code says so.
    """
    out = Output(as_json, as_records)
    ended = threading.Event()
    handlers = _stop_on_signals(out.reporter)
    if as_records:
        out.reporter.report(Record("started", what))
        threading.Thread(target=_read_lines, args=(out,), daemon=True).start()
        threading.Thread(target=_beat, args=(out.reporter, ended), daemon=True).start()
    try:
        yield out
        if out.reporter.stop_requested:
            raise Cancelled
        ended.set()
        out.reporter.report(Record("finished", out.ending))
    except (Cancelled, KeyboardInterrupt):
        ended.set()
        out.reporter.report(Record("cancelled", "stopped as asked"))
        raise
    except Exception as error:
        ended.set()
        text = str(error) if isinstance(error, FednError) else f"an error of the program itself: {error!r}"
        out.reporter.report(Record("error", text, data={"traceback": traceback.format_exc()}))
        raise
    finally:
        out._end_bars()
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _stop_on_signals(reporter: Reporter) -> dict[int, Any]:
    """The first Ctrl+C asks the work to stop, so that it can tidy up; a second one does not wait for it."""

    def on_signal(number: int, frame: FrameType | None) -> None:
        if reporter.stop_requested:
            raise KeyboardInterrupt
        reporter.stop_requested = True

    if threading.current_thread() is not threading.main_thread():
        return {}
    return {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}


def _read_lines(out: Output) -> None:
    for line in sys.stdin:
        word = line.strip()
        if word == "cancel" or (word == "stop" and out.on_line is None):
            out.reporter.stop_requested = True
        elif out.on_line is not None:
            out.on_line(word)
        else:
            out.unheard.append(word)


def _beat(reporter: Reporter, ended: threading.Event) -> None:
    while not ended.wait(HEARTBEAT_S):
        reporter.report(Record("heartbeat"))
