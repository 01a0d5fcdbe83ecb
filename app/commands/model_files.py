"""`main.py models export, import, delete and note`: models that come and go, and what people write about them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.output import JsonOption, RecordsOption, output
from fedn.errors import ModelError
from fedn.model_info import ModelInfo, read_model_info
from fedn.registry import DEFAULT_MODEL, resolve_model

ProjectFolder = Annotated[Path, typer.Argument(help="The project's folder.")]
Name = Annotated[str, typer.Argument(help="Name of the model.")]


def export(
    project: ProjectFolder,
    name: Name,
    out: Annotated[Path, typer.Option(help="What to write: a file that ends in .zip, or a new folder.")],
    json: JsonOption = False,
) -> None:
    """Write a copy of a model as a .zip or a folder: its weights and its description, no data."""
    with output(json) as said:
        from fedn.annotation.store import load_project
        from fedn.model_archive import export_model

        loaded = load_project(project)
        info = read_model_info(resolve_model(name, project))
        title, note = loaded.model_title(info.name), loaded.model_note(info.name)
        target = export_model(replace(info, title=title or info.title, note=note or info.note), out, said.reporter)
        said.document({"model": info.name, "file": str(target)})
        said.say(f"{target} holds {info.name}")


def import_(
    project: ProjectFolder,
    given: Annotated[Path, typer.Argument(help="A .zip or a folder that holds a model.")],
    json: JsonOption = False,
    records: RecordsOption = False,
) -> None:
    """Take a model into a project, after looking whether it is one and runs. It is not in use yet."""
    with output(json, records, what="Importing a model") as said:
        from fedn.annotation.store import load_project
        from fedn.model_files import import_model

        loaded = load_project(project)
        said.reporter.progress("Looking at the model", 0, 0)

        def check(info: ModelInfo) -> None:
            said.reporter.progress("Loading the model", 0, 0)
            from fedn.model_check import check_model

            check_model(info)

        info = import_model(given, project, check, said.reporter)
        told = imported_document(info, {label.name for book in loaded.vocabularies for label in book.labels})
        said.document(told)
        said.say(f"{project} now has {info.name}; use it:  python main.py models use {project} {info.name}")
        if told["remark"]:
            said.say(told["remark"])


def imported_document(info: ModelInfo, known: set[str]) -> dict[str, Any]:
    """What came in, and a sentence if its labels are others than the project's, else ""."""
    other = [label for label in info.labels if label not in known]
    remark = ""
    if other and len(other) == len(info.labels):
        remark = f"{info.name} names other labels than this project: {', '.join(other)}."
    elif other:
        remark = f"{info.name} also names labels that this project does not have: {', '.join(other)}."
    return {
        "model": info.name,
        "folder": str(info.folder),
        "labels": list(info.labels),
        "other_labels": other,
        "remark": remark,
    }


def delete(
    project: ProjectFolder,
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Also if there is no other copy of it in the project.")] = False,
    json: JsonOption = False,
) -> None:
    """Delete a model of a project; never the one in use, and the last copy only with --yes."""
    with output(json) as said:
        from fedn.annotation.store import load_project
        from fedn.model_files import copies_of, delete_model

        in_use = load_project(project).model_in_use or DEFAULT_MODEL
        info = read_model_info(resolve_model(name, project))
        copies = copies_of(info, project)
        if not copies and not yes and info.name != in_use:
            raise ModelError(f"there is no other copy of “{info.name}”; export it first, or say --yes to lose it")
        delete_model(info, project, in_use)
        said.document({"deleted": info.name, "copies": [str(folder) for folder in copies]})
        said.say(f"{info.name} is deleted" + (f"; a copy is in {copies[0]}" if copies else ""))


def note(
    project: ProjectFolder,
    name: Name,
    text: Annotated[str | None, typer.Argument(help="The note; without it, it is only shown.")] = None,
    title: Annotated[str | None, typer.Option(help="What the model is called in lists; its name stays.")] = None,
    json: JsonOption = False,
) -> None:
    """Show or change what is noted about a model in a project."""
    with output(json) as said:
        from app.document.document import Document
        from app.document.edits import DescribeModel
        from fedn.annotation.store import load_project

        model = resolve_model(name, project).name
        loaded = load_project(project)
        words = [loaded.model_title(model), loaded.model_note(model)]
        if text is not None or title is not None:
            words = [words[0] if title is None else title, words[1] if text is None else text]
            with Document.open(project) as document:
                document.do(DescribeModel(model, *words))
        said.document({"model": model, "title": words[0], "note": words[1]})
        said.say("\n".join(word for word in words if word) or f"nothing is noted about {model}")
