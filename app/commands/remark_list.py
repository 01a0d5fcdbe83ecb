"""Remarks on files for people: counts first, then file by file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.commands.output import Output
from app.document.dataset_project import REMARKS_NAME, remark_columns, shown_path, write_remarks
from fedn.annotation.formats.content import Remark
from fedn.counted import counted


def say_remarks(out: Output, remarks: Sequence[Remark]) -> None:
    """Prints how many remarks there are of which file, and then all of them."""
    by_file: dict[Path, list[Remark]] = {}
    for remark in remarks:
        by_file.setdefault(remark.file, []).append(remark)
    if len(by_file) > 1:
        out.say(f"{counted(len(remarks), 'remark')} on {counted(len(by_file), 'file')}:")
        for file, own in by_file.items():
            out.say(f"    {len(own):>5}  {_shown(file)}")
    for file, own in by_file.items():
        out.say(f"{counted(len(own), 'remark')} on {_shown(file)}:")
        for remark in own:
            out.say(f"    {remark.place}: {remark.text}" if remark.place else f"    {remark.text}")


def remark_documents(remarks: Sequence[Remark]) -> list[dict[str, str]]:
    """The remarks as JSON objects with file, place and remark."""
    return [remark_columns(remark, Path.cwd()) for remark in remarks]


def write_remark_table(path: Path, remarks: Sequence[Remark]) -> None:
    """Writes all remarks as CSV: file, place, remark.

    Raises:
        FormatError: if the file cannot be written.
    """
    write_remarks(path, remarks, Path.cwd())


def _shown(file: Path) -> str:
    return shown_path(file, Path.cwd())


def tell_remarks(out: Output, told: dict[str, Any], remarks: Sequence[Remark], folder: Path, root: Path) -> None:
    """Prints how many events came onto which tiers, and every remark."""
    counts: Counter[str] = Counter()
    for video in told["videos"]:
        for tier in video["tiers"]:
            counts[tier["name"]] += tier["events"]
    for name, count in counts.items():
        out.say(f"    {name:<24} {counted(count, 'event')}")
    if remarks:
        out.say(f"{counted(len(remarks), 'remark')}, also in {folder / REMARKS_NAME}:")
    heading = ""
    for remark in remarks:
        sheet, found, rows = remark.place.partition(", row")
        about = ", ".join(filter(None, (shown_path(remark.file, root), sheet)))
        if about != heading:
            heading = about
            out.say(f"  {about}")
        out.say(f"    {found[2:]}{rows}: {remark.text}" if found else f"    {remark.text}")
