"""`main.py project check`, `backup`, `restore` and `relink`: what keeps a project sound."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.output import JsonOption, RecordsOption, output
from fedn.counted import counted
from fedn.errors import ProjectError

if TYPE_CHECKING:
    from fedn.annotation.restore import PastEdit, Restored

DAMAGED = 2
ProjectArgument = Annotated[Path, typer.Argument(help="The project's folder.")]
WhoOption = Annotated[str, typer.Option(help="Under whose name the change is kept.")]


def check(project: ProjectArgument, json: JsonOption = False) -> None:
    """Look a project over: damage (exit code 2), and what a person should know of. Changes nothing."""
    with output(json) as out:
        from fedn.annotation.check import check_project

        findings = check_project(project)
        damaged = any(finding.damage for finding in findings)
        out.document(
            {
                "project": str(project),
                "damaged": damaged,
                "findings": [{"kind": "damage" if one.damage else "note", "text": one.text} for one in findings],
            }
        )
        for finding in findings:
            out.say(f"{'damage' if finding.damage else 'note'}: {finding.text}")
        if not findings:
            out.say(f"{project} is sound and there is nothing to note")
    if damaged:
        raise typer.Exit(DAMAGED)


def backup(
    project: ProjectArgument,
    to: Annotated[
        Path | None, typer.Option(help="The copy's file; by default one of the project's own backups.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Copy a project's database; works while the window has it open."""
    with output(json) as out:
        from fedn.annotation.backups import back_up_project

        copy = back_up_project(project, to)
        out.document({"project": str(project), "backup": str(copy)})
        out.say(f"copied the database of {project} to {copy}")


def restore(
    project: ProjectArgument,
    backup: Annotated[
        Path | None, typer.Option("--from", help="The backup to go back to; by default the newest sound one.")
    ] = None,
    who: WhoOption = "",
    json: JsonOption = False,
) -> None:
    """Put a backup in the place of a damaged database and say which edits are missing then. Deletes nothing."""
    with output(json) as out:
        from fedn.annotation.restore import restore_project

        restored = restore_project(project, who, backup)
        out.document(_restored_document(restored))
        for line in _restored_lines(restored):
            out.say(line)


def _restored_document(restored: Restored) -> dict[str, object]:
    return {
        "backup": str(restored.backup or ""),
        "project_file": str(restored.project_file or ""),
        "last_edit": restored.last.number if restored.last else 0,
        "missing": [
            {"edit": one.number, "time_utc": one.time_utc, "who": one.who, "text": one.text} for one in restored.missing
        ],
        "complete": restored.complete,
        "kept_in": str(restored.kept_in),
    }


def _restored_lines(restored: Restored) -> list[str]:
    lines = []
    if restored.project_file is not None:
        lines.append(f"{restored.project_file} is in place as project.toml")
    if restored.backup is not None:
        last = f"up to edit {_edit_words(restored.last)}" if restored.last else "before the first edit"
        lines += [f"{restored.backup} is in place, {last}", *_missing_lines(restored)]
    return [*lines, f"what was replaced is kept in {restored.kept_in}"]


def _missing_lines(restored: Restored) -> list[str]:
    lines = []
    if restored.missing:
        lines = [f"missing after it: {counted(len(restored.missing), 'edit')}"]
        lines += [f"    {_edit_words(edit)}" for edit in restored.missing]
    elif restored.complete:
        lines = ["nothing is missing"]
    if not restored.complete:
        written = f"; it was written last at {restored.changed_last:%H:%M on %Y-%m-%d}" if restored.changed_last else ""
        lines.append(f"the history of the damaged database cannot be read to its end, so more may be missing{written}")
    return lines


def _edit_words(edit: PastEdit) -> str:
    time = datetime.fromisoformat(edit.time_utc).astimezone()
    return f"{edit.number} of {time:%H:%M:%S on %Y-%m-%d} by {edit.who or 'unknown'}: {edit.text}"


def relink(
    project: ProjectArgument,
    folders: Annotated[
        list[Path] | None,
        typer.Argument(help="Where to look, with everything below; by default beside the project."),
    ] = None,
    who: WhoOption = "",
    json: JsonOption = False,
    records: RecordsOption = False,
) -> None:
    """Find videos that were moved or renamed, by their content. The videos themselves are only read."""
    with output(json, records) as out:
        from app.document.document import Document
        from app.document.edits import ChangeVideo, Group
        from fedn.annotation.relink import find_moved

        for folder in folders or ():
            if not folder.is_dir():
                raise ProjectError(f"there is no folder {folder} to look for videos in; check its name")
        with Document.open(project, who=who) as document:
            look_in = folders or [document.project.folder.absolute().parent]
            result = find_moved(document.project, look_in, out.reporter)
            if result.found:
                words = f"Relink {counted(len(result.found), 'video')}"
                document.do(Group(tuple(ChangeVideo(video) for video in result.found), words))
        found = {video.name: str(video.path) for video in result.found}
        out.document({"found": found, "missing": [str(video.path) for video in result.missing]})
        for video in result.found:
            out.say(f"found {video.subject}/{video.name} at {video.path}")
        for video in result.missing:
            out.say(f"still missing: {video.subject}/{video.name}, which was {video.path}")
        if not result.found and not result.missing:
            out.say("no video is missing")
