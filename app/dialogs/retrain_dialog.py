"""Asks what a retraining learns from and how long, and says in counts what there is to learn."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QWidget

from app.jobs.retrain_options import RetrainOptions
from app.session import Session


class RetrainDialog(QDialog):
    """`RetrainDialog(session, parent).ask()` returns the options, or None when the user cancels."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session

    def ask(self) -> RetrainOptions | None:
        return None
