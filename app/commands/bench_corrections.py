"""`main.py bench corrections`: how much corrections help a model that has never learned one kind of expression."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.commands.output import JsonOption, RecordsOption, output

SETTINGS = ("optimization.steps_per_epoch=30", "optimization.epochs=8")


def corrections(
    train: Annotated[Path, typer.Option(help="Folder of rendered people (main.py synth); a third is corrected.")],
    test: Annotated[Path, typer.Option(help="Folder of other people, on whom everything is measured.")],
    out: Annotated[Path, typer.Option(help="Folder for runs and figures; what is finished in it is not done again.")],
    without: Annotated[str, typer.Option(help="The label that the first model never learns.")] = "happiness",
    numbers: Annotated[str, typer.Option(help="Numbers of corrections; 0 is the control.")] = "0,5,10,20,40",
    scopes: Annotated[str, typer.Option(help="detector, full, or both with a comma.")] = "detector",
    orders: Annotated[int, typer.Option(min=1, help="Random orders of the videos; each is retrained on.")] = 1,
    replay: Annotated[bool, typer.Option(help="Learn again from what the first model learned from.")] = True,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="section.name=value of the first model's recipe; repeatable.")
    ] = None,
    retrain_set: Annotated[
        list[str] | None, typer.Option(help="section.name=value of the retrainings' recipe; repeatable.")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    json: JsonOption = False,
    records: RecordsOption = False,
) -> None:
    """Correct a model in simulation, retrain it, and draw how good it is on other people."""
    with output(json, records, what="Corrections") as spoken:
        from app.reports.corrections_figure import corrections_figure, corrections_rows
        from app.reports.evaluation_figures import save_figure
        from fedn.errors import TrainingError
        from training.control import Control
        from training.corrections import CorrectionsBench

        counts = [text.strip() for text in numbers.split(",")]
        wanted = [text.strip() for text in scopes.split(",")]
        if not all(count.isdecimal() for count in counts):
            raise TrainingError(f"the numbers “{numbers}” are not numbers with commas, as in 0,5,10,20,40")
        if set(wanted) - {"detector", "full"}:
            raise TrainingError(f"the scopes “{scopes}” are neither detector nor full")
        control = Control()
        spoken.on_line = control.command
        settings = (*SETTINGS, *(set_ or ()))
        again = tuple(retrain_set or ())
        bench = CorrectionsBench(train, test, out, without, settings, again, replay, device, spoken.reporter, control)
        results = bench.run([int(count) for count in counts], wanted, range(orders))
        rows = corrections_rows(results)
        files = save_figure(corrections_figure(results), out, "corrections")
        spoken.document({"rows": rows, "figures": [str(path) for path in files]})
        for row in rows:
            spoken.say("  ".join(f"{name} {value}" for name, value in row.items()))
