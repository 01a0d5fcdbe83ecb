"""What a retraining brought, and the choice it asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.views.models.comparison_table import ComparisonTable
from app.views.models.figures import compared


class ChoicePanel(QWidget):
    """Signals:
    use_pressed, keep_pressed: which model the user wants.
    """

    use_pressed = Signal()
    keep_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.heading = QLabel()
        self.heading.setProperty("heading", True)
        self.heading.setWordWrap(True)
        self.table = ComparisonTable()
        self.use_button = QPushButton("Use this model")
        self.use_button.setProperty("primary", True)
        self.keep_button = QPushButton("Keep the old")
        self.use_button.clicked.connect(self.use_pressed)
        self.keep_button.clicked.connect(self.keep_pressed)
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        note = QLabel("Either model can be put back in use any time.")
        note.setProperty("muted", True)
        note.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self.use_button)
        buttons.addWidget(self.keep_button)
        # Above the table, so that a low panel shows what there is to decide without scrolling.
        self.row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.row.addLayout(buttons)
        self.row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.heading)
        column.addWidget(self.verdict)
        column.addLayout(self.row)
        column.addWidget(self.table)
        column.addWidget(note)

    def show_models(
        self,
        old: str,
        new: str,
        held_out: Sequence[str],
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        *,
        confidence: Mapping[str, Any] | None = None,
        verdict: str = "",
    ) -> None:
        """`before` and `after` are the figures of the old and the new model on the held-out subjects, empty if there
        were none; `confidence` and `verdict` as `retrain --json` has them."""
        if before or after:
            who = (
                f"subject{'' if len(held_out) == 1 else 's'} {', '.join(held_out)}" if held_out else "held-out subjects"
            )
            count = after.get("n_truth")
            events = f", {count} events" if isinstance(count, int) else ""
            self.heading.setText(f"{old} and {new} on {who}, whom the new one has not learned from{events}")
        else:
            self.heading.setText(f"{old} and {new} were not compared, because nobody was held out")
            verdict = "Look at what the new model detects in a video before you rely on it"
        self.verdict.setText(f"{verdict[:1].upper()}{verdict[1:]}." if verdict else "")
        self.verdict.setVisible(bool(verdict))
        self.table.show_figures(compared(before, after, confidence))
        self.table.setVisible(bool(before or after))
        self.show()
