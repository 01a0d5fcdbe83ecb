"""A project as the first version of the program left it, made with its own SQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

SQL = """
CREATE TABLE alembic_version (version_num TEXT NOT NULL, PRIMARY KEY (version_num));
CREATE TABLE history (
    id INTEGER NOT NULL, time_utc TEXT NOT NULL, who TEXT NOT NULL, text TEXT NOT NULL, edit TEXT NOT NULL,
    origin TEXT NOT NULL, PRIMARY KEY (id)
);
CREATE TABLE settings ("key" TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY ("key"));
CREATE TABLE videos (
    id TEXT NOT NULL, rank INTEGER NOT NULL, "key" TEXT NOT NULL, path TEXT NOT NULL, relative_path TEXT NOT NULL,
    subject TEXT NOT NULL, frame_count INTEGER NOT NULL, fps FLOAT NOT NULL, width INTEGER NOT NULL,
    height INTEGER NOT NULL, size_bytes INTEGER NOT NULL, image_fps FLOAT, PRIMARY KEY (id)
);
CREATE TABLE reviewed (
    video_id TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, PRIMARY KEY (video_id, start),
    FOREIGN KEY(video_id) REFERENCES videos (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE tiers (
    id TEXT NOT NULL, rank INTEGER NOT NULL, video_id TEXT NOT NULL, name TEXT NOT NULL, source TEXT NOT NULL,
    who TEXT NOT NULL, PRIMARY KEY (id),
    FOREIGN KEY(video_id) REFERENCES videos (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX ix_tiers_video_id ON tiers (video_id);
CREATE TABLE events (
    id TEXT NOT NULL, tier_id TEXT NOT NULL, onset INTEGER NOT NULL, apex INTEGER, "offset" INTEGER NOT NULL,
    label TEXT NOT NULL, kind TEXT NOT NULL, score FLOAT, intensity TEXT, note TEXT NOT NULL, origin TEXT,
    PRIMARY KEY (id), FOREIGN KEY(tier_id) REFERENCES tiers (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX ix_events_tier_id ON events (tier_id);
INSERT INTO alembic_version VALUES ('0001');
INSERT INTO videos VALUES
    ('v1', 0, 'key one', '/videos/a.mp4', '../a.mp4', 's1', 500, 29.97, 640, 480, 7, NULL),
    ('v2', 3, 'key two', '/videos/b', '', 's2', 90, 25.0, 320, 240, 8, 25.0);
INSERT INTO tiers VALUES
    ('t1', 1, 'v1', 'Expert', 'expert', 'ann'),
    ('t2', 2, 'v1', 'FEDN', 'detector', 'fedn-base'),
    ('t3', 4, 'v2', 'Corrections', 'annotator', 'bob');
INSERT INTO events VALUES
    ('e1', 't1', 10, 20, 40, 'happiness', 'macro', NULL, 'B', 'a “smile”', NULL),
    ('e2', 't2', 100, NULL, 140, 'anger', 'micro', 0.75, NULL, '', NULL),
    ('e3', 't3', 5, 6, 7, '', 'micro', NULL, NULL, '',
     '{"model": "fedn-base", "onset": 4, "offset": 8, "label": "fear", "score": 0.5}');
INSERT INTO reviewed VALUES ('v1', 0, 100), ('v1', 200, 300);
INSERT INTO settings VALUES ('model_in_use', 'mine');
INSERT INTO history VALUES
    (1, '2024-05-02T12:00:00.000+00:00', 'ann', 'Add a.mp4', '{"edit": "AddVideo"}', ''),
    (2, '2024-05-02T12:01:00.000+00:00', 'bob', 'Accept fear', '{"edit": "AcceptPredictions"}', 'fedn-base');
"""

TOML = """
name = "study"
schema = 1
database = "project.sqlite"
created = 2024-05-02T11:59:00Z

[vocabulary]
name = "mine"

[[vocabulary.labels]]
name = "happiness"
code = "Hap"
color = "#E8C531"
key = "1"

[[vocabulary.labels]]
name = "anger"
code = "Ang"
color = "#D55E00"
key = ""
"""


def make_old_project(folder: Path, more_events: int = 0) -> None:
    """A project of two videos, three tiers and three events; `more_events` of one frame on the detector's tier."""
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "project.sqlite")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.executescript(SQL)
        rows = [(f"m{number}", number % 500, number % 500) for number in range(more_events)]
        database.executemany(
            "INSERT INTO events VALUES (?, 't2', ?, NULL, ?, 'anger', 'macro', NULL, NULL, '', NULL)", rows
        )
        database.commit()
    (folder / "project.toml").write_text(TOML)
