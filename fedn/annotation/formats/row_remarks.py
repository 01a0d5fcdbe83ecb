"""Remarks on the rows of a workbook: one sentence that is true of many rows stands once, with all their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from fedn.annotation.formats.content import Remark


@dataclass(frozen=True, slots=True)
class RowPlace:
    """Where a row stands; `row` as the spreadsheet program shows it."""

    file: Path
    sheet: str
    row: int

    def seen_from(self, other: RowPlace) -> str:
        """The row in words, with no more than somebody needs who is at the other one."""
        if self.file != other.file:
            return f"row {self.row} of sheet “{self.sheet}” of {self.file.name}"
        return f"row {self.row}" if self.sheet == other.sheet else f"row {self.row} of sheet “{self.sheet}”"


class RowRemarks:
    """Collects remarks on the rows of workbooks, in the order of their sheets and rows."""

    def __init__(self) -> None:
        self._rows: dict[tuple[Path, str, str], list[int]] = {}
        self._whole: list[Remark] = []
        self._sheets: dict[tuple[Path, str], None] = {}

    def row(self, place: RowPlace, text: str) -> None:
        """Says something of a row; the same words about further rows of the sheet make one remark of all."""
        self._sheets.setdefault((place.file, place.sheet))
        rows = self._rows.setdefault((place.file, place.sheet, text), [])
        if place.row not in rows[-1:]:
            rows.append(place.row)

    def of_row(self, place: RowPlace) -> Callable[[str], None]:
        """`row`, for those that only have to say what."""
        return lambda text: self.row(place, text)

    def sheet(self, file: Path, sheet: str, text: str) -> None:
        self._add(Remark(file, f"sheet “{sheet}”", text))

    def whole(self, file: Path, text: str) -> None:
        self._add(Remark(file, "", text))

    def _add(self, remark: Remark) -> None:
        if remark not in self._whole:
            self._whole.append(remark)

    def done(self) -> tuple[Remark, ...]:
        """Those on whole files and sheets first, then sheet by sheet those on rows by their first row."""
        order = {sheet: at for at, sheet in enumerate(self._sheets)}
        found = sorted(self._rows.items(), key=lambda item: (order[item[0][:2]], min(item[1])))
        return (
            *self._whole,
            *(Remark(file, f"sheet “{sheet}”, {rows_text(rows)}", text) for (file, sheet, text), rows in found),
        )


def rows_text(rows: Iterable[int]) -> str:
    """Row numbers as a person writes them: "row 3", "rows 3 and 7", "rows 3, 7 to 9 and 12"."""
    numbers = sorted(set(rows))
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [part for run in runs for part in _run_parts(run)]
    words = " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
    return f"row {words}" if len(numbers) == 1 else f"rows {words}"


def _run_parts(run: list[int]) -> list[str]:
    return [str(number) for number in run] if len(run) < 3 else [f"{run[0]} to {run[-1]}"]
