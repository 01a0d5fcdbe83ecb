"""A damaged project: what is wrong with it, and what is missing after its last sound backup was put in place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from fedn.annotation.check import Finding
from fedn.annotation.restore import PastEdit, Restored


class _TextDialog(QDialog):
    """A sentence, a text that can be copied, and buttons."""

    def __init__(self, title: str, sentence: str, lines: Sequence[str], parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(680, 400)
        self.sentence = QLabel(sentence)
        self.sentence.setWordWrap(True)
        self.text = QPlainTextEdit("\n".join(lines))
        self.text.setReadOnly(True)
        self.text.setAccessibleName(title)
        self.box = QDialogButtonBox()
        self.box.accepted.connect(self.accept)
        self.box.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.sentence)
        column.addWidget(self.text, 1)
        column.addWidget(self.box)


class DamageDialog(_TextDialog):
    """Accepted when the user wants the backup."""

    def __init__(self, folder: Path, findings: Sequence[Finding], parent: QWidget | None = None) -> None:
        sentence = (
            f"The project {folder.name} is damaged and cannot be opened as it is. Its last sound backup can be put in "
            "place; what is replaced is kept, and the edits that are missing then are named."
        )
        lines = [f"{'Damage' if one.damage else 'Note'}: {one.text}" for one in findings]
        super().__init__("Damaged project", sentence, lines, parent)
        self.restore = self.box.addButton("Restore the last backup", QDialogButtonBox.ButtonRole.AcceptRole)
        self.box.addButton("Leave it as it is", QDialogButtonBox.ButtonRole.RejectRole)


class RestoredDialog(_TextDialog):
    def __init__(self, restored: Restored, parent: QWidget | None = None) -> None:
        super().__init__("Restored project", _sentence(restored), _lines(restored), parent)
        self.box.addButton(QDialogButtonBox.StandardButton.Close)


def _sentence(restored: Restored) -> str:
    if restored.backup is None:
        return "The project's file project.toml was restored; nothing is missing."
    last = f"up to edit {_words(restored.last)}" if restored.last else "from before the first edit"
    count = len(restored.missing)
    missing = "1 edit is missing." if count == 1 else f"{count} edits are missing." if count else "No edit is missing."
    if not restored.complete:
        missing += " The damaged history cannot be read to its end, so more may be missing."
    return f"The backup {restored.backup.name} is in place, {last}. {missing}"


def _lines(restored: Restored) -> list[str]:
    missing = [f"Missing: {_words(edit)}" for edit in restored.missing]
    if restored.changed_last is not None:
        missing.append(f"The damaged database was written last at {restored.changed_last:%H:%M on %Y-%m-%d}.")
    return [*missing, f"What was replaced is kept in {restored.kept_in}."]


def _words(edit: PastEdit) -> str:
    time = datetime.fromisoformat(edit.time_utc).astimezone()
    return f"{edit.number} of {time:%H:%M:%S on %Y-%m-%d} by {edit.who or 'unknown'}: {edit.text}"
