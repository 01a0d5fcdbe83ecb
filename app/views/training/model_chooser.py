"""The button in the toolbar that shows and changes the model in use."""

from __future__ import annotations

from PySide6.QtWidgets import QToolButton

from app.session import Session


class ModelChooser(QToolButton):
    """Lists the bundled and the project's models; choosing one is an edit."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
