"""`main.py train`: one training run from a recipe."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.evaluate import summary_lines
from app.commands.output import JsonOption, RecordsOption, output
from training.config import TrainingConfig, read_config, with_settings


def train(
    recipe: Annotated[Path, typer.Argument(help="A recipe (.toml), for example from training/recipes.")],
    out: Annotated[Path, typer.Option(help="Folder for the run.")],
    set_: Annotated[list[str] | None, typer.Option("--set", help="section.name=value; may be repeated.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in the folder.")] = False,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda; by default the recipe's.")] = "",
    json: JsonOption = False,
    records: RecordsOption = False,
) -> None:
    """Train a detector."""
    # Of several processes of one training the first one speaks.
    is_first = os.environ.get("RANK", "0") == "0"
    with output(json and is_first, records and is_first, what="Training") as spoken:
        config = recipe_config(recipe, [*(set_ or []), *([f"device={device}"] if device else [])])
        from training.control import Control
        from training.run import train as run

        control = Control()
        spoken.on_line = control.command
        report = run(config, out, spoken.reporter, control, resume=resume)
        if not is_first:
            return
        metrics = dict(report.model.metrics)
        spoken.document({"model": report.model.name, "folder": str(report.model.folder), "metrics": metrics})
        spoken.say(f"the model {report.model.name} is in {report.model.folder}")
        for line in held_out_lines(metrics):
            spoken.say(line)


def recipe_config(recipe: Path, settings: list[str]) -> TrainingConfig:
    """The recipe with the changes from the command line.

    Raises:
        TrainingError: if either is wrong.
    """
    return with_settings(read_config(recipe), settings)


def held_out_lines(metrics: dict[str, Any]) -> list[str]:
    """The figures on held-out subjects, if some were held out."""
    return ["on the held-out subjects:", *summary_lines(metrics["held_out"])] if "held_out" in metrics else []
