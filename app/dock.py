"""Docks without frames: a thin grip above the panel moves, floats and closes it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QDockWidget, QFrame, QScrollArea, QSizePolicy, QWidget

from app import theme

GRIP_PX = 8


class Grip(QWidget):
    """Shows that it can be dragged when the mouse is over it."""

    def __init__(self) -> None:
        super().__init__()
        self._near = False
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setToolTip("Drag to move this panel, double-click to float it")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(40, GRIP_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(8, GRIP_PX)

    def enterEvent(self, _event: QEnterEvent) -> None:
        self._near = True
        self.update()

    def leaveEvent(self, _event: QEvent) -> None:
        self._near = False
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._near:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.current().muted)
        painter.drawRoundedRect(self.width() // 2 - 18, 2, 36, 4, 2, 2)
        painter.end()


def make_dock(name: str, title: str, panel: QWidget) -> QDockWidget:
    """A dock for a panel; `name` is what the saved layout knows it by."""
    dock = QDockWidget(title)
    dock.setObjectName(name)
    dock.setTitleBarWidget(Grip())
    dock.setWidget(panel)
    return dock


def scrolling(panel: QWidget) -> QScrollArea:
    """The panel with a scroll bar where the window is too low for it."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(panel)
    area.viewport().setAutoFillBackground(False)
    panel.setAutoFillBackground(False)
    # A least width that was set does not count in the hint; the scroll bar takes its part of it.
    bar = area.verticalScrollBar().sizeHint().width()
    area.setMinimumWidth(max(200, panel.minimumSizeHint().width(), panel.minimumWidth() + bar))
    area.setMinimumHeight(120)
    return area
