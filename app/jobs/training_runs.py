"""The trainings of a project, found in their folders, and how each of them ended in one sentence. Qt-free."""

from __future__ import annotations

import contextlib
import signal
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.jobs.training_process import output_tail
from training.run_status import RUNS_FOLDER, RunState, RunStatus, read_status

RECIPE, LABELS, SEEN = "config.toml", "labels.json", "seen"
_EXPECTED_FAILURE = 2
_RESUME = "Resume goes on from its last checkpoint."


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A training with a folder in the project."""

    folder: Path
    status: RunStatus

    @property
    def is_alive(self) -> bool:
        return self.status.state.is_alive

    @property
    def has_model(self) -> bool:
        return self.status.state in (RunState.FINISHED, RunState.STOPPED)

    @property
    def is_seen(self) -> bool:
        return (self.folder / SEEN).exists()

    @property
    def began(self) -> datetime:
        return datetime.fromtimestamp(self.status.began_s)


def runs_of(project_folder: Path) -> list[FoundRun]:
    """The retrainings of a project, the newest first."""
    folders = [path.parent for path in (project_folder / RUNS_FOLDER).glob("*/status.json")]
    found = [FoundRun(folder, status) for folder in folders if (status := read_status(folder)) is not None]
    # Other trainings that somebody has put there learn from something else.
    found = [run for run in found if run.is_alive or (run.folder / LABELS).is_file()]
    return sorted(found, key=lambda run: run.status.began_s, reverse=True)


def can_resume(run: Path) -> bool:
    """Whether it has begun to learn and did not come to its end."""
    status = read_status(run)
    return status is not None and status.state.can_resume and (run / RECIPE).is_file()


def mark_seen(run: Path) -> None:
    """The user knows how it ended, and has chosen a model if there was a choice."""
    with contextlib.suppress(OSError):
        (run / SEEN).touch()


def unmark_seen(run: Path) -> None:
    with contextlib.suppress(OSError):
        (run / SEEN).unlink(missing_ok=True)


def ending_of(run: Path, exit_code: int | None, *, was_cancelled: bool) -> tuple[bool, str]:
    """Whether a run has brought a model, and one sentence about its end that is not the result's own.

    Args:
        exit_code: of its process, negative for a signal; None if it was not started by this window.
    """
    status = read_status(run)
    state = status.state if status else None
    if state in (RunState.FINISHED, RunState.STOPPED):
        return True, "The training is done." if state is RunState.FINISHED else "The training was stopped early."
    more = f" {_RESUME}" if can_resume(run) else " It had not begun to learn; start it again."
    if was_cancelled or state is RunState.CANCELLED:
        return False, f"The training was cancelled.{more}"
    if state is RunState.FAILED and status is not None and status.text:
        return False, _sentence(status.text)
    if state is None and exit_code == _EXPECTED_FAILURE and (lines := output_tail(run).splitlines()):
        return False, _sentence(lines[-1])
    return False, f"The training ended unexpectedly{_how(exit_code)}.{more}"


def _how(exit_code: int | None) -> str:
    if exit_code is None or exit_code == 0:
        return ""
    if exit_code > 0:
        return f" (exit code {exit_code})"
    name = signal.Signals(-exit_code).name if -exit_code in list(signal.Signals) else f"signal {-exit_code}"
    return f" ({name}); the memory may have run out" if name == "SIGKILL" else f" ({name})"


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
