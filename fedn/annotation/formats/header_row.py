"""The row of a sheet that names its columns, wherever it stands and however the names are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fedn.annotation.formats.workbook import Cell, Sheet, SheetRow

_FIRST_ROWS = 30


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns of a sheet are.

    Attributes:
        row: number of the header's row, 0 if the sheet has none.
        places: column from 0 by the name that this program has for it.
        unread: headers by column of those that hold something but that it has no name for; "" for none.
    """

    row: int
    places: Mapping[str, int]
    unread: Mapping[int, str] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return name in self.places

    def cell(self, row: SheetRow, name: str) -> Cell:
        return row.cell(self.places[name]) if name in self.places else None

    def text(self, row: SheetRow, name: str) -> str:
        return row.text(self.places[name]) if name in self.places else ""

    def rows(self, sheet: Sheet) -> list[SheetRow]:
        """The rows beneath the header."""
        return [row for row in sheet.rows if row.number > self.row]


def find_columns(sheet: Sheet, names: Mapping[str, Sequence[str]], needed: Sequence[str]) -> Columns | None:
    """The columns of a sheet by its header, None if no row near the top names all that are needed.

    Args:
        names: headers in lower case by the name that this program has for the column.
    """
    own = {header: name for name, headers in names.items() for header in headers}
    for row in sheet.rows[:_FIRST_ROWS]:
        places: dict[str, int] = {}
        unread: dict[int, str] = {}
        for column in range(len(row.cells)):
            header = " ".join(row.text(column).casefold().split())
            name = own.get(header)
            if name is None or name in places:
                unread[column] = row.text(column)
            else:
                places[name] = column
        if all(name in places for name in needed):
            return Columns(row.number, places, _filled(sheet, row, unread))
    return None


def _filled(sheet: Sheet, header: SheetRow, unread: dict[int, str]) -> dict[int, str]:
    """The unread columns that hold something, those beyond the header as well."""
    below = [row for row in sheet.rows if row.number > header.number]
    width = max((len(row.cells) for row in below), default=0)
    columns = [*unread, *range(len(header.cells), width)]
    return {at: unread.get(at, "") for at in columns if any(row.cell(at) is not None for row in below)}


def unread_text(columns: Columns) -> str:
    """Which columns were not read, as a sentence without a full stop; "" if all were."""
    named = [f"“{header}”" for header in columns.unread.values() if header]
    nameless = len(columns.unread) - len(named)
    if nameless:
        named.append("1 without a header" if nameless == 1 else f"{nameless} without a header")
    if not named:
        return ""
    what = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    return f"the column {what} was not read" if len(columns.unread) == 1 else f"the columns {what} were not read"
