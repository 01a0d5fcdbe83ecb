"""Puts a backup in the place of a damaged database, keeps the damaged one, and says what is missing then."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from fedn.annotation.backups import BACKUPS, copy_database, list_backups, unsound
from fedn.annotation.check import find_damage
from fedn.annotation.project_file import FILE_NAME, parse_project_file, read_project_file, write_whole
from fedn.annotation.store import LOCK_NAME, Store
from fedn.annotation.writer_lock import WriterLock
from fedn.errors import DamagedError, FednError, ProjectError


@dataclass(frozen=True, slots=True)
class PastEdit:
    """An edit by its number, when it was made (UTC, ISO 8601), who made it, and its words."""

    number: int
    time_utc: str
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it.

    Attributes:
        backup: the copy of the database that is in place now, None if the database was sound.
        last: the last edit that it holds, None if it holds none.
        missing: the later edits that the damaged database still names, in order.
        complete: False if its history could not be read to the end, so that more may be missing.
        changed_last: when the damaged file was written last, None if there was none.
        project_file: the copy of project.toml that is in place now, None if the file was sound.
        kept_in: the folder that now holds what was damaged, and backups later than the one in place.
    """

    kept_in: Path
    backup: Path | None = None
    last: PastEdit | None = None
    missing: tuple[PastEdit, ...] = ()
    complete: bool = True
    changed_last: datetime | None = None
    project_file: Path | None = None


def restore_project(folder: Path, who: str = "", backup: Path | None = None) -> Restored:
    """Puts the newest sound backup in place, or the given one; project.toml only if it is damaged itself.

    A kill in between leaves either the damaged database or the backup, or none in its place, which restoring again
    mends; nothing is ever deleted.

    Raises:
        ProjectError: if another window has the project open, the project is sound and no backup is given, no backup
            is sound, or the folder cannot be written to.
    """
    if not (folder / BACKUPS).is_dir():
        read_project_file(folder)
        raise ProjectError(f"there is no sound backup in {folder / BACKUPS}; put a copy of your own there and name it")
    with WriterLock(folder / LOCK_NAME, who):
        aside = folder / BACKUPS / f"replaced-{datetime.now(UTC).strftime('%Y%m%d-%H%M%S-%f')}"
        try:
            project_file = _mend_project_file(folder, aside)
            content = read_project_file(folder)
            if backup is None and not find_damage(folder):
                if project_file is not None:
                    return Restored(aside, project_file=project_file)
                raise ProjectError(
                    f"the project {folder} is sound, nothing has to be restored; "
                    "to go back to an older state name the backup"
                )
            chosen = _chosen(folder, backup)
            restored = _put_in_place(folder / content.database, chosen, aside)
        except (OSError, sqlite3.Error) as error:
            raise ProjectError(
                f"no backup could be put in place in {folder}: {error}; see that the disk is there and not full"
            ) from error
    with Store.open(folder, who) as store:
        number = restored.last.number if restored.last else 0
        store.commit((), text=f"Restore the state after edit {number}", edit={"edit": "Restore", "backup": chosen.name})
    return replace(restored, project_file=project_file)


def _mend_project_file(folder: Path, aside: Path) -> Path | None:
    """Puts the newest copy of project.toml in place if it is damaged or lost, and returns that copy."""
    try:
        read_project_file(folder)
        return None
    except DamagedError as error:
        for copy in sorted((folder / BACKUPS).glob("project-*.toml"), reverse=True):
            try:
                parse_project_file(copy)
            except FednError:
                continue
            aside.mkdir(parents=True)
            if (folder / FILE_NAME).exists():
                shutil.copy(folder / FILE_NAME, aside)
            write_whole(folder / FILE_NAME, copy.read_bytes())
            return copy
        raise ProjectError(f"{error}, but it holds no copy of {FILE_NAME}") from error


def _chosen(folder: Path, backup: Path | None) -> Path:
    if backup is not None:
        verdict = unsound(backup) if backup.is_file() else "it is not there"
        if verdict:
            raise ProjectError(f"the backup {backup} cannot be used: {verdict}; choose another one")
        return backup
    for copy in reversed(list_backups(folder / BACKUPS)):
        if not unsound(copy.path):
            return copy.path
    raise ProjectError(f"there is no sound backup in {folder / BACKUPS}; put a copy of your own there and name it")


def _put_in_place(database: Path, backup: Path, aside: Path) -> Restored:
    aside.mkdir(parents=True, exist_ok=True)
    ready = database.with_name(database.name + ".restored")
    copy_database(backup, ready)
    changed_last = datetime.fromtimestamp(database.stat().st_mtime).astimezone() if database.exists() else None
    for path in (database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))):
        if path.exists():
            path.replace(aside / path.name)
    if backup.parent == aside.parent:
        # Backups of a future that is left would otherwise pass for backups of the edits to come.
        for path in aside.parent.glob("project-*.*"):
            if path.stem > backup.stem:
                path.replace(aside / path.name)
    ready.replace(database)
    last = next(iter(_edits(database, 0, newest_first=True)), None)
    missing, complete = _later_edits(aside / database.name, last.number if last else 0)
    return Restored(aside, backup, last, missing, complete, changed_last)


def _later_edits(damaged: Path, number: int) -> tuple[tuple[PastEdit, ...], bool]:
    """The edits later than `number` that a damaged database still names, and whether that is all of them."""
    if not damaged.exists():
        return (), False
    found: dict[int, PastEdit] = {}
    with tempfile.TemporaryDirectory() as folder:
        # A copy, because SQLite would write its log into a file that is to stay as it is.
        for path in damaged.parent.glob(f"{damaged.name}*"):
            shutil.copy(path, folder)
        copy = Path(folder) / damaged.name
        for newest_first in (False, True):
            try:
                for edit in _edits(copy, number, newest_first=newest_first):
                    found[edit.number] = edit
            except sqlite3.DatabaseError:
                continue
            return tuple(found[one] for one in sorted(found)), True
    return tuple(found[one] for one in sorted(found)), False


def _edits(database: Path, after: int, *, newest_first: bool) -> Iterator[PastEdit]:
    order = "DESC" if newest_first else "ASC"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        query = f"SELECT id, time_utc, who, text FROM history WHERE id > ? ORDER BY id {order}"
        for row in connection.execute(query, (after,)):
            yield PastEdit(*row)
