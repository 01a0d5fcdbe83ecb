from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.session import Session
from app.views.inspector.comparison import counterparts
from app.views.inspector.inspector_view import InspectorView
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
    assert inspector.event_shown is None and inspector._hint.isVisible() and not inspector._form.isVisible()


def test_frames_and_times_of_the_event_are_shown(expert: InspectorView) -> None:
    assert (expert.onset.box.text(), expert.onset.time.text()) == ("22", "00:00.733")
    assert (expert.apex.box.text(), expert.apex.time.text()) == ("", "")
    assert (expert.offset.box.text(), expert.offset.time.text()) == ("40", "00:01.333")


def test_a_typed_frame_is_one_undoable_edit(expert: InspectorView, session: Session) -> None:
    steps = session.undo_stack.count()
    expert.onset.box.setText("25")
    expert.onset.box.editingFinished.emit()
    assert events_of(session, "Expert")[0].onset == 25 and session.undo_stack.count() == steps + 1
    session.undo_stack.undo()
    assert events_of(session, "Expert")[0].onset == 22 and expert.onset.box.text() == "22"


def test_a_typed_time_becomes_its_frame(expert: InspectorView, session: Session) -> None:
    expert.offset.time.setText("2.0")
    expert.offset.time.editingFinished.emit()
    assert events_of(session, "Expert")[0].offset == 60


def test_a_refused_frame_is_told_and_taken_back(expert: InspectorView, session: Session, told: list[str]) -> None:
    expert.onset.box.setText("100")
    expert.onset.box.editingFinished.emit()
    assert len(told) == 1 and expert.onset.box.text() == "22"
    assert events_of(session, "Expert")[0].onset == 22


def test_an_apex_can_be_set_and_taken_away(expert: InspectorView, session: Session) -> None:
    expert.apex.box.setText("30")
    expert.apex.box.editingFinished.emit()
    assert events_of(session, "Expert")[0].apex == 30
    expert.apex.box.clear()
    expert.apex.box.editingFinished.emit()
    assert events_of(session, "Expert")[0].apex is None


def test_label_kind_intensity_and_note_are_written(expert: InspectorView, session: Session) -> None:
    expert._label.setCurrentIndex(expert._label.findData("fear"))
    expert._label.activated.emit(expert._label.currentIndex())
    expert._kind.setCurrentIndex(1)
    expert._kind.activated.emit(1)
    expert._intensity.setCurrentIndex(3)
    expert._intensity.activated.emit(3)
    expert._note.setPlainText("brows only")
    expert._note.left.emit()
    event = events_of(session, "Expert")[0]
    assert (event.label, event.kind, event.intensity, event.note) == ("fear", "micro", "C", "brows only")


def test_a_note_is_not_lost_when_another_event_is_selected(expert: InspectorView, session: Session) -> None:
    expert._note.setPlainText("unfinished")
    session.select_events([events_of(session, "Expert")[1].id])
    assert [event.note for event in events_of(session, "Expert")] == ["unfinished", ""]
    assert expert._note.toPlainText() == ""


def test_changing_a_prediction_accepts_it_in_the_same_step(inspector: InspectorView, session: Session) -> None:
    predicted = events_of(session, "FEDN")[0]
    session.select_events([predicted.id])
    steps = session.undo_stack.count()
    inspector.onset.box.setText("24")
    inspector.onset.box.editingFinished.emit()
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


def test_several_selected_events_are_counted(inspector: InspectorView, session: Session) -> None:
    session.select_events([event.id for event in events_of(session, "Expert")])
    assert inspector.event_shown is None and inspector._hint.text().startswith("2 events")
