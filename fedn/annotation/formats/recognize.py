"""Which of the known formats a file has: its content decides, its name only where the content leaves it open."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from fedn.annotation.formats.casme2 import is_casme2
from fedn.annotation.formats.casme3 import is_casme3
from fedn.annotation.formats.foreign_file import decode_text, open_zip, parse_json, read_bytes
from fedn.annotation.formats.known_formats import FORMATS, KnownFormat
from fedn.annotation.formats.samm import is_samm
from fedn.annotation.formats.table import Table, read_delimited, sheet_table
from fedn.annotation.formats.workbook import Workbook, read_workbook
from fedn.errors import FormatError

# The columns by which a table is of a format, the first that fits; it may have more. Our own readers and those of the
# challenges know columns by their exact names.
_EXACT: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("csv", ("video", "onset", "offset", "label")),
    ("megc2022", ("vid", "pred_onset", "pred_offset", "type")),
    ("megc2023", ("vid", "onset", "offset", "type")),
    ("megc2024", ("subject", "video", "onset", "offset", "emotion")),
    ("auw-gcn", ("video_name", "start_frame", "end_frame", "type_idx")),
    ("lgsnet", ("subject", "video", "type_idx", "startFrame", "endFrame")),
    ("openface", ("frame", "success", "confidence")),
    ("via-csv", ("metadata", "file_list", "temporal_segment_start")),
    ("via-csv", ("metadata", "file_list", "temporal_coordinates")),
)
_OF_BORIS = (
    ("behavior", "start (s)", "stop (s)"),
    ("behavior", "time"),
    ("behavior", "time (s)"),
    ("code", "time", "subject"),
)
# Texts that files of these formats cannot do without, each in a form that survives any spacing.
_MARKS = (
    ("eaf", re.compile(r"<ANNOTATION_DOCUMENT[\s>]")),
    ("textgrid", re.compile(r'"\s*ooTextFile')),
    ("via-csv", re.compile(r"^#.*CSV_HEADER\s*=", re.MULTILINE)),
    # Older exports of BORIS say a lot of the observation before their table.
    ("boris-table", re.compile(r"^Observation id\b.*\n(?:.*\n){1,60}?.*\bBehavior\b", re.MULTILINE)),
)
# One of them is in every task of Label Studio, the last in its short exports.
_TASK = {"annotations", "predictions", "annotation_id"}
_HEAD_CHARACTERS = 65_536


def recognize_format(path: Path) -> KnownFormat | None:
    """The format of a file; None for a table whose columns only its maker knows.

    Raises:
        FormatError: if the file cannot be read, or is neither a table nor of any known format.
    """
    content = read_bytes(path)
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        name = _of_zip(path)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        name = _of_workbook(read_workbook(path))
    elif content.startswith(b"\x1f\x8b"):
        name = "boris"
    else:
        name = _of_text(path, decode_text(content, path))
    return FORMATS[name] if name else None


def _of_zip(path: Path) -> str:
    with open_zip(path) as archive:
        members = set(archive.namelist())
    if "db" in members:
        return "datavyu"
    return _of_workbook(read_workbook(path))


def _of_workbook(book: Workbook) -> str:
    for name, test in (("casme2", is_casme2), ("casme3", is_casme3), ("samm", is_samm)):
        if test(book):
            return name
    names = [_of_columns(sheet_table(book, sheet)) for sheet in book.sheets]
    found = next(filter(None, names), "")
    return "xlsx" if found == "csv" else found


def _of_text(path: Path, text: str) -> str:
    head = text.lstrip()[:_HEAD_CHARACTERS]
    marked = next((name for name, mark in _MARKS if mark.search(head)), "")
    if marked:
        return marked
    if head.startswith("<"):
        raise FormatError(f"{path} is XML, but no file of ELAN; choose another file or name its format")
    if head.startswith(("{", "[")):
        return _of_json(path, parse_json(path))
    lines = head.splitlines()
    if lines and lines[0].strip() in ("1", "2"):
        return "megc2021"
    if lines and _is_detection(lines[0]):
        return "lgsnet-detections"
    return _of_columns(_table(path))


def _table(path: Path) -> Table:
    table = read_delimited(path)
    if len(table.header) < 2:
        raise FormatError(f"{path} is no table and of no known format; choose another file or name its format")
    return table


def _is_detection(line: str) -> bool:
    cells = line.split("\t")
    return len(cells) in (4, 5) and all(re.fullmatch(r"\s*-?[\d.]+(e-?\d+)?\s*", cell) for cell in cells[1:])


def _of_columns(table: Table) -> str:
    """The format that a table's columns are of, "" if of none."""
    header = set(table.header)
    found = next((name for name, names in _EXACT if header.issuperset(names)), "")
    in_small = {cell.casefold() for cell in table.header}
    return found or ("boris-table" if any(in_small.issuperset(names) for names in _OF_BORIS) else "")


def _of_json(path: Path, document: Any) -> str:
    keys = set(document) if isinstance(document, dict) else set()
    if "format" in keys and str(document["format"]).startswith("fedn-"):
        return "json"
    if {"project_format_version", "observations"} <= keys or {"behaviors_conf", "observations"} <= keys:
        return "boris"
    if {"file", "metadata"} <= keys:
        return "via"
    tasks = document if isinstance(document, list) else [document]
    if tasks and all(isinstance(task, dict) and _TASK & task.keys() for task in tasks):
        return "label-studio"
    return _no_json(path)


def _no_json(path: Path) -> str:
    raise FormatError(
        f"{path} is JSON, but neither of this program nor of BORIS, VIA or Label Studio; choose another file"
    )
