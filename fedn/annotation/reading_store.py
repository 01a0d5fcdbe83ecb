"""A project that is looked at while it cannot be changed: as it was on disk when it was opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fedn.annotation import history
from fedn.annotation.changes import Change
from fedn.annotation.database import reading
from fedn.annotation.project import Project
from fedn.annotation.project_file import existing_database, read_project_file
from fedn.annotation.store import load_project
from fedn.errors import NotWritableError
from fedn.progress import SILENT, Reporter


class ReadingStore:
    """Stands where a Store does, and refuses every edit.

    Args:
        why: what kept the project from being opened for writing.
    """

    def __init__(self, folder: Path, who: str, why: NotWritableError) -> None:
        self.folder, self.who, self.why = folder, who, why

    def load(self) -> Project:
        """The project in memory.

        Raises:
            ProjectError: as in `load_project`.
        """
        return load_project(self.folder)

    def commit(
        self,
        changes: tuple[Change, ...],
        *,
        text: str,
        edit: dict[str, Any],
        origin: str = "",
        reporter: Reporter = SILENT,
    ) -> None:
        """Refuses.

        Raises:
            NotWritableError: always.
        """
        raise self.why

    def history(self, limit: int = 100) -> list[dict[str, Any]]:
        """As `Store.history`, with what the one who may write has done until now."""
        with reading(self.folder, existing_database(self.folder, read_project_file(self.folder))) as connection:
            return history.read_history(connection, limit)

    def history_of(self, event_id: str) -> tuple[history.PastChange, ...]:
        """As `Store.history_of`."""
        with reading(self.folder, existing_database(self.folder, read_project_file(self.folder))) as connection:
            return history.read_history_of(connection, event_id)

    def close(self) -> None:
        """Nothing was held."""
