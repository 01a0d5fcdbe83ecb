"""`main.py models`: which models there are, what is known about them, and which one a project uses."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.compare_models import compare
from app.commands.model_files import delete, export, import_, note
from app.commands.output import JsonOption, output
from app.commands.replay import replay
from fedn.errors import ModelError
from fedn.model_info import INFO_FILE, ModelInfo, read_model_info
from fedn.registry import DEFAULT_MODEL, list_models, resolve_model

application = typer.Typer(
    help="The models that come with the program and those a project has trained.", no_args_is_help=True
)
application.command()(replay)
application.command()(compare)
application.command()(export)
application.command("import")(import_)
application.command()(delete)
application.command()(note)
ProjectArgument = Annotated[Path | None, typer.Argument(help="The project's folder; without it, the bundled models.")]


@application.command("list")
def list_(project: ProjectArgument = None, json: JsonOption = False) -> None:
    """List the models, the one in use marked."""
    with output(json) as out:
        in_use = _model_in_use(project)
        infos = list_models(project)
        out.document({"in_use": in_use, "models": [_summary(info) for info in infos]})
        for info in infos:
            mark = "*" if info.name == in_use else " "
            out.say(f"{mark} {info.name:<24} {info.created:<26} {len(info.labels)} labels {_origin(info)}")
        if not infos:
            out.say("there is no model here")


@application.command()
def show(
    project: Annotated[Path, typer.Argument(help="The project's folder.")],
    name: Annotated[str, typer.Argument(help="Name or folder of a model; by default the one in use.")] = "",
    json: JsonOption = False,
) -> None:
    """Show a model's description: labels, network, figures, where it comes from."""
    with output(json) as out:
        info = read_model_info(resolve_model(name or _model_in_use(project), project))
        out.document(_summary(info) | {"threshold": info.threshold, "network": info.network.to_dict()})
        out.say(info.to_toml())


@application.command()
def use(
    project: Annotated[Path, typer.Argument(help="The project's folder.")],
    name: Annotated[str, typer.Argument(help="The model that detections use from now on.")],
    json: JsonOption = False,
) -> None:
    """Make a model the one the project uses; the others stay in the list."""
    with output(json) as out:
        from app.document.document import Document
        from app.document.edits import UseModel

        chosen = resolve_model(name, project).name
        with Document.open(project) as document:
            document.do(UseModel(chosen))
        out.document({"in_use": chosen})
        out.say(f"{project} now uses {chosen}")


@application.command()
def cost(
    names: Annotated[
        list[str] | None, typer.Argument(help="FEDN networks by name, or models; by default all networks.")
    ] = None,
    labels: Annotated[int, typer.Option(min=1, help="Number of labels of a network given by name.")] = 4,
    json: JsonOption = False,
) -> None:
    """Parameters and operations of a window, counted as the paper's table 3 counts and as executed here."""
    with output(json) as out:
        from fedn.model_config import CHANGES

        rows = [_cost_of(name, labels) for name in names or CHANGES]
        out.document({"label_count": labels, "networks": rows})
        out.say(
            f"{'GFLOP per window':<28} {'parameters':>10} {'128 frames':>10} {'trunk':>7} {'whole':>8} {'paper':>7}"
        )
        for row in rows:
            paper = f"{row['paper_gflop']:7.1f}" if row["paper_gflop"] else f"{'—':>7}"
            out.say(
                f"{row['name']:<28} {row['parameters'] / 1e6:8.1f} M {row['backbone_gflop']:>10.1f} "
                f"{row['trunk_gflop_per_segment']:>7.2f} {row['whole_gflop']:>8.1f} {paper}   "
                f"trunk as executed {row['trunk_gflop']:.2f}, whole with nothing cached {row['uncached_gflop']:.1f}"
            )


def _cost_of(name: str, labels: int) -> dict[str, Any]:
    from fedn.cost import PAPER_GFLOP, window_cost
    from fedn.model_config import CHANGES, named_config

    if name in CHANGES:
        network, pixels = named_config(name, labels), 224
    else:
        from fedn.checkpoint import load_model

        model = load_model(resolve_model(name))
        network, pixels = model.detector.config, int(model.backbone.input_size)
    cost = window_cost(network, pixels)
    return {
        "name": name,
        "parameters": cost.parameters,
        "input_pixels": pixels,
        "backbone_gflop": cost.frames * cost.backbone_flop / 1e9,
        "trunk_gflop": cost.trunk_flop / 1e9,
        "trunk_gflop_per_segment": cost.trunk_flop_per_segment / 1e9,
        "whole_gflop": cost.cached_flop / 1e9,
        "uncached_gflop": cost.uncached_flop / 1e9,
        "paper_gflop": PAPER_GFLOP.get(name),
    }


@application.command()
def cascade(
    spotter: Annotated[str, typer.Argument(help="Name or folder of the model that finds intervals.")],
    recognizer: Annotated[str, typer.Argument(help="Name or folder of the model that names them.")],
    out: Annotated[Path, typer.Option(help="Folder of the new model; the two stay where they are.")],
    score: Annotated[
        str, typer.Option(help="product: the spotter's score times the label's probability; spotter: its own alone.")
    ] = "product",
    project: Annotated[Path | None, typer.Option(help="The project whose models are meant.")] = None,
    json: JsonOption = False,
) -> None:
    """Make one model of two: a spotter finds intervals, a recognizer names them."""
    with output(json) as said:
        from fedn.predictors.cascade import write_cascade

        if (out / INFO_FILE).exists():
            raise ModelError(f"{out} already holds a model; choose a new folder")
        parts = {"spotter": resolve_model(spotter, project), "recognizer": resolve_model(recognizer, project)}
        folder = write_cascade(out, **parts, name=out.resolve().name, score=score)  # type: ignore[arg-type]
        said.document(_summary(read_model_info(folder)))
        said.say(f"{folder} finds with {parts['spotter'].name} and names with {parts['recognizer'].name}")


def _model_in_use(project: Path | None) -> str:
    if project is None:
        return DEFAULT_MODEL
    from fedn.annotation.store import load_project

    return load_project(project).model_in_use or DEFAULT_MODEL


def _origin(info: ModelInfo) -> str:
    return f"from {info.provenance.parent}" if info.provenance.parent else ""


def _summary(info: ModelInfo) -> dict[str, Any]:
    return {
        "name": info.name,
        "kind": info.kind,
        "created": info.created,
        "labels": list(info.labels),
        "parent": info.provenance.parent,
        "metrics": dict(info.metrics),
        "folder": str(info.folder),
    }
