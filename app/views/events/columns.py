"""The columns of the event table: what each shows, sorts by, and how a typed value becomes an edit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from math import inf

from app.document.edits import Edit, MoveApex, MoveBoundary, Relabel, SetAttributes
from app.views.events.event_line import EventLine
from app.views.timecode import timecode
from fedn.annotation.action_unit import action_units_text, parse_action_units
from fedn.errors import EditError
from fedn.video.frame_index import FrameIndex

Text = Callable[[EventLine, FrameIndex | None], str]
SortKey = Callable[[EventLine], float | str]
MakeEdit = Callable[[str, str], Edit]


class Column(IntEnum):
    VIDEO = 0
    TIER = 1
    LABEL = 2
    ONSET = 3
    APEX = 4
    OFFSET = 5
    START = 6
    END = 7
    DURATION = 8
    STATE = 9
    SCORE = 10
    KIND = 11
    INTENSITY = 12
    UNITS = 13
    NOTE = 14


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column.

    Attributes:
        text: what is shown; times are empty where the frame index is not at hand.
        key: what is sorted by.
        edit: the edit for an event's id and a typed text, None if the column is not edited. Raises FednError.
        is_number: aligned to the right.
    """

    title: str
    width_px: int
    text: Text
    key: SortKey
    edit: MakeEdit | None = None
    is_number: bool = False


def _frame(text: str) -> int:
    if not text.strip().isdecimal():
        raise EditError(f"“{text}” is no frame; type a number, the first frame is 0")
    return int(text)


def _time(frame: Callable[[EventLine], int], *, is_end: bool) -> Text:
    def text(line: EventLine, index: FrameIndex | None) -> str:
        if index is None or frame(line) >= index.frame_count:
            return ""
        return timecode(index.end_s(frame(line)) if is_end else index.time_s(frame(line)), hours=False)

    return text


def _duration(line: EventLine, index: FrameIndex | None) -> str:
    if index is None or line.event.offset >= index.frame_count:
        return ""
    return f"{index.end_s(line.event.offset) - index.time_s(line.event.onset):.3f}"


def _number(value: float | None) -> float:
    return inf if value is None else value


COLUMNS: dict[Column, ColumnRow] = {
    Column.VIDEO: ColumnRow("Video", 150, lambda line, _: line.video.name, lambda line: line.place),
    Column.TIER: ColumnRow("Tier", 96, lambda line, _: line.tier.name, lambda line: line.tier.name.casefold()),
    Column.ONSET: ColumnRow(
        "Onset",
        76,
        lambda line, _: str(line.event.onset),
        lambda line: line.event.onset,
        lambda one, text: MoveBoundary(one, "onset", _frame(text)),
        True,
    ),
    Column.APEX: ColumnRow(
        "Apex",
        72,
        lambda line, _: "" if line.event.apex is None else str(line.event.apex),
        lambda line: _number(line.event.apex),
        lambda one, text: MoveApex(one, _frame(text) if text.strip() else None),
        True,
    ),
    Column.OFFSET: ColumnRow(
        "Offset",
        76,
        lambda line, _: str(line.event.offset),
        lambda line: line.event.offset,
        lambda one, text: MoveBoundary(one, "offset", _frame(text)),
        True,
    ),
    Column.START: ColumnRow(
        "Start", 92, _time(lambda line: line.event.onset, is_end=False), lambda line: line.event.onset, is_number=True
    ),
    Column.END: ColumnRow(
        "End", 92, _time(lambda line: line.event.offset, is_end=True), lambda line: line.event.offset, is_number=True
    ),
    Column.DURATION: ColumnRow(
        "Seconds", 84, _duration, lambda line: line.event.offset - line.event.onset, is_number=True
    ),
    Column.LABEL: ColumnRow(
        "Label",
        112,
        lambda line, _: line.event.label,
        lambda line: line.event.label.casefold(),
        lambda one, text: Relabel((one,), text),
    ),
    Column.KIND: ColumnRow(
        "Kind",
        68,
        lambda line, _: line.event.kind,
        lambda line: line.event.kind,
        lambda one, text: SetAttributes((one,), kind=text),
    ),
    Column.SCORE: ColumnRow(
        "Score",
        72,
        lambda line, _: "" if line.event.score is None else f"{line.event.score:.2f}",
        lambda line: _number(line.event.score),
        is_number=True,
    ),
    Column.INTENSITY: ColumnRow(
        "Int.",
        54,
        lambda line, _: line.event.intensity or "",
        lambda line: line.event.intensity or "~",
        lambda one, text: SetAttributes((one,), intensity=text.strip().upper()),
    ),
    Column.UNITS: ColumnRow(
        "Units",
        90,
        lambda line, _: action_units_text(line.event.action_units),
        lambda line: action_units_text(line.event.action_units) or "~",
        lambda one, text: SetAttributes((one,), action_units=parse_action_units(text)),
    ),
    Column.NOTE: ColumnRow(
        "Note",
        180,
        lambda line, _: line.event.note,
        lambda line: line.event.note.casefold() or "~",
        lambda one, text: SetAttributes((one,), note=text),
    ),
    Column.STATE: ColumnRow("State", 76, lambda line, _: line.state.value, lambda line: line.state.value or "~"),
}
