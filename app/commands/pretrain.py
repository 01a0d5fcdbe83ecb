"""`main.py pretrain`: rendered stills, and what is learned from them before any video."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.commands.output import JsonOption, RecordsOption, output
from fedn.counted import counted
from fedn.errors import FednError

application = typer.Typer(help="Train backbone and face points on rendered faces.", no_args_is_help=True)
FacekitOption = Annotated[Path, typer.Option(help="The packed face model (ict_facekit.npz).")]
StillsArgument = Annotated[
    list[Path], typer.Argument(help="Folders made by `pretrain stills` or `pretrain affectnet`, of one size.")
]
ValidationOption = Annotated[Path, typer.Option(help="A folder of stills with people that are not trained on.")]


@application.command()
def stills(
    facekit: FacekitOption,
    out: Annotated[Path, typer.Option(help="Folder for the stills.")],
    people: Annotated[int, typer.Option(min=1)] = 100,
    per_person: Annotated[int, typer.Option(min=1, help="Stills of each.")] = 40,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    size: Annotated[int, typer.Option(min=32, max=224, help="Side in pixels at which faces are kept.")] = 128,
    processes: Annotated[int, typer.Option(min=1, help="Processes that draw at the same time.")] = 1,
    json: JsonOption = False,
    records: RecordsOption = False,
) -> None:
    """Render single faces with known expression strengths. A run that was stopped goes on."""
    with output(json, records, what="Rendering stills") as spoken:
        require_file(facekit)
        from training.synthetic.facekit import read_facekit
        from training.synthetic.stills import render_stills

        render_stills(read_facekit(facekit), out, people, per_person, seed, spoken.reporter, size, processes)
        if spoken.reporter.stop_requested:
            return
        spoken.document({"out": str(out), "stills": people * per_person})
        spoken.say(f"{people * per_person} stills of {people} people in {out}")


@application.command()
def affectnet(
    folder: Annotated[Path, typer.Argument(help="Where AffectNet was unpacked, the release of 2017 or of 2021.")],
    facekit: FacekitOption,
    out: Annotated[Path, typer.Option(help="Folder for the faces; `pretrain backbone` and `points` take it.")],
    part: Annotated[str, typer.Option(help="training or validation.")] = "training",
    most: Annotated[int | None, typer.Option(min=1, help="So many pictures at most, drawn at random.")] = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    size: Annotated[int, typer.Option(min=32, max=224, help="Side in pixels at which faces are kept.")] = 128,
    json: JsonOption = False,
    records: RecordsOption = False,
) -> None:
    """Turn AffectNet's pictures into faces to learn from, beside rendered ones or instead."""
    with output(json, records, what="Reading AffectNet") as spoken:
        require_file(facekit)
        if part not in ("training", "validation"):
            raise FednError(f"--part is training or validation, not {part}")
        from dataclasses import asdict

        from training.pretrain.affectnet import convert_affectnet
        from training.synthetic.facekit import read_facekit

        shapes = len(read_facekit(facekit).names)
        converted = convert_affectnet(folder, part, out, shapes, size, most, seed, spoken.reporter)
        if converted is None:
            return
        spoken.document({"out": str(out), **asdict(converted)})
        spoken.say(f"{counted(converted.faces, 'face')} in {out}; left out: {converted.words()}")
        for expression, count in sorted(converted.by_expression.items()):
            spoken.say(f"{expression:<12}{count:>9,}")


@application.command()
def backbone(
    folders: StillsArgument,
    validation: ValidationOption,
    facekit: FacekitOption,
    out: Annotated[Path, typer.Option(help="File for the weights (.safetensors).")],
    start: Annotated[Path | None, typer.Option(help="Weights of an earlier call to go on from.")] = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    json: JsonOption = False,
    records: RecordsOption = False,
) -> None:
    """Train ResNet-18 on expression strengths and emotions."""
    with output(json, records, what="Training the backbone") as spoken:
        for path in (facekit, *([start] if start else [])):
            require_file(path)
        from training.pretrain.backbone import PretrainConfig, pretrain_backbone
        from training.synthetic.facekit import read_facekit
        from training.synthetic.stills import load_stills

        figures = pretrain_backbone(
            load_stills(folders),
            load_stills([validation])[0],
            read_facekit(facekit).names,
            out,
            PretrainConfig(seed=seed),
            start,
            spoken.reporter,
        )
        spoken.document({"out": str(out), **figures})
        spoken.say(f"wrote {out}: " + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()))


@application.command()
def points(
    folders: StillsArgument,
    validation: ValidationOption,
    out: Annotated[Path, typer.Option(help="File for the weights (.safetensors).")],
    epochs: Annotated[int, typer.Option(min=1)] = 12,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    json: JsonOption = False,
    records: RecordsOption = False,
) -> None:
    """Train the small network that finds eyes, nose and mouth."""
    with output(json, records, what="Training face points") as spoken:
        from training.pretrain.face_points import train_face_points
        from training.synthetic.stills import load_stills

        error = train_face_points(
            load_stills(folders), load_stills([validation])[0], out, epochs, seed=seed, reporter=spoken.reporter
        )
        spoken.document({"out": str(out), "median_error_eye_distances": error})
        spoken.say(f"wrote {out}: median error {error:.3f} eye distances")


def require_file(path: Path) -> None:
    if not path.is_file():
        raise FednError(f"there is no file {path}; check its name")
