"""A project on disk: a folder with an SQLite database in WAL mode, one transaction an edit."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, Engine, insert
from sqlalchemy.exc import SQLAlchemyError

from fedn.annotation import history, schema
from fedn.annotation.backups import BACKUPS, back_up, keep_older
from fedn.annotation.changes import Change, condensed
from fedn.annotation.database import (
    check_length,
    failures_explained,
    new_engine,
    reading,
    reason,
    revision,
    writing_engine,
)
from fedn.annotation.migrations.upgrade import upgrade
from fedn.annotation.project import Project
from fedn.annotation.project_file import (
    DATABASE_NAME,
    FILE_NAME,
    SCHEMA,
    ProjectFile,
    existing_database,
    read_project_file,
    remove_unfinished,
    write_project_file,
)
from fedn.annotation.ranked_vocabularies import RankedVocabularies, latest
from fedn.annotation.rows import read_rows, write_changes
from fedn.annotation.vocabulary import Vocabulary
from fedn.annotation.writer_lock import WriterLock, read_only
from fedn.errors import ProjectError
from fedn.progress import SILENT, Reporter

LOCK_NAME = "project.lock"
_log = logging.getLogger(__name__)


def create_project(folder: Path, name: str, *vocabularies: Vocabulary) -> None:
    """Makes an empty project with at least one vocabulary, in a new folder or in one that holds no project yet.

    Raises:
        ProjectError: if there is a project already or the folder cannot be written to.
    """
    database = folder / DATABASE_NAME
    if (folder / FILE_NAME).exists():
        raise ProjectError(f"{folder} already holds a project; open it, or choose another folder")
    if database.exists():
        raise ProjectError(
            f"{folder} holds a database of a project that has lost its {FILE_NAME}; choose another folder"
        )
    if not name.strip() or not vocabularies:
        raise ProjectError(f"the new project has no {'vocabulary' if name.strip() else 'name'}; give it one")
    unfinished = database.with_suffix(".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        engine = new_engine(unfinished)
        with engine.begin() as connection:
            schema.metadata.create_all(connection)
            connection.execute(insert(schema.revision), {"version_num": schema.REVISION})
        engine.dispose()
        unfinished.replace(database)
        # Last, because this file is what makes the folder a project.
        write_project_file(folder, ProjectFile(name, vocabularies))
    except (OSError, SQLAlchemyError) as error:
        raise ProjectError(
            f"the project cannot be created in {folder}: {reason(error)}; choose a folder that you can write to"
        ) from error


def load_project(folder: Path) -> Project:
    """Reads a project as it is on disk at this moment, also while a window has it open. Changes nothing.

    One of an older program is read too; only opening it for writing brings it to the new schema.

    Raises:
        ProjectError: if it is not a project, is damaged, or comes from a newer program.
    """
    content = read_project_file(folder)
    with reading(folder, existing_database(folder, content)) as connection:
        return _load(folder, content, connection)


def load_project_with_revisions(folder: Path) -> tuple[Project, int, dict[str, int]]:
    """As `load_project`, with the number of the last edit, and by event id that of the last edit that changed it."""
    content = read_project_file(folder)
    with reading(folder, existing_database(folder, content)) as connection:
        project = _load(folder, content, connection)
        return project, history.last_edit(connection), history.read_revisions(connection)


class Store:
    """The one writer of a project. `open` it, `load` the project once, then `commit` edit by edit.

    A commit that has returned is on disk. Vocabularies are written to project.toml after the transaction; if that did
    not come about, the next opening makes up for it from the database.
    """

    def __init__(self, folder: Path, content: ProjectFile, lock: WriterLock, engine: Engine, who: str) -> None:
        self.folder = folder
        self.who = who
        self._content = content
        self._vocabularies = RankedVocabularies.of(content.vocabularies)
        self._database = folder / content.database
        self._lock = lock
        self._engine = engine
        self._connection: Connection | None = engine.connect()
        self._file = self._database.stat().st_ino
        self._edited = False
        # A long commit runs in a thread; who reads the history meanwhile waits.
        self._in_use = threading.RLock()

    @classmethod
    def open(cls, folder: Path, who: str = "") -> Store:
        """Takes the writer's lock, brings the project of an older program up to date, and backs the database up.

        Args:
            who: the annotator whose name stands beside each edit in the history.

        Raises:
            NotWritableError: if another window has the project open or the folder is read-only.
            ProjectError: as in `load_project`.
        """
        content = read_project_file(folder)
        database = existing_database(folder, content)
        if not os.access(folder, os.W_OK) or not os.access(database, os.W_OK):
            raise read_only(folder)
        lock = WriterLock(folder / LOCK_NAME, who)
        engine = writing_engine(database)
        try:
            with failures_explained(folder):
                store = cls(folder, content, lock, engine, who)
                store._begin_session()
                return store
        except BaseException:
            engine.dispose()
            lock.release()
            raise

    def _begin_session(self) -> None:
        remove_unfinished(self.folder)
        connection = self._open_connection()
        with connection.begin():
            check_length(connection, self._database)
            found = revision(self.folder, connection)
        if found != schema.REVISION:
            self._migrate(found)
        with connection.begin():
            content = latest(self._content, connection)
            last_edit = history.last_edit(connection)
        # A backup that was put in place has fewer edits than the file may say.
        content = replace(content, edit=min(content.edit, last_edit))
        if content != self._content or content.schema != SCHEMA:
            write_project_file(self.folder, content)
        self._content, self._vocabularies = content, RankedVocabularies.of(content.vocabularies)
        self._back_up(last_edit)

    def _migrate(self, found: str) -> None:
        """Brings the database to this schema, in one transaction, after a copy of it was made."""
        try:
            keep_older(self._database, self.folder / BACKUPS, found)
            with self._open_connection().begin():
                upgrade(self._open_connection())
        except (OSError, sqlite3.Error, SQLAlchemyError) as error:
            raise ProjectError(
                f"the project {self.folder} is of an older program and could not be brought up to date: "
                f"{reason(error)}; nothing of it was changed, see that the disk is there and not full"
            ) from error

    def _back_up(self, last_edit: int) -> None:
        """Damage is told, but a disk that has no place for a copy does not keep anybody from working."""
        try:
            back_up(self._database, self.folder / BACKUPS, last_edit)
        except OSError:
            _log.warning("no backup of %s could be made", self.folder, exc_info=True)

    def load(self) -> Project:
        """The project in memory."""
        with failures_explained(self.folder), self._open_connection().begin():
            return _load(self.folder, self._content, self._open_connection())

    def commit(
        self,
        changes: tuple[Change, ...],
        *,
        text: str,
        edit: dict[str, Any],
        origin: str = "",
        reporter: Reporter = SILENT,
    ) -> None:
        """Writes one edit in one transaction, with its row of history.

        Args:
            changes: what it changed, in order.
            text: the edit in words, as in the undo menu.
            edit: the edit as a JSON object.
            origin: the model from which accepted predictions come, "" for none.
            reporter: told how far it is, and asked whether to stop, where the rows are many.

        Raises:
            ProjectError: if it cannot be written. Cancelled: if it is asked to stop. Nothing of it is then on disk.
        """
        with self._in_use:
            self._commit(changes, text, edit, origin, reporter)

    def _commit(
        self, changes: tuple[Change, ...], text: str, edit: dict[str, Any], origin: str, reporter: Reporter
    ) -> None:
        connection = self._open_connection()
        net = condensed(changes)
        try:
            self._check_still_there()
            with connection.begin():
                write_changes(connection, net, reporter)
                number = history.add_to_history(
                    connection, net, who=self.who, text=text, edit=edit, origin=origin, reporter=reporter
                )
                vocabularies = self._vocabularies.after(net)
                if vocabularies != self._vocabularies:
                    vocabularies.write(connection, number)
        except (SQLAlchemyError, OSError) as error:
            raise ProjectError(
                f"“{text}” could not be written to {self.folder} and was not done: {reason(error)}; "
                "see that the disk is there and not full"
            ) from error
        self._edited = True
        if vocabularies != self._vocabularies:
            self._vocabularies = vocabularies
            self._write_project_file(number)

    def _write_project_file(self, edit: int) -> None:
        self._content = replace(self._content, vocabularies=self._vocabularies.in_order, edit=edit)
        try:
            write_project_file(self.folder, self._content)
        except OSError:
            _log.warning("the vocabularies of %s are in its database only, for now", self.folder, exc_info=True)

    def _check_still_there(self) -> None:
        """A database that was moved or unmounted would still take edits, at a place where nobody looks for them.

        Raises:
            OSError: if it is no longer where it was opened.
        """
        if self._database.stat().st_ino != self._file:
            raise FileNotFoundError(f"another file has taken the place of {self._database}")

    def history(self, limit: int = 100) -> list[dict[str, Any]]:
        """The last edits, newest first, as dictionaries with id, time_utc, who, text, edit (JSON text), origin."""
        with self._in_use, self._open_connection().begin():
            return history.read_history(self._open_connection(), limit)

    def history_of(self, event_id: str) -> tuple[history.PastChange, ...]:
        """Every edit that changed the event or rejected it, newest first; also of an event that has been deleted."""
        with self._in_use, self._open_connection().begin():
            return history.read_history_of(self._open_connection(), event_id)

    def close(self) -> None:
        """Backs up what was edited and gives the lock back. Closing twice is allowed."""
        if self._connection is not None:
            self._back_up_at_the_end(self._connection)
            self._connection.close()
            self._connection = None
            self._engine.dispose()
        self._lock.release()

    def _back_up_at_the_end(self, connection: Connection) -> None:
        if not self._edited:
            return
        try:
            with connection.begin():
                last_edit = history.last_edit(connection)
            self._back_up(last_edit)
        except (sqlite3.Error, SQLAlchemyError):
            _log.warning("no backup of %s could be made at the end", self.folder, exc_info=True)

    def _open_connection(self) -> Connection:
        if self._connection is None:
            raise ProjectError(f"the project {self.folder} has been closed; open it again")
        return self._connection

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _load(folder: Path, content: ProjectFile, connection: Connection) -> Project:
    project = Project(folder, content.name, *latest(content, connection).vocabularies)
    project.load(read_rows(connection))
    return project
