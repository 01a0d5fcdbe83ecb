"""Tables of any layout, read by a mapping of their columns that a person has confirmed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from fedn.annotation.event import Event
from fedn.annotation.formats.cell_times import clock_seconds, number_of
from fedn.annotation.formats.column_mapping import SEVERAL, ColumnMapping, Unit
from fedn.annotation.formats.column_words import NOTHING
from fedn.annotation.formats.content import Content, Remarks
from fedn.annotation.formats.event_details import ACTION_UNITS, event_with_details
from fedn.annotation.formats.event_row import source_of
from fedn.annotation.formats.grouped_events import GroupedEvents, TierKey, bad_rows_told, name_and_place
from fedn.annotation.formats.placed_events import Placer
from fedn.annotation.formats.table import LARGEST_FRAME, Table, TableRow, read_table
from fedn.annotation.formats.times import FrameTimes, IndexOf, nearest_onset, no_index
from fedn.errors import FormatError

_NUMBERED_INTENSITIES = dict(zip("12345", "ABCDE", strict=True))


def read_mapped(
    path: Path, mapping: ColumnMapping, index_of: IndexOf = no_index, *, sheet: str = "", tier: str = "Imported"
) -> Content:
    """The events of a table with the columns that `mapping` is about. Bad rows are left out with a remark each.

    Args:
        mapping: confirmed.
        index_of: only needed if the table has times and not frames.
        sheet: of a workbook; by default the first with a table.
        tier: name of the tier, for tables without a column of tiers.

    Raises:
        FormatError: if the mapping is not confirmed or is not of this table, or the table cannot be read.
    """
    if not mapping.confirmed:
        raise FormatError(f"what the columns of {path} are has only been guessed; look at the guess and confirm it")
    mapping.confirm()
    table = read_table(path, sheet)
    reader = _Reader(table, mapping, index_of, tier)
    for row in _rows(table, mapping):
        with bad_rows_told(reader.remarks, table.place(row.number)):
            reader.read(row)
    return reader.done()


def _rows(table: Table, mapping: ColumnMapping) -> Iterator[TableRow]:
    if mapping.has_header:
        # A guess may know of nameless columns that the header does not reach.
        reached = (*table.header, *[""] * (len(mapping.columns) - len(table.header)))
        if _words(reached) != _words(mapping.header):
            raise FormatError(
                f"{table.path} has the columns {', '.join(table.header)}, but those chosen before are "
                f"{', '.join(mapping.header)}; choose the columns for this table"
            )
    else:
        yield TableRow(table.header_row, table.header)
    yield from table.rows


def _words(header: tuple[str, ...]) -> list[str]:
    return [" ".join(name.casefold().split()) for name in header]


class _Reader:
    def __init__(self, table: Table, mapping: ColumnMapping, index_of: IndexOf, tier: str) -> None:
        self.remarks = Remarks(table.path, list(table.remarks))
        self._table = table
        self._mapping = mapping
        self._places = {column.role: place for place, column in enumerate(mapping.columns) if column.role}
        self._notes = [place for place, column in enumerate(mapping.columns) if column.role in SEVERAL]
        self._kinds = dict(mapping.kinds)
        self._index_of = index_of
        self._tier = tier
        self._times: dict[str, FrameTimes | FormatError] = {}
        self._groups = GroupedEvents()
        self._beyond = 0

    def read(self, row: TableRow) -> None:
        place = self._table.place(row.number)
        say = partial(self.remarks.add, place)
        text = self._cell(row, "video") or self._mapping.video
        if not text:
            raise FormatError("it does not name a video")
        video, where = name_and_place(text)
        self._beyond += any(row.cells[len(self._mapping.columns) :])
        details = {
            "kind": self._kind(row, say),
            "score": self._number_text(row, "score"),
            "intensity": self._intensity(row),
            ACTION_UNITS: self._value(row, "action_units"),
            "note": "\n".join(cell for at in self._notes if (cell := _at(row, at))),
        }
        label = self._cell(row, "label")
        if self._mapping.unit.is_frames:
            onset, offset = self._frames(row)
            details["apex"] = self._apex_frame(row, onset, offset, say)
            event = event_with_details(onset, offset, label, details, say)
        else:
            event = self._timed(row, video, label, details, place)
        if event is not None:
            name = self._cell(row, "tier") or self._tier
            subject = self._cell(row, "subject")
            self._groups.add(video, TierKey(name, source_of(name)), event, subject=subject, about=(0, where))

    def done(self) -> Content:
        unread = [
            f"“{column.header}”" if column.header else f"column {place + 1}"
            for place, column in enumerate(self._mapping.columns)
            if not column.role and any(_at(row, place) for row in self._table.rows)
        ]
        if unread:
            self.remarks.add("", f"columns without a role were not taken over: {', '.join(unread)}")
        if self._beyond:
            self.remarks.add("", f"values beyond the last column were not taken over (rows: {self._beyond})")
        return Content(self._groups.done(), self.remarks.done())

    # Cells

    def _cell(self, row: TableRow, role: str) -> str:
        return _at(row, self._places[role]) if role in self._places else ""

    def _value(self, row: TableRow, role: str) -> str:
        """A cell that is not text: whatever people write for nothing is nothing."""
        text = self._cell(row, role)
        return "" if text.lower() in NOTHING else text

    def _number(self, row: TableRow, role: str) -> float | None:
        text = self._value(row, role)
        try:
            if not text:
                return None
            if self._mapping.unit is Unit.CLOCK and role != "score":
                return clock_seconds(text)
            number = number_of(text, decimal_comma=self._mapping.decimal_comma)
        except FormatError as error:
            raise FormatError(f"the {role} {error}") from None
        return number / 1000 if self._mapping.unit is Unit.MILLISECONDS and role != "score" else number

    def _number_text(self, row: TableRow, role: str) -> str:
        number = self._number(row, role)
        return "" if number is None else repr(number)

    def _kind(self, row: TableRow, say: Callable[[str], None]) -> str:
        word = self._value(row, "kind")
        kind = self._kinds.get(word.lower(), "")
        if word and not kind:
            say(f"nobody has said whether the kind “{word}” is macro or micro; the expression was taken for macro")
        return kind

    def _intensity(self, row: TableRow) -> str:
        text = self._value(row, "intensity").removesuffix(".0")
        return _NUMBERED_INTENSITIES.get(text, text)

    # Frames

    def _frame(self, row: TableRow, role: str) -> int | None:
        number = self._number(row, role)
        if number is None:
            return None
        if not number.is_integer() or abs(number) > LARGEST_FRAME:
            raise FormatError(f"the {role} “{self._cell(row, role)}” is not a frame number")
        return int(number) - (self._mapping.unit is Unit.FRAME_FROM_1)

    def _frames(self, row: TableRow) -> tuple[int, int]:
        onset, offset, count = self._frame(row, "onset"), self._frame(row, "offset"), self._number(row, "duration")
        if onset is None or onset < 0:
            raise FormatError(f"it has no onset (“{self._cell(row, 'onset')}”)")
        if offset is None:
            if count is None or not count.is_integer() or not 1 <= count <= LARGEST_FRAME:
                raise FormatError("it has neither an offset nor a number of frames")
            offset = onset + int(count) - 1
        elif not self._mapping.offset_is_last:
            offset -= 1
        if offset < onset:
            raise FormatError(f"its offset “{self._cell(row, 'offset')}” is before its onset")
        return onset, offset

    def _apex_frame(self, row: TableRow, onset: int, offset: int, say: Callable[[str], None]) -> str:
        apex = self._frame(row, "apex")
        if apex is not None and not onset <= apex <= offset:
            say(f"the apex “{self._cell(row, 'apex')}” is not between onset and offset and was left out")
            return ""
        return "" if apex is None else str(apex)

    # Times

    def _timed(self, row: TableRow, video: str, label: str, details: dict[str, str], place: str) -> Event | None:
        onset_s, offset_s, count_s = (self._number(row, role) for role in ("onset", "offset", "duration"))
        if onset_s is None or (offset_s is None and count_s is None):
            raise FormatError("it lacks the onset, or both offset and duration")
        times = self._times_of(video)
        apex_s = self._number(row, "apex")
        details["apex"] = "" if apex_s is None else str(nearest_onset(times, apex_s)[0])
        end_s = offset_s if offset_s is not None else onset_s + (count_s or 0.0)
        return Placer(times, self.remarks).event(place, onset_s, end_s, label, details)

    def _times_of(self, video: str) -> FrameTimes:
        if video not in self._times:
            try:
                self._times[video] = self._index_of(video)
            except FormatError as error:
                self._times[video] = error
        times = self._times[video]
        if isinstance(times, FormatError):
            raise times
        return times


def _at(row: TableRow, place: int) -> str:
    return row.cells[place] if place < len(row.cells) else ""
