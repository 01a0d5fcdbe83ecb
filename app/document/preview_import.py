"""Files of events read and planned into a project in one go, for a person to look at before anything changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.document.import_content import plan_import
from app.document.import_plan import ImportChoices, ImportPlan
from app.document.read_files import ReadChoices, ReadFile, UnknownTable, read_files
from fedn.annotation.formats.recognize import recognize_format
from fedn.annotation.project import Project
from fedn.progress import SILENT, Reporter


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do.

    Attributes:
        titles: for people, the format of every file; "table with columns of its own" for those read by a mapping.
    """

    read: tuple[ReadFile, ...]
    titles: tuple[str, ...]
    plan: ImportPlan


def preview_import(
    project: Project,
    paths: Sequence[Path],
    reading: ReadChoices,
    choices: ImportChoices,
    reporter: Reporter = SILENT,
) -> Preview | UnknownTable:
    """Reads the files and plans their import; the first table whose columns a person has to name, if there is one.

    Raises:
        FormatError: if a file cannot be read, or what was chosen is not there.
        Cancelled: between files, if it is asked to stop.
    """
    try:
        read = read_files(project, paths, reading, reporter)
    except UnknownTable as table:
        return table
    reporter.check()
    titles = tuple(_title(file, reading) for file in read)
    return Preview(tuple(read), titles, plan_import(project, [(file.path, file.content) for file in read], choices))


def _title(file: ReadFile, reading: ReadChoices) -> str:
    if file.mapping is not None:
        return "table with columns of its own"
    known = reading.known or recognize_format(file.path)
    return known.title if known is not None else "table"
