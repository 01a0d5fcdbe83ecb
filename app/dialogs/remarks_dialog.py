"""What was odd about the files of something that has just been made."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from app.dialogs.remark_list import RemarkList
from fedn.annotation.formats.content import Remark


class RemarksDialog(QDialog):
    def __init__(self, about: str, remarks: Sequence[Remark], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Remarks")
        self.resize(820, 520)
        text = QLabel(about)
        text.setWordWrap(True)
        self.list = RemarkList()
        self.list.show_remarks(remarks)
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        box.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(text)
        column.addWidget(self.list, 1)
        column.addWidget(box)
