"""`main.py project`: what the window does to a project, without the window."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.export_files import export
from app.commands.import_files import import_
from app.commands.output import JsonOption, output
from app.commands.project_report import report
from app.commands.project_upkeep import backup, check, relink, restore
from app.document.project_content import add_labels, add_videos, summary
from fedn.annotation.formats.missing_offset import MissingOffset
from fedn.counted import counted
from fedn.errors import ProjectError

application = typer.Typer(help="Make a project, fill it, look at it, export it.", no_args_is_help=True)
application.command("import")(import_)
for function in (export, report, check, backup, restore, relink):
    application.command()(function)
ProjectArgument = Annotated[Path, typer.Argument(help="The project's folder.")]
WhoOption = Annotated[str, typer.Option(help="Under whose name the change is kept.")]


@application.command()
def create(
    folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet; by custom its name ends in .fedn.")],
    name: Annotated[str, typer.Option(help="Name of the project; by default the folder's.")] = "",
    vocabulary: Annotated[str, typer.Option(help="Name of a vocabulary that comes with the program, or a file.")] = "",
    dataset: Annotated[
        Path | None,
        typer.Option(help="A data set to begin with: CAS(ME)^2, CAS(ME)^3, SAMM Long Videos, or one of main.py synth."),
    ] = None,
    dataset_kind: Annotated[str, typer.Option(help="auto, synthetic, casme2, casme3 or samm.")] = "auto",
    missing_offset: Annotated[
        MissingOffset, typer.Option(help="Where expressions end whose coders noted no offset.")
    ] = MissingOffset.APEX_PLUS_20,
    images: Annotated[
        bool, typer.Option("--images/--videos", help="What to take where there are folders of images and video files.")
    ] = False,
    fps: Annotated[
        float | None, typer.Option(min=0.1, help="Frames per second of folders of images; by default the data set's.")
    ] = None,
    who: WhoOption = "",
    json: JsonOption = False,
) -> None:
    """Make a project, empty or of a whole data set with its labels."""
    with output(json) as out:
        from app.commands.remark_list import tell_remarks
        from app.document.dataset_project import NewProject, create_with_dataset, remark_columns
        from app.document.document import Document

        new = NewProject(folder, name or folder.stem, _vocabulary(vocabulary), who, missing_offset, fps)
        if dataset is None:
            document, remarks = Document.create(folder, new.name, new.vocabulary, who), ()
        else:
            document, remarks = create_with_dataset(
                new, dataset, kind=dataset_kind, prefer_images=images, reporter=out.reporter
            )
        with document:
            told = summary(document.project)
        out.document({**told, "remarks": [remark_columns(remark, dataset or folder) for remark in remarks]})
        out.say(f"made {folder} with {counted(len(told['videos']), 'video')}")
        tell_remarks(out, told, remarks, folder, dataset or folder)


@application.command()
def add(
    project: ProjectArgument,
    videos: Annotated[list[Path], typer.Argument(help="Video files, or folders of numbered images.")],
    subject: Annotated[
        str, typer.Option(help="Who is filmed; by default the name of the folder the video lies in.")
    ] = "",
    image_fps: Annotated[float | None, typer.Option(min=0.1, help="Frames per second of folders of images.")] = None,
    labels: Annotated[Path | None, typer.Option(help="Event table with labels of these videos (CSV).")] = None,
    who: WhoOption = "",
    json: JsonOption = False,
) -> None:
    """Add videos, and labels if there are some."""
    with output(json) as out:
        from app.document.document import Document

        with Document.open(project, who=who) as document:
            added = add_videos(
                document,
                [(video, subject or video.resolve().parent.name) for video in videos],
                image_fps=image_fps,
                reporter=out.reporter,
            )
            events = add_labels(document, labels, who=who) if labels is not None else 0
        out.document({"added": [video.name for video in added], "events": events})
        out.say(f"added {counted(len(added), 'video')} and {counted(events, 'event')} to {project}")


@application.command()
def info(project: ProjectArgument, json: JsonOption = False) -> None:
    """Show what is in a project; works while the window has it open."""
    with output(json) as out:
        from fedn.annotation.store import load_project

        told = summary(load_project(project))
        out.document(told)
        videos, subjects = counted(len(told["videos"]), "video"), counted(len(told["subjects"]), "subject")
        out.say(f"{told['name']}: {videos} of {subjects}, model {told['model']}")
        for video in told["videos"]:
            out.say(
                f"{video['subject']}/{video['video']}  {video['frames']} frames, {video['reviewed_frames']} reviewed"
            )
            for tier in video["tiers"]:
                out.say(f"    {tier['name']:<24} {tier['source']:<12} {tier['events']:>5} events")


def _vocabulary(name: str) -> Any:
    if not name:
        return None
    from fedn.annotation.vocabulary import load_vocabulary, shipped_vocabulary

    if name.endswith(".toml"):
        if not Path(name).is_file():
            raise ProjectError(
                f"there is no vocabulary {name}; give the path of a .toml file, or the name of one that comes along"
            )
        return load_vocabulary(Path(name))
    return shipped_vocabulary(name)
