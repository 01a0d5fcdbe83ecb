"""Excel workbooks as plain sheets: values only, bounded in size, whatever the file claims about itself."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from fedn.annotation.formats.content import Remark
from fedn.annotation.formats.foreign_file import read_bytes
from fedn.errors import FormatError

Cell = str | int | float | bool | None

LARGEST_FILE_BYTES = 64 * 1024 * 1024
LARGEST_CELLS = 2_000_000
"""Over all sheets, empty cells before the last filled one of a row included."""
_OLD_MARKS = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that holds something.

    Attributes:
        number: as the spreadsheet program shows it, from 1.
        cells: from column A to the last filled one; empty cells and blank texts are None, texts have no spaces around
            them, dates and times are ISO texts, whole numbers are int however they are stored.
    """

    number: int
    cells: tuple[Cell, ...]

    def cell(self, column: int) -> Cell:
        """The cell of a column counted from 0, None beyond the last filled one."""
        return self.cells[column] if 0 <= column < len(self.cells) else None

    def text(self, column: int) -> str:
        """The cell as a person reads it, "" if it is empty."""
        return cell_text(self.cell(column))


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows` are those that hold something, from top to bottom."""

    name: str
    rows: tuple[SheetRow, ...]

    def place(self, row: int) -> str:
        """Where a row is, for a remark."""
        return f"sheet “{self.name}”, row {row}"


@dataclass(frozen=True, slots=True)
class Workbook:
    """Sheets in the file's order, hidden ones too, charts not. `remarks` tells what has no value in the file."""

    path: Path
    sheets: tuple[Sheet, ...]
    remarks: tuple[Remark, ...] = ()

    def sheet(self, name: str) -> Sheet | None:
        """The sheet of that name, whatever its case."""
        return next((sheet for sheet in self.sheets if sheet.name.casefold() == name.casefold()), None)


def cell_text(cell: Cell) -> str:
    """A cell as a person reads it: 4 for 4.0, TRUE, "" for an empty one."""
    if cell is None:
        return ""
    return str(cell).upper() if isinstance(cell, bool) else str(cell)


def cell_number(cell: Cell) -> int | float | None:
    """A cell as a number, also if it is stored as text; None if it is none."""
    if isinstance(cell, bool) or cell is None:
        return None
    if not isinstance(cell, str):
        return cell
    if not re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,15})?", cell):
        return None
    return plain_number(float(cell))


def read_workbook(path: Path) -> Workbook:
    """Reads an .xlsx or .xls file, told apart by their content and not by their name.

    Formulas have the value that the file stores for them; links to other files are not followed, macros not looked at.

    Raises:
        FormatError: if it is missing, damaged, locked by a password, no workbook, or larger than any label file.
    """
    # Imported here because both modules need the classes above.
    from fedn.annotation.formats.workbook_xls import read_xls
    from fedn.annotation.formats.workbook_xlsx import read_xlsx

    content = read_bytes(path, LARGEST_FILE_BYTES)
    if not content:
        raise FormatError(f"{path} is empty; copy or export it again")
    if content.startswith(b"PK"):
        return _guarded(path, lambda cells: read_xlsx(path, content, cells))
    if content.startswith(_OLD_MARKS):
        if _ENCRYPTED in content:
            raise FormatError(f"{path} is locked by a password; open it in a spreadsheet program and save it without")
        return _guarded(path, lambda cells: read_xls(path, content, cells))
    raise FormatError(
        f"{path} is not an Excel workbook, whatever its name; open it in a spreadsheet program and save it as .xlsx"
    )


@dataclass(slots=True)
class CellCounter:
    """Cells read so far."""

    path: Path
    cells: int = 0

    def add(self, width: int) -> None:
        self.cells += width
        if self.cells > LARGEST_CELLS:
            raise FormatError(
                f"{self.path} has more than {LARGEST_CELLS:,} cells, more than any label file; shorten it"
            )


def _guarded(path: Path, read: Callable[[CellCounter], Workbook]) -> Workbook:
    """Whatever the libraries raise about a damaged file becomes one sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = read(CellCounter(path))
    except FormatError:
        raise
    except Exception as error:  # Damaged files fail in as many ways as there are bytes.
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        if "encrypted" in reason.casefold():
            raise FormatError(
                f"{path} is locked by a password; open it in a spreadsheet program and save it without"
            ) from error
        raise FormatError(
            f"{path} is damaged or not an Excel workbook ({reason}); open it in a spreadsheet program and save it again"
        ) from error
    if not book.sheets:
        raise FormatError(f"{path} has no sheet with cells; choose another workbook")
    return book


def plain_cell(value: Any) -> Cell:
    """A value of either library as one of ours."""
    match value:
        case None | bool():
            return value
        case str():
            return value.strip() or None
        case int() | float():
            return plain_number(value) if math.isfinite(value) else str(value)
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return f"{value.total_seconds():g} s"
        case _:
            return str(value).strip() or None


def plain_number(value: int | float) -> int | float:
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value
