"""What was done to a project, by whom and when, and what every row was before and after."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from fedn.annotation.changes import Change, EventRow
from fedn.annotation.event import Event
from fedn.annotation.rows import BATCH, KIND_NAMES, batches, from_json, to_json
from fedn.annotation.schema import changes, history
from fedn.progress import SILENT, Reporter

FEW = 50
"""Entries of a list up to which each may be long itself."""


@dataclass(frozen=True, slots=True)
class PastChange:
    """One edit as it changed one event.

    Attributes:
        edit: number of the edit; a later edit has a greater one.
        time: when, with its time zone.
        who: the annotator.
        text: the edit in words; "Undo: ..." and "Redo: ..." are edits as well.
        before, after: the event, None where there was none. Both are None if the edit only rejected the prediction, or
            took that back. `after.origin` says from which prediction of which model an accepted event comes.
    """

    edit: int
    time: datetime
    who: str
    text: str
    before: Event | None
    after: Event | None


def add_to_history(
    connection: Connection,
    net: Sequence[Change],
    *,
    who: str,
    text: str,
    edit: Any,
    origin: str,
    reporter: Reporter = SILENT,
) -> int:
    """Writes an edit and what it changed, and returns its number.

    Args:
        net: at most one change a row.
        edit: what can be written as JSON.
        origin: the models whose predictions the edit accepted, "" for none.
    """
    entry = {
        "time_utc": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "who": who,
        "text": text,
        "edit": "".join(_json_pieces(edit)),
        "origin": origin,
    }
    number = connection.execute(insert(history), entry).lastrowid
    done = 0
    for some in batches(net):
        reporter.check()
        rows = [
            {
                "edit": number,
                "kind": KIND_NAMES[type(change.row)],
                "row_id": change.id,
                "before": to_json(change.before),
                "after": to_json(change.after),
            }
            for change in some
        ]
        connection.execute(insert(changes), rows)
        done += len(some)
        if len(net) > BATCH:
            reporter.progress("writing the history", done, len(net))
    return number


def _json_pieces(value: Any) -> Iterator[str]:
    """The value as JSON, piece by piece: in one go a hundred thousand events would hold up every other thread."""
    if isinstance(value, dict) and any(isinstance(entry, list) for entry in value.values()):
        for place, (name, entry) in enumerate(value.items()):
            yield f"{', ' if place else '{'}{json.dumps(name, ensure_ascii=False)}: "
            yield from _json_pieces(entry)
        yield "}"
    elif isinstance(value, list) and value:
        for place, entry in enumerate(value):
            yield ", " if place else "["
            yield from _json_pieces(entry) if len(value) <= FEW else (json.dumps(entry, ensure_ascii=False),)
        yield "]"
    else:
        yield json.dumps(value, ensure_ascii=False)


def last_edit(connection: Connection) -> int:
    """Number of the last edit, 0 if there was none."""
    return connection.scalar(select(func.max(history.c.id))) or 0


def read_revisions(connection: Connection) -> dict[str, int]:
    """By event the number of the last edit that changed it; events of projects of older programs may be missing."""
    query = (
        select(changes.c.row_id, func.max(changes.c.edit)).where(changes.c.kind == "event").group_by(changes.c.row_id)
    )
    return {str(row[0]): int(row[1]) for row in connection.execute(query)}


def read_history(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """The last edits, newest first, as dictionaries with id, time_utc, who, text, edit (JSON text), origin."""
    query = select(history).order_by(history.c.id.desc()).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def read_history_of(connection: Connection, event_id: str) -> tuple[PastChange, ...]:
    """Every edit that changed an event or rejected it, newest first. Edits of older programs are not known by event."""
    query = (
        select(history.c.id, history.c.time_utc, history.c.who, history.c.text)
        .add_columns(changes.c.kind, changes.c.before, changes.c.after)
        .join(changes, changes.c.edit == history.c.id)
        .where(changes.c.row_id == event_id, changes.c.kind.in_(("event", "rejected")))
        .order_by(history.c.id.desc(), changes.c.kind)
    )
    past: dict[int, PastChange] = {}
    for number, time, who, text, kind, before, after in connection.execute(query):
        was, became = (_event(from_json(kind, part)) for part in (before, after))
        # The row of the event comes first; that it is no longer rejected goes without saying when it is deleted.
        past.setdefault(number, PastChange(number, datetime.fromisoformat(time), who, text, was, became))
    return tuple(past.values())


def _event(row: object) -> Event | None:
    return row.event if isinstance(row, EventRow) else None
