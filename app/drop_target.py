"""The whole window takes what is dragged onto it, says beforehand what letting go would do, and does it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QObject, QRect, Qt
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app import theme
from app.drops import Dropped, sort_dropped
from fedn.annotation.project_file import FILE_NAME

if TYPE_CHECKING:
    from app.window import StudioWindow


class DropTarget(QWidget):
    """Lies over the window while something is dragged over it."""

    def __init__(self, window: StudioWindow) -> None:
        super().__init__(window)
        self._window = window
        self.sentence = ""
        self._is_refused = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.DragEnter and isinstance(event, QDragEnterEvent):
            return self._on_enter(event)
        if kind == QEvent.Type.DragMove and self.isVisible() and isinstance(event, QDropEvent):
            event.acceptProposedAction()
            return True
        if kind == QEvent.Type.DragLeave:
            self.hide()
        elif kind == QEvent.Type.Drop and isinstance(event, QDropEvent):
            self.hide()
            event.acceptProposedAction()
            self.take(sort_dropped(_paths(event.mimeData())))
            return True
        return False

    def _on_enter(self, event: QDragEnterEvent) -> bool:
        paths = _paths(event.mimeData())
        if not paths:
            return False
        has_project = self._window.session.project is not None
        words = sort_dropped(paths).says(has_project=has_project)
        self._is_refused = not words
        self.sentence = f"Drop to {words}" if words else _refusal(sort_dropped(paths), has_project=has_project)
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()
        self.update()
        event.acceptProposedAction()
        return True

    def take(self, dropped: Dropped) -> None:
        """Does what was said; what is not understood is told in one sentence."""
        parts, session = self._window.parts, self._window.session
        if dropped.projects:
            first = dropped.projects[0]
            parts.project_actions.open(first.parent if first.name == FILE_NAME else first)
            return
        videos = (*dropped.videos, *dropped.folders)
        if videos and session.project is None:
            parts.project_actions.new()
        if session.project is not None and videos:
            parts.videos.add_videos(videos)
        if session.project is not None and dropped.labels:
            parts.import_actions.import_files(dropped.labels)
        if session.project is not None and dropped.models:
            parts.model_files.take_in(dropped.models)
        if dropped.unknown or ((dropped.labels or dropped.models) and session.project is None):
            session.messages.warn(_refusal(dropped, has_project=session.project is not None))

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(tokens.background)
        veil.setAlphaF(0.72)
        painter.fillRect(self.rect(), veil)
        color = tokens.no_counterpart if self._is_refused else tokens.accent
        painter.setPen(QPen(color, 3, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(self.rect().adjusted(12, 12, -12, -12), 12, 12)
        font = self.font()
        font.setPixelSize(20)
        painter.setFont(font)
        wrap = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        room = self.rect().adjusted(120, 0, -120, 0)
        words = painter.boundingRect(room, wrap, self.sentence)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.panel)
        painter.drawRoundedRect(QRect(words).adjusted(-28, -18, 28, 18), 10, 10)
        painter.setPen(tokens.text)
        painter.drawText(words, wrap, self.sentence)
        painter.end()


def _paths(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def _refusal(dropped: Dropped, *, has_project: bool) -> str:
    if dropped.labels and not has_project:
        return f"Open the project that the labels of {dropped.labels[0].name} belong to, then drop the file again."
    if dropped.models and not has_project:
        return f"Open a project first; then drop {dropped.models[0].name} again, and it takes the model in."
    names = ", ".join(path.name for path in dropped.unknown[:3])
    more = f" and {len(dropped.unknown) - 3} more" if len(dropped.unknown) > 3 else ""
    return f"{names}{more} is neither a video, nor a project, nor a file of labels that this program reads."
