"""The SQLite database of a project: opened to read or to write, and what its failures mean to a user."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, select
from sqlalchemy.exc import SQLAlchemyError

from fedn.annotation import schema
from fedn.annotation.migrations.upgrade import upgrade
from fedn.annotation.project_file import newer_program_needed, way_back
from fedn.errors import DamagedError, FednError, ProjectError

# A disk that is away, full or locked says nothing about what is on it.
_NOT_DAMAGE = {
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_NOMEM,
}
_TIMEOUT_S = 10.0


def new_engine(database: Path) -> Engine:
    """For a database that does not exist yet, in a file that nobody else knows."""
    return _engine(lambda: sqlite3.connect(database))


def writing_engine(database: Path) -> Engine:
    """A transaction that has been committed is on disk: the log is flushed with each (synchronous=FULL)."""

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(database, check_same_thread=False, timeout=_TIMEOUT_S)
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {setting}")
        return connection

    return _engine(connect)


@contextlib.contextmanager
def reading(folder: Path, database: Path) -> Iterator[Connection]:
    """The database at one moment, in this program's schema. Changes nothing, also if it is of an older program.

    Raises:
        ProjectError: if it is damaged, cannot be reached, or comes from a newer program.
    """
    with failures_explained(folder), contextlib.ExitStack() as stack:
        connection = _begun(stack, lambda: _connect_to_read(database), "BEGIN")
        check_length(connection, database)
        if revision(folder, connection) != schema.REVISION:
            connection = _begun(stack, lambda: _copied_to_memory(connection), "BEGIN")
            upgrade(connection)
        yield connection


def _begun(stack: contextlib.ExitStack, connect: Callable[[], sqlite3.Connection], begin: str) -> Connection:
    engine = _engine(connect, begin)
    stack.callback(engine.dispose)
    return stack.enter_context(engine.connect())


def _copied_to_memory(connection: Connection) -> sqlite3.Connection:
    original = connection.connection.driver_connection
    assert isinstance(original, sqlite3.Connection)
    copy = sqlite3.connect(":memory:")
    original.backup(copy)
    return copy


def revision(folder: Path, connection: Connection) -> str:
    """The schema of the database, which is this program's or an older one.

    Raises:
        ProjectError: if it is a newer one.
    """
    found = connection.scalar(select(schema.revision.c.version_num))
    if not isinstance(found, str):
        raise ValueError("it states no schema")
    if found > schema.REVISION:
        raise newer_program_needed(folder)
    return found


def check_length(connection: Connection, database: Path) -> None:
    """Finds a file that was cut short, of which SQLite itself notices nothing until it needs a part that is gone.

    Asks SQLite, never the file: on Unix, closing a file gives back every lock that the process has on it, and with them
    the promise that nobody removes the log of a writer in this process.

    Raises:
        ValueError: if it is shorter than its own header says.
    """
    pages, page_bytes = (
        connection.exec_driver_sql(f"PRAGMA {what}").scalar() or 0 for what in ("page_count", "page_size")
    )
    size = database.stat().st_size
    # What the file lacks may be in the log.
    if size < pages * page_bytes and not _has_log(database):
        raise ValueError(f"it has {size} bytes of {pages * page_bytes}")


@contextlib.contextmanager
def failures_explained(folder: Path) -> Iterator[None]:
    """Turns what goes wrong with a database into a sentence.

    Raises:
        DamagedError: if its content is not what it should be.
        ProjectError: if it cannot be reached.
    """
    try:
        yield
    except ProjectError:
        raise
    except (SQLAlchemyError, sqlite3.Error, OSError, ValueError, TypeError, KeyError, FednError) as error:
        if is_damage(error):
            raise DamagedError(
                f"the database of the project {folder} is damaged ({reason(error)}); {way_back(folder)}"
            ) from error
        raise ProjectError(
            f"the database of the project {folder} cannot be read: {reason(error)}; "
            "see that the disk is there and not full"
        ) from error


def is_damage(error: BaseException) -> bool:
    """Whether the failure says that the content is wrong, rather than that it cannot be reached."""
    original = getattr(error, "orig", None) or error
    code = getattr(original, "sqlite_errorcode", None)
    return not isinstance(original, OSError) and (code is None or code & 0xFF not in _NOT_DAMAGE)


def reason(error: BaseException) -> str:
    """The cause in its own words, without the statement that SQLAlchemy adds."""
    original = getattr(error, "orig", None) or error
    return getattr(original, "strerror", None) or str(original)


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


def _connect_to_read(database: Path) -> sqlite3.Connection:
    if os.access(database.parent, os.W_OK) and os.access(database, os.W_OK):
        # Opened as a writer would, because a read-only connection leaves its log files behind when it is the last.
        connection = sqlite3.connect(database, timeout=_TIMEOUT_S)
        connection.execute("PRAGMA query_only=ON")
        try:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
            return connection
        except sqlite3.OperationalError as error:
            connection.close()
            if _has_log(database) or error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL):
                raise
            # A full disk has no place for the files that SQLite makes to read beside a writer. There is no writer.
    mode = "mode=ro" if _has_log(database) else "immutable=1"
    return sqlite3.connect(f"{database.absolute().as_uri()}?{mode}", uri=True)


def _has_log(database: Path) -> bool:
    log = database.with_name(database.name + "-wal")
    return log.exists() and log.stat().st_size > 0
