"""Sheets of .xls files, the kind that Excel wrote until 2007."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fedn.annotation.formats.workbook import Cell, CellCounter, Sheet, SheetRow, Workbook, plain_cell


def read_xls(path: Path, content: bytes, counter: CellCounter) -> Workbook:
    """The sheets of an .xls file with these bytes; whatever the library raises about damage goes on."""
    import xlrd

    # Its logfile would be the terminal.
    with xlrd.open_workbook(file_contents=content, logfile=io.StringIO(), on_demand=True, ragged_rows=True) as book:
        sheets = tuple(_xls_sheet(book, index, counter) for index in range(book.nsheets))
    return Workbook(path, sheets)


def _xls_sheet(book: Any, index: int, counter: CellCounter) -> Sheet:
    sheet = book.sheet_by_index(index)
    rows = tuple(_filled(_xls_rows(book, sheet, counter)))
    book.unload_sheet(index)
    return Sheet(sheet.name, rows)


def _xls_rows(book: Any, sheet: Any, counter: CellCounter) -> Iterator[tuple[int, list[Cell]]]:
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
            return plain_cell(xlrd.xldate_as_datetime(value, book.datemode))
        except (xlrd.XLDateError, OverflowError, ValueError):
            return plain_cell(value)
    return plain_cell(value)
