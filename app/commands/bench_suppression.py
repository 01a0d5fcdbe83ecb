"""`main.py bench suppression`: trained models with other ways to suppress predictions that overlap."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.commands.output import JsonOption, output


def suppression(
    models: Annotated[list[Path], typer.Argument(help="Folders of FEDN models.")],
    test: Annotated[Path, typer.Option(help="Folder of rendered people that none of them has seen (main.py synth).")],
    cache: Annotated[Path, typer.Option(help="Folder for features.")],
    json: JsonOption = False,
) -> None:
    """Hard and soft suppression, with and without fusing what several windows saw, on the same predictions."""
    with output(json, what="Comparing") as out:
        from dataclasses import asdict

        from training.comparison import TestSet
        from training.suppression import compare_suppression

        rows = compare_suppression(models, TestSet.read(test), cache, out.reporter)
        out.document({"models": [str(model) for model in models], "rows": [asdict(row) for row in rows]})
        out.say(f"{'':<38}{'F1':>7}{'mAP':>8}{'det. mAP':>10}{'gain of mAP':>18}{'better in':>11}")
        for row in rows:
            gain = f"{row.map_gain:+.3f} ± {row.map_gain_sd:.3f}"
            numbers = f"{row.spotting_f1:>7.3f}{row.spotting_map:>8.3f}{row.detection_map:>10.3f}"
            out.say(f"{row.way:<38}{numbers}{gain:>18}{row.better_in:>6} of {row.models}")
