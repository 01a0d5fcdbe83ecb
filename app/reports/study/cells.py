"""How a table's cells are written: for people, as CSV, and as a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

from app.reports.study.tables import Cell, ReportTable
from app.review.agreement_files import workbook
from fedn.annotation.formats.spreadsheet_text import escape_formula, writable_text


def cell_text(cell: Cell) -> str:
    """For HTML and PDF: numbers rounded, a dash where there is none."""
    if cell is None:
        return "—"
    if isinstance(cell, str):
        return str(cell)
    if isinstance(cell, int):
        return f"{cell:,}" if abs(cell) >= 10_000 else str(cell)
    text = f"{cell:,.3f}" if abs(cell) < 100 else f"{cell:,.1f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text.replace("-", "−")


def shown(table: ReportTable) -> ReportTable:
    """The table for people: without columns in which no row has anything."""
    kept = [at for at in range(len(table.header)) if any(row[at] != "" for row in table.rows)]
    rows = tuple(tuple(row[at] for at in kept) for row in table.rows)
    return replace(table, header=tuple(table.header[at] for at in kept), rows=rows) if kept else table


def number_columns(table: ReportTable) -> tuple[bool, ...]:
    """Which columns stand to the right: those with numbers and nothing else, missing ones apart."""
    columns = ([row[at] for row in table.rows] for at in range(len(table.header)))
    return tuple(not any(isinstance(cell, str) for cell in column) for column in columns)


def table_csv(table: ReportTable) -> bytes:
    """Numbers in full, a missing one empty; text that begins like a formula has an apostrophe before it."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    for row in (table.header, *table.rows):
        writer.writerow(
            ["" if cell is None else escape_formula(cell) if isinstance(cell, str) else cell for cell in row]
        )
    return stream.getvalue().encode("utf-8-sig")


def tables_xlsx(tables: Sequence[ReportTable]) -> bytes:
    """A sheet for each table, without formulas."""
    return workbook(
        {table.name: [list(map(_writable, row)) for row in (table.header, *table.rows)] for table in tables}
    )


def _writable(cell: Cell) -> Cell:
    return writable_text(cell) if isinstance(cell, str) else cell
