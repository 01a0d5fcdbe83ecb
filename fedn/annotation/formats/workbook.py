"""Excel workbooks as plain sheets: values only, bounded in size, whatever the file claims about itself."""

from __future__ import annotations

import contextlib
import io
import math
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

from fedn.annotation.formats.content import Remark, Remarks
from fedn.annotation.formats.foreign_file import open_zip, read_bytes
from fedn.errors import FormatError

Cell = str | int | float | bool | None

LARGEST_FILE_BYTES = 64 * 1024 * 1024
LARGEST_UNPACKED_BYTES = 256 * 1024 * 1024
LARGEST_CELLS = 2_000_000
"""Over all sheets, empty cells before the last filled one of a row included."""
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_CHUNK_BYTES = 1024 * 1024
_ENTITIES = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
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
    return _plain_number(float(cell))


def read_workbook(path: Path) -> Workbook:
    """Reads an .xlsx or .xls file, told apart by their content and not by their name.

    Formulas have the value that the file stores for them; links to other files are not followed, macros not looked at.

    Raises:
        FormatError: if it is missing, damaged, locked by a password, no workbook, or larger than any label file.
    """
    head = read_bytes(path, LARGEST_FILE_BYTES)
    if not head:
        raise FormatError(f"{path} is empty; copy or export it again")
    if head.startswith(b"PK"):
        return _guarded(path, lambda cells: _read_xlsx(path, cells))
    if head.startswith(_OLD_MARKS):
        if _ENCRYPTED in head:
            raise FormatError(f"{path} is locked by a password; open it in a spreadsheet program and save it without")
        return _guarded(path, lambda cells: _read_xls(path, head, cells))
    raise FormatError(
        f"{path} is not an Excel workbook, whatever its name; open it in a spreadsheet program and save it as .xlsx"
    )


@dataclass(slots=True)
class _Counter:
    """Cells read so far."""

    path: Path
    cells: int = 0

    def add(self, width: int) -> None:
        self.cells += width
        if self.cells > LARGEST_CELLS:
            raise FormatError(
                f"{self.path} has more than {LARGEST_CELLS:,} cells, more than any label file; shorten it"
            )


def _guarded(path: Path, read: Callable[[_Counter], Workbook]) -> Workbook:
    """Whatever the libraries raise about a damaged file becomes one sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = read(_Counter(path))
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


# .xlsx


def _read_xlsx(path: Path, counter: _Counter) -> Workbook:
    if not is_zipfile(path):
        raise FormatError(f"{path} is damaged or cut off; copy or export it again")
    with open_zip(path) as archive:
        _refuse_other_zips(path, archive)
        _refuse_entities(path, archive)
    import openpyxl

    remarks = Remarks(path)
    book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    with contextlib.closing(book):
        sheets = tuple(_xlsx_sheet(book, sheet, counter, remarks) for sheet in book.worksheets)
    return Workbook(path, sheets, remarks.done())


def _refuse_other_zips(path: Path, archive: ZipFile) -> None:
    names = set(archive.namelist())
    if "[Content_Types].xml" not in names or any(name.endswith("workbook.bin") for name in names):
        raise FormatError(f"{path} is not an .xlsx workbook; open it in a spreadsheet program and save it as .xlsx")
    unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > LARGEST_UNPACKED_BYTES:
        raise FormatError(f"{path} would unpack to {unpacked / 1e6:.0f} MB, more than any label file; shorten it")


def _refuse_entities(path: Path, archive: ZipFile) -> None:
    """No part may declare XML entities: they can grow beyond every bound when they are expanded."""
    for member in archive.infolist():
        with archive.open(member) as stream:
            rest = b""
            while chunk := stream.read(_CHUNK_BYTES):
                chunk = rest + chunk.replace(b"\0", b"")  # UTF-16 hides nothing
                if _ENTITIES.search(chunk):
                    raise FormatError(f"{path} declares entities of its own, which no workbook needs; save it again")
                rest = chunk[-64:]


def _xlsx_sheet(book: Any, sheet: Any, counter: _Counter, remarks: Remarks) -> Sheet:
    """The parser beneath openpyxl's rows, which believes no declared size and fills no gaps."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

    empty: dict[int, list[int]] = {}

    class Parser(WorkSheetParser):
        def parse_cell(self, element: Any) -> dict[str, Any]:
            cell = super().parse_cell(element)
            if cell["value"] is None and element.find(FORMULA_TAG) is not None:
                empty.setdefault(cell["column"], []).append(cell["row"])
            return cell

    rows: dict[int, dict[int, Cell]] = {}
    with sheet._get_source() as source:
        parser = Parser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, found in parser.parse():
            cells = {cell["column"]: value for cell in found if (value := _plain(cell["value"])) is not None}
            if not cells:
                continue
            if not 1 <= number <= _LAST_ROW or not 1 <= min(cells) <= max(cells) <= _LAST_COLUMN:
                raise FormatError(
                    f"{remarks.file}, sheet “{sheet.title}” has cells outside of any sheet; save it again"
                )
            counter.add(max(cells))
            rows.setdefault(number, {}).update(cells)
    for column, numbers in sorted(empty.items()):
        remarks.add(
            f"sheet “{sheet.title}”, {_span(numbers)}",
            f"the formulas in column {get_column_letter(column)} have no calculated value and were read as empty; "
            "save the file in a spreadsheet program to calculate them",
        )
    return Sheet(sheet.title, tuple(_row(number, rows[number]) for number in sorted(rows)))


def _span(numbers: list[int]) -> str:
    return f"row {numbers[0]}" if len(numbers) == 1 else f"rows {min(numbers)} to {max(numbers)}"


def _row(number: int, cells: dict[int, Cell]) -> SheetRow:
    return SheetRow(number, tuple(cells.get(column) for column in range(1, max(cells) + 1)))


# .xls


def _read_xls(path: Path, content: bytes, counter: _Counter) -> Workbook:
    import xlrd

    # Its logfile would be the terminal.
    with xlrd.open_workbook(file_contents=content, logfile=io.StringIO(), on_demand=True, ragged_rows=True) as book:
        sheets = tuple(_xls_sheet(book, index, counter) for index in range(book.nsheets))
    return Workbook(path, sheets)


def _xls_sheet(book: Any, index: int, counter: _Counter) -> Sheet:
    sheet = book.sheet_by_index(index)
    rows = tuple(_filled(_xls_rows(book, sheet, counter)))
    book.unload_sheet(index)
    return Sheet(sheet.name, rows)


def _xls_rows(book: Any, sheet: Any, counter: _Counter) -> Iterator[tuple[int, list[Cell]]]:
    for number in range(sheet.nrows):
        counter.add(sheet.row_len(number))
        types, values = sheet.row_types(number), sheet.row_values(number)
        yield number + 1, [_xls_value(book, kind, value) for kind, value in zip(types, values, strict=True)]


def _filled(rows: Iterable[tuple[int, list[Cell]]]) -> Iterator[SheetRow]:
    for number, cells in rows:
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            yield SheetRow(number, tuple(cells))


def _xls_value(book: Any, kind: int, value: Any) -> Cell:
    import xlrd

    if kind == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(value, "#VALUE!")
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == xlrd.XL_CELL_DATE:
        try:
            return _plain(xlrd.xldate_as_datetime(value, book.datemode))
        except (xlrd.XLDateError, OverflowError, ValueError):
            return _plain(value)
    return _plain(value)


# Both


def _plain(value: Any) -> Cell:
    """A value of either library as one of ours."""
    match value:
        case None | bool():
            return value
        case str():
            return value.strip() or None
        case int() | float():
            return _plain_number(value) if math.isfinite(value) else str(value)
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return f"{value.total_seconds():g} s"
        case _:
            return str(value).strip() or None


def _plain_number(value: int | float) -> int | float:
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value
