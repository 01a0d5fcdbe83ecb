"""The tables of a project's database."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, MetaData, Table, Text

from fedn.annotation.changes import EventRow, RejectedRow, ReviewedRow, SettingRow, SubjectRow, TierRow, VideoRow

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

rejected = Table(
    "rejected",
    metadata,
    Column("event_id", Text, _references("events.id"), primary_key=True),
    Column("tier_id", Text, _references("tiers.id"), nullable=False),
)

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

# What each edit changed, row by row: `before` and `after` are JSON, NULL where there was no row.
changes = Table(
    "changes",
    metadata,
    Column("edit", Integer, _references("history.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("row_id", Text, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Index("ix_changes_row", "kind", "row_id", "edit", unique=True),
)

# The vocabularies after the last edit of one, as JSON: project.toml, where they belong, is written a moment later.
vocabularies = Table(
    "vocabularies",
    metadata,
    Column("edit", Integer, _references("history.id"), primary_key=True),
    Column("content", Text, nullable=False),
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
