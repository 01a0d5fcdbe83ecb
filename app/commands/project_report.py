"""`main.py project report`: what was coded and found in a project, for a paper's supplement."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.commands.output import JsonOption, output
from fedn.counted import counted
from fedn.errors import FormatError


def report(
    project: Annotated[Path, typer.Argument(help="The project's folder.")],
    out: Annotated[Path, typer.Option(help="Folder for the files.")],
    video: Annotated[str, typer.Option(help="Only the video of this name; by default all of the project.")] = "",
    format: Annotated[str, typer.Option(help="html, pdf, or both with a comma.")] = "html,pdf",
    first: Annotated[str, typer.Option(help="The tier that is compared with; by default the expert's.")] = "",
    second: Annotated[str, typer.Option(help="The tier that is judged; by default the detector's.")] = "",
    iou: Annotated[float, typer.Option(min=0.01, max=1.0, help="Overlap from which two events match.")] = 0.5,
    reviewed_only: Annotated[
        bool, typer.Option("--reviewed-only/--whole-videos", help="Which parts of the videos agreement counts.")
    ] = False,
    pictures: Annotated[
        bool, typer.Option("--pictures/--no-pictures", help="Whether apex frames, that is faces, are shown.")
    ] = True,
    json: JsonOption = False,
) -> None:
    """Write summary, timelines, time budgets, agreement and the model's numbers; tables and figures beside."""
    with output(json) as spoken:
        from app.reports.study.choices import ReportChoices
        from app.reports.study.report import write_report

        formats = tuple(dict.fromkeys(part.strip() for part in format.split(",") if part.strip()))
        ids = _ids_of(project, video)
        choices = ReportChoices(ids, first, second, iou, reviewed_only, pictures, formats)
        written = write_report(project, out, choices, spoken.reporter)
        spoken.document({"files": [str(path) for path in written.files], "remarks": list(written.remarks)})
        spoken.say(f"wrote {counted(len(written.files), 'file')} to {out}")
        for remark in written.remarks:
            spoken.say(remark)


def _ids_of(project: Path, name: str) -> tuple[str, ...]:
    """The videos of that name, () for no name."""
    from fedn.annotation.store import load_project

    if not name:
        return ()
    videos = load_project(project).videos.values()
    found = tuple(one.id for one in videos if name in (one.name, one.id, f"{one.subject}/{one.name}"))
    if not found:
        known = ", ".join(one.name for one in list(videos)[:8]) or "none"
        raise FormatError(f"there is no video “{name}” in {project}; its videos are: {known}")
    return found
