"""Keys can be changed, a key never stands for two actions, and the sheet says what holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from app.actions.key_sheet import key_sections, key_sheet
from app.actions.keys import Keys
from app.dialogs.change_keys_dialog import ChangeKeysDialog
from app.dialogs.find_action_dialog import FindActionDialog
from app.dialogs.keys_dialog import KeysDialog
from app.session import Session
from app.settings import Settings, load_settings, save_settings
from app.window import StudioWindow


@pytest.fixture
def dialog(window: StudioWindow, qtbot: QtBot) -> ChangeKeysDialog:
    dialog = ChangeKeysDialog(window.table, window.menus.keys, window)
    dialog.changed.connect(window.menus.give_keys)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_a_free_key_is_taken_at_once_and_works(
    session: Session, window: StudioWindow, dialog: ChangeKeysDialog, qtbot: QtBot
):
    dialog.choose("frame+")
    qtbot.keyClick(dialog.field, Qt.Key.Key_G)
    assert window.settings.keys == {"frame+": ["G"]}
    dialog.accept()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    session.set_playhead(10)
    window.parts.timeline.setFocus()
    qtbot.keyClick(window.parts.timeline, Qt.Key.Key_G)
    assert session.playhead == 11
    qtbot.keyClick(window.parts.timeline, Qt.Key.Key_Right)
    assert session.playhead == 11


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (Qt.Key.Key_Space, "Space already stands for “Play or pause”"),
        (Qt.Key.Key_4, "4 stands for the labels"),
    ],
)
def test_a_key_that_is_taken_is_refused_in_a_sentence_that_says_by_what(
    window: StudioWindow, dialog: ChangeKeysDialog, qtbot: QtBot, key: Qt.Key, sentence: str
):
    dialog.choose("frame+")
    qtbot.keyClick(dialog.field, key)
    assert dialog.said.text().startswith(sentence)
    assert window.settings.keys == {}
    assert dialog.field.keySequence().isEmpty()


def test_one_key_and_all_keys_can_be_put_back(window: StudioWindow, dialog: ChangeKeysDialog, qtbot: QtBot):
    dialog.choose("play")
    qtbot.keyClick(dialog.field, Qt.Key.Key_G)
    dialog.choose("frame+")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Space)
    dialog.choose("play")
    qtbot.mouseClick(dialog.reset, Qt.MouseButton.LeftButton)
    assert "already stands for “Frame forward”" in dialog.said.text()
    assert window.menus.keys.of("play") == ("G",)
    qtbot.mouseClick(dialog._reset_all, Qt.MouseButton.LeftButton)
    assert window.settings.keys == {}
    assert window.actions_by_name["play"].shortcut().toString() == "Space"


def test_the_list_is_searched_by_action_and_by_key(dialog: ChangeKeysDialog, qtbot: QtBot):
    qtbot.keyClicks(dialog.search, "boundary")
    shown = [item.text(0) for item in dialog._items if not item.isHidden()]
    assert shown
    assert all("boundary" in text for text in shown)


def test_tab_leads_out_of_the_field_for_the_key(dialog: ChangeKeysDialog, qtbot: QtBot):
    dialog.field.setFocus()
    target = QApplication.focusWidget()
    assert target is not None
    qtbot.keyClick(target, Qt.Key.Key_Tab)
    assert not dialog.field.isAncestorOf(QApplication.focusWidget() or dialog)
    assert dialog._keys._changed == {}


def test_changed_keys_survive_and_the_file_holds_only_what_differs(window: StudioWindow, tmp_path: Path):
    window.menus.keys.set("play", ("G",))
    path = tmp_path / "settings.toml"
    save_settings(window.settings, path)
    assert load_settings(path).keys == {"play": ["G"]}
    window.menus.keys.set("play", ("Space",))
    assert window.settings.keys == {}


def test_keys_of_actions_that_do_not_exist_any_more_cost_nothing(window: StudioWindow, tmp_path: Path):
    path = tmp_path / "settings.toml"
    path.write_text('keys = {gone = ["Space"], play = "no list", "frame+" = [3]}')
    keys = Keys(window.table, load_settings(path).keys)
    assert keys.of("play") == ("Space",)
    assert keys.of("frame+") == ("Right",)


def test_a_key_of_a_newer_table_yields_to_the_one_that_the_user_has_given(window: StudioWindow):
    keys = Keys(window.table, Settings(keys={"loop": ["Space"]}).keys)
    assert keys.of("loop") == ("Space",)
    assert keys.of("play") == ()


def test_the_sheet_says_the_keys_that_hold_and_can_be_saved(session: Session, window: StudioWindow, tmp_path: Path):
    assert session.project is not None
    window.menus.keys.set("play", ("G",))
    sections = key_sections(window.table, window.menus.keys, session.project.vocabulary.labels)
    assert ("G", "Play or pause") in dict(sections)["Play"]
    assert ("1", "Happiness") in dict(sections)["Labels"]
    dialog = KeysDialog(sections, session.messages, window)
    dialog.write(tmp_path / "keys.pdf")
    dialog.write(tmp_path / "keys.html")
    assert (tmp_path / "keys.pdf").read_bytes().startswith(b"%PDF")
    assert "Play or pause" in (tmp_path / "keys.html").read_text()
    dialog.deleteLater()


def test_the_sheet_has_every_key_once():
    sheet = key_sheet([("A", [("1", "one <b>")]), ("B", [("2", "two")])], "Keys")
    assert sheet.count("one &lt;b&gt;") == 1
    assert sheet.count("<h2>") == 2


def test_an_action_is_found_by_its_name_and_done(session: Session, window: StudioWindow, qtbot: QtBot):
    session.set_playhead(50)

    def type_into_dialog() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, FindActionDialog)
        qtbot.keyClicks(dialog.field, "last fr")
        qtbot.keyClick(dialog.field, Qt.Key.Key_Return)

    QTimer.singleShot(0, type_into_dialog)
    qtbot.keyClick(
        window.parts.timeline, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert session.playhead == 299


def test_actions_that_cannot_be_done_now_cannot_be_chosen(window: StudioWindow, qtbot: QtBot):
    named = window.actions_by_name
    named["merge"].setEnabled(False)
    dialog = FindActionDialog([("Events", named["merge"]), ("Play", named["end"])], window)
    qtbot.addWidget(dialog)
    qtbot.keyClicks(dialog.field, "merge")
    assert dialog.list.currentItem() is None
    dialog.field.clear()
    assert dialog.list.currentItem().text().startswith("Play: Last frame")


def test_f1_shows_the_sheet(window: StudioWindow, qtbot: QtBot):
    seen: list[str] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, KeysDialog)
        seen.append(dialog.sheet.toPlainText())
        dialog.done(QDialog.DialogCode.Rejected)

    QTimer.singleShot(0, look)
    qtbot.keyClick(window.parts.timeline, Qt.Key.Key_F1)
    assert "Play or pause" in seen[0]
