"""`main.py retrain`, which the window's button starts: corrections in, a new model and its comparison out."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.evaluate import number
from app.commands.output import JsonOption, RecordsOption, output


class Scope(StrEnum):
    DETECTOR = "detector"
    FULL = "full"


def retrain(
    project: Annotated[Path, typer.Argument(help="The project's folder.")],
    tier: Annotated[str, typer.Option(help="Name of the tier that is the truth.")] = "Corrections",
    scope: Annotated[Scope, typer.Option(help="detector, or full: the backbone too.")] = Scope.DETECTOR,
    held_out: Annotated[str, typer.Option(help="Subjects that both models are compared on, with commas.")] = "",
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the training windows.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the run; by default a new one in the project.")] = None,
    model: Annotated[str | None, typer.Option(help="Start from this model; by default the project's.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    json: JsonOption = False,
    records: RecordsOption = False,
) -> None:
    """Learn from the events of a tier; compare the new model with the old one on subjects neither learned from."""
    with output(json, records, what="Retraining") as spoken:
        # What is wrong with the project is said before torch is loaded.
        from fedn.annotation.store import load_project

        load_project(project)
        from training.control import Control
        from training.retrain import retrain as run

        control = Control()
        spoken.on_line = control.command
        report = run(
            project,
            tier=tier,
            scope=scope.value,
            held_out=tuple(name.strip() for name in held_out.split(",") if name.strip()),
            epochs=epochs,
            out=out,
            reporter=spoken.reporter,
            control=control,
            model=model,
            resume=resume,
        )
        told = report.to_json()
        if not spoken.as_records:
            spoken.document(told)
        for line in comparison_lines(told):
            spoken.say(line)
        spoken.say(f"use it:  python main.py models use {project} {told['model']}")


def comparison_lines(told: dict[str, Any]) -> list[str]:
    """Old and new model side by side, on the held-out subjects."""
    before, after = told["before"], told["after"]
    lines = [f"on {', '.join(told['held_out'])}:              {told['parent']}  ->  {told['model']}"]
    for name, part, key in (
        ("spotting F1", "spotting", "f1"),
        ("spotting mAP", "spotting", "map"),
        ("recognition F1", "recognition", "micro_f1"),
        ("detection mAP", "detection", "map"),
    ):
        lines.append(f"  {name:<16} {number(before[part][key])}  ->  {number(after[part][key])}")
    return lines
