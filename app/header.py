"""The strip on top: menus, what is open, what can be started, which model and reference are in use."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QMenuBar, QSizePolicy, QToolButton, QWidget

from app import theme

HEIGHT_PX = 46


class Header(QWidget):
    """Menus stay when no project is open, the rest goes.

    Signals:
        edit_wanted: of a project that can only be looked at.
    """

    edit_wanted = Signal()

    def __init__(self, detect: Sequence[QAction], retrain: QAction, models: QWidget, reference: QWidget) -> None:
        super().__init__()
        self.setFixedHeight(HEIGHT_PX)
        self.menus = QMenuBar()
        self.menus.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.name, self._counts, self._shown_counts = QLabel(), QLabel(), ""
        self.name.setObjectName("projectName")
        self.read_only = QToolButton()
        self.read_only.setObjectName("readOnly")
        self.read_only.setText("Read-only")
        self.read_only.clicked.connect(self.edit_wanted)
        self.read_only.hide()
        self._counts.setProperty("muted", True)
        self._counts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        # The names of the model and the reference change, and with them the room.
        self._counts.installEventFilter(self)
        self.detect = QToolButton()
        self.detect.setText("Detect ▾")
        self.detect.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.detect)
        menu.addActions(list(detect))
        self.detect.setMenu(menu)
        self.retrain = QToolButton()
        # A tool button shows the icon text, from which Qt takes the dots away.
        retrain.setIconText(retrain.text())
        self.retrain.setDefaultAction(retrain)
        self._rest = QWidget()
        self._lay_out(models, reference)

    def _lay_out(self, models: QWidget, reference: QWidget) -> None:
        row = QHBoxLayout(self._rest)
        row.setContentsMargins(8, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.name)
        row.addWidget(self.read_only)
        row.addWidget(self._counts, 1)
        row.addWidget(self.detect)
        row.addWidget(self.retrain)
        row.addSpacing(14)
        for caption, widget in (("Model", models), ("Reference", reference)):
            label = QLabel(caption)
            label.setProperty("muted", True)
            row.addWidget(label)
            row.addWidget(widget)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(8, 0, 12, 1)
        outer.addWidget(self.menus, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        outer.addWidget(self._rest, 1)

    def show_project(self, name: str | None, counts: str, why_read_only: str = "") -> None:
        """`name` None when nothing is open; `why_read_only` in one sentence, "" where the project can be changed."""
        self.read_only.setVisible(bool(why_read_only))
        self.read_only.setToolTip(f"{why_read_only} Click to try again to open it for editing.")
        self._rest.setVisible(name is not None)
        self.name.setText(self.name.fontMetrics().elidedText(name or "", Qt.TextElideMode.ElideRight, 260))
        self.name.setToolTip(name or "")
        self._shown_counts = counts
        self._show_counts_if_they_fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_counts_if_they_fit()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit_counts()
        return False

    def _show_counts_if_they_fit(self) -> None:
        row = self._rest.layout()
        if row is not None:
            row.activate()
        self._fit_counts()

    def _fit_counts(self) -> None:
        """Half a word would be worse than none."""
        fits = self._counts.width() >= self._counts.fontMetrics().horizontalAdvance(self._shown_counts)
        self._counts.setText(self._shown_counts if fits else "")

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), theme.current()
        painter.fillRect(self.rect(), tokens.panel)
        painter.fillRect(0, self.height() - 1, self.width(), 1, tokens.line)
        painter.end()
