"""`main.py project import`: events from files of other programs into a project, as one step that can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.output import JsonOption, Output, output
from app.document.import_plan import IfExists, ImportChoices, ImportPlan
from fedn.annotation.formats.known_formats import READABLE
from fedn.annotation.formats.missing_offset import MissingOffset
from fedn.annotation.tier import Source
from fedn.counted import counted
from fedn.errors import FormatError

if TYPE_CHECKING:
    from app.document.read_files import ReadChoices, UnknownTable

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
    presence: Annotated[
        int, typer.Option(min=0, help="Of OpenFace: make events of runs of an action unit of at least so many frames.")
    ] = 0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    remarks: Annotated[Path | None, typer.Option(help="Also write all remarks, as CSV.")] = None,
    json: JsonOption = False,
) -> None:
    """Bring events from files into a project; nothing changes if one of the files cannot be read."""
    with output(json) as out:
        from app.commands.remark_list import say_remarks, write_remark_table
        from app.document.read_files import ReadChoices, UnfinishedMapping, UnknownTable
        from fedn.annotation.formats.known_formats import known_format

        known = None if format == "auto" else known_format(format)
        reading = ReadChoices(known, video, tier, mapping, missing_offset, frame_step, presence)
        choices = ImportChoices(video, tier, source, tier_who, if_exists, not not_reviewed)
        try:
            plan, kept = _import(project, files, reading, choices, out, dry_run=dry_run or write_mapping is not None)
        except UnfinishedMapping:
            raise
        except UnknownTable as table:
            _guess(table, write_mapping, out)
            return
        if write_mapping is not None:
            raise FormatError(
                f"{write_mapping} was not written: every file is of a known format, or known by its columns"
            )
        if remarks is not None:
            write_remark_table(remarks, plan.remarks)
        out.document({**_document(plan), "dry_run": dry_run, "recordings": kept})
        _say(out, plan, project, dry_run=dry_run)
        for name in kept:
            out.say(f"{'would keep' if dry_run else 'kept'} what OpenFace measured in {name}")
        say_remarks(out, plan.remarks)
        if not plan.tiers and not kept:
            raise FormatError("nothing was imported: the project has none of the videos; add them, or say --video")


def _import(
    project: Path, files: Sequence[Path], reading: ReadChoices, choices: ImportChoices, out: Output, *, dry_run: bool
) -> tuple[ImportPlan, list[str]]:
    """Reads, plans, and unless it is a dry run imports; the names are those of videos with recordings."""
    from app.document.document import Document
    from app.document.import_content import plan_import
    from app.document.read_files import keep_what_was_read, read_files
    from fedn.annotation.store import load_project

    read = read_files(load_project(project), files, reading, out.reporter)
    contents = [(file.path, file.content) for file in read]
    if dry_run:
        plan = plan_import(load_project(project), contents, choices)
    else:
        with Document.open(project) as document:
            out.reporter.check()
            plan = plan_import(document.project, contents, choices)
            document.do(plan.edit)
            keep_what_was_read(document.project, read)
    return plan, [file.recording[0].name for file in read if file.recording is not None]


def _guess(table: UnknownTable, target: Path | None, out: Output) -> None:
    """Says what the columns of a table seem to be, and writes it if that was asked for.

    Raises:
        FormatError: if it was not: the columns have to be confirmed first.
    """
    from app.commands.mapping_guess import guess_document, say_guess
    from fedn.annotation.formats.column_mapping import write_mapping

    say_guess(out, table.path, table.guess)
    if target is None:
        raise FormatError(
            f"{table.path} is a table with columns of its own, which have to be confirmed: write them down with "
            "--write-mapping FILE.toml, look at that file, and import with --mapping FILE.toml"
        )
    write_mapping(target, table.guess)
    out.document({**guess_document(table.path, table.guess), "mapping": str(target)})
    out.say(f"wrote this to {target}; look at it, mend it, and import with --mapping {target}")


def _document(plan: ImportPlan) -> dict[str, Any]:
    from app.commands.remark_list import remark_documents

    return {
        "events": plan.event_count,
        "tiers": [{**asdict(tier), "source": str(tier.source)} for tier in plan.tiers],
        "reviewed": list(plan.reviewed),
        "remarks": remark_documents(plan.remarks),
    }


def _say(out: Output, plan: ImportPlan, project: Path, *, dry_run: bool) -> None:
    said = "would import" if dry_run else "imported"
    out.say(f"{said} {counted(plan.event_count, 'event')} into {project}")
    for tier in plan.tiers:
        doubles = f", {tier.doubles} already there" if tier.doubles else ""
        removed = f", {tier.removed} replaced" if tier.removed else ""
        figures = f"{counted(tier.events, 'event')}{doubles}{removed}"
        out.say(f"    {tier.subject}/{tier.video}  {tier.tier} ({tier.source}, {tier.how}): {figures}")
    if plan.reviewed:
        verb = "would count" if dry_run else "now counts" if len(plan.reviewed) == 1 else "now count"
        names = ", ".join(plan.reviewed)
        out.say(f"{counted(len(plan.reviewed), 'video')} {verb} as reviewed from end to end: {names}")
