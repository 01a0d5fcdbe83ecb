"""The vocabulary as buttons, each with its color and key."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.session import Session


class LabelsPanel(QWidget):
    """Shows the labels of the project.

    Signals:
        label_chosen: a label's name was clicked; the window connects it to the same slot as the keys 1-9.
    """

    label_chosen = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
