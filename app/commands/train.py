"""`main.py train`: one training run from a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.commands.output import JsonOption, RecordsOption, output


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
    with output(json, records, what="Training") as spoken:
        from training.config import read_config, with_settings

        config = with_settings(read_config(recipe), [*(set_ or []), *([f"device={device}"] if device else [])])
        from training.run import train as run

        report = run(config, out, reporter=spoken.reporter, control=spoken.control(), resume=resume)
        spoken.document(report.to_json())
