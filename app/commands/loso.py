"""`main.py loso`: every subject is held out once; tables and figures of all of them together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.output import JsonOption, Output, RecordsOption, output
from app.commands.train import recipe_config
from fedn.errors import TrainingError

if TYPE_CHECKING:
    from app.reports.loso_report import MethodPart
    from training.loso_results import LosoResults

FIGURES = "figures"


def loso(
    recipes: Annotated[list[Path], typer.Argument(help="Recipes (.toml); each is a row of the tables.")],
    out: Annotated[Path, typer.Option(help="Folder for the folds and the report; what is finished is not done again.")],
    workers: Annotated[int, typer.Option(min=1, help="Processes side by side.")] = 1,
    folds: Annotated[
        int, typer.Option(min=0, help="Groups of subjects to hold out instead of every subject alone.")
    ] = 0,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="section.name=value for every recipe; may be repeated.")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda; by default the recipe's.")] = "",
    pictures: Annotated[bool, typer.Option(help="Apex frames in the timelines.")] = True,
    json: JsonOption = False,
    records: RecordsOption = False,
) -> None:
    """Leave one subject out: train a model for each, measure it on that subject, and report all together."""
    with output(json, records, what="Leaving one subject out") as spoken:
        settings = [*(set_ or []), *([f"device={device}"] if device else [])]
        named = _named(recipes)
        configs = {name: recipe_config(path, settings) for name, path in named.items()}
        from training.loso import run_loso
        from training.loso_results import read_results

        found = []
        for name, config in configs.items():
            plan = run_loso(config, out / name, groups=folds, workers=workers, reporter=spoken.reporter)
            found.append(read_results(out / name, name, len(plan.held_out)))
        parts = [method_part(own, found, out / own.name / FIGURES, pictures, spoken) for own in found]
        _report(parts, out, folds, spoken)


def _named(recipes: list[Path]) -> dict[str, Path]:
    named = {recipe.stem: recipe for recipe in recipes}
    if len(named) < len(recipes):
        raise TrainingError("two recipes have the same file name; rename one, because it names the row in the tables")
    return named


def method_part(
    results: LosoResults, every: list[LosoResults], folder: Path, pictures: bool, spoken: Output
) -> MethodPart:
    """The numbers of a recipe for the report; writes its figures, beside all recipes, and its events as tables."""
    from app.commands.evaluation_figures import write_figures
    from app.reports.loso_report import MethodPart
    from fedn.annotation.formats.event_csv import event_rows, write_event_table

    truth, counted, candidates = results.truth, results.counted(), results.candidates
    paths = {video.video: Path(video.path) for video in results.videos if video.path} if pictures else None
    methods = {results.name: candidates} | {other.name: other.candidates for other in every}
    written = write_figures(folder, truth, counted, methods, 0.5, paths, spoken.reporter)
    for file, events in (("truth", truth), ("predictions", counted), ("candidates", candidates)):
        rows = [
            event_rows(video.video, events[video.video], subject=video.subject, tier=file) for video in results.videos
        ]
        write_event_table(folder.parent / f"{file}.csv", [row for own in rows for row in own])
    return MethodPart(
        name=results.name,
        evaluation=results.evaluation(),
        intervals=results.intervals(),
        subjects=results.subject_rows(),
        protocols=[(protocol.name, protocol.meaning, protocol.f1) for protocol in results.protocols()],
        parameters=results.parameters,
        gflop=results.gflop,
        figures=[path for path in written if path.suffix == ".png"],
    )


def _report(parts: list[MethodPart], out: Path, folds: int, spoken: Output) -> None:
    from app.commands.evaluate import summary_lines
    from app.reports.loso_report import table_row, write_report

    people = len(parts[0].subjects)
    how = f"{folds} groups of {people} subjects" if folds else f"each of {people} subjects"
    notes = [
        f"A model was trained for {how}, without them, and measured on them.",
        "Every model was trained for the same number of epochs; the threshold of each subject is the one that suits "
        "all others, whom other models had predicted without having seen them.",
    ]
    written = write_report(out, parts, title="Leaving one subject out", notes=notes)
    told: dict[str, Any] = {"rows": [table_row(part) for part in parts], "report": str(written[0])}
    told["protocols"] = {part.name: {name: value for name, _, value in part.protocols} for part in parts}
    told["subjects"] = {part.name: list(part.subjects) for part in parts}
    spoken.document(told)
    for part in parts:
        spoken.say(part.name)
        for line in summary_lines(part.evaluation.to_json()):
            spoken.say(f"  {line}")
        for name, _, value in part.protocols:
            spoken.say(f"  {name:<24} spotting F1 {'—' if value is None else f'{value:.3f}'}")
    spoken.say(f"the report is {written[0]}")
