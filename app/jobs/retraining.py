"""What a retraining asks of its child process."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from app.jobs.process_job import MAIN
from app.jobs.retrain_options import RetrainOptions


def new_run_folder(project_folder: Path, now: datetime | None = None) -> Path:
    """A folder name under runs/ that is not taken; the training makes the folder."""
    runs = project_folder / "runs"
    stamp = (now or datetime.now()).strftime("%Y-%m-%d-%H%M%S")
    names = (stamp, *(f"{stamp}-{number}" for number in range(2, 1000)))
    return next(runs / name for name in names if not (runs / name).exists())


def retrain_arguments(project_folder: Path, options: RetrainOptions, out: Path) -> list[str]:
    """The child's command line after the interpreter."""
    held_out = ["--held-out", ",".join(options.held_out)] if options.held_out else []
    return [
        *(str(MAIN), "retrain", str(project_folder)),
        *("--tier", options.tier, "--scope", options.scope, *held_out),
        *("--epochs", str(options.epochs), "--out", str(out), "--records"),
    ]
