"""The panel of labels shows the vocabulary of the tier in question."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.document.edits import ChangeTier, PutVocabulary
from app.session import Session
from app.window import StudioWindow
from tests.window.test_marking import VALENCE

EXPERT = "15-expert-22"


def names(window: StudioWindow) -> list[str]:
    return [button.label.name for button in window.parts.labels.buttons()]


def test_the_labels_are_those_of_the_selected_events_tier(session: Session, window: StudioWindow):
    assert session.project is not None
    emotions = list(session.project.vocabulary.names)
    assert names(window) == emotions
    assert session.do(PutVocabulary(VALENCE))
    assert session.do(ChangeTier(replace(session.project.tier("15-expert"), vocabulary="valence")))
    assert names(window) == emotions
    session.select_events((EXPERT,))
    assert names(window) == ["pleasant", "unpleasant"]
    session.select_events(("15-self-18",))
    assert names(window) == emotions
    session.select_events(())
    window.parts.marking.set_tier("15-expert")
    assert names(window) == ["pleasant", "unpleasant"]
    session.undo_stack.undo()
    assert names(window) == emotions


def test_a_click_on_a_label_gives_it_to_the_selection(session: Session, window: StudioWindow, qtbot: QtBot):
    session.select_events((EXPERT,))
    button = window.parts.labels.buttons()[4]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert session.project is not None and session.project.event(EXPERT).label == button.label.name == "fear"
    assert session.undo_stack.count() == 1
