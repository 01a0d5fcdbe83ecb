"""What the program has said, to be read again when it is gone from the screen."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from app import captions, theme
from app.message_log import MessageLog, Said


class MessagesView(QWidget):
    def __init__(self, log: MessageLog) -> None:
        super().__init__()
        self._log = log
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(220)
        heading, self.copy = captions.heading("Messages"), QPushButton("Copy all")
        self.text = QTextBrowser()
        self.text.setAccessibleName("Messages of the program")
        self.text.setPlaceholderText("What the program tells you stays here until it is closed.")
        self.copy.clicked.connect(self._on_copy)
        head = QHBoxLayout()
        head.addWidget(heading, 1)
        head.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 10, 10)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.text, 1)
        log.added.connect(self._on_added)
        self._show()

    def _show(self) -> None:
        self.text.setHtml("".join(map(_paragraph, self._log.said)))
        self.text.moveCursor(QTextCursor.MoveOperation.End)
        self.copy.setEnabled(bool(self._log.said))

    def _on_added(self) -> None:
        self.text.append(_paragraph(self._log.said[-1]))
        self.copy.setEnabled(True)

    def _on_copy(self) -> None:
        lines = (f"{said.time:%Y-%m-%d %H:%M:%S}\t{said.level}\t{said.text}" for said in self._log.said)
        QGuiApplication.clipboard().setText("\n".join(lines))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # The colors are those of the theme in which the sentences were written.
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "text"):
            self._show()


def _paragraph(said: Said) -> str:
    tokens = theme.current()
    color = {"warning": tokens.label_differs, "error": tokens.no_counterpart}.get(said.level, tokens.muted)
    text = escape(f"{said.text[:1].upper()}{said.text[1:]}")
    return (
        f'<p style="margin: 0 0 6px 0"><span style="color: {color.name()}">{said.time:%H:%M:%S}</span>&nbsp; {text}</p>'
    )
