"""Sheets of .xlsx files, which are zip files of XML: never unpacked or expanded beyond bounds."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

from fedn.annotation.formats.content import Remarks
from fedn.annotation.formats.foreign_file import open_zip
from fedn.annotation.formats.workbook import Cell, CellCounter, Sheet, SheetRow, Workbook, plain_cell
from fedn.errors import FormatError

LARGEST_UNPACKED_BYTES = 256 * 1024 * 1024
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_CHUNK_BYTES = 1024 * 1024
_ENTITIES = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def read_xlsx(path: Path, content: bytes, counter: CellCounter) -> Workbook:
    """The sheets of an .xlsx file with these bytes; whatever the library raises about damage goes on."""
    if not is_zipfile(path):
        raise FormatError(f"{path} is damaged or cut off; copy or export it again")
    with open_zip(path) as archive:
        _refuse_other_zips(path, archive)
        _refuse_entities(path, archive)
    import openpyxl

    remarks = Remarks(path)
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
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


def _xlsx_sheet(book: Any, sheet: Any, counter: CellCounter, remarks: Remarks) -> Sheet:
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
            cells = {cell["column"]: value for cell in found if (value := plain_cell(cell["value"])) is not None}
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
