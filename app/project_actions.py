"""What the user does to a project as a whole: make, open, close."""

from __future__ import annotations

from pathlib import Path

import platformdirs
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QFileDialog, QWidget

from app import assets
from app.dialogs.damage_dialog import DamageDialog, RestoredDialog
from app.dialogs.new_project_dialog import SUFFIX, NewProjectDialog, NewProjectWishes
from app.dialogs.remarks_dialog import RemarksDialog
from app.dialogs.wait_dialog import wait_for
from app.document.dataset_project import REMARKS_NAME, NewProject, create_with_dataset
from app.jobs.detections import Detections
from app.jobs.trainings import Trainings
from app.session import Session
from fedn.annotation.check import check_project
from fedn.annotation.formats.content import Remark
from fedn.annotation.project_file import FILE_NAME
from fedn.annotation.restore import restore_project
from fedn.annotation.vocabulary import shipped_vocabulary
from fedn.progress import Reporter

PROJECTS = "FEDN Studio"
DEMO = "Demo"


def documents() -> Path:
    """Where projects lie if the user has no other place for them."""
    return Path(platformdirs.user_documents_dir()) / PROJECTS


class ProjectActions(QObject):
    """The slots of the menu "Project"."""

    def __init__(self, session: Session, detections: Detections, trainings: Trainings, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._detections, self._trainings, self._window = session, detections, trainings, window

    def new(self) -> None:
        """Asks for a name and a place."""
        self._ask_and_make(NewProjectDialog(self._place(), parent=self._window))

    def new_of_dataset(self, dataset: Path | None = None) -> None:
        """Asks for the folder of a data set as well."""
        self._ask_and_make(NewProjectDialog(self._place(), of_dataset=True, dataset=dataset, parent=self._window))

    def _ask_and_make(self, dialog: NewProjectDialog) -> None:
        wishes = dialog.ask()
        dialog.deleteLater()
        if wishes is None or not self.may_leave():
            return
        if wishes.dataset is None:
            self._session.create_project(wishes.folder, wishes.name, shipped_vocabulary(wishes.vocabulary))
        else:
            self._make_of_dataset(wishes, wishes.dataset)

    def _make_of_dataset(self, wishes: NewProjectWishes, dataset: Path) -> None:
        vocabulary = shipped_vocabulary(wishes.vocabulary)
        new = NewProject(wishes.folder, wishes.name, vocabulary, self._session.who, wishes.missing_offset)

        def make(reporter: Reporter) -> tuple[Remark, ...]:
            document, remarks = create_with_dataset(new, dataset, prefer_images=wishes.prefer_images, reporter=reporter)
            document.close()
            return remarks

        remarks = wait_for(make, f"Reading {dataset.name}", self._session.messages, self._window)
        if remarks is not None and self._session.open_project(wishes.folder) and remarks:
            about = f"What was odd about the data set; also in {wishes.folder / REMARKS_NAME}."
            dialog = RemarksDialog(about, remarks, self._window)
            dialog.exec()
            dialog.deleteLater()

    def demo(self) -> None:
        """Opens the demo project, which is made the first time from the videos that come along."""
        if not self.may_leave():
            return
        folder = documents() / f"{DEMO}{SUFFIX}"
        if (folder / FILE_NAME).exists():
            self._session.open_project(folder)
            return
        new = NewProject(folder, DEMO, who=self._session.who)

        def make(reporter: Reporter) -> bool:
            create_with_dataset(new, assets.DEMO, reporter=reporter)[0].close()
            return True

        made = wait_for(make, "Making the demo project", self._session.messages, self._window)
        if made and self._session.open_project(folder):
            self._session.messages.info(
                "“Detect in all videos” in the menu “Model” shows what the model finds in them."
            )

    def _place(self) -> Path:
        """Where the last project lies, unless that is the program's own folder; else the documents' folder."""
        recent = (Path(folder).parent for folder in self._session.settings.recent)
        return next((folder for folder in recent if folder.is_dir() and folder != assets.PROGRAM), documents())

    def choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._window, "Open a project (a folder that ends in .fedn)")
        if folder:
            self.open(Path(folder))

    def open(self, folder: Path) -> None:
        if self.may_leave():
            self._session.open_project(folder)

    def open_again(self) -> None:
        """A project that could only be looked at, perhaps to be changed now; else as it has become meanwhile."""
        project = self._session.project
        if project is not None:
            self.open(Path(project.folder))

    def offer_restore(self, folder: Path) -> None:
        """A damaged project cannot be opened: says what is wrong, and offers its last sound backup."""
        # After the sentence has been shown, and whoever opened it has got its answer.
        QTimer.singleShot(0, self, lambda: self._offer_restore(folder))

    def _offer_restore(self, folder: Path) -> None:
        messages = self._session.messages
        findings = wait_for(lambda _: check_project(folder), "Looking the project over", messages, self._window)
        if findings is None:
            return
        dialog = DamageDialog(folder, findings, self._window)
        wants_restore = dialog.exec() == DamageDialog.DialogCode.Accepted
        dialog.deleteLater()
        if not wants_restore:
            return
        restored = wait_for(
            lambda _: restore_project(folder, self._session.who), "Restoring the project", messages, self._window
        )
        if restored is not None and self._session.open_project(folder):
            told = RestoredDialog(restored, self._window)
            told.exec()
            told.deleteLater()

    def close(self) -> None:
        if self.may_leave():
            self._session.close_project()

    def may_leave(self) -> bool:
        """Whether the project may be left, and what becomes of its jobs then: a training can go on without a window."""
        return self._may_leave_detections() and self._trainings.may_be_left()

    def _may_leave_detections(self) -> bool:
        if not self._detections.is_running:
            return True
        leave, stay = "Cancel it and go on", "Keep it running"
        question = "A detection is running. What it has not finished yet would be lost."
        if self._session.messages.ask("A job is running", question, (leave, stay), stay) != leave:
            return False
        self._detections.cancel_all()
        return True
