"""The project that is open: opened, closed, changed with undo. What the user looks at in it is the session's."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from app.document.document import Document
from app.document.edits import Edit, Restore, Touched
from app.document.long_edit import LARGE, LongEdit
from app.messages import Messages
from app.settings import Settings
from app.undo import EditCommand
from fedn.annotation.project import Project
from fedn.annotation.vocabulary import Vocabulary
from fedn.errors import DamagedError, FednError, NotWritableError
from fedn.progress import SILENT, Reporter

Patience = Callable[[Callable[[Reporter], bool], str, bool], object]


def user_name() -> str:
    """The name under which edits are written when the user has not given another."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "annotator"


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


class OpenDocument(QObject):
    """The lower half of a Session, which fills in `_on_opened`, `_on_closed`, `_forget` and `_announce`.

    Attributes:
        patience: does long work in a thread and returns when it is over, telling the user how far it is and why it
            failed, and letting the user cancel it or not; given by the window. Without one long work is done at once.

    Signals:
        damaged: folder of a project that could not be opened because its content is damaged.
        project_changed: a project was opened, closed, or everything in it replaced.
        saved: text of what was last written.
        settings_changed: the user has set something else.
    """

    damaged = Signal(object)
    project_changed = Signal()
    saved = Signal(str)
    settings_changed = Signal()

    def __init__(self, messages: Messages | None, who: str, parent: QObject | None, settings: Settings | None) -> None:
        super().__init__(parent)
        self.messages = messages or Messages(self)
        self.settings = settings or Settings()
        self.who = who or self.settings.who or user_name()
        self._who_was_set = self.settings.who
        self.settings_changed.connect(self._on_settings_changed)
        self.document: Document | None = None
        self.undo_stack = QUndoStack(self)
        self.patience: Patience | None = None
        self._long: LongEdit | None = None

    # Opening

    @property
    def project(self) -> Project | None:
        return self.document.project if self.document else None

    def open_project(self, folder: Path) -> bool:
        """Opens the project in `folder` in place of the present one; on failure the present one stays open."""
        here = self.document
        if here is not None and here.why_read_only is None and _is_same(here.folder, folder):
            self.messages.info(f"{folder.name} is the project that is open.")
            return True
        if not self._replace(lambda: Document.open_or_look(folder, who=self.who), folder):
            return False
        why = self.why_read_only
        if why is not None:
            self.messages.warn(f"You can look at it but change nothing: {why}.")
        return True

    @property
    def why_read_only(self) -> NotWritableError | None:
        """Why the project can only be looked at; None if it can be changed, or none is open."""
        return self.document.why_read_only if self.document else None

    def may_edit(self) -> bool:
        """Whether the project can be changed; if not, the user is told why. For what would cost time in vain."""
        why = self.why_read_only
        if why is not None:
            self.messages.error(f"Nothing was changed: {why}.")
        return why is None

    def create_project(self, folder: Path, name: str, vocabulary: Vocabulary | None = None) -> bool:
        """An empty project, opened; by default with six emotions and others."""
        return self._replace(lambda: Document.create(folder, name, vocabulary, who=self.who), folder)

    def close_project(self) -> None:
        if self.document is None:
            return
        self._finish_long()
        document, self.document = self.document, None
        self._forget()
        self.undo_stack.clear()
        document.close()
        self.project_changed.emit()
        self._on_closed()

    def _replace(self, opened: Callable[[], Document], folder: Path) -> bool:
        try:
            document = opened()
        except FednError as error:
            self.messages.error(str(error))
            if isinstance(error, DamagedError):
                self.damaged.emit(folder)
            return False
        self._finish_long()
        old, self.document = self.document, document
        self._forget()
        self.undo_stack.clear()
        if old is not None:
            old.close()
        self.project_changed.emit()
        self._on_opened(document.project)
        return True

    def _on_settings_changed(self) -> None:
        if self.settings.who == self._who_was_set:
            return
        self._who_was_set = self.settings.who
        self.who = self.settings.who or user_name()
        if self.document is not None:
            self.document.who = self.who

    # Changing it

    def do(self, edit: Edit, gesture: int | None = None, *, aside: bool = False) -> bool:
        """Applies and writes an edit; edits with the same `gesture` number become one undo step.

        Args:
            aside: not done by intent; undone together with the step before it (see `app.undo.undo`).

        Returns:
            False if it was refused; the user has then been told why and nothing has changed.
        """
        inverse = self._apply(edit, "Saved")
        if inverse is None:
            return False
        if inverse.changes:
            self.undo_stack.push(EditCommand(self._apply, inverse, gesture, is_aside=aside))
        return True

    def do_for_good(self, edit: Edit) -> bool:
        """As `do`, without an undo step: for rows of the project that no other edit touches."""
        return self._apply(edit, "Saved") is not None

    def _apply(self, edit: Edit, said: str) -> Restore | None:
        """Applies and writes an edit without an undo step; None if it was refused."""
        if self.document is None:
            self.messages.error("No project is open; open or create one first.")
            return None
        if not self.may_edit():
            return None
        self._finish_long()
        try:
            inverse, touched = self._done(self.document, edit)
        except FednError as error:
            self.messages.error(str(error))
            return None
        if inverse is None or touched is None:
            return None
        if inverse.changes:
            self._announce(touched)
            self.saved.emit(f"{said}: {inverse.text}")
        return inverse

    def _done(self, document: Document, edit: Edit) -> tuple[Restore | None, Touched | None]:
        """What undoes the edit and what it touched; None if the user has cancelled it, or has been told why not."""
        if edit.size < LARGE:
            inverse = document.do(edit)
            return inverse, inverse.touched(document.project)
        self._long = long = LongEdit(document, edit)
        try:
            if self.patience is None:
                long.run(SILENT)
            else:
                # An undo or redo that is not done would be lost to the undo stack.
                self.patience(long.run, edit.text, not isinstance(edit, Restore))
        finally:
            self._long = None
        done = long.finish()
        return (done.undo, done.touched) if done is not None else (None, None)

    def _finish_long(self) -> None:
        """What comes while a long edit is being written waits for it."""
        if self._long is not None:
            self._long.finish()

    # What the session does about it

    def _on_opened(self, project: Project) -> None:
        """Shows the project that has taken the place of the one before."""
        raise NotImplementedError

    def _on_closed(self) -> None:
        raise NotImplementedError

    def _forget(self) -> None:
        """What is known of the project that is being left."""
        raise NotImplementedError

    def _announce(self, touched: Touched) -> None:
        """Tells the views what an edit touched."""
        raise NotImplementedError
