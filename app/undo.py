"""The one undo command for all edits."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

from app.document.edits import Edit, Restore

Apply = Callable[[Edit, str], Restore | None]


class EditCommand(QUndoCommand):
    """An edit that has already been applied, known by its inverse.

    Applied first and pushed afterwards: a redo() that raises inside push would stay on the stack broken.
    """

    def __init__(self, apply: Apply, inverse: Restore, gesture: int | None) -> None:
        super().__init__(_capitalized(inverse.text))
        self._apply = apply
        self._inverse = inverse
        self._gesture = gesture
        self._pushed = False

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
