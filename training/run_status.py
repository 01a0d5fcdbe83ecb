"""What became of a run, told from its folder alone, and how to speak to it: for a window that was closed meanwhile.

A training writes `status.json` every few seconds and reads `commands`, to which "pause", "resume", "stop" and "cancel"
can be added as lines. Its records are in `events.jsonl`. Imports no torch.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
import time
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import chain, count
from pathlib import Path

import psutil

from fedn.errors import TrainingError
from fedn.model_info import write_atomically

RUNS_FOLDER = "runs"
STATUS, COMMANDS, EVENTS = "status.json", "commands", "events.jsonl"
BEAT_S = 5.0
SILENT_AFTER_S = 60.0
"""A run on another machine, whose processes cannot be looked at, is taken for dead after so long without a beat."""
WORDS = ("pause", "resume", "stop", "cancel")


class RunState(StrEnum):
    """RUNNING and PAUSED: there is a process. FINISHED and STOPPED: there is a model; the latter ended early and kept
    its best. CANCELLED, FAILED and DIED (killed, power cut): the run can go on from its last checkpoint."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    FAILED = "failed"
    DIED = "died"

    @property
    def is_alive(self) -> bool:
        return self in (RunState.RUNNING, RunState.PAUSED)

    @property
    def can_resume(self) -> bool:
        return self in (RunState.CANCELLED, RunState.FAILED, RunState.DIED)


@dataclass(frozen=True, slots=True)
class RunStatus:
    """A run as of its last beat.

    Attributes:
        state: what it is now.
        pid, began_s: its process, and when that was started, in seconds since the epoch: another process may get the
            same number later.
        host: the machine.
        beat_s: when it was last heard of, in seconds since the epoch.
        text, done, total: its last progress; for a failure its sentence.
    """

    state: RunState
    pid: int
    began_s: float
    host: str
    beat_s: float
    text: str = ""
    done: int = 0
    total: int = 0


def new_run_folder(project_folder: Path) -> Path:
    """A folder for a run of a project that is not taken; whoever trains makes it."""
    runs, stamp = project_folder / RUNS_FOLDER, datetime.now().strftime("%Y-%m-%d-%H%M%S")
    names = chain([stamp], (f"{stamp}-{number}" for number in count(2)))
    return next(runs / name for name in names if not (runs / name).exists())


def read_status(run: Path) -> RunStatus | None:
    """The status of the run in a folder; None if there is none, or nothing in it that a training has written."""
    try:
        content = json.loads((run / STATUS).read_text(encoding="utf-8"))
        status = RunStatus(**{**content, "state": RunState(content["state"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    if status.state.is_alive and not _is_there(status):
        return replace(status, state=RunState.DIED)
    return status


def _is_there(status: RunStatus) -> bool:
    if status.host != socket.gethostname():
        return time.time() - status.beat_s < SILENT_AFTER_S
    try:
        process = psutil.Process(status.pid)
        return abs(process.create_time() - status.began_s) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def send(run: Path, word: str) -> None:
    """Tells a running training to pause, resume, stop or cancel.

    Raises:
        TrainingError: if nothing runs there.
    """
    if word not in WORDS:
        raise ValueError(word)
    status = read_status(run)
    if status is None or not status.state.is_alive:
        raise TrainingError(f"no training runs in {run} any more; look at its state")
    with (run / COMMANDS).open("a", encoding="utf-8") as stream:
        stream.write(word + "\n")


def _write_in_place(path: Path, content: bytes) -> None:
    """Where there is no room for a second file there still is that of the first one."""
    with path.open("r+b") as stream:
        stream.write(content)
        stream.truncate()


class CommandFile:
    """The lines that others add to a run's file of commands, each once."""

    def __init__(self, run: Path) -> None:
        self._path = run / COMMANDS
        self._path.unlink(missing_ok=True)
        self._read = 0

    def new_lines(self) -> list[str]:
        """Whole lines that came since the last call."""
        try:
            if self._path.stat().st_size <= self._read:
                return []
            content = self._path.read_bytes()[self._read :]
        except OSError:
            return []
        whole = content[: content.rfind(b"\n") + 1]
        self._read += len(whole)
        return whole.decode("utf-8", "replace").splitlines()


class StatusFile:
    """Keeps `status.json` of the run of this process; a thread writes it while nothing else happens."""

    def __init__(self, run: Path) -> None:
        self._path = run / STATUS
        process = psutil.Process()
        self._status = RunStatus(RunState.RUNNING, os.getpid(), process.create_time(), socket.gethostname(), 0.0)
        self._lock, self._ended = threading.Lock(), threading.Event()
        self.write()
        self._thread = threading.Thread(target=self._beat, name="status", daemon=True)
        self._thread.start()

    def tell(self, text: str, done: int, total: int, *, paused: bool) -> None:
        """The last progress; written with the next beat, or at once when the state has changed."""
        state = RunState.PAUSED if paused else RunState.RUNNING
        changed = state != self._status.state
        self._status = replace(self._status, state=state, text=text, done=done, total=total)
        if changed:
            self.write()

    def end(self, state: RunState, text: str = "") -> None:
        """The last word."""
        self._ended.set()
        self._thread.join()
        self._status = replace(self._status, state=state, text=text or self._status.text)
        self.write()

    def write(self) -> None:
        status = replace(self._status, beat_s=time.time())
        content = json.dumps(asdict(status), ensure_ascii=False).encode()
        # A full disk must not end a training for its status.
        with self._lock, contextlib.suppress(OSError):
            try:
                write_atomically(self._path, content)
            except OSError:
                _write_in_place(self._path, content)

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_S):
            self.write()
