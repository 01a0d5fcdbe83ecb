"""The selected event in numbers, editable, and what the other tiers say about it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.session import Session


class InspectorView(QWidget):
    """Shows and edits the one selected event."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def focus_note(self) -> None:
        """Put the keyboard into the note (F2)."""

    def focus_onset(self) -> None:
        """Put the keyboard into the onset (E)."""
