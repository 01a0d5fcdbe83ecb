"""Tables from elsewhere, delimited text or workbooks, as rows of texts; and the numbers in their cells."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fedn.annotation.formats.content import Remark, Remarks
from fedn.annotation.formats.foreign_file import read_text, write_foreign
from fedn.annotation.formats.spreadsheet_text import unescape_formula
from fedn.annotation.formats.workbook import Sheet, Workbook, cell_text, read_workbook
from fedn.errors import FormatError

DELIMITERS = ",;\t|"
LARGEST_FRAME = 2**31 - 1
_HEAD = 65_536
_WORKBOOKS = (".xlsx", ".xlsm", ".xls")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.IGNORECASE | re.ASCII)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}([.,]\d{3})+", re.ASCII)


@dataclass(frozen=True, slots=True)
class TableRow:
    """`number` counts as a spreadsheet program does, from 1; cells have no spaces around them."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first row that fills two cells is its header; rows without any text are left out.

    Attributes:
        sheet: the sheet's name in a workbook, "" for text.
        header_row: number of the header's row.
        remarks: what stood above the header, and cells without a value.
    """

    path: Path
    header: tuple[str, ...]
    rows: tuple[TableRow, ...]
    sheet: str = ""
    header_row: int = 1
    remarks: tuple[Remark, ...] = ()

    def place(self, number: int) -> str:
        return f"sheet “{self.sheet}”, row {number}" if self.sheet else f"row {number}"


def read_table(path: Path, sheet: str = "") -> Table:
    """A table from delimited text, or from a workbook if the file's name says so.

    Args:
        sheet: of a workbook; by default its first with two filled cells in a row.

    Raises:
        FormatError: if the file is missing, damaged, too large or without such a sheet.
    """
    if path.suffix.lower() not in _WORKBOOKS:
        return read_delimited(path)
    book = read_workbook(path)
    found = book.sheet(sheet)
    if sheet and found is None:
        names = ", ".join(f"“{one.name}”" for one in book.sheets)
        raise FormatError(f"{path} has no sheet “{sheet}”; its sheets are {names}")
    return sheet_table(book, found or next(filter(_has_header, book.sheets), book.sheets[0]))


def _has_header(sheet: Sheet) -> bool:
    return any(sum(cell is not None for cell in row.cells) > 1 for row in sheet.rows)


def sheet_table(book: Workbook, sheet: Sheet) -> Table:
    """A sheet as a table; texts that were escaped against formulas are what they were."""
    rows = [TableRow(row.number, tuple(_sheet_cell(cell) for cell in row.cells)) for row in sheet.rows]
    about_sheet = [one for one in book.remarks if one.place.startswith(f"sheet “{sheet.name}”")]
    return _with_header(book.path, rows, sheet.name, about_sheet)


def _sheet_cell(cell: object) -> str:
    return unescape_formula(cell) if isinstance(cell, str) else cell_text(cell)  # type: ignore[arg-type]


def read_delimited(path: Path) -> Table:
    """Delimited text with commas, semicolons, tabs or bars, whichever splits its first rows into most columns.

    Raises:
        FormatError: if the file is missing, not text, or its quotes do not close.
    """
    text = read_text(path)
    first, _, rest = text.partition("\n")
    hint = re.fullmatch(r"sep=(.)\s*", first)  # Excel's own first line
    if hint:
        text, delimiter = "\n" + rest, hint[1]
    else:
        delimiter = _delimiter(text)
    return _with_header(path, split_rows(path, text, delimiter), "", [])


def split_rows(path: Path, text: str, delimiter: str) -> list[TableRow]:
    """The rows of `path`'s text that hold something, the header, if there is one, among them.

    Raises:
        FormatError: if the quotes do not close, or a cell is larger than any text.
    """
    # Strict, because otherwise an open quote swallows the rest of the table without a word.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[TableRow] = []
    line = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if any(map(str.strip, cells)):
                rows.append(TableRow(number, tuple(map(str.strip, cells))))
            line = reader.line_num
    except csv.Error as error:
        raise FormatError(
            f"{path} is not CSV from line {line + 1} on: {error}; look for a quotation mark there"
        ) from error
    return rows


def _delimiter(text: str) -> str:
    """That which splits the first rows into most columns; a quote that never closes counts as an end."""

    head = text[:_HEAD]

    def columns(delimiter: str) -> int:
        reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, strict=True)
        widths = []
        try:
            for cells, _ in zip(reader, range(5), strict=False):
                widths.append(len(cells))
        except csv.Error:
            pass
        # The header decides; title lines above it are narrower, free text below may hold any of the characters.
        return max(widths[:2], default=0)

    return max(DELIMITERS, key=columns)


def _with_header(path: Path, rows: list[TableRow], sheet: str, remarks: list[Remark]) -> Table:
    place = next((place for place, row in enumerate(rows) if sum(map(bool, row.cells)) > 1), 0)
    if not rows:
        return Table(path, (), (), sheet, 1, tuple(remarks))
    table = Table(path, rows[place].cells, tuple(rows[place + 1 :]), sheet, rows[place].number)
    above = Remarks(path)
    for row in rows[:place]:
        above.add(table.place(row.number), f"“{''.join(row.cells)}” stands above the table and was passed over")
    return Table(path, table.header, table.rows, sheet, table.header_row, (*remarks, *above.done()))


def columns_by_name(table: Table, required: Sequence[str]) -> dict[str, int]:
    """The place of every named column. A column without a name is called by its number if it holds something.

    Raises:
        FormatError: if one of the required columns is missing, or two have the same name.
    """
    missing = [name for name in required if name not in table.header]
    if missing:
        needed = ", ".join(required)
        raise FormatError(f"{table.path} has no column {' and no column '.join(missing)}; it needs {needed}")
    columns: dict[str, int] = {}
    for place, name in enumerate(table.header):
        if not name and not any(place < len(row.cells) and row.cells[place] for row in table.rows):
            continue
        name = name or f"column {place + 1}"
        if name in columns:
            raise FormatError(f"{table.path} has two columns “{name}”; rename one of them")
        columns[name] = place
    return columns


def records(table: Table, required: Sequence[str]) -> Iterator[tuple[int, dict[str, str], int]]:
    """Every row as its number, its values by column name, and how many cells it has beyond the header's.

    Raises:
        FormatError: as `columns_by_name`.
    """
    columns, width = columns_by_name(table, required), len(table.header)
    for row in table.rows:
        cells = row.cells
        beyond = sum(map(bool, cells[width:])) if len(cells) > width else 0
        filled = len(cells)
        yield row.number, {name: cells[at] if at < filled else "" for name, at in columns.items()}, beyond


def write_delimited(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], delimiter: str = ",") -> None:
    """Writes UTF-8 text, whole or not at all; None becomes an empty cell.

    Raises:
        FormatError: if the file cannot be written.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    if header:
        writer.writerow(header)
    writer.writerows(rows)
    write_foreign(path, text.getvalue().encode())


# Numbers in cells


def parse_number(text: str, name: str) -> float | None:
    """A cell's number, None if it is empty.

    Raises:
        FormatError: if it is something else; decimal commas are, because 1,234 may be a thousand.
    """
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or not math.isfinite(number := float(text)):
        raise FormatError(f"the {name} “{text}” is not a number with a decimal point")
    return number


def parse_frame(text: str, name: str, first: int = 0) -> int | None:
    """A cell's frame, counted from 0, None if it is empty.

    Args:
        first: number of the first frame in the file.

    Raises:
        FormatError: if it is not a whole number, or may be one thousand as well as one.
    """
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text) - first
    number = parse_number(text, name)
    if number is None:
        return None
    if not number.is_integer():
        raise FormatError(f"the {name} “{text}” is not a frame number")
    if _THOUSANDS.fullmatch(text):
        raise FormatError(f"the {name} “{text}” may mean {text[:-4]} or {text.replace('.', '')}; write it plainly")
    if abs(number) > LARGEST_FRAME:
        raise FormatError(f"the {name} “{text}” is beyond the end of any video")
    return int(number) - first
