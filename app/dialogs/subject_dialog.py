"""Asks which person a video shows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget


class SubjectDialog(QDialog):
    """`ask()` returns the subject, or None when the user cancels."""

    def __init__(self, what: str, subject: str, known: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Subject")
        self.setMinimumWidth(340)
        self.field = QComboBox()
        self.field.setEditable(True)
        self.field.addItems(list(known))
        self.field.setCurrentText(subject)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(QLabel(f"Who is seen in {what}?"))
        column.addWidget(self.field)
        column.addWidget(buttons)

    def ask(self) -> str | None:
        return self.field.currentText().strip() if self.exec() == QDialog.DialogCode.Accepted else None
