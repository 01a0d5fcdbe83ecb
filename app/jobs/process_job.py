"""A child process that prints one JSON record a line, and its end told in one sentence."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from fedn.progress import Record

MAIN = Path(__file__).resolve().parents[2] / "main.py"
GRACE_MS = 5000
_STDERR_BYTES = 64 * 1024
_EXPECTED_FAILURE = 2


class Outcome(StrEnum):
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ProcessJob(QObject):
    """Runs `sys.executable ARGUMENTS` in a process group of its own.

    The child reads its stdin for the lines "pause", "resume", "stop" and "cancel". Whatever it prints that is not a
    record is kept beside its stderr for `details`.

    Signals:
        record: each fedn.progress.Record, in order.
        finished: whether it ended well, and one sentence; emitted exactly once after `start`.
    """

    record = Signal(object)
    finished = Signal(bool, str)

    def __init__(
        self, arguments: Sequence[str], *, what: str, grace_ms: int = GRACE_MS, parent: QObject | None = None
    ) -> None:
        """`what` begins the sentence of a death: "The detection" ended unexpectedly."""
        super().__init__(parent)
        self.outcome: Outcome | None = None
        self._arguments = [str(argument) for argument in arguments]
        self._what = what
        self._grace_ms = grace_ms
        self._cancelled = False
        self._unfinished_line = b""
        self._stderr = b""
        self._last_text = ""
        self._error_text = ""
        self._error_details = ""
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self._on_patience_ended)
        self._force_steps = [self._terminate_group, self._kill_group]
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._on_output)
        self._process.readyReadStandardError.connect(self._on_stderr)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_process_error)

    @property
    def is_running(self) -> bool:
        return self._process.state() != QProcess.ProcessState.NotRunning

    @property
    def was_cancelled(self) -> bool:
        return self._cancelled

    @property
    def pid(self) -> int:
        """The child's process id, 0 when it is not running."""
        return int(self._process.processId())

    @property
    def details(self) -> str:
        """What the child wrote on stderr last, and the traceback it reported: for "Show details"."""
        return "\n".join(part for part in (self._error_details, self._stderr.decode("utf-8", "replace")) if part)

    def start(self) -> None:
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUNBUFFERED", "1")
        environment.insert("PYTHONIOENCODING", "utf-8")
        self._process.setProcessEnvironment(environment)
        if os.name == "posix":
            parameters = QProcess.UnixProcessParameters()
            # A session of its own: Ctrl+C in the terminal of the window does not reach a training, and the whole
            # group (decoders, data loaders) can be ended at once.
            parameters.flags = QProcess.UnixProcessFlag.CreateNewSession  # pyright: ignore[reportAttributeAccessIssue]
            self._process.setUnixProcessParameters(parameters)
        self._process.start(sys.executable, self._arguments)

    def send(self, line: str) -> None:
        """Write one line to the child's stdin; lost without harm when the child is gone."""
        if self.is_running:
            self._process.write(f"{line}\n".encode())

    def cancel(self) -> None:
        """Ask the child to end; after the grace time it is terminated, after another one killed."""
        if self._cancelled or not self.is_running:
            return
        self._cancelled = True
        self.send("cancel")
        self._patience.start(self._grace_ms)

    def end_now(self, wait_ms: int = 2000) -> None:
        """Kill the whole group and wait: for the window's own end."""
        if self.is_running:
            self._cancelled = True
            self._kill_group()
            self._process.waitForFinished(wait_ms)

    def wait(self, wait_ms: int) -> bool:
        """Block until the child has ended; False if it is still running after `wait_ms`."""
        return not self.is_running or self._process.waitForFinished(wait_ms)

    def _on_patience_ended(self) -> None:
        if self.is_running and self._force_steps:
            self._force_steps.pop(0)()
            self._patience.start(self._grace_ms)

    def _terminate_group(self) -> None:
        self._signal_group(signal.SIGTERM)

    def _kill_group(self) -> None:
        self._signal_group(getattr(signal, "SIGKILL", signal.SIGTERM))

    def _signal_group(self, number: int) -> None:
        if os.name != "posix":
            # Windows has no process groups to signal; the children of the child end when their pipe breaks.
            self._process.kill()
            return
        if self.pid:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    def _on_output(self) -> None:
        data = self._unfinished_line + bytes(self._process.readAllStandardOutput().data())
        *lines, self._unfinished_line = data.split(b"\n")
        for line in lines:
            self._on_line(line)

    def _on_line(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").strip()
        if not text:
            return
        record = Record.from_line(text)
        if record is None:
            self._keep_stderr(line + b"\n")
            return
        if record.kind == "error":
            self._error_text = record.text
            self._error_details = str(record.data.get("traceback", ""))
        elif record.text:
            self._last_text = record.text
        self.record.emit(record)

    def _on_stderr(self) -> None:
        self._keep_stderr(bytes(self._process.readAllStandardError().data()))

    def _keep_stderr(self, data: bytes) -> None:
        self._stderr = (self._stderr + data)[-_STDERR_BYTES:]

    def _on_process_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._end(Outcome.FAILED, f"{self._what} could not be started: {self._process.errorString()}.")

    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._on_output()
        self._on_stderr()
        if self._unfinished_line:
            self._on_line(self._unfinished_line)
            self._unfinished_line = b""
        crashed = status == QProcess.ExitStatus.CrashExit
        if self._cancelled:
            self._end(Outcome.CANCELLED, f"{self._what} was cancelled.")
        elif code == 0 and not crashed:
            self._end(Outcome.DONE, self._last_text or f"{self._what} is done.")
        else:
            self._end(Outcome.FAILED, self._error_text or self._death_sentence(code, crashed))

    def _death_sentence(self, code: int, crashed: bool) -> str:
        if crashed:
            name = signal.Signals(code).name if code in list(signal.Signals) else f"signal {code}"
            reason = "; the memory may have run out" if name == "SIGKILL" else ""
            return f"{self._what} ended unexpectedly ({name}){reason}; what it had already delivered is kept."
        if code == _EXPECTED_FAILURE:
            # An expected failure is one sentence on stderr.
            lines = [line.strip() for line in self._stderr.decode("utf-8", "replace").splitlines() if line.strip()]
            if lines:
                return lines[-1]
        return f"{self._what} ended unexpectedly (exit code {code}); what it had already delivered is kept."

    def _end(self, outcome: Outcome, sentence: str) -> None:
        if self.outcome is not None:
            return
        self.outcome = outcome
        self._patience.stop()
        self.finished.emit(outcome is Outcome.DONE, sentence)
