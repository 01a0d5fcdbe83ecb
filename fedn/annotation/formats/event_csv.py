"""Event tables: CSV, UTF-8, one event a row, frames 0-based and inclusive, seconds from the frame index."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fedn.annotation.event import Event
from fedn.annotation.formats.times import FrameTimes
from fedn.annotation.project_file import write_whole
from fedn.errors import EditError, FormatError

REQUIRED = ("video", "onset", "offset", "label")
COLUMNS = (
    "video", "subject", "tier", "onset", "apex", "offset", "onset_s", "apex_s", "offset_s",
    "label", "kind", "score", "note",
)  # fmt: skip
_OPTIONAL = "intensity"
_SECONDS = ("onset_s", "apex_s", "offset_s")


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event of a table.

    Attributes:
        video: the video's file name.
        tier: the tier's name, as "expert" or "self-report".
        onset_s, apex_s: start of the frame in seconds, None if not known; when read they are as the table has them.
        offset_s: end of the offset frame.
        extra: further columns by name, kept when the table is written again.
    """

    video: str
    event: Event
    subject: str = ""
    tier: str = ""
    onset_s: float | None = None
    apex_s: float | None = None
    offset_s: float | None = None
    extra: dict[str, str] = field(default_factory=dict)


def event_rows(
    video: str, events: Iterable[Event], *, subject: str = "", tier: str = "", index: FrameTimes | None = None
) -> list[EventRow]:
    """Rows of one tier of one video; with seconds if its frame index is given."""
    rows: list[EventRow] = []
    for event in events:
        onset_s = apex_s = offset_s = None
        if index is not None:
            onset_s, offset_s = index.time_s(event.onset), index.end_s(event.offset)
            apex_s = index.time_s(event.apex) if event.apex is not None else None
        rows.append(EventRow(video, event, subject, tier, onset_s, apex_s, offset_s))
    return rows


def write_event_table(path: Path, rows: Sequence[EventRow]) -> None:
    """Writes a table, whole or not at all.

    Raises:
        FormatError: if the file cannot be written.
    """
    further = list(dict.fromkeys(name for row in rows for name in row.extra if name not in (*COLUMNS, _OPTIONAL)))
    intensity = [_OPTIONAL] if any(row.event.intensity is not None for row in rows) else []
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [*COLUMNS, *intensity, *further], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(_to_columns(row) for row in rows)
    try:
        write_whole(path, text.getvalue().encode())
    except OSError as error:
        raise FormatError(f"{path} cannot be written: {error.strerror}; choose another folder") from error


def _to_columns(row: EventRow) -> dict[str, object]:
    event = row.event
    columns: dict[str, object] = {name: value for name, value in row.extra.items() if name not in COLUMNS}
    for name in ("onset", "apex", "offset", "label", "kind", "intensity", "note"):
        columns[name] = getattr(event, name)
    for name in _SECONDS:
        value = getattr(row, name)
        columns[name] = None if value is None else f"{value:.6f}"
    score = None if event.score is None else repr(round(event.score, 6))
    columns = {**columns, "video": row.video, "subject": row.subject, "tier": row.tier, "score": score}
    # A lone carriage return would end the row for many readers.
    return {
        name: value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value
        for name, value in columns.items()
    }


def read_event_table(path: Path) -> list[EventRow]:
    """Reads a table. Commas, semicolons or tabs; only video, onset, offset and label are needed.

    Raises:
        FormatError: naming the file, the row (the header is row 1) and the value.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise FormatError(f"there is no file {path}; check its name") from error
    except OSError as error:
        raise FormatError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise FormatError(f"{path} is not UTF-8 text; save the table as “CSV UTF-8”") from error
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip() for name in reader.fieldnames or ()]
        missing = [name for name in REQUIRED if name not in names]
        if missing:
            raise FormatError(f"{path} has no column {' and no column '.join(missing)}; an event table needs these")
        reader.fieldnames = names
        return [_from_columns(columns, f"{path}, row {row}") for row, columns in enumerate(reader, start=2)]
    except csv.Error as error:
        raise FormatError(f"{path} is not CSV after line {reader.line_num}: {error}") from error


def _from_columns(columns: dict[str | None, str | list[str] | None], where: str) -> EventRow:
    if None in columns:
        raise FormatError(f"{where} has more values than the header has names")
    values = {str(name): value.strip() for name, value in columns.items() if isinstance(value, str)}
    onset, offset = _frame(values, "onset", where), _frame(values, "offset", where)
    if onset is None or offset is None:
        raise FormatError(f"{where} lacks the onset or the offset frame")
    if not values.get("video"):
        raise FormatError(f"{where} does not name a video")
    try:
        event = Event(
            onset,
            offset,
            values.get("label", ""),
            apex=_frame(values, "apex", where),
            kind=values.get("kind") or "macro",
            score=_number(values, "score", where),
            intensity=values.get("intensity") or None,
            note=values.get("note", ""),
        )
    except EditError as error:
        raise FormatError(f"{where}: {error}") from error
    extra = {name: value for name, value in values.items() if name not in (*COLUMNS, _OPTIONAL)}
    seconds = [_number(values, name, where) for name in _SECONDS]
    return EventRow(values["video"], event, values.get("subject", ""), values.get("tier", ""), *seconds, extra=extra)


def _number(values: dict[str, str], name: str, where: str) -> float | None:
    text = values.get(name, "")
    try:
        return float(text) if text else None
    except ValueError as error:
        raise FormatError(f"{where}: the {name} “{text}” is not a number with a decimal point") from error


def _frame(values: dict[str, str], name: str, where: str) -> int | None:
    text = values.get(name, "")
    number = _number(values, name, where)
    if number is None:
        return None
    if not number.is_integer():
        raise FormatError(f"{where}: the {name} “{text}” is not a frame number")
    return int(number)
