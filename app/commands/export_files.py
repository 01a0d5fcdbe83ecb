"""`main.py project export`: the events of a project as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.commands.event_files import FORMATS, parse_formats
from app.commands.output import JsonOption, output
from fedn.counted import counted


def export(
    project: Annotated[Path, typer.Argument(help="The project's folder.")],
    out: Annotated[Path, typer.Option(help="Folder for the files.")],
    format: Annotated[str, typer.Option(help=f"{', '.join(FORMATS)}; several with commas.")] = "csv",
    video: Annotated[str, typer.Option(help="Only the video of this name.")] = "",
    tier: Annotated[str, typer.Option(help="Only tiers of this name.")] = "",
    together: Annotated[
        bool, typer.Option("--together/--per-video", help="One file for all videos where the format can hold them.")
    ] = False,
    update: Annotated[
        bool, typer.Option("--update", help="Files of ELAN that are there already keep whatever else they hold.")
    ] = False,
    remarks: Annotated[Path | None, typer.Option(help="Also write what the files do not hold, as CSV.")] = None,
    json: JsonOption = False,
) -> None:
    """Write the events of every video; what a format cannot hold is named."""
    with output(json) as spoken:
        from app.commands.remark_list import remark_documents, say_remarks, write_remark_table
        from app.document.export_files import ExportChoices, export_project
        from fedn.annotation.store import load_project

        content = load_project(project)
        choices = ExportChoices(parse_formats(format), video, tier, together, update)
        done = export_project(content, out, choices, spoken.reporter)
        if remarks is not None:
            write_remark_table(remarks, done.remarks)
        spoken.document({"files": [str(path) for path in done.files], "remarks": remark_documents(done.remarks)})
        spoken.say(f"wrote {counted(len(done.files), 'file')} to {out}")
        say_remarks(spoken, done.remarks)
