"""The one undo command for all edits."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QUndoCommand, QUndoStack

from app.document.edits import Edit, Restore

Apply = Callable[[Edit, str], Restore | None]


class EditCommand(QUndoCommand):
    """An edit that has already been applied, known by its inverse.

    Applied first and pushed afterwards: a redo() that raises inside push would stay on the stack broken.
    """

    def __init__(self, apply: Apply, inverse: Restore, gesture: int | None, *, is_aside: bool = False) -> None:
        super().__init__(_capitalized(inverse.text))
        self._apply = apply
        self._inverse = inverse
        self._gesture = gesture
        self._pushed = False
        self.is_aside = is_aside

    def id(self) -> int:
        return 1 if self._gesture is not None else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, EditCommand) or other._gesture != self._gesture:
            return False
        self._inverse = Restore(other._inverse.changes + self._inverse.changes, other._inverse.text)
        self.setText(other.text())
        return True

    def redo(self) -> None:
        if self._pushed:
            self._turn("Redone")
        self._pushed = True

    def undo(self) -> None:
        self._turn("Undone")

    def _turn(self, said: str) -> None:
        back = self._apply(self._inverse, said)
        if back is None:
            self.setObsolete(True)
        else:
            self._inverse = back


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def undo(stack: QUndoStack) -> None:
    """Takes back the last step that was done by intent, and with it what was done aside since.

    Frames become reviewed by being looked at, between one decision and the next: whoever presses Ctrl+Z means the
    decision. Such steps are on the stack nevertheless, because every step has to find the project as it left it.
    """
    while stack.canUndo():
        command = stack.command(stack.index() - 1)
        stack.undo()
        if not (isinstance(command, EditCommand) and command.is_aside):
            return


def redo(stack: QUndoStack) -> None:
    """Does the next step again, and what was done aside after it."""
    stack.redo()
    while stack.canRedo():
        command = stack.command(stack.index())
        if not (isinstance(command, EditCommand) and command.is_aside):
            return
        stack.redo()
