"""Rotating copies of a project's database, made with SQLite's own backup, which is safe beside a writer."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fedn.annotation.database import failures_explained, reading, reason
from fedn.annotation.project_file import FILE_NAME, existing_database, read_project_file, write_whole
from fedn.errors import ProjectError

BACKUPS = "backups"
LAST, DAYS, WEEKS = 5, 14, 8
_DAY_S = 86_400.0
_NAME = re.compile(r"project-(\d{8}-\d{6}-\d{6})-edit(\d+)\.sqlite")
_TIME = "%Y%m%d-%H%M%S-%f"


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of the database as it was after edit number `edit`, made at `time`."""

    path: Path
    time: datetime
    edit: int


def back_up_project(folder: Path, to: Path | None = None) -> Path:
    """Copies a project's database, also while a window has it open.

    Args:
        to: the copy's file; by default it becomes one of the project's own backups.

    Returns:
        The copy; the newest backup if that already holds every edit.

    Raises:
        DamagedError: if the database is damaged. ProjectError: if the copy cannot be written.
    """
    database = existing_database(folder, read_project_file(folder))
    if to is not None and to.exists():
        raise ProjectError(f"{to} is already there; name another file for the copy")
    with failures_explained(folder):
        with reading(folder, database) as connection:
            last_edit = connection.exec_driver_sql("SELECT max(id) FROM history").scalar() or 0
        try:
            if to is not None:
                copy_database(database, to)
                return to
            return back_up(database, folder / BACKUPS, last_edit) or list_backups(folder / BACKUPS)[-1].path
        except OSError as error:
            raise ProjectError(
                f"the database of {folder} could not be copied ({reason(error)}); name another place for the copy"
            ) from error


def back_up(database: Path, folder: Path, last_edit: int) -> Path | None:
    """Copies the database and project.toml into `folder`, unless the newest copy already holds edit `last_edit`.

    Returns:
        The new copy, or None if none was needed.

    Raises:
        sqlite3.DatabaseError: if the database is damaged. OSError: if the copy cannot be written. Older copies are
            then untouched.
    """
    copies = list_backups(folder)
    if copies and copies[-1].edit == last_edit:
        return None
    _remove_unfinished(folder)
    now = datetime.now(UTC)
    target = folder / f"project-{now.strftime(_TIME)}-edit{last_edit}.sqlite"
    copy_database(database, target)
    project_file = database.with_name(FILE_NAME)
    if project_file.exists():
        write_whole(target.with_suffix(".toml"), project_file.read_bytes())
    for old in superseded([*copies, Backup(target, now, last_edit)]):
        for path in (old.path, old.path.with_suffix(".toml")):
            path.unlink(missing_ok=True)
    return target


def _remove_unfinished(folder: Path) -> None:
    """Copies that were cut off by a kill; one that another process is making now is younger."""
    for path in folder.glob("*.part*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _DAY_S:
                path.unlink()


def keep_older(database: Path, folder: Path, revision: str) -> Path:
    """Copies a database before it is brought to a newer schema. These copies are never removed.

    Raises:
        sqlite3.DatabaseError, OSError: as `back_up`.
    """
    target = folder / f"schema{revision}-{datetime.now(UTC).strftime(_TIME)}.sqlite"
    copy_database(database, target)
    return target


def copy_database(database: Path, target: Path) -> None:
    """Copies a database that may be in use to a file that is there whole and sound, or not at all.

    Raises:
        sqlite3.DatabaseError: if the database is damaged. OSError: if the copy cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(target.name + ".part")
    try:
        _copy(database, temporary)
        # A copy of a damaged database must not push out the sound ones.
        verdict = unsound(temporary)
        if verdict:
            raise sqlite3.DatabaseError(verdict)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _copy(database: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    try:
        with (
            contextlib.closing(sqlite3.connect(database)) as source,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
    except sqlite3.OperationalError as error:
        raise OSError(f"{database} cannot be copied to {target}: {error}") from error


def unsound(database: Path) -> str:
    """What SQLite finds wrong with a database that nobody has open, "" if it is sound."""
    try:
        with contextlib.closing(sqlite3.connect(f"{database.absolute().as_uri()}?immutable=1", uri=True)) as connection:
            verdicts = connection.execute("PRAGMA integrity_check(1)").fetchall()
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if verdicts == [("ok",)] else str(verdicts[0][0])


def list_backups(folder: Path) -> list[Backup]:
    """The copies, oldest first."""
    found = [(path, _NAME.fullmatch(path.name)) for path in folder.glob("project-*.sqlite")]
    backups = [
        Backup(path, datetime.strptime(match[1], _TIME).replace(tzinfo=UTC), int(match[2]))
        for path, match in found
        if match
    ]
    return sorted(backups, key=lambda backup: (backup.time, backup.path))


def superseded(copies: list[Backup]) -> list[Backup]:
    """Those of the copies, given oldest first, that need not be kept.

    Kept are the last five, and the last of each of the latest 14 days and 8 weeks in which there was one: whatever the
    clock says today, so that a project left alone for a year keeps its copies.
    """
    kept = {copy.path for copy in copies[-LAST:]}
    kept |= _last_of_each(copies, lambda copy: copy.time.date().isoformat(), DAYS)
    kept |= _last_of_each(copies, lambda copy: str(copy.time.isocalendar()[:2]), WEEKS)
    return [copy for copy in copies if copy.path not in kept]


def _last_of_each(copies: list[Backup], period: Callable[[Backup], str], count: int) -> set[Path]:
    last: dict[str, Path] = {}
    for copy in copies:
        last.pop(period(copy), None)  # Into its place in time again.
        last[period(copy)] = copy.path
    return set(list(last.values())[-count:])
