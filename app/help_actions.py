"""What is about the program itself: settings, keys, finding an action by its name, what this is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app import assets
from app.actions.key_sheet import key_sections
from app.dialogs.change_keys_dialog import ChangeKeysDialog
from app.dialogs.find_action_dialog import FindActionDialog
from app.dialogs.keys_dialog import KeysDialog
from app.dialogs.manual_window import ManualWindow, chapters
from app.dialogs.settings_dialog import SettingsDialog
from app.session import Session
from app.settings import save_settings, settings_file

if TYPE_CHECKING:
    from app.window import StudioWindow


class HelpActions(QObject):
    """The slots of the menu "Help", and of "Settings…"."""

    def __init__(self, session: Session, window: StudioWindow) -> None:
        super().__init__(window)
        self._session, self._window = session, window

    def show_keys(self) -> None:
        project = self._session.project
        labels = project.vocabulary.labels if project else ()
        sections = key_sections(self._window.table, self._window.menus.keys, labels)
        dialog = KeysDialog(sections, self._session.messages, self._window)
        dialog.exec()
        dialog.deleteLater()
        if dialog.wants_change:
            self.change_keys()

    def change_keys(self) -> None:
        menus = self._window.menus
        dialog = ChangeKeysDialog(self._window.table, menus.keys, self._window)
        dialog.changed.connect(menus.give_keys)
        dialog.changed.connect(self._session.settings_changed)
        dialog.exec()
        dialog.deleteLater()

    def show_settings(self) -> None:
        dialog = SettingsDialog(self._session.settings, self._window)
        dialog.changed.connect(self._session.settings_changed)
        dialog.exec()
        dialog.deleteLater()
        save_settings(self._session.settings, settings_file())

    def find_action(self) -> None:
        named = self._window.actions_by_name
        rows = [(row.menu, named[row.name]) for row in self._window.table if row.menu and row.name != "find-action"]
        dialog = FindActionDialog(rows, self._window)
        action = dialog.ask()
        dialog.deleteLater()
        if action is not None:
            action.trigger()

    def show_manual(self) -> None:
        """In a window beside this one, which stays usable; a second call brings it to the front."""
        if not chapters(assets.MANUAL):
            self._session.messages.error(f"The manual is not in {assets.MANUAL}; install the program again.")
            return
        shown = self._window.findChild(ManualWindow)
        if shown is None:
            shown = ManualWindow(assets.MANUAL, self._window)
        shown.show()
        shown.raise_()
        shown.activateWindow()

    def show_tour(self) -> None:
        self._window.tour.start()

    def show_about(self) -> None:
        self._session.messages.info(
            "FEDN Studio finds facial expressions in long videos and learns from corrections. Apache-2.0."
        )
