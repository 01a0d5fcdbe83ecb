"""Label keys while the video runs: every press is an edge where the eye saw it, and nothing waits."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.session import Session
from app.window import StudioWindow
from fedn.annotation.store import load_project
from tests.journeys.hands import CONTROL, Hands
from tests.window.conftest import Told, wait_until

K = Qt.Key


def test_a_video_is_worked_through_while_it_plays(
    window: StudioWindow, session: Session, told: Told, project_folder: Path, qtbot: QtBot
) -> None:
    hands = Hands(window, qtbot)
    window.parts.timeline.setFocus()
    pressed: list[int] = []

    hands.press(K.Key_Space)
    for label, edge in ((K.Key_2, 20), (K.Key_2, 60), (K.Key_6, 110), (K.Key_6, 150)):
        wait_until(lambda edge=edge: session.playhead >= edge)
        pressed.append(session.playhead)
        hands.press(label)
        if label == K.Key_2 and len(pressed) == 2:
            hands.press(K.Key_Escape)
    assert window.parts.player.is_playing
    wait_until(lambda: session.playhead >= 200)
    hands.press(K.Key_Space)

    made = [event for tier in session.tiers() if tier.who == session.who for event in session.project.events(tier.id)]
    mine = sorted((event.onset, event.offset, event.label) for event in made if event.onset in pressed)
    assert mine == [(pressed[0], pressed[1], "surprise"), (pressed[2], pressed[3], "sadness")]
    assert load_project(project_folder) == session.project
    assert told.errors == []

    hands.press(K.Key_Z, CONTROL, times=session.undo_stack.count())
    assert not session.undo_stack.canUndo()
