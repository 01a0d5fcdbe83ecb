"""`main.py project import`: events from files of other programs into a project, as one step that can be undone."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.output import JsonOption, Output, counted, output
from app.document.import_plan import IfExists, ImportChoices, ImportPlan
from fedn.annotation.formats.known_formats import READABLE
from fedn.annotation.formats.missing_offset import MissingOffset
from fedn.annotation.tier import Source
from fedn.errors import FormatError

_HELP_FORMAT = f"auto, or one of {', '.join(READABLE)}."
_HELP_VIDEO = "The project's video that the events belong to; of a file with several videos the one to take."
_HELP_TIER = "Name of the tier in the project; of a file with several tiers the one to take."


def import_(
    project: Annotated[Path, typer.Argument(help="The project's folder.")],
    files: Annotated[list[Path], typer.Argument(help="Files with events.")],
    format: Annotated[str, typer.Option(help=_HELP_FORMAT)] = "auto",
    video: Annotated[str, typer.Option(help=_HELP_VIDEO)] = "",
    tier: Annotated[str, typer.Option(help=_HELP_TIER)] = "",
    source: Annotated[
        Source | None, typer.Option(help="Where the labels come from; by default as the files say.")
    ] = None,
    tier_who: Annotated[
        str | None, typer.Option("--who", help="Who made the labels; of predictions the name of the model.")
    ] = None,
    if_exists: Annotated[
        IfExists, typer.Option(help="Where a tier of that name is there: a new one beside it, or into it.")
    ] = IfExists.ADD,
    not_reviewed: Annotated[
        bool,
        typer.Option("--not-reviewed", help="Videos do not count as reviewed where an expert's labels come to them."),
    ] = False,
    mapping: Annotated[
        Path | None, typer.Option(help="What the columns of a table mean (TOML), confirmed; kept in the project.")
    ] = None,
    write_mapping: Annotated[
        Path | None, typer.Option(help="Only write what the columns of a table seem to mean into this file.")
    ] = None,
    missing_offset: Annotated[
        MissingOffset, typer.Option(help="Where expressions of data sets end whose coders noted no offset.")
    ] = MissingOffset.APEX_PLUS_20,
    frame_step: Annotated[
        int, typer.Option(min=1, help="Of results of other networks: how many frames there are to one of theirs.")
    ] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    remarks: Annotated[Path | None, typer.Option(help="Also write all remarks, as CSV.")] = None,
    json: JsonOption = False,
) -> None:
    """Bring events from files into a project; nothing changes if one of the files cannot be read."""
    with output(json) as out:
        from app.commands.remark_list import say_remarks, write_remark_table
        from app.document.document import Document
        from app.document.import_content import plan_import
        from app.document.read_files import ReadChoices, read_files
        from fedn.annotation.formats.known_formats import known_format
        from fedn.annotation.store import load_project

        known = None if format == "auto" else known_format(format)
        reading = ReadChoices(known, video, missing_offset, frame_step)
        choices = ImportChoices(video, tier, source, tier_who, if_exists, not not_reviewed)
        contents = read_files(load_project(project), files, reading, out.reporter)
        if dry_run:
            plan = plan_import(load_project(project), contents, choices)
        else:
            with Document.open(project) as document:
                out.reporter.check()
                plan = plan_import(document.project, contents, choices)
                document.do(plan.edit)
        if remarks is not None:
            write_remark_table(remarks, plan.remarks)
        out.document(_document(plan, dry_run=dry_run))
        _say(out, plan, project, dry_run=dry_run)
        say_remarks(out, plan.remarks)
        if not plan.tiers:
            raise FormatError(
                "nothing was imported: the project has none of the videos; add them, or say --video"
            )


def _document(plan: ImportPlan, *, dry_run: bool) -> dict[str, Any]:
    from app.commands.remark_list import remark_documents

    return {
        "dry_run": dry_run,
        "events": plan.event_count,
        "tiers": [{**asdict(tier), "source": str(tier.source)} for tier in plan.tiers],
        "reviewed": list(plan.reviewed),
        "remarks": remark_documents(plan.remarks),
    }


def _say(out: Output, plan: ImportPlan, project: Path, *, dry_run: bool) -> None:
    said = "would import" if dry_run else "imported"
    out.say(f"{said} {counted(plan.event_count, 'event')} into {project}")
    for tier in plan.tiers:
        more = [f"{tier.doubles} already there"] * bool(tier.doubles) + [f"{tier.removed} replaced"] * bool(
            tier.removed
        )
        figures = ", ".join([counted(tier.events, "event"), *more])
        out.say(f"    {tier.subject}/{tier.video}  {tier.tier} ({tier.source}, {tier.how}): {figures}")
    if plan.reviewed:
        verb = "would count" if dry_run else "counts" if len(plan.reviewed) == 1 else "count"
        out.say(
            f"{counted(len(plan.reviewed), 'video')} {verb} as reviewed from end to end: {', '.join(plan.reviewed)}"
        )
