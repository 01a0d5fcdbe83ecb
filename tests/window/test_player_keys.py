"""The player's keys in the whole window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.session import Session
from app.views.player.player_view import PlayerView
from app.window import StudioWindow
from tests.window.conftest import Told, wait_until

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
PLAIN = Qt.KeyboardModifier.NoModifier
EXPERT = "15-expert-22"


class Keys:
    def __init__(self, window: StudioWindow, qtbot: QtBot) -> None:
        self.window, self._qtbot = window, qtbot
        window.parts.timeline.setFocus()

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
        self._qtbot.keyClick(QApplication.focusWidget() or self.window, key, modifiers)


@pytest.fixture
def keys(window: StudioWindow, qtbot: QtBot) -> Keys:
    return Keys(window, qtbot)


@pytest.fixture
def player(window: StudioWindow) -> PlayerView:
    return window.parts.player


def test_shift_space_plays_the_selected_event_and_control_space_all_of_its_tier(
    session: Session, keys: Keys, player: PlayerView
):
    keys.press(Qt.Key.Key_BracketRight)
    keys.press(Qt.Key.Key_BracketRight)
    assert player.speed == 4.0
    session.select_events((EXPERT,))
    keys.press(Qt.Key.Key_Space, SHIFT)
    assert player.is_playing and session.playhead >= 22
    wait_until(lambda: not player.is_playing)
    assert session.playhead == 52
    selected: list[tuple[str, ...]] = []
    session.selection_changed.connect(lambda: selected.append(session.selected_events))
    keys.press(Qt.Key.Key_Space, CONTROL)
    wait_until(lambda: not player.is_playing)
    assert selected == [("15-expert-78",), ("15-expert-148",), ("15-expert-252",)]
    assert session.playhead == 284


def test_j_k_and_l_shuttle(session: Session, keys: Keys, player: PlayerView):
    session.set_playhead(150)
    for key, speed in ((Qt.Key.Key_L, 1.0), (Qt.Key.Key_L, 2.0), (Qt.Key.Key_J, -1.0), (Qt.Key.Key_J, -2.0)):
        keys.press(key)
        assert player.playback.speed == speed
    keys.press(Qt.Key.Key_K)
    assert not player.is_playing


def test_brackets_change_the_speed_and_slash_loops(session: Session, keys: Keys, player: PlayerView):
    keys.press(Qt.Key.Key_BracketLeft)
    assert player.speed == 0.5
    session.select_events((EXPERT,))
    keys.press(Qt.Key.Key_Slash)
    assert player.is_playing and 22 <= session.playhead <= 52
    keys.press(Qt.Key.Key_Slash)
    keys.press(Qt.Key.Key_Space)
    assert not player.is_playing


def test_control_m_switches_the_sound_off_and_on(session: Session, keys: Keys):
    keys.press(Qt.Key.Key_M, CONTROL)
    assert session.settings.muted
    keys.press(Qt.Key.Key_M, CONTROL)
    assert not session.settings.muted


def test_the_frame_is_copied_and_the_picture_zoomed_by_keys(
    session: Session, keys: Keys, player: PlayerView, told: Told
):
    session.set_playhead(35)
    keys.press(Qt.Key.Key_C, CONTROL | SHIFT)
    wait_until(lambda: bool(told.sentences))
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == (320, 240) and "35" in told.sentences[0][1]
    keys.press(Qt.Key.Key_Plus, CONTROL)
    assert player.picture.place.zoom == pytest.approx(1.25)
    keys.press(Qt.Key.Key_0, CONTROL)
    assert player.picture.place.is_fitted


def test_the_players_keys_do_nothing_harmful_without_a_video(session: Session, keys: Keys, player: PlayerView):
    session.close_project()
    for key, modifiers in (
        (Qt.Key.Key_Space, PLAIN), (Qt.Key.Key_Space, SHIFT), (Qt.Key.Key_Space, CONTROL), (Qt.Key.Key_L, PLAIN),
        (Qt.Key.Key_C, CONTROL | SHIFT), (Qt.Key.Key_B, CONTROL), (Qt.Key.Key_Plus, CONTROL),
    ):  # fmt: skip
        keys.press(key, modifiers)
    for act in (player.play_in_a_row, player.play_selected, player.copy_frame, player.save_frame, player.toggle_play):
        act()
    assert not player.is_playing
