"""Looks a project over: whether its database is sound, and what in it a person should know of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from fedn.annotation import rows
from fedn.annotation.backups import BACKUPS, list_backups, unsound
from fedn.annotation.changes import EventRow, VocabularyRow
from fedn.annotation.database import reading
from fedn.annotation.event import Event
from fedn.annotation.project import Project
from fedn.annotation.project_file import existing_database, read_project_file
from fedn.annotation.schema import changes
from fedn.annotation.store import load_project
from fedn.annotation.tier import Tier
from fedn.counted import counted
from fedn.errors import DamagedError, ModelError
from fedn.registry import resolve_model

CACHE = "cache"
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence. `damage` if the project cannot be relied on, else something to know of."""

    text: str
    damage: bool = False


def check_project(folder: Path) -> tuple[Finding, ...]:
    """Looks a project over and changes nothing; empty if there is nothing to say.

    Raises:
        ProjectError: if it is no project, of a newer program, or cannot be reached.
    """
    damaged = tuple(Finding(text, damage=True) for text in find_damage(folder))
    if damaged:
        return (*damaged, *map(Finding, _backups(folder)))
    project = load_project(folder)
    looks = (_events, _reviewed, _labels, _overlaps, _videos, _model, _caches)
    notes = [text for look in looks for text in look(project)]
    return tuple(map(Finding, [*notes, *_changed_elsewhere(project), *_backups(folder)]))


def find_damage(folder: Path) -> list[str]:
    """What is wrong with a project's database, a sentence each; empty if it is sound.

    Raises:
        ProjectError: as `check_project`.
    """
    try:
        with reading(folder, existing_database(folder, read_project_file(folder))) as connection:
            found = [f"the database is damaged: {text}" for text in _integrity(connection)]
            found += _references(connection)
        if not found:
            load_project(folder)
    except DamagedError as error:
        return [str(error)]
    return found


def _integrity(connection: Connection) -> list[str]:
    verdicts = [row[0] for row in connection.exec_driver_sql(f"PRAGMA integrity_check({_SHOWN})")]
    return [] if verdicts == ["ok"] else verdicts


def _references(connection: Connection) -> Iterator[str]:
    broken = Counter((row[0], row[2]) for row in connection.exec_driver_sql("PRAGMA foreign_key_check"))
    for (table, referred), count in broken.items():
        yield f"{count} rows of the table {table} belong to {referred} that are not there"


def _events(project: Project) -> Iterator[str]:
    for tier in project.tiers.values():
        video = project.video(tier.video_id)
        beyond = [event for event in project.events(tier.id) if event.offset >= video.frame_count]
        if beyond:
            last = max(event.offset for event in beyond)
            yield (
                f"{_place(project, tier)} has {counted(len(beyond), 'event')} beyond the last frame "
                f"{video.frame_count - 1} of the video, up to frame {last}"
            )


def _reviewed(project: Project) -> Iterator[str]:
    for video in project.videos.values():
        ranges = project.reviewed(video.id)
        if ranges and ranges[-1].stop > video.frame_count:
            yield f"{video.name} is marked as reviewed up to frame {ranges[-1].offset}, beyond its last frame"


def _labels(project: Project) -> Iterator[str]:
    names = {vocabulary.name for vocabulary in project.vocabularies}
    for tier in project.tiers.values():
        if tier.vocabulary and tier.vocabulary not in names:
            yield f"{_place(project, tier)} has labels from “{tier.vocabulary}”, a vocabulary that the project lacks"
        vocabulary = project.vocabulary_of(tier.id)
        unknown = Counter(event.label for event in project.events(tier.id) if event.label)
        for label in vocabulary.names:
            del unknown[label]
        for label, count in unknown.items():
            yield (
                f"{_place(project, tier)} has {counted(count, 'event')} labelled “{label}”, "
                f"which “{vocabulary.name}” does not permit"
            )


def _overlaps(project: Project) -> Iterator[str]:
    for tier in project.tiers.values():
        pairs = list(_overlapping(project.events(tier.id)))
        if pairs:
            first, second = pairs[0]
            yield (
                f"{_place(project, tier)} has {counted(len(pairs), 'event')} that begin before an earlier one has "
                f"ended, the first at frame {second.onset}, inside {first.onset} to {first.offset}"
            )


def _overlapping(events: Sequence[Event]) -> Iterator[tuple[Event, Event]]:
    """Each event that begins inside an earlier one, with the earlier one that ends last."""
    longest = None
    for event in events:
        if longest is not None and event.onset <= longest.offset:
            yield longest, event
        if longest is None or event.offset > longest.offset:
            longest = event


def _videos(project: Project) -> Iterator[str]:
    for video in project.videos.values():
        path = project.path_of(video.id)
        if not path.exists():
            yield f"the video {video.path} is missing; find it with “main.py project relink {project.folder} FOLDER”"
        elif path.is_file() and video.size_bytes and path.stat().st_size != video.size_bytes:
            yield (
                f"the video {path} has {path.stat().st_size} bytes and had {video.size_bytes} when it was added: "
                "it is another file now, and events may lie elsewhere in it"
            )


def _model(project: Project) -> Iterator[str]:
    if project.model_in_use:
        try:
            resolve_model(project.model_in_use, project.folder)
        except ModelError as error:
            yield f"the model in use is not there: {error}"


def _caches(project: Project) -> Iterator[str]:
    folder = project.folder / CACHE
    keys = {video.key for video in project.videos.values()}
    stale = sorted(one for one in folder.iterdir() if one.is_dir() and one.name not in keys) if folder.is_dir() else []
    if stale:
        size = sum(file.stat().st_size for one in stale for file in one.rglob("*") if file.is_file())
        one = "1 folder" if len(stale) == 1 else f"{len(stale)} folders"
        yield (
            f"{folder} has {one} ({size / 1e6:.1f} MB) of videos that are no longer in the project, such as "
            f"{stale[0].name}; they can be deleted"
        )


def _changed_elsewhere(project: Project) -> list[str]:
    """Rows that are not as the last edit of them left them. Edits of older programs are not known row by row."""
    with reading(project.folder, existing_database(project.folder, read_project_file(project.folder))) as connection:
        last = select(changes.c.kind, changes.c.row_id, func.max(changes.c.edit).label("edit"))
        last = last.group_by(changes.c.kind, changes.c.row_id).subquery()
        query = select(changes.c.kind, changes.c.row_id, changes.c.after).join(
            last,
            (changes.c.kind == last.c.kind) & (changes.c.row_id == last.c.row_id) & (changes.c.edit == last.c.edit),
        )
        differing = [
            (kind, row_id)
            for kind, row_id, after in connection.execute(query)
            # Vocabularies may well be changed in project.toml.
            if rows.KINDS[kind] is not VocabularyRow
            and rows.from_json(kind, after) != project.row(rows.KINDS[kind], row_id)
        ]
    if not differing:
        return []
    kind, row_id = differing[0]
    count = "1 row is" if len(differing) == 1 else f"{len(differing)} rows are"
    row = project.row(EventRow, row_id)
    where = f" of {_place(project, project.tier(row.tier_id))}" if isinstance(row, EventRow) else ""
    return [f"{count} not as the last edit left it, such as the {kind} {row_id}{where}: another program has changed it"]


def _backups(folder: Path) -> Iterator[str]:
    for copy in list_backups(folder / BACKUPS):
        verdict = unsound(copy.path)
        if verdict:
            yield f"the backup {copy.path} is damaged ({verdict}); delete it"


def _place(project: Project, tier: Tier) -> str:
    return f"the tier “{tier.name}” of {project.video(tier.video_id).name}"
