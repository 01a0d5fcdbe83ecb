"""Keys do what the sheet says, and leave text fields alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.actions.action import conflicts
from app.session import Session
from app.window import StudioWindow
from fedn.annotation.store import load_project
from tests.window.conftest import Told

EXPERT = "15-expert-22"
ALT, SHIFT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier, (
    Qt.KeyboardModifier.ControlModifier
)  # fmt: skip


class Keyboard:
    """Presses keys in whatever has the focus."""

    def __init__(self, window: StudioWindow, qtbot: QtBot) -> None:
        self._window, self._qtbot = window, qtbot
        window.parts.timeline.setFocus()

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        target = QApplication.focusWidget() or self._window
        self._qtbot.keyClick(target, key, modifiers)


@pytest.fixture
def keys(window: StudioWindow, qtbot: QtBot) -> Keyboard:
    return Keyboard(window, qtbot)


def test_no_key_stands_for_two_actions(window: StudioWindow):
    assert conflicts(window.table) == []


def test_in_out_and_enter_create_an_event_in_the_annotators_tier(session: Session, keys: Keyboard, told: Told):
    session.set_playhead(120)
    keys.press(Qt.Key.Key_I)
    session.set_playhead(140)
    keys.press(Qt.Key.Key_O)
    keys.press(Qt.Key.Key_Return)
    (created,) = session.selected_events
    project = session.project
    assert project is not None
    event = project.event(created)
    assert (event.onset, event.offset, event.label) == (120, 140, "happiness")
    assert project.tier_of(created).name == "Corrections"
    assert session.undo_stack.count() == 1
    assert told.sentences == []


def test_a_label_key_begins_an_event_and_ends_it(session: Session, keys: Keyboard):
    session.set_playhead(120)
    keys.press(Qt.Key.Key_5)
    session.set_playhead(133)
    keys.press(Qt.Key.Key_5)
    (created,) = session.selected_events
    assert session.project is not None
    event = session.project.event(created)
    assert (event.onset, event.offset, event.label) == (120, 133, "fear")


def test_a_label_key_relabels_the_selection(session: Session, keys: Keyboard, project_folder: Path):
    session.select_events((EXPERT, "15-expert-78"))
    keys.press(Qt.Key.Key_3)
    stored = load_project(project_folder)
    assert {stored.event(EXPERT).label, stored.event("15-expert-78").label} == {"anger"}
    keys.press(Qt.Key.Key_Z, CONTROL)
    assert load_project(project_folder).event(EXPERT).label == "happiness"
    keys.press(Qt.Key.Key_Z, CONTROL | SHIFT)
    assert load_project(project_folder).event(EXPERT).label == "anger"


def test_alt_and_arrows_nudge_the_edges_by_a_frame(session: Session, keys: Keyboard):
    session.select_events((EXPERT,))
    keys.press(Qt.Key.Key_Left, ALT)
    keys.press(Qt.Key.Key_Right, ALT | SHIFT)
    assert session.project is not None
    event = session.project.event(EXPERT)
    assert (event.onset, event.offset) == (21, 53)
    assert session.playhead == 53


def test_arrows_step_and_jump(session: Session, keys: Keyboard):
    session.set_playhead(100)
    keys.press(Qt.Key.Key_Right)
    assert session.playhead == 101
    keys.press(Qt.Key.Key_Left, SHIFT)
    assert session.playhead == 71
    keys.press(Qt.Key.Key_Right, CONTROL)
    assert session.playhead == 75
    keys.press(Qt.Key.Key_End)
    assert session.playhead == 299
    keys.press(Qt.Key.Key_Home)
    assert session.playhead == 0


def test_delete_split_merge_and_copy(session: Session, keys: Keyboard):
    project = session.project
    assert project is not None
    session.select_events((EXPERT,))
    session.set_playhead(40)
    keys.press(Qt.Key.Key_S)
    assert [(event.onset, event.offset) for event in project.events("15-expert")][:2] == [(22, 39), (40, 52)]
    keys.press(Qt.Key.Key_M)
    assert [(event.onset, event.offset) for event in project.events("15-expert")][:1] == [(22, 52)]
    keys.press(Qt.Key.Key_Down, ALT)
    (copied,) = session.selected_events
    assert project.tier_of(copied).id == "15-self"
    keys.press(Qt.Key.Key_Delete)
    assert not project.has_event(copied)
    assert session.selected_events == ()


def test_predictions_are_not_deleted_but_accepted(session: Session, keys: Keyboard, told: Told):
    project = session.project
    assert project is not None
    session.select_events(("15-fedn-20",))
    keys.press(Qt.Key.Key_Delete)
    assert project.has_event("15-fedn-20")
    assert len(told.sentences) == 1
    keys.press(Qt.Key.Key_A)
    (accepted,) = session.selected_events
    assert project.tier_of(accepted).name == "Corrections"
    assert project.event(accepted).score is None


def test_d_goes_from_one_disagreement_to_the_next(session: Session, keys: Keyboard):
    places = []
    for _ in range(3):
        keys.press(Qt.Key.Key_D)
        places.append(session.selected_events)
    assert places == [("15-fedn-150",), ("15-fedn-200",), ("15-fedn-150",)]


def test_letters_digits_and_enter_belong_to_a_text_field_that_has_the_focus(
    session: Session, window: StudioWindow, keys: Keyboard
):
    session.select_events((EXPERT,))
    keys.press(Qt.Key.Key_F, CONTROL)
    field = QApplication.focusWidget()
    assert field is window.parts.videos.filter
    for key in (Qt.Key.Key_S, Qt.Key.Key_1, Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Delete, Qt.Key.Key_A):
        keys.press(key)
    assert window.parts.videos.filter.text() == "s1 a"
    assert session.undo_stack.count() == 0
    assert not window.parts.player.is_playing


def test_space_plays_and_pauses(window: StudioWindow, keys: Keyboard):
    keys.press(Qt.Key.Key_Space)
    assert window.parts.player.is_playing
    keys.press(Qt.Key.Key_Space)
    assert not window.parts.player.is_playing


def test_escape_takes_back_marks_and_selection(session: Session, window: StudioWindow, keys: Keyboard):
    keys.press(Qt.Key.Key_I)
    session.select_events((EXPERT,))
    keys.press(Qt.Key.Key_Escape)
    assert session.selected_events == ()
    assert window.parts.marking.in_frame is None


def test_plus_minus_and_f_zoom(window: StudioWindow, keys: Keyboard):
    keys.press(Qt.Key.Key_Plus)
    seen = window.parts.timeline.scale.seen
    assert seen[1] - seen[0] < 300
    keys.press(Qt.Key.Key_F)
    assert window.parts.timeline.scale.shows_all
