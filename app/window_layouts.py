"""Arrangements of the panels: those the program brings along and those the user has saved, chosen by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QByteArray, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar

from app.dock import GRIP_PX
from app.settings import Settings
from app.window_docks import DOCKS, Layout

VERSION = 2
FAR_PX = 500
TIMELINE_SHARE = 0.36
LOWEST_TIMELINE_PX = 282
TRAINING_PX = 400
SIDE_PX = {
    "videos": 250,
    "inspector": 262,
    "training": TRAINING_PX,
    "comparison": TRAINING_PX,
    "model_list": TRAINING_PX,
    "detection": 250,
    "agreement": TRAINING_PX,
    "event_table": 600,
}


HIGH_PANELS = ("training", "comparison", "model_list", "agreement")
SETTLED_MS = 30
LOW_WINDOW_PX = 860
"""In a window lower than this, a high panel below the labels would show a few lines only."""


class Layouts(QObject):
    """Knows which arrangement is in use, and keeps what the user does to each of them.

    Signals:
        changed: another one is in use, or there is one more or less.
    """

    changed = Signal()

    def __init__(self, window: QMainWindow, docks: Mapping[str, QDockWidget], settings: Settings) -> None:
        super().__init__(window)
        self._window, self._docks, self._settings = window, docks, settings
        self._untouched = window.saveState(VERSION)
        self._is_shown = False
        self._gave_way = False
        # One panel goes before or after the next one comes: what counts is how they stand then.
        self._settled = QTimer(self, interval=SETTLED_MS, singleShot=True)
        self._settled.timeout.connect(self._make_room)
        for name in HIGH_PANELS:
            if name in docks:
                docks[name].visibilityChanged.connect(lambda _: self._settled.start())

    @property
    def names(self) -> list[str]:
        """Those of the program first."""
        return [*Layout, *(name for name in self._settings.layouts if name not in list(Layout))]

    @property
    def current(self) -> str:
        return self._settings.layout if self._settings.layout in self.names else Layout.ANNOTATE

    def show(self) -> None:
        """Brings the panels into the window: a project is open."""
        self._is_shown = True
        kept = self._settings.layouts.get(self.current, "")
        # What does not come from this program leaves everything as it is.
        if not kept or not self._restore(QByteArray.fromBase64(kept.encode())):
            self._arrange()
        self.changed.emit()

    def hide(self) -> None:
        """Takes the panels out of the window: no project is open."""
        self.keep()
        self._is_shown = False
        for dock in self._docks.values():
            dock.hide()

    def choose(self, name: str) -> None:
        self.keep()
        self._settings.layout = name
        if self._is_shown:
            self.show()

    def keep(self) -> None:
        """Remembers how the panels stand now under the name of the layout in use."""
        if self._is_shown:
            self._bring_labels_back()
            state = self._window.saveState(VERSION).toBase64()
            self._settings.layouts[self.current] = bytes(state.data()).decode()

    def save_as(self, name: str) -> None:
        """A layout of the user's own; it is in use then."""
        self._settings.layout = name
        self._settings.layouts[name] = ""
        self.keep()
        self.changed.emit()

    def reset(self) -> None:
        """The layout in use as it was at first; one of the user's own goes away."""
        self._settings.layouts.pop(self.current, None)
        self._settings.layout = self.current
        if self._is_shown:
            self.show()

    def show_dock(self, name: str) -> None:
        """Brings one panel to the front, with the width it needs."""
        dock = self._docks[name]
        dock.show()
        dock.raise_()
        if not dock.isFloating() and name in SIDE_PX:
            self._window.resizeDocks([dock], [SIDE_PX[name]], Qt.Orientation.Horizontal)

    def _make_room(self) -> None:
        """In a low window the labels give way to a high panel as long as it is in front; their keys still work."""
        panels = [self._docks[name] for name in HIGH_PANELS if name in self._docks]
        # Qt keeps those behind another tab outside of the window. Its visible region would be empty below its content.
        here = self._window.rect()
        if not any(not panel.isHidden() and here.intersects(panel.geometry()) for panel in panels):
            self._bring_labels_back()
        elif self._window.height() < LOW_WINDOW_PX and self._docks["labels"].isVisible():
            self._docks["labels"].hide()
            self._gave_way = True

    def _bring_labels_back(self) -> None:
        if self._gave_way:
            self._gave_way = False
            self._docks["labels"].show()

    def _restore(self, state: QByteArray) -> bool:
        """Qt makes new bars of tabs and leaves the old ones where they were, where they show between panels."""
        here = Qt.FindChildOption.FindDirectChildrenOnly
        left = self._window.findChildren(QTabBar, options=here)
        if not self._window.restoreState(state, VERSION):
            return False
        for bar in left:
            bar.move(-bar.width() - FAR_PX, -bar.height() - FAR_PX)
        # Those that are used after all get their places again.
        layout = self._window.layout()
        if layout is not None:
            layout.invalidate()
            layout.activate()
        return True

    def _arrange(self) -> None:
        """Every panel at its first place, those of the layout shown."""
        self._restore(self._untouched)
        layout = Layout(self.current) if self.current in list(Layout) else Layout.ANNOTATE
        shown = [row.name for row in DOCKS if layout in row.layouts]
        for name, dock in self._docks.items():
            dock.setVisible(name in shown)
        self._bring_forward(shown)
        # While the window itself is being shown, Qt raises the first of those that share a place afterwards.
        QTimer.singleShot(0, self, lambda: self._bring_forward(shown))
        docks, horizontal, vertical = self._docks, Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        sides = [name for name in SIDE_PX if name in shown]
        self._window.resizeDocks([docks[name] for name in sides], [SIDE_PX[name] for name in sides], horizontal)
        height = max(LOWEST_TIMELINE_PX, round(self._window.height() * TIMELINE_SHARE))
        self._window.resizeDocks([docks["timeline"]], [height], vertical)
        self._window.resizeDocks([docks["labels"], docks["inspector"]], [160, 600], vertical)

    def _bring_forward(self, shown: Sequence[str]) -> None:
        """Of those that share a place the one in front is what the layout is for: that which fewest layouts show."""
        for row in sorted(DOCKS, key=lambda row: len(row.layouts), reverse=True):
            if row.name in shown:
                self._docks[row.name].raise_()

    def fit_labels(self, height_px: int) -> None:
        """The labels' panel is never higher than its buttons."""
        self._docks["labels"].setMaximumHeight(height_px + 2 * GRIP_PX)
