"""`main.py models compare`, which the window starts too: two models on people that neither has learned from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.evaluate import number
from app.commands.output import JsonOption, RecordsOption, output
from fedn.errors import TrainingError
from fedn.kept_comparison import KeptComparison, Row


def compare(
    project: Annotated[Path, typer.Argument(help="The project's folder.")],
    old: Annotated[str, typer.Argument(help="Name of a model.")],
    new: Annotated[str, typer.Argument(help="Name of the model that it is compared with.")],
    tier: Annotated[str, typer.Option(help="Name of the tier that is the truth; by default the annotators'.")] = "",
    held_out: Annotated[
        list[str] | None,
        typer.Option(help="Subjects to compare on; by default all that neither model has learned from."),
    ] = None,
    json: JsonOption = False,
    records: RecordsOption = False,
) -> None:
    """Compare two models, number by number, label by label and person by person."""
    with output(json, records, what="Comparing") as out:
        from fedn.annotation.learning_material import truth_tiers
        from fedn.annotation.store import load_project

        known = truth_tiers(load_project(project))
        if not known:
            raise TrainingError("the project has no labels of people to compare with; accept or create some first")
        from training.compare_in_project import compare_in_project

        kept = compare_in_project(
            project, old, new, tier=tier or known[0], subjects=tuple(held_out or ()), reporter=out.reporter
        )
        out.document(comparison_document(kept))
        for line in comparison_text(kept):
            out.say(line)


def comparison_document(kept: KeptComparison) -> dict[str, Any]:
    """As it is kept, without the predicted events."""
    content = kept.to_json()
    content["videos"] = [video["name"] for video in content["videos"]]
    return content


def comparison_text(kept: KeptComparison) -> list[str]:
    """For people: the sentence, then the tables."""
    lines = [f"{kept.new} is {kept.verdict}", f"old: {kept.old}   new: {kept.new}   truth: {kept.tier}"]
    for name, part, key, figure in (
        ("spotting F1", "spotting", "f1", "spotting_f1"),
        ("spotting mAP", "spotting", "map", "spotting_map"),
        ("recognition F1", "recognition", "micro_f1", "micro_f1"),
        ("detection mAP", "detection", "map", "detection_map"),
    ):
        interval = kept.interval("difference", figure)
        change = f"  change {interval[0]:+.3f} to {interval[1]:+.3f}" if interval else ""
        lines.append(f"  {name:<16} {number(kept.before[part][key])}  ->  {number(kept.after[part][key])}{change}")
    return [*lines, *_rows("label", kept.labels), *_rows("person", kept.people)]


def _rows(what: str, rows: tuple[Row, ...]) -> list[str]:
    head = f"{what:<18} {'true':>6}   {'F1 old':>7} {'new':>7}   {'AP old':>7} {'new':>7}"
    return [
        head,
        *(
            f"{row.name:<18} {row.n_truth:>6}   {number(row.old.f1):>7} {number(row.new.f1):>7}   "
            f"{number(row.old.ap):>7} {number(row.new.ap):>7}"
            for row in rows
        ),
    ]
