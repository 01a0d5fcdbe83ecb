"""Event tables as XLSX, for people who look at them in a spreadsheet program: the columns of docs/event-tables.md.

Numbers are numbers, everything else is text, also what looks like a number ("006"). A text that begins like a formula
has an apostrophe before it (spreadsheet_text), so that it is none: not now, not once it is edited or saved as CSV.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fedn.annotation.formats.content import Content, Remark, Remarks, VideoEvents
from fedn.annotation.formats.event_row import REQUIRED, SECONDS, Cell, EventRow, cells_for, columns_for
from fedn.annotation.formats.event_table import read_content, rows_for
from fedn.annotation.formats.foreign_file import write_foreign
from fedn.annotation.formats.spreadsheet_text import escape_formula
from fedn.annotation.formats.table import Table, sheet_table
from fedn.annotation.formats.times import IndexOf, no_index
from fedn.annotation.formats.workbook import read_workbook
from fedn.errors import FormatError

SHEET = "events"
MOST_EVENTS = 1_048_575
"""Rows of a sheet, less the header."""
_WIDTHS = {"video": 28, "note": 40, "label": 14, "tier": 14}


def write_event_xlsx(path: Path, videos: Sequence[VideoEvents], index_of: IndexOf = no_index) -> tuple[Remark, ...]:
    """Writes all tiers of the videos into one sheet, whole or not at all.

    Returns:
        What a table cannot hold; as for CSV.

    Raises:
        FormatError: if the file cannot be written, or a sheet has too few rows for the events.
    """
    remarks = Remarks(path)
    rows = rows_for(path, videos, index_of, remarks)
    if len(rows) > MOST_EVENTS:
        raise FormatError(f"{path} cannot hold {len(rows):,} events, a sheet has {MOST_EVENTS + 1:,} rows; write CSV")
    write_foreign(path, _workbook(rows))
    return remarks.done()


def _workbook(rows: Sequence[EventRow]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    columns = columns_for(rows)
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(SHEET)
    sheet.freeze_panes = "A2"
    for place, name in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(name, 12)
    cells = _CellMaker(sheet)
    sheet.append([cells.header(name) for name in columns])
    for row in rows:
        sheet.append([cells.cell(name, cell) for name, cell in zip(columns, cells_for(row, columns), strict=True)])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


class _CellMaker:
    """Cells of one sheet; each look is made once, because making it anew for every cell takes most of the time."""

    def __init__(self, sheet: Any) -> None:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Font

        self._new = lambda value: WriteOnlyCell(sheet, value=value)
        bold, text, seconds = self._new(""), self._new(""), self._new("")
        bold.font, text.number_format, seconds.number_format = Font(bold=True), "@", "0.000000"
        self._bold, self._text, self._seconds = bold._style, text._style, seconds._style

    def header(self, name: str) -> Any:
        cell = self._typed(escape_formula(name))
        cell._style = self._bold
        return cell

    def cell(self, name: str, value: Cell) -> Any:
        if value is None or value == "":
            return None
        if isinstance(value, str):
            cell = self._typed(escape_formula(value))
            cell._style = self._text
            return cell
        if name not in SECONDS:
            return value
        cell = self._new(value)
        cell._style = self._seconds
        return cell

    def _typed(self, text: str) -> Any:
        cell = self._new(None)
        cell.value = text
        cell.data_type = "s"  # openpyxl takes "#N/A" for an error and "=" for a formula
        return cell


def read_event_xlsx(path: Path, index_of: IndexOf = no_index, *, strict: bool = False) -> Content:
    """The events of the first sheet that has the columns of an event table, read as `read_event_csv` does.

    Raises:
        FormatError: if the file is no workbook, or no sheet has the columns; with `strict` for a bad row.
    """
    return read_content(_events_sheet(path), index_of, strict=strict)


def _events_sheet(path: Path) -> Table:
    book = read_workbook(path)
    tables = [sheet_table(book, sheet) for sheet in book.sheets]
    found = next((table for table in tables if set(REQUIRED) <= set(table.header)), None)
    if found is None:
        raise FormatError(f"{path} has no sheet with the columns {', '.join(REQUIRED)}; an event table needs these")
    return found
