"""The panels around the player as rows of data, and the docks that are made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from app.dock import make_dock, scrolling

LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea


class Layout(StrEnum):
    """The arrangements that the program brings along."""

    ANNOTATE = "Annotate"
    REVIEW = "Review"
    TRAIN = "Train"
    REPORT = "Report"


ALL = frozenset(Layout)
CODING = frozenset({Layout.ANNOTATE, Layout.REVIEW})


@dataclass(frozen=True, slots=True)
class DockRow:
    """A panel.

    Attributes:
        name: what saved layouts know it by, and its attribute in `WindowParts`.
        title: in the menu, and on its tab.
        layouts: in which it is shown at first.
        scrolls: it gets a scroll bar where the window is too low for it.
        tab_with: name of a row before, whose place it shares.
    """

    name: str
    title: str
    area: Qt.DockWidgetArea
    layouts: frozenset[Layout] = ALL
    scrolls: bool = False
    tab_with: str = ""


DOCKS = (
    DockRow("videos", "Videos", LEFT),
    DockRow("labels", "Labels", RIGHT, CODING),
    DockRow("inspector", "Event", RIGHT, CODING, scrolls=True),
    # The queue is long: it shares the whole place of the videos instead of halving it.
    DockRow("review", "Review", LEFT, frozenset({Layout.REVIEW}), tab_with="videos"),
    DockRow("detection", "Detection", LEFT, frozenset(), tab_with="videos"),
    # Its curves and figures are high: it shares the whole place below the labels instead of halving it.
    DockRow("training", "Training", RIGHT, frozenset({Layout.TRAIN}), scrolls=True, tab_with="inspector"),
    DockRow("comparison", "Compare", RIGHT, frozenset(), scrolls=True, tab_with="inspector"),
    DockRow("model_list", "Models", RIGHT, frozenset(), scrolls=True, tab_with="inspector"),
    DockRow("history", "History", RIGHT, frozenset(), tab_with="inspector"),
    DockRow("messages", "Messages", RIGHT, frozenset(), tab_with="inspector"),
    DockRow("agreement", "Agreement", RIGHT, frozenset({Layout.REPORT}), scrolls=True, tab_with="inspector"),
    DockRow("timeline", "Timeline", BOTTOM),
    # Beside the timeline, because the two are looked at together.
    DockRow("event_table", "Events", BOTTOM, frozenset()),
)


def make_docks(window: QMainWindow, panels: Mapping[str, QWidget]) -> dict[str, QDockWidget]:
    """Puts every panel into a dock of the window, in the order of the rows."""
    docks: dict[str, QDockWidget] = {}
    for row in DOCKS:
        panel = panels[row.name]
        docks[row.name] = make_dock(row.name, row.title, scrolling(panel) if row.scrolls else panel)
        window.addDockWidget(row.area, docks[row.name])
        if row.tab_with:
            window.tabifyDockWidget(docks[row.tab_with], docks[row.name])
        # Shown for a moment only, some would make what they show for nothing.
        docks[row.name].hide()
    window.setCorner(Qt.Corner.BottomLeftCorner, BOTTOM)
    window.setCorner(Qt.Corner.BottomRightCorner, BOTTOM)
    for area in (LEFT, RIGHT, BOTTOM):
        window.setTabPosition(area, QTabWidget.TabPosition.North)
    return docks
