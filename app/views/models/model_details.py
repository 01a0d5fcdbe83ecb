"""Everything that is known about one model, and what people have noted about it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from app import captions
from app.document.edits import DescribeModel
from app.session import Session
from app.views.models.model_facts import facts, local_time
from fedn.annotation.project import Project
from fedn.model_info import ModelInfo

NOTE_PX, HISTORY_LINES, CAPTION_PX = 76, 5, 62
_USE_WORDS = ("Use model ", "Use the bundled model")


class ModelDetails(QWidget):
    """The note is written into the project when the field is left."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._info: ModelInfo | None = None
        self._project: Project | None = None
        self.title = captions.heading("")
        self.title.setWordWrap(True)
        self.note = QPlainTextEdit()
        self.used = captions.note("")
        self._rows = QWidget()
        self._lay_out()
        self.note.installEventFilter(self)

    @property
    def words(self) -> dict[str, str]:
        """What is said, by caption."""
        grid = self._rows.layout()
        assert isinstance(grid, QGridLayout)
        items = [grid.itemAt(place) for place in range(grid.count())]
        labels = [item.widget() for item in items if item is not None]
        texts = [label.text() for label in labels if isinstance(label, QLabel)]
        return dict(zip(texts[::2], texts[1::2], strict=True))

    def show_model(self, info: ModelInfo | None) -> None:
        self.keep_note()
        project = self._session.project
        self._info, self._project = info, project
        self.setVisible(info is not None and project is not None)
        if info is None or project is None:
            return
        title = project.model_title(info.name) or info.title
        self.title.setText(f"{title}\n{info.name}" if title else info.name)
        self._show_rows(facts(info, Path(project.folder)))
        self.note.setPlainText(project.model_note(info.name) or info.note)
        self.note.setReadOnly(self._session.why_read_only is not None)
        self.used.setText(self._history_of_use())
        self.used.setVisible(bool(self.used.text()))

    def keep_note(self) -> None:
        """Writes what has been typed, one step that can be undone."""
        project, info = self._session.project, self._info
        # What was typed about a model of one project says nothing about that of another.
        if project is None or info is None or project is not self._project or self.note.isReadOnly():
            return
        text = self.note.toPlainText()
        if text != (project.model_note(info.name) or info.note):
            title = project.model_title(info.name)
            # What came with the model and was emptied must not come back: a space stands for nothing.
            self._session.do(DescribeModel(info.name, title, text or (" " if info.note else "")))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.note and event.type() == QEvent.Type.FocusOut:
            self.keep_note()
        return super().eventFilter(watched, event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.keep_note()
        super().hideEvent(event)

    def _history_of_use(self) -> str:
        """Who put which model in use when, the last times."""
        document = self._session.document
        rows = document.history(2000) if document is not None else []
        lines = [
            f"{local_time(str(row['time_utc']))}  {row['who']}: {row['text']}"
            for row in rows
            if any(words in str(row["text"]) for words in _USE_WORDS)
        ]
        return "\n".join(["Put in use, last first:", *lines[:HISTORY_LINES]]) if lines else ""

    def _show_rows(self, rows: list[tuple[str, str]]) -> None:
        grid = self._rows.layout()
        assert isinstance(grid, QGridLayout)
        while grid.count():
            item = grid.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        for place, (caption, words) in enumerate(rows):
            left, right = captions.muted(caption), QLabel(words)
            # What a description from elsewhere says is shown as it is written.
            right.setTextFormat(Qt.TextFormat.PlainText)
            right.setWordWrap(True)
            right.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            left.setMinimumWidth(CAPTION_PX)
            grid.addWidget(left, place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(right, place, 1, Qt.AlignmentFlag.AlignTop)

    def _lay_out(self) -> None:
        grid = QGridLayout(self._rows)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.used.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setFixedHeight(NOTE_PX)
        self.note.setTabChangesFocus(True)
        self.note.setAccessibleName("Notes about the model")
        self.note.setPlaceholderText("Your notes about this model")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        for part in (self.title, self._rows, self.note, self.used):
            column.addWidget(part)
