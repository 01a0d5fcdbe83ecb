"""`main.py bench project`: opening and editing a large project, each beside what SQLite alone needs for it."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.output import JsonOption, output

VIDEOS, TIERS = 50, 4
FRAMES = 108_000


def project(
    events: Annotated[int, typer.Option(min=VIDEOS * TIERS, help="Number of events.")] = 100_000,
    edits: Annotated[int, typer.Option(min=1, help="Number of edits.")] = 200,
    folder: Annotated[
        Path | None, typer.Option(help="Where the project is made, to measure another disk; it is removed again.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Seconds to open a project of many events and milliseconds until one edit is on disk."""
    with output(json) as out:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            figures = measure_project(Path(place) / "bench.fedn", events, edits)
        out.document(figures)
        for name, value in figures.items():
            out.say(f"{name:<32} {value}")


def measure_project(folder: Path, events: int, edits: int) -> dict[str, Any]:
    """Makes a project, opens it and edits it. Medians; `..._95` are 95th percentiles, `reference_...` SQLite alone."""
    from app.document.document import Document
    from app.document.edits import MoveEvent

    make_project(folder, events)
    opening, reading, cpu = [], [], []
    for _ in range(5):
        reading.append(seconds_of(lambda: read_events(folder)))
        began = time.process_time()
        opening.append(seconds_of(lambda: Document.open(folder, who="bench").close()))
        cpu.append(time.process_time() - began)
    with Document.open(folder, who="bench") as document:
        tiers = list(document.project.tiers)
        ids = [document.project.events(tiers[number % len(tiers)])[0].id for number in range(edits)]
        editing = [seconds_of(lambda id=id: document.do(MoveEvent(id, 1))) for id in ids]
    committing = commit_seconds(folder / "plain.sqlite", edits)
    return {
        "events": events,
        "open_s": round(middle(opening), 3),
        "open_processor_s": round(middle(cpu), 3),
        "reference_sqlite_read_s": round(middle(reading), 3),
        "edit_ms": round(1000 * middle(editing), 2),
        "edit_ms_95": round(1000 * middle(editing, 0.95), 2),
        "reference_sqlite_commit_ms": round(1000 * middle(committing), 2),
        "reference_sqlite_commit_ms_95": round(1000 * middle(committing, 0.95), 2),
    }


def make_project(folder: Path, events: int) -> None:
    """A project of 50 one-hour videos of four tiers each, without their files."""
    from app.document.document import Document
    from app.document.edits import AddTier, AddVideo, Edit, Group, ReplaceEvents
    from fedn.annotation.event import Event
    from fedn.annotation.tier import Source, Tier
    from fedn.annotation.video import Video

    a_tier = events // (VIDEOS * TIERS)
    with Document.create(folder, "bench", who="bench") as document:
        parts: list[Edit] = []
        for number in range(VIDEOS):
            video = Video(f"key {number}", Path(f"/videos/{number}.mp4"), f"s{number}", FRAMES, 30.0, 640, 480)
            parts.append(AddVideo(video))
            for place, source in zip(range(TIERS), Source, strict=False):
                tier = Tier(video.id, f"tier {place}", source)
                onsets = (start * (FRAMES - 100) // a_tier for start in range(a_tier))
                own = tuple(Event(onset, onset + 20, "happiness", apex=onset + 9, note="seen") for onset in onsets)
                parts += [AddTier(tier), ReplaceEvents(tier.id, own)]
        document.do(Group(tuple(parts), "Fill"))


def read_events(folder: Path) -> None:
    """What opening cannot do without: SQLite hands every event over as a tuple."""
    with closing(sqlite3.connect(folder / "project.sqlite")) as database:
        database.execute("SELECT * FROM events").fetchall()


def commit_seconds(path: Path, count: int) -> list[float]:
    """What an edit cannot do without: SQLite changes one row and flushes its log."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for setting in ("journal_mode=WAL", "synchronous=FULL"):
            database.execute(f"PRAGMA {setting}")
        database.execute("CREATE TABLE edits (text)")
        return [seconds_of(lambda: database.execute("INSERT INTO edits VALUES ('an edit')")) for _ in range(count)]


def seconds_of(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def middle(values: list[float], share: float = 0.5) -> float:
    """The value below which a share of them lies."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]
