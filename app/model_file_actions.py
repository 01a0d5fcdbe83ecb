"""What the user does with models as files: import, export, rename, delete; and bringing two of them side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget

from app.dialogs.wait_dialog import wait_for
from app.document.edits import DescribeModel
from app.jobs.detection import model_name_of
from app.jobs.model_jobs import ModelJobs
from app.session import Session
from fedn.errors import FednError
from fedn.model_archive import export_model
from fedn.model_files import copies_of, delete_model
from fedn.model_info import ModelInfo, read_model_info
from fedn.registry import resolve_model

EXPORT_FIRST, DELETE, KEEP = "Export it first…", "Delete it", "Keep it"
_ZIP = "Model (*.zip)"


class ModelFileActions(QObject):
    """Signals:
    changed: there is a model more or less, or one is called differently.
    """

    changed = Signal()

    def __init__(self, session: Session, jobs: ModelJobs, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._jobs, self._window = session, jobs, window
        jobs.imported.connect(self._on_imported)

    def choose_import(self) -> None:
        if self._session.project is None:
            return
        path, _ = QFileDialog.getOpenFileName(self._window, "Import a model", "", f"{_ZIP};;Description (model.toml)")
        if path:
            self.take_in([Path(path)])

    def take_in(self, given: Iterable[Path]) -> None:
        """Imports models out of .zip files and folders, one after the other."""
        for path in given:
            self._jobs.take_in(path.parent if path.name == "model.toml" else path)

    def choose_export(self, name: str) -> bool:
        """Asks where to; False if nothing was written."""
        project = self._session.project
        if project is None:
            return False
        first = str(Path(project.folder).absolute().parent / f"{name}.zip")
        path, kind = QFileDialog.getSaveFileName(self._window, f"Export {name}", first, f"{_ZIP};;Folder (*)")
        if path and kind == _ZIP and not path.lower().endswith(".zip"):
            # The dialog has not asked about a file of this name.
            return self.export(name, Path(f"{path}.zip"))
        return bool(path) and self.export(name, Path(path), may_replace=True)

    def export(self, name: str, target: Path, *, may_replace: bool = False) -> bool:
        """Writes a copy with what people have noted about it; a .zip if `target` ends so, else a folder."""
        project, info = self._session.project, self._info(name)
        if project is None or info is None:
            return False
        words = replace(
            info, title=project.model_title(name) or info.title, note=project.model_note(name).strip() or info.note
        )
        work = partial(export_model, words, target, may_replace=may_replace)
        written = wait_for(work, f"Exporting {name}", self._session.messages, self._window)
        if written is not None:
            self._session.messages.info(f"{written} holds the model {name}.")
        return written is not None

    def rename(self, name: str) -> None:
        """Another title; the name that tiers and history know it by stays."""
        project = self._session.project
        if project is None or not self._session.may_edit():
            return
        title = project.model_title(name) or name
        words = f"What is {name} to be called? Tiers and history keep its name."
        text, is_accepted = QInputDialog.getText(self._window, "Rename model", words, text=title)
        if is_accepted:
            self.give_title(name, text)

    def give_title(self, name: str, title: str) -> None:
        project = self._session.project
        if project is None:
            return
        title = "" if title.strip() == name else title.strip()
        if self._session.do(DescribeModel(name, title, project.model_note(name))):
            self.changed.emit()

    def delete(self, name: str) -> None:
        """Asks first, and says whether there is another copy."""
        project, info = self._session.project, self._info(name)
        if project is None or info is None or not self._session.may_edit():
            return
        folder = Path(project.folder)
        if name != model_name_of(project) and not self._may_go(info, folder):
            return
        try:
            delete_model(info, folder, model_name_of(project))
        except FednError as error:
            self._session.messages.error(_sentence(error))
            return
        self._session.messages.info(f"The model {name} is deleted.")
        self.changed.emit()

    def _may_go(self, info: ModelInfo, folder: Path) -> bool:
        copies = copies_of(info, folder)
        if copies:
            question = f"Delete the model {info.name}? A copy of its weights stays in {copies[0]}."
            return self._session.messages.ask("Delete model", question, (DELETE, KEEP), KEEP) == DELETE
        lost = "There is no other copy of it in this project; Undo cannot bring it back."
        question = f"Delete the model {info.name}? {lost}"
        answer = self._session.messages.ask("Delete model", question, (EXPORT_FIRST, DELETE, KEEP), KEEP)
        return answer == DELETE or (answer == EXPORT_FIRST and self.choose_export(info.name))

    def _on_imported(self, data: Mapping[str, Any]) -> None:
        remark = str(data.get("remark") or "")
        tell = self._session.messages.warn if remark else self._session.messages.info
        tell(f"{data['model']} is in the list of models and not in use yet. {remark}".strip())
        self.changed.emit()

    def _info(self, name: str) -> ModelInfo | None:
        project = self._session.project
        if project is None:
            return None
        try:
            return read_model_info(resolve_model(name, Path(project.folder)))
        except FednError as error:
            self._session.messages.error(_sentence(error))
            return None


def _sentence(error: FednError) -> str:
    text = str(error)
    return text if text.endswith(".") else f"{text}."
