"""Event tables as CSV: UTF-8, comma, decimal point, one event a row; the columns are those of docs/event-tables.md.

Texts that look like formulas are written as they are. CSV has no types, so a marker before them would become part of
the text for every program but this one, and these files are read by programs: "- unsure" must stay what it is. For
spreadsheet programs, which evaluate such cells when they open a CSV, there is XLSX (event_xlsx), where texts are typed
and escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fedn.annotation.formats.content import Content, Remark, Remarks, VideoEvents
from fedn.annotation.formats.event_row import (
    COLUMNS,
    DECIMALS,
    SECONDS,
    Cell,
    EventRow,
    cells_for,
    columns_for,
    event_rows,
)
from fedn.annotation.formats.event_table import read_content, rows_for, strict_rows
from fedn.annotation.formats.table import read_delimited, write_delimited
from fedn.annotation.formats.times import IndexOf, no_index

__all__ = [
    "COLUMNS",
    "EventRow",
    "event_rows",
    "read_event_csv",
    "read_event_table",
    "write_event_csv",
    "write_event_table",
]


def read_event_table(path: Path) -> list[EventRow]:
    """The rows of a table, with columns of its own. Commas, semicolons or tabs; video, onset, offset and label suffice.

    Raises:
        FormatError: at the first bad row, naming the file, the row (the header is row 1) and the value.
    """
    return strict_rows(read_delimited(path))


def write_event_table(path: Path, rows: Sequence[EventRow]) -> None:
    """Writes rows, with the columns that they need, whole or not at all.

    Raises:
        FormatError: if the file cannot be written.
    """
    columns = columns_for(rows)
    seconds = [name in SECONDS for name in columns]

    def texts(row: EventRow) -> list[Cell]:
        # Six decimals even where fewer would do, so that a column of seconds is one to the eye.
        cells = zip(cells_for(row, columns), seconds, strict=True)
        return [f"{cell:.{DECIMALS}f}" if is_s and cell is not None else cell for cell, is_s in cells]

    write_delimited(path, columns, map(texts, rows))


def read_event_csv(path: Path, index_of: IndexOf = no_index, *, strict: bool = False) -> Content:
    """A table's events by video and tier.

    Bad rows are left out with a remark each, so that one reading names every problem. Columns that are not part of an
    event table are named in a remark. Seconds are only compared with the frames, which count.

    Args:
        strict: stop at the first bad row.

    Raises:
        FormatError: if the file is no table, or lacks a column that it needs; with `strict` for a bad row.
    """
    return read_content(read_delimited(path), index_of, strict=strict)


def write_event_csv(path: Path, videos: Sequence[VideoEvents], index_of: IndexOf = no_index) -> tuple[Remark, ...]:
    """Writes all tiers of the videos, whole or not at all.

    Not kept, because they describe the video file and not what is in it: where it lies, its frame count and rate.
    Events get new ids when they are read.

    Returns:
        What else a table cannot hold.

    Raises:
        FormatError: if the file cannot be written.
    """
    remarks = Remarks(path)
    write_event_table(path, rows_for(path, videos, index_of, remarks))
    return remarks.done()
