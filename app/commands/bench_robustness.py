"""`main.py bench robustness`: the same model on videos that are smaller, lit otherwise or compressed more."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.commands.output import JsonOption, output


def robustness(
    model: Annotated[Path, typer.Argument(help="Folder of a model.")],
    test: Annotated[Path, typer.Option(help="Folder of rendered people that it has not seen (main.py synth).")],
    out: Annotated[Path, typer.Option(help="Folder for the changed copies and for features.")],
    json: JsonOption = False,
) -> None:
    """F1 and mAP on a test set as it is, at half the resolution, in other light, and strongly compressed."""
    with output(json, what="Measuring") as said:
        from dataclasses import asdict

        from training.comparison import TestSet
        from training.robustness import measure_robustness

        rows = measure_robustness(model, TestSet.read(test), out, said.reporter)
        said.document({"model": str(model), "rows": [asdict(row) for row in rows]})
        said.say(f"{'':<24}{'F1':>8}{'mAP':>8}{'recognition F1':>17}{'UF1':>8}")
        for row in rows:
            spotting = f"{row.spotting_f1:>8.3f}{row.spotting_map:>8.3f}"
            recognition = f"{row.recognition_f1 or 0.0:>17.3f}{row.recognition_uf1 or 0.0:>8.3f}"
            said.say(f"{row.condition:<24}{spotting}{recognition}")
