from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.document.edits import ChangeTier, MoveBoundary, PutVocabulary, RejectPredictions, SetAttributes
from app.session import Session
from app.views.inspector.comparison import counterparts
from app.views.inspector.inspector_view import InspectorView
from fedn.annotation.action_unit import ActionUnit
from fedn.annotation.vocabulary import LabelDef, Vocabulary
from tests.views.conftest import events_of


@pytest.fixture
def inspector(session: Session, qtbot: QtBot) -> InspectorView:
    view = InspectorView(session)
    qtbot.addWidget(view)
    view.show()
    return view


@pytest.fixture
def expert(session: Session, inspector: InspectorView) -> InspectorView:
    """The inspector with the expert's first event, frames 22 to 40, selected."""
    session.select_events([events_of(session, "Expert")[0].id])
    return inspector


def test_nothing_selected_says_what_to_do(inspector: InspectorView) -> None:
    assert inspector.event_shown is None and inspector._hint.isVisible() and not inspector.form.isVisible()


def test_frames_and_times_of_the_event_are_shown(expert: InspectorView) -> None:
    assert (expert.form.onset.box.text(), expert.form.onset.time.text()) == ("22", "00:00.733")
    assert (expert.form.apex.box.text(), expert.form.apex.time.text()) == ("", "")
    assert (expert.form.offset.box.text(), expert.form.offset.time.text()) == ("40", "00:01.333")


def test_a_typed_frame_is_one_undoable_edit(expert: InspectorView, session: Session) -> None:
    steps = session.undo_stack.count()
    expert.form.onset.box.setText("25")
    expert.form.onset.box.editingFinished.emit()
    assert events_of(session, "Expert")[0].onset == 25 and session.undo_stack.count() == steps + 1
    session.undo_stack.undo()
    assert events_of(session, "Expert")[0].onset == 22 and expert.form.onset.box.text() == "22"


def test_a_typed_time_becomes_its_frame(expert: InspectorView, session: Session) -> None:
    expert.form.offset.time.setText("2.0")
    expert.form.offset.time.editingFinished.emit()
    assert events_of(session, "Expert")[0].offset == 60


def test_a_refused_frame_is_told_and_taken_back(expert: InspectorView, session: Session, told: list[str]) -> None:
    expert.form.onset.box.setText("100")
    expert.form.onset.box.editingFinished.emit()
    assert len(told) == 1 and expert.form.onset.box.text() == "22"
    assert events_of(session, "Expert")[0].onset == 22


def test_an_apex_can_be_set_and_taken_away(expert: InspectorView, session: Session) -> None:
    expert.form.apex.box.setText("30")
    expert.form.apex.box.editingFinished.emit()
    assert events_of(session, "Expert")[0].apex == 30
    expert.form.apex.box.clear()
    expert.form.apex.box.editingFinished.emit()
    assert events_of(session, "Expert")[0].apex is None


def test_label_kind_intensity_and_note_are_written(expert: InspectorView, session: Session) -> None:
    expert.form.label.setCurrentIndex(expert.form.label.findData("fear"))
    expert.form.label.activated.emit(expert.form.label.currentIndex())
    expert.form.kind.setCurrentIndex(1)
    expert.form.kind.activated.emit(1)
    expert.form.intensity.setCurrentIndex(3)
    expert.form.intensity.activated.emit(3)
    expert.form.note.setPlainText("brows only")
    expert.form.note.left.emit()
    event = events_of(session, "Expert")[0]
    assert (event.label, event.kind, event.intensity, event.note) == ("fear", "micro", "C", "brows only")


def test_a_note_is_not_lost_when_another_event_is_selected(expert: InspectorView, session: Session) -> None:
    expert.form.note.setPlainText("unfinished")
    session.select_events([events_of(session, "Expert")[1].id])
    assert [event.note for event in events_of(session, "Expert")] == ["unfinished", ""]
    assert expert.form.note.toPlainText() == ""


def test_changing_a_prediction_accepts_it_in_the_same_step(inspector: InspectorView, session: Session) -> None:
    predicted = events_of(session, "FEDN")[0]
    session.select_events([predicted.id])
    steps = session.undo_stack.count()
    inspector.form.onset.box.setText("24")
    inspector.form.onset.box.editingFinished.emit()
    corrected = events_of(session, "Corrections")[0]
    assert events_of(session, "FEDN") == [predicted]
    assert corrected.onset == 24 and corrected.score is None
    assert corrected.origin is not None and corrected.origin.onset == 20 and corrected.origin.model == "fedn-base"
    assert session.selected_events == (corrected.id,) and session.undo_stack.count() == steps + 1


def test_the_other_tiers_are_quoted_with_their_overlap(inspector: InspectorView, session: Session) -> None:
    assert session.project is not None
    said = counterparts(session.project, events_of(session, "FEDN")[0].id)
    assert [(other.tier.name, other.event and other.event.label) for other in said] == [
        ("Expert", "others"), ("Self-report", "happiness")
    ]  # fmt: skip
    assert said[0].iou == pytest.approx(19 / 21) and said[0].agreement("happiness") == "label_differs"
    assert said[1].iou == pytest.approx(21 / 22) and said[1].agreement("happiness") == "agrees"
    alone = counterparts(session.project, events_of(session, "Expert")[1].id)
    assert {other.agreement("fear") for other in alone} == {"no_counterpart"}


def test_what_selected_events_have_in_common_is_shown_and_what_differs_is_mixed(
    inspector: InspectorView, session: Session
) -> None:
    session.select_events([event.id for event in events_of(session, "Expert")])
    form = inspector.form
    assert inspector.event_shown is None and inspector._heading.text() == "2 events"
    assert (form.onset.box.text(), form.onset.box.placeholderText()) == ("", "mixed")
    assert (form.apex.box.text(), form.apex.box.placeholderText()) == ("", "none")
    assert form.label.currentIndex() == -1 and form.label.placeholderText() == "mixed"
    assert form.kind.currentText() == "Macro" and form.intensity.currentText() == "—"
    assert not inspector.history.isVisible()


def test_what_is_entered_for_many_changes_all_of_them_in_one_step(inspector: InspectorView, session: Session) -> None:
    session.select_events([event.id for event in events_of(session, "Expert")])
    steps = session.undo_stack.count()
    for box, value in (
        (inspector.form.kind, "micro"),
        (inspector.form.intensity, "B"),
        (inspector.form.label, "anger"),
    ):
        box.setCurrentIndex(box.findData(value))
        box.activated.emit(box.currentIndex())
    assert [(event.kind, event.intensity, event.label) for event in events_of(session, "Expert")] == [
        ("micro", "B", "anger")
    ] * 2
    assert session.undo_stack.count() == steps + 3


def test_an_untouched_mixed_field_changes_nothing(inspector: InspectorView, session: Session, qtbot: QtBot) -> None:
    session.select_events([event.id for event in events_of(session, "Expert")])
    before = events_of(session, "Expert")
    for field in (inspector.form.onset.box, inspector.form.apex.box, inspector.form.units.field):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    inspector.form.note.left.emit()
    assert events_of(session, "Expert") == before


def test_a_note_for_many_takes_the_place_of_different_notes(inspector: InspectorView, session: Session) -> None:
    ids = [event.id for event in events_of(session, "Expert")]
    assert session.do(SetAttributes((ids[0],), note="one"))
    session.select_events(ids)
    assert inspector.form.note.toPlainText() == "" and "Different" in inspector.form.note.placeholderText()
    inspector.form.note.setPlainText("both")
    session.select_events(())
    assert [event.note for event in events_of(session, "Expert")] == ["both", "both"]


def test_a_typed_apex_is_refused_whole_if_it_does_not_lie_in_all(
    inspector: InspectorView, session: Session, told: list[str]
) -> None:
    session.select_events([event.id for event in events_of(session, "Expert")])
    inspector.form.apex.box.setText("30")
    inspector.form.apex.box.editingFinished.emit()
    assert [event.apex for event in events_of(session, "Expert")] == [None, None]
    assert len(told) == 1 and "apex" in told[0]


def test_action_units_are_typed_with_side_and_strength_and_said_in_words(
    expert: InspectorView, session: Session, qtbot: QtBot
) -> None:
    field = expert.form.units.field
    qtbot.keyClicks(field, "4C+R10B")
    assert "Brow lowerer C · upper lip raiser B, right" in expert.form.units.said.text()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert events_of(session, "Expert")[0].action_units == (ActionUnit(4, "", "C"), ActionUnit(10, "right", "B"))
    session.undo_stack.undo()
    assert field.text() == "" and events_of(session, "Expert")[0].action_units == ()


def test_action_units_that_cannot_be_read_are_refused_in_a_sentence_and_stay_to_be_mended(
    expert: InspectorView, session: Session, told: list[str], qtbot: QtBot
) -> None:
    field = expert.form.units.field
    qtbot.keyClicks(field, "4C+smile")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == "4C+smile" and events_of(session, "Expert")[0].action_units == ()
    assert "“smile”" in expert.form.units.said.text() and len(told) == 1
    for _ in "+smile":
        qtbot.keyClick(field, Qt.Key.Key_Backspace)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert events_of(session, "Expert")[0].action_units == (ActionUnit(4, "", "C"),)


def test_the_history_says_who_did_what_when_and_what_it_was(
    expert: InspectorView, session: Session, qtbot: QtBot
) -> None:
    event = events_of(session, "Expert")[0]
    assert session.do(MoveBoundary(event.id, "onset", 25))
    session.undo_stack.undo()
    qtbot.waitUntil(lambda: "Undo" in expert.history.text.text())
    text = expert.history.text.text()
    assert "Undo: Move onset of others to 25" in text and "coder B" in text and "was onset 25" in text
    assert "was onset 22" in text


def test_all_changes_are_shown_on_demand(expert: InspectorView, session: Session, qtbot: QtBot) -> None:
    event = events_of(session, "Expert")[0]
    for frame in (23, 24, 25, 26):
        assert session.do(MoveBoundary(event.id, "onset", frame))
    qtbot.waitUntil(lambda: expert.history.text.text().count("<p") == 3)
    qtbot.mouseClick(expert.history.more, Qt.MouseButton.LeftButton)
    assert expert.history.text.text().count("<p") == 5 and not expert.history.more.isVisible()


def test_what_has_become_of_a_prediction_is_said(inspector: InspectorView, session: Session) -> None:
    predicted = events_of(session, "FEDN")[0]
    session.select_events([predicted.id])
    assert inspector.form.state.text() == "Prediction, open"
    assert session.do(RejectPredictions((predicted.id,)))
    assert "Rejected" in inspector.form.state.text()
    assert session.accept((predicted.id,))
    session.select_events([predicted.id])
    assert "Accepted" in inspector.form.state.text()
    session.select_events([events_of(session, "Expert")[0].id])
    assert not inspector.form.accept.isVisible()


def test_the_label_list_is_that_of_the_tiers_own_vocabulary(inspector: InspectorView, session: Session) -> None:
    assert session.project is not None
    valence = Vocabulary("valence", (LabelDef("pleasant", "Ple", "#3fb27f", "1"), LabelDef("others", "Oth", "#e5604d")))
    assert session.do(PutVocabulary(valence))
    tier = session.project.tier_of(events_of(session, "Expert")[0].id)
    assert session.do(ChangeTier(replace(tier, vocabulary="valence")))
    session.select_events([events_of(session, "Expert")[0].id])
    listed = [inspector.form.label.itemData(at) for at in range(inspector.form.label.count())]
    assert listed == ["pleasant", "others", ""]
    session.select_events([events_of(session, "Expert")[0].id, events_of(session, "Self-report")[0].id])
    assert [inspector.form.label.itemData(at) for at in range(inspector.form.label.count())] == ["others", ""]
