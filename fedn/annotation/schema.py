"""The tables of a project's database, and how rows of the project become rows of tables and come back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Float, ForeignKey, Integer, MetaData, Table, Text, select

from fedn.annotation.action_unit import action_units_text, parse_action_units
from fedn.annotation.changes import (
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

REVISION = "0002"

metadata = MetaData()


def _references(column: str) -> ForeignKey:
    # Deferred, because an edit writes its rows table by table.
    return ForeignKey(column, deferrable=True, initially="DEFERRED")


# The table and column that Alembic looks for.
revision = Table("alembic_version", metadata, Column("version_num", Text, primary_key=True))

videos = Table(
    "videos",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rank", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("relative_path", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("frame_count", Integer, nullable=False),
    Column("fps", Float, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("image_fps", Float),
    Column("face", Text),
)

tiers = Table(
    "tiers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rank", Integer, nullable=False),
    Column("video_id", Text, _references("videos.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("vocabulary", Text, nullable=False, server_default=""),
)

events = Table(
    "events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tier_id", Text, _references("tiers.id"), nullable=False, index=True),
    Column("onset", Integer, nullable=False),
    Column("apex", Integer),
    Column("offset", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("score", Float),
    Column("intensity", Text),
    Column("note", Text, nullable=False),
    Column("origin", Text),
    Column("action_units", Text, nullable=False, server_default=""),
)

reviewed = Table(
    "reviewed",
    metadata,
    Column("video_id", Text, _references("videos.id"), primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("stop", Integer, nullable=False),
)

settings = Table("settings", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

subjects = Table(
    "subjects",
    metadata,
    Column("name", Text, primary_key=True),
    Column("group", Text, nullable=False),
    Column("note", Text, nullable=False),
)

rejected = Table("rejected", metadata, Column("event_id", Text, _references("events.id"), primary_key=True))

history = Table(
    "history",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("time_utc", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("edit", Text, nullable=False),
    Column("origin", Text, nullable=False),
)

# Where each kind of row lies and by which column it is found. Vocabularies lie in project.toml.
PLACES = {
    VideoRow: (videos, videos.c.id),
    TierRow: (tiers, tiers.c.id),
    EventRow: (events, events.c.id),
    ReviewedRow: (reviewed, reviewed.c.video_id),
    SettingRow: (settings, settings.c.key),
    SubjectRow: (subjects, subjects.c.name),
    RejectedRow: (rejected, rejected.c.event_id),
}


def to_columns(row: Row) -> list[dict[str, Any]]:
    """The table rows of a project row: one, or for reviewed ranges one a range. Vocabularies have none."""
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
        case SettingRow():
            return [{"key": row.key, "value": row.value}]
        case SubjectRow():
            return [_fields(row.subject)]
        case RejectedRow():
            return [{"event_id": row.event_id}]
        case VocabularyRow():
            return []


def _to_json(item: Origin | FaceChoice | None) -> str | None:
    return json.dumps(asdict(item), ensure_ascii=False) if item is not None else None


def _fields(item: Video | Tier | Event | Subject) -> dict[str, Any]:
    return {name: getattr(item, name) for name in item.__dataclass_fields__}


def read_rows(connection: Connection) -> Iterator[Row]:
    """Every row of a project.

    Raises:
        TypeError, ValueError, KeyError, EditError: if a value breaks the rules of the data.
    """
    for columns in connection.execute(select(videos).order_by(videos.c.rank)).mappings():
        face = FaceChoice(**json.loads(columns["face"])) if columns["face"] else None
        fields = {**columns, "path": Path(columns["path"]), "face": face}
        yield VideoRow(fields.pop("rank"), Video(**fields))
    for columns in connection.execute(select(tiers).order_by(tiers.c.rank)).mappings():
        fields = {**columns, "source": Source(columns["source"])}
        yield TierRow(fields.pop("rank"), Tier(**fields))
    # By position: a project may hold 100,000 events.
    names = ("onset", "offset", "label", "apex", "kind", "score", "intensity", "note")
    query = select(
        *(events.c[name] for name in names), events.c.action_units, events.c.origin, events.c.id, events.c.tier_id
    )
    for row in connection.execute(query):
        values: tuple[Any, ...] = tuple(row)
        units, origin, event_id, tier_id = values[-4:]
        came_from = Origin(**json.loads(origin)) if origin else None
        found = parse_action_units(units) if units else ()
        yield EventRow(tier_id, Event(*values[:-4], origin=came_from, action_units=found, id=event_id))
    ranges: dict[str, list[Interval]] = {}
    for video_id, start, stop in connection.execute(select(reviewed)):
        ranges.setdefault(video_id, []).append(Interval(start, stop))
    for video_id, intervals in ranges.items():
        yield ReviewedRow(video_id, tuple(sorted(intervals)))
    for key, value in connection.execute(select(settings)):
        yield SettingRow(key, value)
    for name, group, note in connection.execute(select(subjects)):
        yield SubjectRow(Subject(name, group, note))
    homes = select(events.c.tier_id, rejected.c.event_id).join(rejected, events.c.id == rejected.c.event_id)
    for tier_id, event_id in connection.execute(homes):
        yield RejectedRow(tier_id, event_id)
