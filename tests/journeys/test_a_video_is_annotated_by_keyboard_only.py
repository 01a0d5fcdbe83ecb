"""Hands never leave the keys: events are marked, named, noted, moved, split, joined, deleted, and the video is done."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.session import Session
from app.window import StudioWindow
from fedn.annotation.interval import Interval
from fedn.annotation.store import load_project
from fedn.annotation.tier import Source
from tests.journeys.hands import ALT, CONTROL, SHIFT, Hands
from tests.window.conftest import Told

K = Qt.Key


def test_a_video_is_annotated_by_keyboard_only(
    window: StudioWindow, session: Session, told: Told, project_folder: Path, qtbot: QtBot
) -> None:
    hands = Hands(window, qtbot)
    window.parts.timeline.setFocus()

    # An event from 30 to 45, by the keys for where it begins and where it ends.
    hands.press(K.Key_Right, SHIFT)
    assert session.playhead == 30
    hands.press(K.Key_I)
    hands.press(K.Key_Right, times=15)
    hands.press(K.Key_O)
    hands.press(K.Key_Return)
    (first,) = session.selected_events
    tier_id = session.project.tier_of(first).id
    assert session.project.tier_of(first).source != Source.DETECTOR

    # Named, given a strength and a note.
    hands.press(K.Key_3)
    hands.press(K.Key_F2)
    hands.type("brow first")
    hands.press(K.Key_Tab)
    window.parts.timeline.setFocus()
    assert (session.project.event(first).label, session.project.event(first).note) == ("anger", "brow first")

    # Its edges, frame by frame, and its apex.
    hands.press(K.Key_Left, ALT, times=2)
    hands.press(K.Key_Right, ALT | SHIFT)
    event = session.project.event(first)
    assert (event.onset, event.offset) == (28, 46)
    hands.press(K.Key_Left, times=6)
    hands.press(K.Key_P)
    assert session.project.event(first).apex == 40

    # Another one by its label's key, twice: where it begins and where it ends.
    hands.press(K.Key_Escape)
    hands.press(K.Key_Right, SHIFT, times=2)
    hands.press(K.Key_1)
    begin = session.playhead
    hands.press(K.Key_Right, times=20)
    hands.press(K.Key_1)
    (second,) = session.selected_events
    event = session.project.event(second)
    assert (event.onset, event.offset, event.label) == (begin, begin + 20, "happiness")

    # Split in two, joined again, deleted, and brought back.
    hands.press(K.Key_Left, times=10)
    hands.press(K.Key_S)
    assert len(session.project.events(tier_id)) == 3
    hands.press(K.Key_Z, CONTROL)
    assert session.project.event(second).offset == begin + 20
    hands.press(K.Key_Delete)
    assert not session.project.has_event(second)
    hands.press(K.Key_Z, CONTROL)
    assert session.project.has_event(second)

    # Done: the whole video has been looked at.
    hands.press(K.Key_R, CONTROL)
    assert session.project.reviewed(session.current_video.id) == (Interval(0, 300),)
    assert told.errors == []
    assert load_project(project_folder) == session.project
    assert QApplication.focusWidget() is not None


def test_everything_can_be_taken_back_and_done_again(
    window: StudioWindow, session: Session, told: Told, project_folder: Path, qtbot: QtBot
) -> None:
    hands = Hands(window, qtbot)
    window.parts.timeline.setFocus()
    start = load_project(project_folder)

    hands.press(K.Key_D)
    hands.press(K.Key_A)
    hands.press(K.Key_5)
    hands.press(K.Key_Left, ALT, times=3)
    hands.press(K.Key_C, CONTROL)
    hands.press(K.Key_Home)
    hands.press(K.Key_V, CONTROL)
    hands.press(K.Key_R, CONTROL)
    end = load_project(project_folder)
    steps = session.undo_stack.count()
    assert steps >= 5 and end == session.project and end != start

    hands.press(K.Key_Z, CONTROL, times=steps)
    assert session.project == start and load_project(project_folder) == start
    hands.press(K.Key_Z, CONTROL | SHIFT, times=steps)
    assert session.project == end and load_project(project_folder) == end
    assert told.errors == []
