"""An open project: memory and disk, changed together or not at all. Free of Qt, so scripts edit the same way."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from app.document.edit import Edit, Restore, Touched
from fedn.annotation.changes import Change, EventRow
from fedn.annotation.history import PastChange
from fedn.annotation.project import Project
from fedn.annotation.project_rows import without_garbage_collection
from fedn.annotation.reading_store import ReadingStore
from fedn.annotation.store import Store, create_project
from fedn.annotation.vocabulary import Vocabulary, shipped_vocabulary
from fedn.errors import NotWritableError
from fedn.progress import SILENT, Reporter

TOLD_EVERY = 500


@dataclass(frozen=True, slots=True)
class DoneAside:
    """The project as it is on disk now, the edit that undoes what was done, and what it touched."""

    project: Project
    undo: Restore
    touched: Touched


class Document:
    """The project in memory with the store behind it. `do` is the only way to change either.

    Use from one thread at a time. Attributes:
        project: to be read, never changed directly.
    """

    def __init__(self, store: Store | ReadingStore) -> None:
        self._store = store
        self.project: Project = store.load()

    @classmethod
    def create(cls, folder: Path, name: str, vocabulary: Vocabulary | None = None, who: str = "") -> Document:
        """Makes an empty project (six emotions and others by default) and opens it.

        Raises:
            ProjectError: if there is one already or the folder cannot be written to.
        """
        create_project(folder, name, vocabulary or shipped_vocabulary())
        return cls.open(folder, who)

    @classmethod
    def open(cls, folder: Path, who: str = "") -> Document:
        """Opens a project for editing.

        Args:
            who: the annotator's name for the history, by default that of the account.

        Raises:
            NotWritableError: if it is read-only or open in another window; see `open_or_look`.
            ProjectError: if it is no project, damaged, or from a newer program.
        """
        store = Store.open(folder, who or getpass.getuser())
        try:
            return cls(store)
        except BaseException:
            store.close()
            raise

    @classmethod
    def open_or_look(cls, folder: Path, who: str = "") -> Document:
        """As `open`; a project that cannot be changed now is opened to look at only, and `why_read_only` says why.

        Raises:
            ProjectError: if it is no project, damaged, or from a newer program.
        """
        try:
            return cls.open(folder, who)
        except NotWritableError as error:
            return cls(ReadingStore(folder, who or getpass.getuser(), error))

    @property
    def why_read_only(self) -> NotWritableError | None:
        """Why every edit is refused; None where edits are welcome."""
        return self._store.why if isinstance(self._store, ReadingStore) else None

    @property
    def folder(self) -> Path:
        return self._store.folder

    @property
    def who(self) -> str:
        return self._store.who

    @who.setter
    def who(self, name: str) -> None:
        """From the next edit on."""
        self._store.who = name

    def do(self, edit: Edit) -> Restore:
        """Changes memory and disk.

        Returns:
            The inverse edit: doing it undoes this one exactly and returns the edit that does it again. Its `text` is
            the description for the undo menu and `touched(project)` says what to repaint.

        Raises:
            EditError: if the edit breaks a rule. ProjectError: if it cannot be written. Memory and disk are then as
                they were.
        """
        if self.why_read_only is not None:
            raise self.why_read_only
        undo = edit.apply(self.project)
        if not undo.changes:
            return undo
        try:
            self._commit(edit, undo, SILENT)
        except BaseException:
            undo.apply(self.project)
            raise
        return undo

    def do_aside(self, edit: Edit, reporter: Reporter) -> DoneAside:
        """As `do`, but memory stays as it was: the caller lets `project` become that of the result.

        For edits of thousands of rows, from any thread, while others read the project and nobody changes it.

        Raises:
            EditError, ProjectError: as `do`. Cancelled: if it is asked to stop. Nothing was changed then.
        """
        if self.why_read_only is not None:
            raise self.why_read_only
        aside, total = self.project.copied(), edit.size

        def tell(count: int) -> None:
            if count % TOLD_EVERY == 0:
                reporter.check()
                reporter.progress("preparing", count, max(total, count))

        with without_garbage_collection():
            aside.on_recorded = tell
            undo = edit.apply(aside)
            aside.on_recorded = None
            touched = undo.touched(aside)
            if undo.changes:
                self._commit(edit, undo, reporter)
        return DoneAside(aside, undo, touched)

    def _commit(self, edit: Edit, undo: Restore, reporter: Reporter) -> None:
        self._store.commit(
            tuple(change.inverse() for change in reversed(undo.changes)),
            text=edit.history_text(undo.text),
            edit=edit.to_json(),
            origin=_models_accepted(undo.changes),
            reporter=reporter,
        )

    def history(self, limit: int = 100) -> list[dict[str, Any]]:
        """The last edits, newest first: id, time_utc, who, text, edit (JSON text), origin."""
        return self._store.history(limit)

    def history_of(self, event_id: str) -> tuple[PastChange, ...]:
        """Every edit that changed the event or rejected it, newest first; also of an event that has been deleted."""
        return self._store.history_of(event_id)

    def close(self) -> None:
        """Gives the project free for others. Nothing waits to be saved. Closing twice is allowed."""
        self._store.close()

    def __enter__(self) -> Document:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _models_accepted(undo: tuple[Change, ...]) -> str:
    """Names of the models whose predictions the edit brought in."""
    models: dict[str, None] = {}
    for change in undo:
        if change.after is None and isinstance(change.before, EventRow) and change.before.event.origin is not None:
            models[change.before.event.origin.model] = None
    return ", ".join(models)
