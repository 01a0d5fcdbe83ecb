"""`main.py retrain`, which the window's button starts: corrections in, a new model and its comparison out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.commands.output import JsonOption, RecordsOption, output


def retrain(
    project: Annotated[Path, typer.Argument(help="The project's folder.")],
    tier: Annotated[str, typer.Option(help="Name of the tier that is the truth.")] = "Corrections",
    scope: Annotated[str, typer.Option(help="detector, or full: the backbone too.")] = "detector",
    held_out: Annotated[str, typer.Option(help="Subjects that both models are compared on, with commas.")] = "",
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the training windows.")] = 20,
    out: Annotated[Path | None, typer.Option(help="Folder for the run; by default a new one in the project.")] = None,
    json: JsonOption = False,
    records: RecordsOption = False,
) -> None:
    """Learn from the events of a tier; the project's model in use is the starting point."""
    with output(json, records, what="Retraining") as spoken:
        pass


def new_run_folder(project: Path) -> Path:
    """A folder named after the second in which the run begins."""
    runs = project / "runs"
    stamp = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    folder, number = runs / stamp, 2
    while folder.exists():
        folder, number = runs / f"{stamp}_{number}", number + 1
    return folder
