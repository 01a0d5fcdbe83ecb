"""The project's events into files of other programs: tried out first, so that what is lost is known before."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.dialogs.export_dialog import ExportDialog, WantedExport
from app.dialogs.wait_dialog import wait_for
from app.document.export_files import ExportChoices, Exported, export_project
from app.session import Session
from fedn.annotation.project import Project
from fedn.counted import counted
from fedn.progress import Reporter

REPLACE, KEEP = "Replace them", "Keep them"


class ExportActions(QObject):
    """The slot of "Export events…"."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window

    def choose(self) -> None:
        project = self._session.project
        if project is None:
            return
        folder = Path(project.folder).absolute().parent / f"{Path(project.folder).stem}-export"
        dialog = ExportDialog(project, folder, self.try_out, self._window)
        wanted = dialog.ask()
        dialog.deleteLater()
        if wanted is not None:
            self.write(wanted)

    def try_out(self, choices: ExportChoices) -> Exported | None:
        """What an export would write, found out by writing it into a folder that goes away again."""
        project = self._session.project
        if project is None:
            return None
        work = partial(_try_out, project, choices)
        return wait_for(work, "Trying the export out", self._session.messages, self._window)

    def write(self, wanted: WantedExport) -> None:
        project, messages = self._session.project, self._session.messages
        if project is None:
            return
        tried = self.try_out(wanted.choices)
        if tried is None:
            return
        there = [path.name for path in tried.files if (wanted.folder / path.name).exists()]
        if there and not wanted.choices.update:
            question = f"{wanted.folder} already holds {', '.join(there[:4])}{' and more' if len(there) > 4 else ''}."
            if messages.ask("Files are there already", question, (REPLACE, KEEP), KEEP) != REPLACE:
                return
        work = partial(export_project, project, wanted.folder, wanted.choices)
        exported = wait_for(work, "Exporting events", messages, self._window)
        if exported is not None:
            messages.info(f"Wrote {counted(len(exported.files), 'file')} to {wanted.folder}.")


def _try_out(project: Project, choices: ExportChoices, reporter: Reporter) -> Exported:
    with tempfile.TemporaryDirectory(prefix="fedn-export-") as folder:
        return export_project(project, Path(folder), replace(choices, update=False), reporter)
