"""What a training has said, the newest below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QPlainTextEdit

MOST_LINES = 2000


class TrainingLog(QPlainTextEdit):
    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setMinimumSize(200, 120)
        self.setMaximumBlockCount(MOST_LINES)
        self.setPlaceholderText("What the training says appears here.")
        self.setAccessibleName("Log of the training")

    def add_lines(self, lines: Sequence[str]) -> None:
        """Follows the end, unless the user has scrolled away from it."""
        if lines:
            self.appendPlainText("\n".join(lines))
