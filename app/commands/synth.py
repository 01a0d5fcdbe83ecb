"""`main.py synth`: rendered long videos with the labels of an expert and of the subject."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.commands.output import JsonOption, RecordsOption, output
from fedn.errors import FednError


def synth(
    facekit: Annotated[Path, typer.Option(help="The packed face model (ict_facekit.npz).")],
    out: Annotated[Path, typer.Option(help="Folder for the videos, labels.csv and manifest.json.")],
    subjects: Annotated[int, typer.Option(min=1, help="Number of rendered people.")] = 4,
    videos_per_subject: Annotated[int, typer.Option(min=1, help="Number of videos of each.")] = 1,
    seconds: Annotated[float, typer.Option(min=2, help="Length of a video.")] = 60.0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same people and expressions.")] = 0,
    first_subject: Annotated[int, typer.Option(min=1, help="Number of the first person; others are other people.")] = 1,
    json: JsonOption = False,
    records: RecordsOption = False,
) -> None:
    """Render long videos of people who do not exist, with exact labels."""
    with output(json, records, what="Rendering") as spoken:
        if not facekit.is_file():
            raise FednError(f"there is no face model {facekit}; give the path of ict_facekit.npz")
        from training.synthetic.run import main_synth

        main_synth(
            facekit, out, subjects, videos_per_subject, seconds, seed, spoken.reporter, first_subject=first_subject
        )
        spoken.document({"out": str(out), "subjects": subjects, "videos": subjects * videos_per_subject, "seed": seed})
        spoken.say(f"{subjects * videos_per_subject} videos of {subjects} subjects in {out}")
