"""Remarks on files, by file: the place in it (sheet, row, tier) and what was found there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem

from fedn.annotation.formats.content import Remark

MOST_SHOWN = 2000
"""By file; a data set with a remark on every row would stop the window for seconds."""


class RemarkList(QTreeWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setHeaderLabels(["Where", "Remark"])
        self.setAccessibleName("Remarks")
        self.setWordWrap(True)
        self.setUniformRowHeights(False)
        self.setMinimumHeight(90)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.header().setStretchLastSection(True)
        self.setColumnWidth(0, 230)

    def show_remarks(self, remarks: Sequence[Remark]) -> None:
        self.clear()
        by_file: dict[Path, list[Remark]] = {}
        for remark in remarks:
            by_file.setdefault(remark.file, []).append(remark)
        for file, own in by_file.items():
            heading = QTreeWidgetItem([file.name, f"{len(own)} remark{'s' if len(own) != 1 else ''}"])
            heading.setToolTip(0, str(file))
            self.addTopLevelItem(heading)
            for remark in own[:MOST_SHOWN]:
                item = QTreeWidgetItem([remark.place or "the whole file", remark.text])
                item.setToolTip(0, remark.place)
                item.setToolTip(1, remark.text)
                for column in (0, 1):
                    item.setTextAlignment(column, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
                heading.addChild(item)
            if len(own) > MOST_SHOWN:
                heading.addChild(QTreeWidgetItem(["", f"and {len(own) - MOST_SHOWN} more"]))
            heading.setExpanded(True)
