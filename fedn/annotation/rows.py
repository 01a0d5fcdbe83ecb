"""Rows of a project as columns of tables and as JSON, written and read back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar, get_args

from sqlalchemy import Connection, bindparam, delete, insert, select

from fedn.annotation import schema
from fedn.annotation.action_unit import action_units_text, parse_action_units
from fedn.annotation.changes import (
    Change,
    EventRow,
    RejectedRow,
    ReviewedRow,
    Row,
    SettingRow,
    SubjectRow,
    TierRow,
    VideoRow,
    VocabularyRow,
)
from fedn.annotation.event import Event, Origin
from fedn.annotation.interval import Interval
from fedn.annotation.subject import Subject
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import FaceChoice, Video
from fedn.annotation.vocabulary import Vocabulary
from fedn.progress import SILENT, Reporter

Columns = dict[str, Any]
Item = TypeVar("Item")
BATCH = 1000
"""Rows that are written in one go: a few hundredths of a second."""
# What the history calls each kind of row.
KIND_NAMES: dict[type[Row], str] = {kind: kind.__name__.removesuffix("Row").lower() for kind in get_args(Row)}
KINDS = {name: kind for kind, name in KIND_NAMES.items()}
# In the order of Event's own fields.
_EVENT_ROW = (*(field.name for field in fields(Event)), "tier_id")
_EVENT_TEXTS = ("label", "note", "action_units")


def to_columns(row: Row) -> list[Columns]:
    """The table rows of a project row: one, or for reviewed ranges one a range."""
    match row:
        case VideoRow():
            face = _to_json(row.video.face)
            return [{**_fields(row.video), "path": str(row.video.path), "face": face, "rank": row.rank}]
        case TierRow():
            return [{**_fields(row.tier), "source": row.tier.source.value, "rank": row.rank}]
        case EventRow():
            units, origin = action_units_text(row.event.action_units), _to_json(row.event.origin)
            return [{**_fields(row.event), "action_units": units, "origin": origin, "tier_id": row.tier_id}]
        case ReviewedRow():
            return [{"video_id": row.video_id, "start": part.start, "stop": part.stop} for part in row.intervals]
        case SubjectRow():
            return [_fields(row.subject)]
        case VocabularyRow():
            return [{"rank": row.rank, **row.vocabulary.to_dict()}]
        case SettingRow() | RejectedRow():
            return [_fields(row)]


def from_columns(kind: type[Row], rows: Sequence[Columns]) -> Row:
    """The project row that `to_columns` has made into these.

    Raises:
        TypeError, ValueError, KeyError, FednError: if a value breaks the rules of the data.
    """
    first = dict(rows[0])
    if kind is VideoRow:
        face = FaceChoice(**json.loads(first["face"])) if first["face"] else None
        return VideoRow(first.pop("rank"), Video(**{**first, "path": Path(first["path"]), "face": face}))
    if kind is TierRow:
        return TierRow(first.pop("rank"), Tier(**{**first, "source": Source(first["source"])}))
    if kind is EventRow:
        return _event_row([first.get(name, "" if name in _EVENT_TEXTS else None) for name in _EVENT_ROW])
    if kind is ReviewedRow:
        parts = sorted(Interval(row["start"], row["stop"]) for row in rows)
        return ReviewedRow(first["video_id"], tuple(parts))
    if kind is SubjectRow:
        return SubjectRow(Subject(**first))
    if kind is VocabularyRow:
        return VocabularyRow(first["rank"], Vocabulary.from_dict(first, "the history"))
    return kind(**first)


def to_json(row: Row | None) -> str | None:
    """The row as text for the history, None if there is none."""
    if row is None:
        return None
    columns = to_columns(row)
    if isinstance(row, EventRow):  # There are many, and most of their columns are empty.
        columns = [{name: value for name, value in columns[0].items() if value not in (None, "")}]
    return json.dumps(columns, ensure_ascii=False, separators=(",", ":"))


def from_json(kind_name: str, text: str | None) -> Row | None:
    """The row that `to_json` has written."""
    return None if text is None else from_columns(KINDS[kind_name], json.loads(text))


def read_rows(connection: Connection) -> Iterator[Row]:
    """Every row of a project that lies in the database; vocabularies do not.

    Raises:
        TypeError, ValueError, KeyError, FednError: if a value breaks the rules of the data.
    """
    for kind, table in ((VideoRow, schema.videos), (TierRow, schema.tiers)):
        for columns in connection.execute(select(table).order_by(table.c.rank)).mappings():
            yield from_columns(kind, [dict(columns)])
    yield from _read_events(connection)
    ranges: dict[str, list[Columns]] = {}
    for columns in connection.execute(select(schema.reviewed)).mappings():
        ranges.setdefault(columns["video_id"], []).append(dict(columns))
    for parts in ranges.values():
        yield from_columns(ReviewedRow, parts)
    for kind in (SettingRow, SubjectRow, RejectedRow):
        for columns in connection.execute(select(schema.PLACES[kind][0])).mappings():
            yield from_columns(kind, [dict(columns)])


def write_changes(connection: Connection, net: Sequence[Change], reporter: Reporter = SILENT) -> None:
    """Deletes the rows as they were and inserts them as they are. Vocabularies have no table.

    Args:
        net: at most one change a row.
        reporter: told how far it is, and asked whether to stop, every few thousand rows.
    """
    done = 0
    by_kind: dict[type[Row], list[Change]] = {}
    for change in net:
        by_kind.setdefault(type(change.row), []).append(change)
    for kind, (table, column) in schema.PLACES.items():
        of_kind = by_kind.get(kind, ())
        # All of a table go before the first comes: a new row may need the place of an old one.
        old = [{"old_id": change.id} for change in of_kind if change.before is not None]
        for some in batches(old):
            reporter.check()
            connection.execute(delete(table).where(column == bindparam("old_id")), some)
        for some in batches(of_kind):
            reporter.check()
            done += len(some)
            if len(net) > BATCH:
                reporter.progress("writing", done, len(net))
            new = [columns for change in some if change.after is not None for columns in to_columns(change.after)]
            if new:
                connection.execute(insert(table), new)


def batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The items in portions of at most BATCH, none for no items."""
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def _read_events(connection: Connection) -> Iterator[EventRow]:
    """The events in the order of their tiers. By position and past SQLAlchemy's rows: a project may hold 100,000."""
    columns = schema.events.c
    query = select(*(columns[name] for name in _EVENT_ROW))
    cursor = connection.execute(query.order_by(columns.tier_id, columns.onset, columns.offset, columns.id)).cursor
    assert cursor is not None
    yield from map(_event_row, cursor)  # type: ignore[arg-type]


def _event_row(values: Sequence[Any]) -> EventRow:
    onset, offset, label, apex, kind, score, intensity, note, origin, units, event_id, tier_id = values
    came_from = Origin(**json.loads(origin)) if origin else None
    found = parse_action_units(units) if units else ()
    # By position, which is a fifth faster than by name.
    event = Event(onset, offset, label, apex, kind, score, intensity, note, came_from, found, event_id)
    return EventRow(tier_id, event)


def _to_json(item: Origin | FaceChoice | None) -> str | None:
    return json.dumps(asdict(item), ensure_ascii=False) if item is not None else None


def _fields(item: Any) -> Columns:
    return {name: getattr(item, name) for name in item.__dataclass_fields__}
