"""The one undo command for all edits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

from app.document.edits import Edit, Group

if TYPE_CHECKING:
    from app.session import Session


class EditCommand(QUndoCommand):
    """An edit that has already been applied, and the inverses that take it back.

    Applied first and pushed afterwards: a redo() that raises inside push would stay on the stack broken.
    """

    def __init__(self, session: Session, edit: Edit, inverse: Edit, gesture: int | None) -> None:
        super().__init__(_capitalized(edit.text))
        self._session = session
        self._backward: list[Edit] = [inverse]
        self._forward: Edit | None = None
        self._gesture = gesture
        self._applied = True

    def id(self) -> int:
        return 1 if self._gesture is not None else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, EditCommand) or other._gesture != self._gesture:
            return False
        self._backward.extend(other._backward)
        self.setText(other.text())
        return True

    def redo(self) -> None:
        if self._applied:
            return
        if self._forward is None:
            return
        inverse = self._session.apply(self._forward, "Redone")
        if inverse is None:
            self.setObsolete(True)
            return
        self._backward = [inverse]
        self._applied = True

    def undo(self) -> None:
        steps = tuple(reversed(self._backward))
        edit = steps[0] if len(steps) == 1 else Group(steps, self.text())
        forward = self._session.apply(edit, "Undone")
        if forward is None:
            self.setObsolete(True)
            return
        self._forward = forward
        self._applied = False


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]
