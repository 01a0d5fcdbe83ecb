"""Rotating copies of a project's database, made with SQLite's own backup, which is safe beside a writer."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

KEPT = 5


def back_up(database: Path, folder: Path, last_edit: int, *, kept: int = KEPT) -> Path | None:
    """Copies the database into `folder`, unless the newest copy already holds edit number `last_edit`.

    Returns:
        The new copy, or None if none was needed.

    Raises:
        OSError, sqlite3.Error: if it cannot be written; older copies are then untouched.
    """
    suffix = f"-edit{last_edit}.sqlite"
    copies = list_backups(folder)
    if copies and copies[-1].name.endswith(suffix):
        return None
    target = folder / f"project-{_stamp()}{suffix}"
    _copy(database, target)
    for old in [*copies, target][:-kept]:
        old.unlink(missing_ok=True)
    return target


def keep_older(database: Path, folder: Path, revision: str) -> Path:
    """Copies a database before it is brought to a newer schema. These copies are never removed.

    Raises:
        OSError, sqlite3.Error: if it cannot be written.
    """
    target = folder / f"schema{revision}-{_stamp()}.sqlite"
    _copy(database, target)
    return target


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")


def _copy(database: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    temporary = target.with_suffix(".part")
    try:
        with (
            contextlib.closing(sqlite3.connect(database)) as source,
            contextlib.closing(sqlite3.connect(temporary)) as copy,
        ):
            source.backup(copy)
            # A copy of a damaged database must not push out the sound ones.
            (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def list_backups(folder: Path) -> list[Path]:
    """The copies, oldest first."""
    return sorted(folder.glob("project-*.sqlite"))
