"""The life of a run as its folder shows it: its records, its state, the words that it obeys, and how it ended.

A window that did not start the run, or was closed meanwhile, knows it from there alone. Imports no torch.
"""

from __future__ import annotations

import errno
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fedn.errors import FednError, TrainingError
from fedn.progress import Cancelled, Record, Reporter
from training.control import Control
from training.run_status import COMMANDS, EVENTS, STATUS, CommandFile, RunState, StatusFile, read_status

RECIPE = "config.toml"
ERRORS = "stderr.log"
SECONDS_BETWEEN_STEPS = 1.0
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class RunReporter(Reporter):
    """Keeps every record in events.jsonl and the last progress in the run's status, and hands all on.

    Attributes:
        run: the run's folder.
        stopped: the run ended early and kept its best.
    """

    def __init__(self, run: Path, onward: Reporter, status: StatusFile, control: Control) -> None:
        self.run, self.stopped = run, False
        self._onward, self._status, self._control, self._shown = onward, status, control, 0.0
        super().__init__((run / EVENTS).open("a", encoding="utf-8"))
        # What a kill has cut off must not swallow the first record of the resumed run.
        if _ends_within_a_line(run / EVENTS):
            self._write("\n")

    def report(self, record: Record) -> None:
        if record.kind == "progress":
            self._status.tell(record.text, record.done, record.total, paused=record.data.get("paused") is True)
            if record.data.get("stage") == "training":
                if time.monotonic() - self._shown < SECONDS_BETWEEN_STEPS:
                    return
                self._shown = time.monotonic()
        self._write(record.to_line() + "\n")
        self._onward.report(record)

    def note_start(self, *, is_resumed: bool) -> None:
        """For who reads the file; whoever has started the run knows."""
        self._write(Record("started", "Resumed" if is_resumed else "Started").to_line() + "\n")

    def _write(self, text: str) -> None:
        # A full disk must not end a training for its records; its checkpoints will say so.
        with self._lock, suppress(OSError):
            if self._stream is not None:
                self._stream.write(text)
                self._stream.flush()

    @property
    def stop_requested(self) -> bool:  # type: ignore[override]
        self._control.look()
        return self._onward.stop_requested or self._control.cancel_requested

    @stop_requested.setter
    def stop_requested(self, value: bool) -> None:
        if value:
            self._onward.stop_requested = True

    def close(self) -> None:
        with suppress(OSError):
            if self._stream is not None:
                self._stream.close()
        self._stream = None


def _ends_within_a_line(path: Path) -> bool:
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - 1))
        return size > 0 and stream.read() != b"\n"


def check_free(run: Path, *, resume: bool) -> None:
    """
    Raises:
        TrainingError: if the run in the folder still goes on, or the folder holds one that is not to be resumed.
    """
    status = read_status(run)
    if status is not None and status.state.is_alive:
        raise TrainingError(
            f"the run in {run} is still being trained by process {status.pid} on {status.host}; "
            "wait for it, or cancel it first"
        )
    if not resume and (run / RECIPE).exists():
        raise TrainingError(f"{run} already holds a run; resume it or choose a new folder")


@contextmanager
def live_run(run: Path, reporter: Reporter, control: Control, *, resume: bool) -> Iterator[RunReporter]:
    """Everything around the work of a run: records, status, words from outside, Ctrl+C, and how it ended.

    What cannot even begin, so that there is no recipe yet, leaves nothing behind.

    Raises:
        TrainingError: if the folder is taken or cannot be written, or the disk became full.
    """
    check_free(run, resume=resume)
    try:
        run.mkdir(parents=True, exist_ok=True)
        control.follow(CommandFile(run))
        status = StatusFile(run)
        own = RunReporter(run, reporter, status, control)
    except OSError as error:
        raise TrainingError(f"{run} cannot be written ({error.strerror}); choose another folder") from None
    own.note_start(is_resumed=(run / RECIPE).exists())
    state, text = RunState.FAILED, ""
    try:
        with control.interruptible(), _full_disks_told(run):
            yield own
        state = RunState.STOPPED if own.stopped else RunState.FINISHED
    except (Cancelled, KeyboardInterrupt):
        state = RunState.CANCELLED
        raise
    except FednError as error:
        text = str(error)
        raise
    except BaseException as error:
        text = f"an error of the program itself: {error!r}"
        _note_failure(run)
        raise
    finally:
        own.close()
        status.end(state, text)
        if state in (RunState.FAILED, RunState.CANCELLED) and not (run / RECIPE).exists():
            _remove_traces(run)


@contextmanager
def _full_disks_told(run: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        where = error.filename or run
        raise TrainingError(
            f"{where} could not be written ({error.strerror}); free space on the disk, then resume the run"
        ) from error


def _note_failure(run: Path) -> None:
    with suppress(OSError), (run / ERRORS).open("a", encoding="utf-8") as stream:
        stream.write(traceback.format_exc() + "\n")


def _remove_traces(run: Path) -> None:
    with suppress(OSError):
        for name in (STATUS, EVENTS, COMMANDS):
            (run / name).unlink(missing_ok=True)
        run.rmdir()
