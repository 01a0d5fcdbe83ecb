"""One row of what the user can do, and what is made of the rows: Qt's actions, menus, a list of conflicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget


class When(Enum):
    """When an action is enabled. UNDO: the undo stack says it."""

    ALWAYS = 0
    PROJECT = 1
    VIDEO = 2
    SELECTION = 3
    JOB = 4
    UNDO = 5


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the user can do.

    Attributes:
        menu: where it stands; "" for shortcuts without an entry.
        keys: shortcuts in Qt's portable writing, the first one is shown.
        starts_group: a line is drawn above it.
    """

    name: str
    menu: str
    text: str
    slot: Callable[[], object]
    keys: tuple[str, ...] = ()
    when: When = When.VIDEO
    starts_group: bool = False
    repeats: bool = False


def make_actions(table: Iterable[Action], owner: QWidget) -> dict[str, QAction]:
    """Qt's actions for the table; the keys that they will have are active in the owner's window."""
    made: dict[str, QAction] = {}
    for row in table:
        action = QAction(row.text, owner)
        action.setObjectName(row.name)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setAutoRepeat(row.repeats)
        # A slot's own arguments must not receive Qt's "checked".
        action.triggered.connect(lambda _checked=False, slot=row.slot: slot())
        owner.addAction(action)
        made[row.name] = action
    return made


def fill_menus(table: Iterable[Action], made: dict[str, QAction], bar: QMenuBar) -> dict[str, QMenu]:
    """Menus in the order in which the table names them."""
    menus: dict[str, QMenu] = {}
    for row in table:
        if row.menu and row.menu not in menus:
            menus[row.menu] = bar.addMenu(row.menu)
        menu = menus[row.menu]
        if row.starts_group and not menu.isEmpty():
            menu.addSeparator()
        menu.addAction(made[row.name])
    return menus


def conflicts(table: Iterable[Action]) -> list[str]:
    """Sentences about keys that two actions claim."""
    owners: dict[str, str] = {}
    found = []
    for row in table:
        for key in row.keys:
            if key in owners:
                found.append(f"{key} stands for both “{owners[key]}” and “{row.text}”")
            owners[key] = row.text
    return found
