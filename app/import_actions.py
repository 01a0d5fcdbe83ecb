"""Events from files of other programs into the project: read in a thread, looked at in a dialog, one undo step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from app.dialogs.columns_dialog import ColumnsDialog
from app.dialogs.import_dialog import ImportDialog, ImportWishes
from app.dialogs.wait_dialog import wait_for
from app.document.import_plan import ImportChoices
from app.document.preview_import import Preview, preview_import
from app.document.read_files import ReadChoices, ReadFile, UnknownTable, keep_what_was_read, table_rows
from app.session import Session
from fedn.annotation.formats.column_mapping import ColumnMapping
from fedn.annotation.formats.known_formats import READABLE, known_format
from fedn.errors import FednError


class ImportActions(QObject):
    """The slots of "Import events…", and what happens to label files that are dropped."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window

    def choose_files(self) -> None:
        endings = sorted({f"*{known_format(name).ending}" for name in READABLE} | {"*.csv", "*.txt", "*.tsv", "*.xls"})
        kinds = f"Files of events ({' '.join(endings)});;All files (*)"
        names, _ = QFileDialog.getOpenFileNames(self._window, "Import events", "", kinds)
        if names:
            self.import_files([Path(name) for name in names])

    def import_files(self, paths: Sequence[Path]) -> None:
        """Asks for what is not clear, shows what would come, and imports it if the user wants it."""
        project = self._session.project
        if project is None:
            self._session.messages.error("No project is open; open the one that the labels belong to first.")
            return
        if not self._session.may_edit():
            return
        wishes = ImportWishes(ReadChoices(), ImportChoices())
        found = self._preview(paths, wishes)
        if found is None:
            return
        preview, reading = found
        videos = sorted({video.name for video in project.videos.values()})
        dialog = ImportDialog(
            preview,
            replace(wishes, reading=reading),
            videos,
            partial(self._preview, paths),
            self._name_columns,
            self._window,
        )
        wanted = dialog.ask()
        dialog.deleteLater()
        if wanted is not None:
            self._import(wanted)

    def _preview(self, paths: Sequence[Path], wishes: ImportWishes) -> tuple[Preview, ReadChoices] | None:
        """Reads and plans; asks what the columns of tables are until all are known."""
        project, reading = self._session.project, wishes.reading
        while project is not None:
            found = wait_for(
                partial(preview_import, project, paths, reading, wishes.choices),
                "Reading files of events",
                self._session.messages,
                self._window,
            )
            if isinstance(found, UnknownTable):
                mapping = self._ask_columns(found.path, found.guess, found.rows)
                if mapping is None:
                    return None
                reading = replace(reading, confirmed={**reading.confirmed, found.path: mapping})
            else:
                return (found, reading) if found is not None else None
        return None

    def _name_columns(self, file: ReadFile, reading: ReadChoices) -> ReadChoices | None:
        """Asks again, after the user has seen what a mapping brings."""
        if file.mapping is None:
            return None
        mapping = self._ask_columns(file.path, file.mapping, table_rows(file.path))
        return replace(reading, confirmed={**reading.confirmed, file.path: mapping}) if mapping else None

    def _ask_columns(self, path: Path, guess: ColumnMapping, rows: Sequence[Sequence[str]]) -> ColumnMapping | None:
        project = self._session.project
        videos = sorted({video.name for video in project.videos.values()}) if project else []
        dialog = ColumnsDialog(path, guess, rows, videos, self._window)
        mapping = dialog.ask()
        dialog.deleteLater()
        return mapping

    def _import(self, preview: Preview) -> None:
        project, plan = self._session.project, preview.plan
        if project is None or (plan.edit.edits and not self._session.do(plan.edit)):
            return
        try:
            keep_what_was_read(project, preview.read)
        except FednError as error:
            self._session.messages.error(str(error))
            return
        remarks = f"; {len(plan.remarks)} remarks" if plan.remarks else ""
        self._session.messages.info(f"{plan.edit.text}{remarks}. Undo takes it back.")
