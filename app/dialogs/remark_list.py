"""Remarks on files, by file: the place in it (sheet, row, tier) and what was found there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTreeWidget, QTreeWidgetItem

from fedn.annotation.formats.content import Remark
from fedn.counted import counted

PADDING_PX = 5
MOST_SHOWN = 2000
"""By file; a data set with a remark on every row would stop the window for seconds."""


class _Wrapping(QStyledItemDelegate):
    """Rows as high as their texts; Qt's own delegate does not know how wide the column is."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        tree = self.parent()
        assert isinstance(tree, QTreeWidget)
        depth = 2 if index.parent().isValid() else 1
        left = depth * tree.indentation() if index.column() == 0 else 0
        width = max(40, tree.columnWidth(index.column()) - left - 2 * PADDING_PX)
        wrap = Qt.TextFlag.TextWordWrap
        text = tree.fontMetrics().boundingRect(QRect(0, 0, width, 10_000), wrap, str(index.data() or ""))
        return QSize(width, text.height() + 2 * PADDING_PX)


class RemarkList(QTreeWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setHeaderLabels(["Where", "Remark"])
        self.setAccessibleName("Remarks")
        self.setItemDelegate(_Wrapping(self))
        self.header().sectionResized.connect(lambda *_: self.scheduleDelayedItemsLayout())
        self.setMinimumHeight(90)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.header().setStretchLastSection(True)
        self.setColumnWidth(0, 300)
        self.setWordWrap(True)

    def show_remarks(self, remarks: Sequence[Remark]) -> None:
        self.clear()
        by_file: dict[Path, list[Remark]] = {}
        for remark in remarks:
            by_file.setdefault(remark.file, []).append(remark)
        for file, own in by_file.items():
            heading = QTreeWidgetItem([file.name, counted(len(own), "remark")])
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
