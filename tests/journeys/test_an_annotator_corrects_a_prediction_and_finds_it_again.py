"""One whole pass over a video: go to a disagreement, correct it, mark the video, close, and come back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.session import Session
from app.window import StudioWindow
from fedn.annotation.interval import Interval
from fedn.annotation.store import load_project
from tests.window.conftest import Told, wait_until


def press(qtbot: QtBot, window: StudioWindow, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    held = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        held |= modifier
    qtbot.keyClick(QApplication.focusWidget() or window, key, held)


def test_a_corrected_prediction_is_there_after_closing_and_opening(
    window: StudioWindow, session: Session, told: Told, project_folder: Path, qtbot: QtBot
):
    timeline = window.parts.timeline
    timeline.setFocus()
    press(qtbot, window, Qt.Key.Key_D)
    assert session.selected_events == ("15-fedn-150",)
    assert session.playhead == 162

    y = timeline.areas.tier(0).center().y()
    begin, end = (QPoint(round(timeline.scale.x(frame)) - 2, y) for frame in (176, 190))
    port, left, held = timeline.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier
    qtbot.mousePress(port, left, held, begin)
    qtbot.mouseMove(port, end)
    qtbot.mouseRelease(port, left, held, end)
    press(qtbot, window, Qt.Key.Key_7)
    press(qtbot, window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert session.undo_stack.count() == 3
    assert window.status.saved.text().startswith("Saved:")
    assert told.sentences == []

    window.parts.project_actions.close()
    assert session.open_project(project_folder)
    wait_until(lambda: session.frame_index is not None)
    stored = load_project(project_folder)
    (tier,) = (tier for tier in session.tiers() if tier.name == "Corrections")
    (event,) = stored.events(tier.id)
    assert (event.onset, event.offset, event.label) == (150, 189, "others")
    assert event.origin is not None
    assert (event.origin.model, event.origin.offset, event.origin.label) == ("fedn-base", 175, "happiness")
    assert stored.event("15-fedn-150").offset == 175
    assert stored.reviewed("0502 funny errors") == (Interval(0, 300),)
