"""`main.py bench methods`: FEDN, its variations, FESNet, CFC-SP, cascades and baselines on the same people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.commands.output import JsonOption, RecordsOption, output


def methods(
    train: Annotated[Path, typer.Option(help="Folder of rendered people to train on (main.py synth).")],
    test: Annotated[Path, typer.Option(help="Folder of other people, on whom everything is measured.")],
    out: Annotated[Path, typer.Option(help="Folder for runs and tables; what is finished in it is not done again.")],
    comparison: Annotated[
        Path | None, typer.Option(help="TOML with the rows; by default training/recipes/comparison.toml.")
    ] = None,
    seeds: Annotated[str, typer.Option(help="Seeds with commas; each trains every row anew.")] = "0",
    only: Annotated[list[str] | None, typer.Option(help="Name of a row; may be repeated.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="section.name=value for every recipe; may be repeated.")
    ] = None,
    speed: Annotated[bool, typer.Option(help="Measure each row's speed from file to events.")] = True,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    json: JsonOption = False,
    records: RecordsOption = False,
) -> None:
    """Train every row of a comparison, measure it on people it has not seen, and write one table."""
    with output(json, records, what="Comparing") as spoken:
        from fedn.errors import TrainingError
        from training.comparison import RECIPES, Comparison, TestSet, markdown, read_methods, write_tables
        from training.control import Control

        rows = read_methods(comparison or RECIPES / "comparison.toml")
        if unknown := set(only or ()) - {row.name for row in rows}:
            raise TrainingError(f"there is no row “{min(unknown)}”; the rows are {', '.join(row.name for row in rows)}")
        if not all(seed.strip().isdecimal() for seed in seeds.split(",")):
            raise TrainingError(f"the seeds “{seeds}” are not numbers with commas, as in 0,1,2")
        control = Control()
        spoken.on_line = control.command
        settings, people = tuple(set_ or ()), TestSet.read(test)
        work = Comparison(rows, train, people, out, settings, device, spoken.reporter, control, times=speed)
        results = [result for seed in seeds.split(",") for result in work.run(int(seed), only or ())]
        table = write_tables(out, results)
        spoken.document({"rows": table, "table": str(out / "table.md")})
        spoken.say(markdown(table))
