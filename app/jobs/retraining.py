"""What a retraining asks of its child process."""

from __future__ import annotations

from pathlib import Path

from app.jobs.process_job import MAIN
from app.jobs.retrain_options import RetrainOptions


def retrain_arguments(project_folder: Path, options: RetrainOptions, out: Path) -> list[str]:
    """The child's command line after the interpreter."""
    # One at a time and quoted: a name may have commas.
    held_out = [word for name in options.held_out for word in ("--held-out", quoted(name))]
    settings = [word for setting in options.settings for word in ("--set", setting)]
    return [
        *(str(MAIN), "retrain", str(project_folder)),
        *("--tier", options.tier, "--scope", options.scope, *held_out),
        *(["--unjudged"] if not options.compares else []),
        *(["--from-scratch"] if options.from_scratch else []),
        *("--unknown-labels", options.unknown_labels),
        *("--epochs", str(options.epochs), *settings, "--out", str(out), "--records"),
    ]


def resume_arguments(project_folder: Path, run: Path) -> list[str]:
    """As `retrain_arguments`, to go on with a run as it was begun."""
    return [str(MAIN), "retrain", str(project_folder), "--out", str(run), "--resume", "--records"]


def quoted(name: str) -> str:
    """A subject's name as one entry of a list with commas."""
    return f'"{name}"' if "," in name else name
