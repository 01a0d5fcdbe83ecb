"""A project on disk: a folder with an SQLite database in WAL mode, one transaction an edit."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, bindparam, create_engine, delete, event, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from fedn.annotation import schema
from fedn.annotation.backups import back_up, keep_older
from fedn.annotation.changes import Change, VocabularyRow, condensed
from fedn.annotation.migrations.upgrade import upgrade
from fedn.annotation.project import Project
from fedn.annotation.project_file import (
    DATABASE_NAME,
    FILE_NAME,
    ProjectFile,
    newer_program_needed,
    read_project_file,
    write_project_file,
)
from fedn.annotation.vocabulary import Vocabulary
from fedn.annotation.writer_lock import WriterLock
from fedn.errors import FednError, ProjectError

LOCK_NAME = "project.lock"
_log = logging.getLogger(__name__)


def create_project(folder: Path, name: str, *vocabularies: Vocabulary) -> None:
    """Makes an empty project with at least one vocabulary, in a new folder or in one that holds no project yet.

    Raises:
        ProjectError: if there is a project already or the folder cannot be written to.
    """
    database = folder / DATABASE_NAME
    if (folder / FILE_NAME).exists() or database.exists():
        raise ProjectError(f"{folder} already holds a project; open it, or choose another folder")
    if not name.strip():
        raise ProjectError("the new project has no name; give it one")
    unfinished = database.with_suffix(".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        engine = _engine(lambda: sqlite3.connect(unfinished))
        with engine.begin() as connection:
            schema.metadata.create_all(connection)
            connection.execute(insert(schema.revision), {"version_num": schema.REVISION})
        engine.dispose()
        unfinished.replace(database)
        # Last, because this file is what makes the folder a project.
        write_project_file(folder, ProjectFile(name, vocabularies))
    except (OSError, SQLAlchemyError) as error:
        raise ProjectError(
            f"the project cannot be created in {folder}: {_reason(error)}; choose a folder that you can write to"
        ) from error


def load_project(folder: Path) -> Project:
    """Reads a project as it is on disk at this moment, also while a window has it open. Changes nothing.

    One of an older program is read too; only opening it for writing brings it to the new schema.

    Raises:
        ProjectError: if it is not a project, is damaged, or comes from a newer program.
    """
    content = read_project_file(folder)
    database = _existing_database(folder, content)
    engine = _engine(lambda: _connect_to_read(database), begin="BEGIN")
    try:
        with _damage_explained(folder), engine.connect() as connection:
            if _revision(folder, connection) == schema.REVISION:
                return _load(folder, content, connection)
            return _load_older(folder, content, connection)
    finally:
        engine.dispose()


class Store:
    """The one writer of a project. `open` it, `load` the project once, then `commit` edit by edit.

    A commit that has returned is on disk: the log is flushed with each (synchronous=FULL).
    """

    def __init__(self, folder: Path, content: ProjectFile, lock: WriterLock, engine: Engine, who: str) -> None:
        self.folder = folder
        self.who = who
        self._content = content
        self._vocabularies = [VocabularyRow(rank, vocabulary) for rank, vocabulary in enumerate(content.vocabularies)]
        self._lock = lock
        self._engine = engine
        self._connection: Connection | None = engine.connect()

    @classmethod
    def open(cls, folder: Path, who: str = "") -> Store:
        """Takes the writer's lock and backs the database up.

        Args:
            who: the annotator whose name stands beside each edit in the history.

        Raises:
            ProjectError: if another window has the project open, the folder is read-only, or as in `load_project`.
        """
        content = read_project_file(folder)
        database = _existing_database(folder, content)
        if not os.access(folder, os.W_OK) or not os.access(database, os.W_OK):
            raise ProjectError(
                f"the project {folder} cannot be changed because its folder is read-only; "
                "ask for permission to write there, or copy the project to a folder of your own"
            )
        lock = WriterLock(folder / LOCK_NAME, who)
        engine = _engine(lambda: _connect_to_write(database))
        try:
            with _damage_explained(folder):
                store = cls(folder, content, lock, engine, who)
                store._begin_session(database)
                return store
        except BaseException:
            engine.dispose()
            lock.release()
            raise

    def _begin_session(self, database: Path) -> None:
        connection = self._open_connection()
        with connection.begin():
            revision = _revision(self.folder, connection)
            last_edit = connection.scalar(select(func.max(schema.history.c.id))) or 0
        if revision != schema.REVISION:
            self._migrate(database, revision)
        try:
            back_up(database, self.folder / "backups", last_edit)
        except (OSError, sqlite3.Error):
            _log.warning("no backup of %s could be made", self.folder, exc_info=True)

    def _migrate(self, database: Path, revision: str) -> None:
        """Brings the database of an older program to this schema, in one transaction, after a copy of it was made."""
        try:
            keep_older(database, self.folder / "backups", revision)
            with self._open_connection().begin():
                upgrade(self._open_connection())
            # Last: older programs refuse the database by its own revision as well.
            write_project_file(self.folder, self._content)
        except (OSError, sqlite3.Error, SQLAlchemyError) as error:
            raise ProjectError(
                f"the project {self.folder} is of an older program and could not be brought up to date: "
                f"{_reason(error)}; nothing of it was changed, see that the disk is there and not full"
            ) from error

    def load(self) -> Project:
        """The project in memory."""
        with _damage_explained(self.folder), self._open_connection().begin():
            return _load(self.folder, self._content, self._open_connection())

    def commit(self, changes: tuple[Change, ...], *, text: str, edit: dict[str, Any], origin: str = "") -> None:
        """Writes one edit in one transaction, with its row of history.

        Args:
            changes: what it changed, in order.
            text: the edit in words, as in the undo menu.
            edit: the edit as a JSON object.
            origin: the model from which accepted predictions come, "" for none.

        Raises:
            ProjectError: if it cannot be written; nothing of it is then on disk.
        """
        entry = {
            "time_utc": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "who": self.who,
            "text": text,
            "edit": json.dumps(edit, ensure_ascii=False),
            "origin": origin,
        }
        connection = self._open_connection()
        net = condensed(changes)
        vocabularies = self._vocabularies_after(net)
        try:
            with connection.begin():
                _write_changes(connection, net)
                connection.execute(insert(schema.history), entry)
                if vocabularies != self._vocabularies:
                    self._write_vocabularies(vocabularies)
        except (SQLAlchemyError, OSError) as error:
            raise ProjectError(
                f"“{text}” could not be written to {self.folder} and was not done: {_reason(error)}; "
                "see that the disk is there and not full"
            ) from error

    def _vocabularies_after(self, changes: list[Change]) -> list[VocabularyRow]:
        changed = {change.id: change.after for change in changes if isinstance(change.row, VocabularyRow)}
        rows = {**{row.id: row for row in self._vocabularies}, **changed}
        return sorted((row for row in rows.values() if isinstance(row, VocabularyRow)), key=lambda row: row.rank)

    def _write_vocabularies(self, rows: list[VocabularyRow]) -> None:
        content = replace(self._content, vocabularies=tuple(row.vocabulary for row in rows))
        write_project_file(self.folder, content)
        self._content, self._vocabularies = content, rows

    def history(self, limit: int = 100) -> list[dict[str, Any]]:
        """The last edits, newest first, as dictionaries with id, time_utc, who, text, edit (JSON text), origin."""
        query = select(schema.history).order_by(schema.history.c.id.desc()).limit(limit)
        with self._open_connection().begin():
            return [dict(row) for row in self._open_connection().execute(query).mappings()]

    def close(self) -> None:
        """Gives the lock back. Closing twice is allowed."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._engine.dispose()
        self._lock.release()

    def _open_connection(self) -> Connection:
        if self._connection is None:
            raise ProjectError(f"the project {self.folder} has been closed; open it again")
        return self._connection

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _write_changes(connection: Connection, changes: list[Change]) -> None:
    """Deletes the rows as they were and inserts them as they are, one statement a table."""
    by_place: dict[type, list[Change]] = {}
    for change in changes:
        by_place.setdefault(type(change.row), []).append(change)
    for kind, net in by_place.items():
        if kind is VocabularyRow:
            continue
        table, column = schema.PLACES[kind]
        old = [{"old_id": change.id} for change in net if change.before is not None]
        new = [columns for change in net if change.after is not None for columns in schema.to_columns(change.after)]
        if old:
            connection.execute(delete(table).where(column == bindparam("old_id")), old)
        if new:
            connection.execute(insert(table), new)


def _load(folder: Path, content: ProjectFile, connection: Connection) -> Project:
    project = Project(folder, content.name, *content.vocabularies)
    project.load(schema.read_rows(connection))
    return project


def _load_older(folder: Path, content: ProjectFile, connection: Connection) -> Project:
    """Reads the database of an older program from a copy in memory that is brought up to date."""
    original = connection.connection.driver_connection
    assert isinstance(original, sqlite3.Connection)
    copy = sqlite3.connect(":memory:")
    original.backup(copy)
    engine = _engine(lambda: copy)
    try:
        with engine.begin() as updated:
            upgrade(updated)
            return _load(folder, content, updated)
    finally:
        engine.dispose()


def _revision(folder: Path, connection: Connection) -> str:
    """The schema of the database, which is this program's or an older one."""
    revision = connection.scalar(select(schema.revision.c.version_num))
    if revision is None:
        raise ValueError("it states no schema")
    if revision > schema.REVISION:
        raise newer_program_needed(folder)
    return revision


def _existing_database(folder: Path, content: ProjectFile) -> Path:
    database = folder / content.database
    if not database.is_file():
        raise ProjectError(f"{database} is missing; restore it from {folder / 'backups'} or from your own copy")
    return database


def _engine(connect: Callable[[], sqlite3.Connection], begin: str = "BEGIN IMMEDIATE") -> Engine:
    """An engine whose transactions are ours: the sqlite3 module would begin them late, or not at all."""
    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def on_connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def on_begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _connect_to_write(database: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(database, check_same_thread=False, timeout=10)
    for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {setting}")
    return connection


def _connect_to_read(database: Path) -> sqlite3.Connection:
    if os.access(database.parent, os.W_OK) and os.access(database, os.W_OK):
        # Opened as a writer would, because a read-only connection leaves its log files behind when it is the last.
        connection = sqlite3.connect(database, timeout=10)
        connection.execute("PRAGMA query_only=ON")
        return connection
    log = database.with_name(database.name + "-wal")
    with_log = log.exists() and log.stat().st_size > 0
    mode = "mode=ro" if with_log else "immutable=1"
    return sqlite3.connect(f"{database.absolute().as_uri()}?{mode}", uri=True)


@contextlib.contextmanager
def _damage_explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except ProjectError:
        raise
    except (SQLAlchemyError, sqlite3.Error, ValueError, TypeError, KeyError, FednError) as error:
        raise ProjectError(
            f"the database of the project {folder} cannot be read ({_reason(error)}); "
            f"put the newest file of {folder / 'backups'} in its place"
        ) from error


def _reason(error: BaseException) -> str:
    """The cause in its own words, without the statement that SQLAlchemy adds."""
    original = getattr(error, "orig", None) or error
    return getattr(original, "strerror", None) or str(original)
