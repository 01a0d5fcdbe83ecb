"""The manual in a window of its own, beside the work. It comes with the program: no network is needed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QTextCursor, QTextDocument, QTextTable
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QTextBrowser, QWidget

from app import theme

CONTENTS = "README.md"
PICTURE_PX = 680
_LINK = re.compile(r"^\d+\. \[(.+?)\]\((.+?\.md)\)", re.MULTILINE)


def chapters(folder: Path) -> list[tuple[str, str]]:
    """(title, file name) as the page of contents lists them; empty if there is no manual."""
    contents = folder / CONTENTS
    return _LINK.findall(contents.read_text(encoding="utf-8")) if contents.is_file() else []


class ManualWindow(QDialog):
    """The list of chapters, and the page that is read."""

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self.setWindowTitle("Manual")
        self.setWindowFlag(Qt.WindowType.WindowMinMaxButtonsHint)
        self.resize(1010, 720)
        self.chapters, self.page = QListWidget(), ManualPage()
        self._lay_out()
        for title, name in (("Contents", CONTENTS), *chapters(folder)):
            item = QListWidgetItem(title)
            item.setData(Qt.ItemDataRole.UserRole, name)
            self.chapters.addItem(item)
        self.chapters.currentItemChanged.connect(self._on_chapter)
        self.page.sourceChanged.connect(self._on_page)
        self.finished.connect(self.deleteLater)
        self.chapters.setCurrentRow(0)

    def open_page(self, name: str) -> None:
        self.page.setSource(QUrl.fromLocalFile(str(self._folder / name)))

    def _on_chapter(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.data(Qt.ItemDataRole.UserRole) != self.page.source().fileName():
            self.open_page(item.data(Qt.ItemDataRole.UserRole))

    def _on_page(self, source: QUrl) -> None:
        """A link was followed: the list says where one is."""
        for row in range(self.chapters.count()):
            if self.chapters.item(row).data(Qt.ItemDataRole.UserRole) == source.fileName():
                self.chapters.setCurrentRow(row)

    def _lay_out(self) -> None:
        self.chapters.setFixedWidth(220)
        self.chapters.setAccessibleName("Chapters")
        self.page.setAccessibleName("Page of the manual")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 12, 12, 12)
        row.setSpacing(12)
        row.addWidget(self.chapters)
        row.addWidget(self.page, 1)


class ManualPage(QTextBrowser):
    """Shows Markdown; what is no page of text is given to the system's browser."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.anchorClicked.connect(self._on_link)
        self.document().setDocumentMargin(18)

    def loadResource(self, kind: int, name: QUrl) -> Any:
        """Pictures as wide as the page at most."""
        if kind != QTextDocument.ResourceType.ImageResource:
            return super().loadResource(kind, name)
        image = QImage(self.source().resolved(name).toLocalFile())
        smooth = Qt.TransformationMode.SmoothTransformation
        return image.scaledToWidth(PICTURE_PX, smooth) if image.width() > PICTURE_PX else image

    def setSource(self, name: QUrl) -> None:  # type: ignore[override]
        super().setSource(name)
        self._space_out()
        self._set_tables()

    def _on_link(self, link: QUrl) -> None:
        page = self.source().resolved(link)
        if page.isLocalFile() and page.fileName().endswith(".md"):
            self.setSource(page)
        else:
            QDesktopServices.openUrl(page)

    def _space_out(self) -> None:
        """Room between paragraphs, more above headings: Qt gives Markdown none."""
        block = self.document().begin()
        while block.isValid():
            cursor = QTextCursor(block)
            if cursor.currentTable() is None:
                style, level = block.blockFormat(), block.blockFormat().headingLevel()
                style.setTopMargin(16 if level > 1 else 0)
                style.setBottomMargin(3 if block.textList() else 9)
                cursor.setBlockFormat(style)
            block = block.next()

    def _set_tables(self) -> None:
        """Thin lines and room: Markdown says nothing about them."""
        for frame in self.document().rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                style = frame.format()
                style.setBorderCollapse(True)
                style.setBorder(1)
                style.setBorderBrush(theme.current().line)
                style.setCellPadding(5)
                style.setCellSpacing(0)
                frame.setFormat(style)
