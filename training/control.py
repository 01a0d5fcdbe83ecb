"""Pause, stop and cancel a training from outside: lines on standard input or in the run's folder, or Ctrl+C."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from fedn.progress import Cancelled, Record, Reporter
from training.run_status import CommandFile

if TYPE_CHECKING:
    from training.processes import Processes

SECONDS_BETWEEN_LOOKS = 0.5
GO, STOP, CANCEL = 0, 1, 2


class Control:
    """What a training asks between steps.

    "pause" and "resume" hold it and let it go on, "stop" ends it and keeps the best weights so far, "cancel" ends it
    and leaves the run folder from which it can be resumed.
    """

    def __init__(self) -> None:
        self._go = threading.Event()
        self._go.set()
        self.stop_requested = False
        self.cancel_requested = False
        self._file: CommandFile | None = None
        self._looked = 0.0

    @property
    def paused(self) -> bool:
        return not self._go.is_set()

    def command(self, line: str) -> None:
        """One of the four words; other lines are not for the training."""
        match line.strip().lower():
            case "pause":
                self._go.clear()
            case "resume":
                self._go.set()
            case "stop":
                self.stop_requested = True
                self._go.set()
            case "cancel":
                self.cancel_requested = True
                self._go.set()

    def follow(self, file: CommandFile) -> None:
        """Obeys the lines of a file too, from which a window that was closed meanwhile speaks."""
        self._file = file

    def look(self) -> None:
        """Reads the file, at most twice a second."""
        if self._file is not None and time.monotonic() - self._looked > SECONDS_BETWEEN_LOOKS:
            self._looked = time.monotonic()
            for line in self._file.new_lines():
                self.command(line)

    def check(self, reporter: Reporter) -> None:
        """Waits while paused.

        Raises:
            Cancelled: if the training should end without a result.
        """
        self.look()
        if self.paused and not self.cancel_requested:
            reporter.progress("Paused", 0, 0, paused=True)
            while not self._go.wait(0.2) and not reporter.stop_requested:
                self.look()
            reporter.progress("Going on", 0, 0, paused=False)
        if self.cancel_requested or reporter.stop_requested:
            raise Cancelled

    def check_all(self, reporter: Reporter, processes: Processes) -> None:
        """Between two steps: all processes of a training do what the first one was told.

        Raises:
            Cancelled: if the training should end without a result.
            Stopped: if it should end and keep its best epoch.
        """
        word = GO
        try:
            if processes.is_first:
                self.check(reporter)
                word = STOP if self.stop_requested else GO
        except Cancelled:
            word = CANCEL
        word = processes.from_first(word)
        if word == CANCEL:
            raise Cancelled
        if word == STOP:
            raise Stopped

    def listen(self, stream: TextIO) -> None:
        """Obeys lines from a stream, in a thread of its own, until the stream ends."""

        def read() -> None:
            for line in stream:
                self.command(line)

        threading.Thread(target=read, name="control", daemon=True).start()

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Inside, the first Ctrl+C cancels between two steps; a second one interrupts at once."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.getsignal(signal.SIGINT)

        def on_interrupt(number: int, frame: object) -> None:
            if self.cancel_requested:
                raise KeyboardInterrupt
            self.command("cancel")

        signal.signal(signal.SIGINT, on_interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


class Stopped(Exception):
    """The training was asked to end and keep its best epoch."""


class Watched(Reporter):
    """A reporter through which stages before the training notice "cancel", "stop" and "pause"."""

    def __init__(self, onward: Reporter, control: Control) -> None:
        self._onward, self._control = onward, control
        super().__init__()

    def report(self, record: Record) -> None:
        self._onward.report(record)

    @property
    def stop_requested(self) -> bool:  # type: ignore[override]
        self._control.look()
        return self._onward.stop_requested or self._control.cancel_requested or self._control.stop_requested

    @stop_requested.setter
    def stop_requested(self, value: bool) -> None:
        if value:
            self._onward.stop_requested = True
