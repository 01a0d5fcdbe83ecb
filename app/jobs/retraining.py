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
    # One at a time and quoted: a name may have commas.
    held_out = [word for name in options.held_out for word in ("--held-out", quoted(name))]
    return [
        *(str(MAIN), "retrain", str(project_folder)),
        *("--tier", options.tier, "--scope", options.scope, *held_out),
        *(["--unjudged"] if not options.compares else []),
        *(["--from-scratch"] if options.from_scratch else []),
        *("--unknown-labels", options.unknown_labels),
        *("--epochs", str(options.epochs), "--out", str(out), "--records"),
    ]


def quoted(name: str) -> str:
    """A subject's name as one entry of a list with commas."""
    return f'"{name}"' if "," in name else name
