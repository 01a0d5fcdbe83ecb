"""`main.py retrain`, which the window's button starts: corrections in, a new model and its comparison out."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.evaluate import number
from app.commands.output import JsonOption, Output, RecordsOption, output
from fedn.errors import TrainingError

if TYPE_CHECKING:
    from training.retrain_wish import RetrainWish


class Scope(StrEnum):
    DETECTOR = "detector"
    FULL = "full"


class UnknownLabels(StrEnum):
    LEARN = "learn"
    SPOT = "spot"
    LEAVE = "leave"


def retrain(
    project: Annotated[Path, typer.Argument(help="The project's folder.")],
    tier: Annotated[str, typer.Option(help="Name of the tier that is the truth.")] = "Corrections",
    scope: Annotated[Scope, typer.Option(help="detector, or full: the backbone too.")] = Scope.DETECTOR,
    held_out: Annotated[
        list[str] | None,
        typer.Option(help="Subjects that both models are compared on, with commas or one at a time; quote a comma."),
    ] = None,
    unjudged: Annotated[bool, typer.Option("--unjudged", help="Learn from everybody and compare nothing.")] = False,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the training windows.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the run; by default a new one in the project.")] = None,
    model: Annotated[str | None, typer.Option(help="Start from this model; by default the project's.")] = None,
    from_scratch: Annotated[
        bool, typer.Option("--from-scratch", help="A new detector on the model's backbone, instead of going on.")
    ] = False,
    map_: Annotated[
        list[str] | None, typer.Option("--map", help="OLD=NEW: a label of the tier counts as another; repeatable.")
    ] = None,
    unknown_labels: Annotated[
        UnknownLabels,
        typer.Option(help="Labels that the model does not have: learn as new, spot without naming, or leave out."),
    ] = UnknownLabels.LEARN,
    replay: Annotated[
        bool, typer.Option(help="Learn again from what the model learned from, where it was kept.")
    ] = True,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="section.name=value of the recipe; may be repeated.")
    ] = None,
    measure: Annotated[
        float, typer.Option(min=0, help="Learn for so many seconds only, keep nothing, and say how fast it was.")
    ] = 0.0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out, as it was begun.")] = False,
    json: JsonOption = False,
    records: RecordsOption = False,
) -> None:
    """Learn from the events of a tier; compare the new model with the old one on subjects neither learned from."""
    with output(json, records, what="Retraining") as spoken:
        # What is wrong with the project is said before torch is loaded.
        from fedn.annotation.store import load_project

        load_project(project)
        renamed = renamed_labels(map_ or [])
        from training.control import Control
        from training.retrain_wish import RetrainWish
        from training.run_life import live_run
        from training.run_status import new_run_folder

        wish = RetrainWish(
            tier=tier,
            scope=scope.value,
            held_out=tuple(held_out or ()),
            compares=not unjudged,
            epochs=epochs,
            model=model,
            from_scratch=from_scratch,
            rename=renamed,
            unknown_labels=unknown_labels.value,
            replays=replay,
            settings=tuple(set_ or ()),
        )
        if measure:
            tell_speed(project, wish, measure, spoken)
            return
        control, out = Control(), out or new_run_folder(project)
        spoken.on_line = control.command
        # Before torch is loaded, so that whoever looks at the folder sees it from the beginning.
        with live_run(out, spoken.reporter, control, resume=resume) as reporter:
            reporter.progress("Loading the network", 0, 0)
            from training.retrain import retrain as run

            report = run(project, wish, out=out, reporter=reporter, control=control, resume=resume)
        told = report.to_json()
        if not spoken.as_records:
            spoken.document(told)
        spoken.say(report.sentence)
        for line in comparison_lines(told):
            spoken.say(line)
        spoken.say(f"use it:  python main.py models use {project} {told['model']}")


def tell_speed(project: Path, wish: RetrainWish, seconds: float, spoken: Output) -> None:
    """What `--measure` says."""
    spoken.reporter.progress("Loading the network", 0, 0)
    from training.measure import measure_speed

    speeds = measure_speed(project, wish, seconds, spoken.reporter)
    spoken.document(speeds)
    for name, value in speeds.items():
        spoken.say(f"{name:<24}{value:.2f}" if isinstance(value, float) else f"{name:<24}{value}")


def renamed_labels(given: list[str]) -> dict[str, str]:
    """What `--map` says.

    Raises:
        TrainingError: if it is not of the form OLD=NEW.
    """
    renamed = {}
    for text in given:
        old, equals, new = (part.strip() for part in text.partition("="))
        if not (old and equals and new):
            raise TrainingError(f"“{text}” is not of the form OLD=NEW, for example joy=happiness")
        renamed[old] = new
    return renamed


def comparison_lines(told: dict[str, Any]) -> list[str]:
    """Old and new model side by side, on the held-out subjects, with the intervals of what changed."""
    before, after = told["before"], told["after"]
    if not before or not after:
        return []
    changes = told["confidence"].get("difference", {})
    lines = [f"on {', '.join(told['held_out'])}:              {told['parent']}  ->  {told['model']}"]
    for name, part, key, figure in (
        ("spotting F1", "spotting", "f1", "spotting_f1"),
        ("spotting mAP", "spotting", "map", "spotting_map"),
        ("recognition F1", "recognition", "micro_f1", "micro_f1"),
        ("detection mAP", "detection", "map", "detection_map"),
    ):
        interval = changes.get(figure)
        change = f"  change {interval['low']:+.3f} to {interval['high']:+.3f}" if interval else ""
        lines.append(f"  {name:<16} {number(before[part][key])}  ->  {number(after[part][key])}{change}")
    return lines
