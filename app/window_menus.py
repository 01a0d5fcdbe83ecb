"""The menus: what the table says, and what only the window knows, such as its panels and the last edit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QShortcut
from PySide6.QtWidgets import QInputDialog, QMenu, QMenuBar

from app.actions.action import Action, fill_menus, make_actions
from app.actions.keys import LABEL_KEYS, Keys

if TYPE_CHECKING:
    from app.window import StudioWindow

THEMES = (("system", "As the system"), ("dark", "Dark"), ("light", "Light"))


class WindowMenus(QObject):
    """Makes the actions at once, and the menus when there is a bar."""

    def __init__(self, window: StudioWindow, table: Sequence[Action]) -> None:
        super().__init__(window)
        self._window, self._table = window, table
        self.actions_by_name = make_actions(table, window)
        self.keys = Keys(table, window.settings.keys)
        self.give_keys()
        self._follow_undo()
        for key in LABEL_KEYS:
            shortcut = QShortcut(key, window)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(lambda pressed=key: window.parts.events.press_key(pressed))

    def fill(self, bar: QMenuBar) -> None:
        menus = fill_menus(self._table, self.actions_by_name, bar)
        self._fill_view_menu(menus["View"])

    def give_keys(self) -> None:
        """After the user has changed some."""
        self.keys.give_to(self.actions_by_name)

    def _follow_undo(self) -> None:
        """Undo and redo say what they would do."""
        stack = self._window.session.undo_stack
        undo, redo = self.actions_by_name["undo"], self.actions_by_name["redo"]
        stack.canUndoChanged.connect(undo.setEnabled)
        stack.canRedoChanged.connect(redo.setEnabled)
        stack.undoTextChanged.connect(lambda text: undo.setText(f"Undo {text}".strip()))
        stack.redoTextChanged.connect(lambda text: redo.setText(f"Redo {text}".strip()))
        undo.setEnabled(stack.canUndo())
        redo.setEnabled(stack.canRedo())

    def _fill_view_menu(self, view: QMenu) -> None:
        window = self._window
        snapping = QAction("Snap to edges and playhead", window, checkable=True, checked=window.settings.snapping)
        snapping.toggled.connect(self._set_snapping)
        window.session.settings_changed.connect(lambda: snapping.setChecked(window.settings.snapping))
        view.addSeparator()
        view.addAction(snapping)
        view.addMenu(self._theme_menu())
        view.addSeparator()
        self._layout_menu = view.addMenu("Layout")
        self._layout_menu.aboutToShow.connect(self._fill_layout_menu)
        self._fill_layout_menu()
        for dock in window.docks.values():
            view.addAction(dock.toggleViewAction())

    def _set_snapping(self, on: bool) -> None:
        if on != self._window.settings.snapping:
            self._window.settings.snapping = on
            self._window.session.settings_changed.emit()

    def _theme_menu(self) -> QMenu:
        menu = QMenu("Theme", self._window)
        choices, by_choice = QActionGroup(menu), dict[str, QAction]()
        for choice, text in THEMES:
            action = QAction(text, menu, checkable=True, checked=self._window.settings.theme == choice)
            action.triggered.connect(lambda _checked=False, chosen=choice: self._window.set_theme(chosen))
            choices.addAction(action)
            menu.addAction(action)
            by_choice[choice] = action
        self._window.session.settings_changed.connect(lambda: by_choice[self._window.settings.theme].setChecked(True))
        return menu

    def _fill_layout_menu(self) -> None:
        menu, layouts = self._layout_menu, self._window.layouts
        menu.clear()
        for name in layouts.names:
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(name == layouts.current)
            action.triggered.connect(lambda _checked=False, chosen=name: layouts.choose(chosen))
        menu.addSeparator()
        menu.addAction("Save as a layout of your own…", self._save_layout)
        menu.addAction("Reset this layout", layouts.reset)

    def _save_layout(self) -> None:
        name, accepted = QInputDialog.getText(self._window, "Save layout", "Name of the layout:")
        if accepted and name.strip():
            self._window.layouts.save_as(name.strip())
