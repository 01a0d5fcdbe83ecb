"""Datavyu's .opf files as plain columns: a zip file with the spreadsheet “db” and the settings “project”."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fedn.annotation.formats.foreign_file import LARGEST_DOCUMENT_BYTES, decode_text, open_zip, read_member
from fedn.errors import FormatError

VERSIONS = range(1, 5)
_TIME = r"(\d{1,6}):(\d\d):(\d\d):(\d{3})"
_CELL = re.compile(rf"{_TIME},{_TIME},(.*)")
_KIND = re.compile(r"([A-Za-z]+)((?:\\.|[^\\)])*)\)(?:-(.*))?")
_FEED = re.compile(r"^[ \t]*(?:-[ \t]+)?feed:(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a column: its times in milliseconds and a value for each argument. `line` is its place in the file."""

    onset_ms: int
    offset_ms: int
    values: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """A column; one without arguments has cells of one value."""

    name: str
    arguments: tuple[str, ...]
    cells: tuple[Cell, ...]
    comment: str = ""


_RawCell = tuple[int, int, list[str], int]
"""Onset and offset in milliseconds, the lines of the value, and the number of the first."""


@dataclass(frozen=True, slots=True)
class OpfFile:
    """The content of a file; `feeds` are the paths of its videos, as they stand there."""

    columns: tuple[Column, ...]
    feeds: tuple[str, ...]


def parse_opf(path: Path) -> OpfFile:
    """Reads a file of Datavyu. Of “project” only the videos are looked at; nothing of it is ever made into an object.

    Raises:
        FormatError: if it is missing, damaged or not such a file; it names the line of “db”.
    """
    with open_zip(path) as archive:
        lines = decode_text(read_member(archive, "db", path, LARGEST_DOCUMENT_BYTES), path).split("\n")
        project = ""
        if "project" in archive.namelist():
            project = decode_text(read_member(archive, "project", path, LARGEST_DOCUMENT_BYTES), path)
    version = re.fullmatch(r"#(\d{1,3})\s*", lines[0])
    if version is None or int(version[1]) not in VERSIONS:
        raise FormatError(f"{path} is not of a version of Datavyu that this program knows; save it with Datavyu 1.5")
    feeds = tuple(feed for found in _FEED.findall(project) if (feed := _scalar(found)))
    return OpfFile(tuple(_columns(path, lines[1:])), feeds)


def _columns(path: Path, lines: Sequence[str]) -> list[Column]:
    columns: list[Column] = []
    cells: list[_RawCell] = []
    for number, line in enumerate(lines, start=2):
        line = line.removesuffix("\r")
        cell = _CELL.fullmatch(line)
        column = None if cell else _column(line)
        if cell is not None and columns:
            times = [int(part) for part in cell.groups()[:8]]
            cells.append((_ms(times[:4]), _ms(times[4:]), [cell[9]], number))
        elif column is not None:
            _close(path, columns, cells)
            columns.append(column)
        elif line.strip() and cells:  # A text goes on.
            cells[-1][2].append(line)
        elif line.strip():
            raise FormatError(
                f"{path}, line {number} of “db”: “{line[:40]}” is neither a column nor a cell; save it again"
            )
    _close(path, columns, cells)
    return columns


def _column(line: str) -> Column | None:
    """A column's line, "name (MATRIX,true,comment)-argument|NOMINAL,argument|NOMINAL", without cells."""
    name, _, rest = line.partition(" (")
    found = _KIND.fullmatch(rest)
    if found is None or not name.strip():
        return None
    arguments = [own.rpartition("|")[0] or own for own in _split(found[3] or "") if own]
    return Column(
        name.strip(), tuple(arguments) if found[1].upper() == "MATRIX" else (), (), ",".join(_split(found[2])[2:])
    )


def _close(path: Path, columns: list[Column], cells: list[_RawCell]) -> None:
    """Gives the last column its cells."""
    if columns:
        arguments = columns[-1].arguments
        own = [Cell(on, off, _values(path, "\n".join(text), arguments, at), at) for on, off, text, at in cells]
        columns[-1] = replace(columns[-1], cells=tuple(own))
        cells.clear()


def _values(path: Path, text: str, arguments: Sequence[str], line: int) -> tuple[str, ...]:
    if not arguments:
        return (_unescaped(text.removeprefix("(").removesuffix(")") if text.startswith("(") else text),)
    if not (text.startswith("(") and text.endswith(")")):
        raise FormatError(f"{path}, line {line} of “db”: the values of the cell are not in brackets; save it again")
    values = _split(text[1:-1])
    if len(values) > len(arguments):
        values[len(arguments) - 1 :] = [",".join(values[len(arguments) - 1 :])]
    return tuple(values + [""] * (len(arguments) - len(values)))


def _ms(parts: Sequence[int]) -> int:
    return ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1000 + parts[3]


def _split(text: str) -> list[str]:
    """What commas separate, except those behind a backslash, which escapes any letter."""
    parts: list[list[str]] = [[]]
    for found in re.finditer(r"\\(.)|(,)|([^\\,]+|\\)", text, re.DOTALL):
        if found[2]:
            parts.append([])
        else:
            parts[-1].append(found[1] or found[3])
    return ["".join(part) for part in parts]


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _escaped(text: str) -> str:
    return re.sub(r"([\\(),])", r"\\\1", text)


def _scalar(text: str) -> str:
    """A text of YAML: in single or double quotation marks or without."""
    text = text.strip()
    if text.startswith("'") and text.endswith("'") and len(text) > 1:
        return text[1:-1].replace("''", "'")
    if text.startswith('"'):
        try:
            return str(json.loads(text))
        except ValueError:
            return ""
    return "" if text[:1] in "!&*{[|>" else text


def opf_bytes(name: str, columns: Sequence[Column]) -> bytes:
    """A file of Datavyu, version 4 of its spreadsheet, without settings of players."""
    lines = ["#4"]
    for column in columns:
        arguments = ",".join(f"{argument}|NOMINAL" for argument in column.arguments)
        lines.append(f"{column.name} (MATRIX,true,{_escaped(column.comment)})-{arguments}")
        for cell in column.cells:
            values = ",".join(_escaped(value) for value in cell.values)
            lines.append(f"{_time(cell.onset_ms)},{_time(cell.offset_ms)},({values})")
    quoted = name.replace("'", "''")
    project = f"!project\ndbFile: '{quoted}'\nname: '{quoted}'\norigpath: ''\nversion: 5\nviewerSettings: []\n"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, text in (("db", "\n".join(lines) + "\n"), ("project", project)):
            archive.writestr(zipfile.ZipInfo(member), text, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _time(time_ms: int) -> str:
    seconds, ms = divmod(time_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{ms:03}"
