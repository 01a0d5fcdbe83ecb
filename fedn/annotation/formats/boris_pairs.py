"""Starts and stops of BORIS's state events, brought together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fedn.annotation.formats.boris_project import BorisRow
from fedn.annotation.formats.event_details import details_or_note


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A state event from its start to its stop, or a point event, of which both are the same row."""

    start: BorisRow
    stop: BorisRow

    def details(self) -> dict[str, str]:
        """What its comments say; what this program has no place for, modifiers, goes into the note."""
        details = details_or_note(self.start.comment)
        modifiers = f"modifiers: {self.start.modifiers}" if self.start.modifiers.strip("| ") else ""
        stopped = self.stop.comment if self.stop is not self.start else ""
        if modifiers or stopped:
            details["note"] = "; ".join(text for text in (modifiers, details.get("note", ""), stopped) if text)
        return details


def pair_rows(
    rows: Iterable[BorisRow], is_point: Callable[[BorisRow], bool]
) -> tuple[list[Occurrence], list[BorisRow]]:
    """State events by parity: of the rows with the same subject, code and modifiers every second one is a stop.

    Returns:
        What occurred, in order of start, and the rows that start what never stops.
    """
    found: list[Occurrence] = []
    open_rows: dict[tuple[str, str, str], BorisRow] = {}
    for row in rows:
        if is_point(row):
            found.append(Occurrence(row, row))
        elif row.key in open_rows:
            found.append(Occurrence(open_rows.pop(row.key), row))
        else:
            open_rows[row.key] = row
    return sorted(found, key=lambda own: own.start.number), list(open_rows.values())


def pair_marked_rows(rows: Iterable[tuple[BorisRow, str]]) -> tuple[list[Occurrence], list[BorisRow]]:
    """State events whose rows say START or STOP, or POINT.

    Returns:
        As `pair_rows`; a second start and a stop without a start are among the rows left over.
    """
    found: list[Occurrence] = []
    left: list[BorisRow] = []
    open_rows: dict[tuple[str, str, str], BorisRow] = {}
    for row, mark in rows:
        if mark == "POINT":
            found.append(Occurrence(row, row))
        elif mark == "START":
            if row.key in open_rows:
                left.append(open_rows[row.key])
            open_rows[row.key] = row
        elif row.key in open_rows:
            found.append(Occurrence(open_rows.pop(row.key), row))
        else:
            left.append(row)
    return sorted(found, key=lambda own: own.start.number), [*left, *open_rows.values()]
