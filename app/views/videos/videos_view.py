"""The project's videos by subject, with their state; files dropped here are added."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.session import Session


class VideosView(QWidget):
    """Lists the videos, filters them, and adds new ones."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def choose_videos(self) -> None:
        """Ask for files and add them (menu entry "Add videos…")."""

    def add_videos(self, paths: Sequence[Path]) -> None:
        """Scan the files in a thread and add each to the project."""

    def focus_filter(self) -> None:
        """Put the keyboard into the filter (Ctrl+F)."""

    def selected_ids(self) -> tuple[str, ...]:
        """Ids of the videos selected in the list."""
        return ()
