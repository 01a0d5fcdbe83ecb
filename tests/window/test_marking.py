"""Label keys: pressed twice or held, while playing or standing, of the tier's own vocabulary."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.document.edits import ChangeTier, PutVocabulary
from app.session import Session
from app.views.events.columns import Column
from app.window import StudioWindow
from fedn.annotation.event import Event
from fedn.annotation.store import load_project
from fedn.annotation.vocabulary import LabelDef, Vocabulary
from tests.window.conftest import Told, wait_until
from tests.window.test_keys import CONTROL, EXPERT, SHIFT, Keyboard, keys

__all__ = ["keys"]
VALENCE = Vocabulary(
    "valence", (LabelDef("pleasant", "Ple", "#3fb27f", "1"), LabelDef("unpleasant", "Unp", "#e5604d", "2"))
)


def only(session: Session) -> Event:
    """The one selected event, as the project has it and as the disk has it."""
    assert session.project is not None
    (event_id,) = session.selected_events
    event = session.project.event(event_id)
    assert load_project(session.project.folder).event(event_id) == event
    return event


@pytest.fixture
def valence(session: Session) -> Session:
    """The expert's tier names a vocabulary of its own."""
    assert session.project is not None
    assert session.do(PutVocabulary(VALENCE))
    assert session.do(ChangeTier(replace(session.project.tier("15-expert"), vocabulary="valence")))
    return session


def test_a_key_gives_the_label_that_the_tiers_own_vocabulary_has_on_it(valence: Session, keys: Keyboard, told: Told):
    valence.select_events((EXPERT,))
    keys.press(Qt.Key.Key_2)
    assert only(valence).label == "unpleasant"
    valence.select_events(("15-self-18",))
    keys.press(Qt.Key.Key_2)
    assert only(valence).label == "surprise"
    assert told.sentences == []


def test_selected_events_of_two_vocabularies_get_each_their_own_label_in_one_step(valence: Session, keys: Keyboard):
    steps = valence.undo_stack.count()
    valence.select_events((EXPERT, "15-self-18"))
    keys.press(Qt.Key.Key_1)
    project = valence.project
    assert project is not None
    assert [project.event(one).label for one in (EXPERT, "15-self-18")] == ["pleasant", "happiness"]
    assert valence.undo_stack.count() == steps + 1


def test_a_key_without_a_label_is_told(valence: Session, keys: Keyboard, told: Told):
    valence.select_events((EXPERT,))
    keys.press(Qt.Key.Key_5)
    assert told.sentences == [("info", "No label of “valence” is on the key 5.")]
    assert only(valence).label == "happiness"


def test_a_prediction_gets_the_label_of_the_tier_it_is_accepted_into(valence: Session, keys: Keyboard):
    valence.select_events(("15-fedn-20",))
    keys.press(Qt.Key.Key_2)
    made = only(valence)
    assert valence.project is not None
    assert (made.label, valence.project.tier_of(made.id).name) == ("surprise", "Corrections")


def test_new_events_take_labels_of_the_tier_that_was_clicked(valence: Session, window: StudioWindow, keys: Keyboard):
    window.parts.marking.set_tier("15-expert")
    valence.set_playhead(120)
    keys.press(Qt.Key.Key_2)
    valence.set_playhead(130)
    keys.press(Qt.Key.Key_2)
    made = only(valence)
    assert valence.project is not None
    assert (made.label, valence.project.tier_of(made.id).name) == ("unpleasant", "Expert")


def test_a_held_key_makes_an_event_that_lasts_as_long_as_it_is_held(
    session: Session, window: StudioWindow, qtbot: QtBot
):
    session.settings.label_keys = "hold"
    timeline = window.parts.timeline
    timeline.setFocus()
    session.set_playhead(120)
    qtbot.keyPress(timeline, Qt.Key.Key_5)
    session.set_playhead(141)
    assert session.undo_stack.count() == 0
    qtbot.keyRelease(timeline, Qt.Key.Key_5)
    made = only(session)
    assert (made.onset, made.offset, made.label) == (120, 141, "fear")
    assert session.undo_stack.count() == 1


def test_a_held_key_that_is_only_tapped_makes_nothing_and_says_so(
    session: Session, window: StudioWindow, qtbot: QtBot, told: Told
):
    session.settings.label_keys = "hold"
    session.set_playhead(120)
    qtbot.keyClick(window.parts.timeline, Qt.Key.Key_5)
    assert session.undo_stack.count() == 0 and window.parts.marking.in_frame is None
    assert told.sentences == [("info", "Hold the label's key down for as long as the expression lasts.")]


def test_escape_lets_go_of_a_held_key(session: Session, window: StudioWindow, qtbot: QtBot):
    session.settings.label_keys = "hold"
    timeline = window.parts.timeline
    timeline.setFocus()
    qtbot.keyPress(timeline, Qt.Key.Key_5)
    session.set_playhead(30)
    qtbot.keyClick(timeline, Qt.Key.Key_Escape)
    qtbot.keyRelease(timeline, Qt.Key.Key_5)
    assert session.undo_stack.count() == 0 and session.selected_events == ()


def test_while_playing_a_label_key_marks_even_though_an_event_is_selected(
    session: Session, window: StudioWindow, keys: Keyboard
):
    session.select_events((EXPERT,))
    keys.press(Qt.Key.Key_Space)
    keys.press(Qt.Key.Key_3)
    begun = window.parts.marking.in_frame
    assert begun is not None
    wait_until(lambda: session.playhead >= begun + 6)
    keys.press(Qt.Key.Key_3)
    assert window.parts.player.is_playing
    keys.press(Qt.Key.Key_Space)
    made = only(session)
    assert made.id != EXPERT and made.label == "anger" and made.onset == begun and made.offset >= begun + 6
    assert session.project is not None and session.project.event(EXPERT).label == "happiness"


def test_the_reaction_time_is_taken_back_while_playing_only(session: Session, window: StudioWindow):
    session.settings.reaction_ms = 200
    marking, player = window.parts.marking, window.parts.player
    session.set_playhead(100)
    marking.mark_in()
    assert marking.in_frame == 100
    player.set_speed(0.5)
    player.toggle_play()
    marking.mark_in()
    # 200 ms at half the speed are 3 frames of a video of 30 frames a second.
    assert marking.in_frame == session.playhead - 3
    player.pause()


def test_reject_is_shown_by_the_document_and_taken_back_by_the_same_key(session: Session, keys: Keyboard):
    project = session.project
    assert project is not None
    before = load_project(project.folder)
    session.select_events(("15-fedn-20", "15-fedn-80"))
    keys.press(Qt.Key.Key_X)
    stored = load_project(project.folder)
    assert [stored.is_rejected(one) for one in session.selected_events] == [True, True]
    assert project.event("15-fedn-20") == before.event("15-fedn-20")
    keys.press(Qt.Key.Key_X)
    assert load_project(project.folder) == before
    keys.press(Qt.Key.Key_Z, CONTROL)
    keys.press(Qt.Key.Key_Z, CONTROL)
    assert load_project(project.folder) == before and session.undo_stack.index() == 0


def test_labels_of_people_are_not_rejected(session: Session, keys: Keyboard, told: Told):
    session.select_events(("15-self-222",))
    keys.press(Qt.Key.Key_X)
    assert session.undo_stack.count() == 0 and len(told.sentences) == 1


def test_presses_of_a_nudge_in_a_run_are_one_step(session: Session, keys: Keyboard):
    session.select_events((EXPERT, "15-expert-78"))
    for _ in range(4):
        keys.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    project = session.project
    assert project is not None
    assert [project.event(one).onset for one in session.selected_events] == [18, 74]
    assert session.undo_stack.count() == 1
    session.undo_stack.undo()
    assert [load_project(project.folder).event(one).onset for one in (EXPERT, "15-expert-78")] == [22, 78]


def test_copy_and_paste_put_events_at_the_playhead_and_rows_into_the_clipboard(
    session: Session, keys: Keyboard, told: Told
):
    session.select_events((EXPERT, "15-self-75"))
    keys.press(Qt.Key.Key_C, CONTROL)
    rows = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
    assert [row[rows[0].index("tier")] for row in rows[1:]] == ["Expert", "Self-report"]
    session.set_playhead(100)
    keys.press(Qt.Key.Key_V, CONTROL)
    project = session.project
    assert project is not None
    placed = [(project.tier_of(one).name, project.event(one).onset) for one in session.selected_events]
    assert sorted(placed) == [("Expert", 100), ("Self-report", 153)]
    assert load_project(project.folder) == project and session.undo_stack.count() == 1
    assert told.sentences == []


def test_events_are_pasted_into_another_video(session: Session, keys: Keyboard):
    session.select_events((EXPERT,))
    keys.press(Qt.Key.Key_C, CONTROL)
    session.select_video("0401 girl crashing")
    session.set_playhead(60)
    keys.press(Qt.Key.Key_V, CONTROL)
    made = only(session)
    assert session.project is not None
    assert (session.project.tier_of(made.id).id, made.onset, made.label) == ("16-expert", 60, "happiness")


def test_a_copied_prediction_is_pasted_into_the_annotators_own_tier_with_its_origin(session: Session, keys: Keyboard):
    session.select_events(("15-fedn-20",))
    keys.press(Qt.Key.Key_C, CONTROL)
    session.set_playhead(120)
    keys.press(Qt.Key.Key_V, CONTROL)
    made = only(session)
    assert session.project is not None and session.project.tier_of(made.id).name == "Corrections"
    assert made.origin is not None and made.origin.model == "fedn-base" and made.score is None
    keys.press(Qt.Key.Key_Z, CONTROL)
    assert session.project.tier_named("0502 funny errors", "Corrections") is None


def test_cut_takes_events_away_and_paste_brings_them_back(session: Session, keys: Keyboard):
    project = session.project
    assert project is not None
    before = load_project(project.folder)
    session.select_events((EXPERT,))
    session.set_playhead(22)
    keys.press(Qt.Key.Key_X, CONTROL)
    assert not load_project(project.folder).has_event(EXPERT)
    keys.press(Qt.Key.Key_V, CONTROL)
    assert replace(only(session), id=EXPERT) == before.event(EXPERT)
    keys.press(Qt.Key.Key_Z, CONTROL)
    keys.press(Qt.Key.Key_Z, CONTROL)
    assert load_project(project.folder) == before
    keys.press(Qt.Key.Key_Z, CONTROL | SHIFT)
    assert not project.has_event(EXPERT)


def test_what_is_no_event_table_is_refused_in_a_sentence(session: Session, keys: Keyboard, told: Told):
    QGuiApplication.clipboard().setText("hello\tworld")
    keys.press(Qt.Key.Key_V, CONTROL)
    assert session.undo_stack.count() == 0
    assert len(told.errors) == 1 and "no event table" in told.errors[0]


@pytest.mark.parametrize(
    ("key", "modifiers"),
    [
        (Qt.Key.Key_3, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_S, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_M, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_P, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier),
        (Qt.Key.Key_X, CONTROL),
        (Qt.Key.Key_V, CONTROL),
    ],
)
def test_every_key_refuses_a_locked_tier_in_one_sentence(
    session: Session, window: StudioWindow, keys: Keyboard, told: Told, key: Qt.Key, modifiers: Qt.KeyboardModifier
):
    assert session.project is not None
    session.select_events((EXPERT,))
    session.set_playhead(30)
    keys.press(Qt.Key.Key_C, CONTROL)
    window.parts.marking.set_tier("15-expert")
    session.tier_views.change("15-expert", locked=True)
    before = load_project(session.project.folder)
    keys.press(key, modifiers)
    assert load_project(session.project.folder) == session.project == before and session.undo_stack.count() == 0
    assert [level for level, _ in told.sentences] == ["info"] and "“Expert” is locked" in told.sentences[0][1]


def test_the_inspector_and_the_table_refuse_a_locked_tier_and_show_what_is(
    session: Session, window: StudioWindow, told: Told
):
    session.tier_views.change("15-expert", locked=True)
    window.layouts.show_dock("event_table")
    session.select_events((EXPERT,))
    form, table = window.parts.inspector.form, window.parts.event_table.model
    form.onset.box.setText("30")
    form.onset.box.editingFinished.emit()
    assert form.onset.box.text() == "22"
    row = table.row_of(EXPERT)
    assert not table.setData(table.index(row, Column.ONSET), "30")
    assert session.undo_stack.count() == 0 and len(told.sentences) == 2


def test_nothing_new_is_made_on_a_locked_tier(session: Session, window: StudioWindow, keys: Keyboard, told: Told):
    window.parts.marking.set_tier("15-expert")
    session.tier_views.change("15-expert", locked=True)
    session.set_playhead(120)
    keys.press(Qt.Key.Key_I)
    session.set_playhead(140)
    keys.press(Qt.Key.Key_O)
    keys.press(Qt.Key.Key_Return)
    assert session.undo_stack.count() == 0 and len(told.sentences) == 1
    session.select_events(("15-self-18",))
    keys.press(Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert session.undo_stack.count() == 0 and len(told.sentences) == 2
