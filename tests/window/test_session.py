from __future__ import annotations

from pathlib import Path

import pytest

from app.corrections import CORRECTIONS
from app.document.edits import MoveBoundary, MoveEvent, Relabel
from app.session import Session, new_gesture
from fedn.annotation.interval import Interval
from fedn.annotation.store import load_project
from fedn.annotation.tier import Source
from tests.window.conftest import Told

EXPERT = "15-expert-22"
PREDICTED = "15-fedn-20"


def test_an_edit_is_on_disk_and_announced_before_do_returns(session: Session, project_folder: Path):
    heard: list[tuple[object, ...]] = []
    session.events_changed.connect(lambda *what: heard.append(what))
    session.saved.connect(lambda text: heard.append((text,)))
    assert session.do(MoveBoundary(EXPERT, "onset", 25))
    assert heard == [
        ("0502 funny errors", "15-expert", {EXPERT}),
        ("Saved: Move onset of happiness to 25",),
    ]
    assert load_project(project_folder).event(EXPERT).onset == 25


def test_undo_and_redo_bring_back_memory_and_disk(session: Session, project_folder: Path):
    session.do(MoveEvent(EXPERT, 3))
    session.do(Relabel((EXPERT,), "fear"))
    session.undo_stack.undo()
    assert load_project(project_folder).event(EXPERT).label == "happiness"
    session.undo_stack.undo()
    assert load_project(project_folder).event(EXPERT).onset == 22
    session.undo_stack.redo()
    session.undo_stack.redo()
    event = load_project(project_folder).event(EXPERT)
    assert (event.onset, event.offset, event.label) == (25, 55, "fear")


def test_edits_of_one_gesture_are_one_undo_step(session: Session):
    gesture = new_gesture()
    for frame in (23, 24, 26):
        session.do(MoveBoundary(EXPERT, "onset", frame), gesture)
    assert session.undo_stack.count() == 1
    session.undo_stack.undo()
    assert session.project is not None
    assert session.project.event(EXPERT).onset == 22
    session.undo_stack.redo()
    assert session.project.event(EXPERT).onset == 26


def test_a_refused_edit_is_told_in_one_sentence_and_changes_nothing(session: Session, told: Told):
    assert not session.do(MoveBoundary(EXPERT, "onset", 60))
    assert len(told.errors) == 1
    assert "onset" in told.errors[0]
    assert session.undo_stack.count() == 0


def test_changing_a_prediction_makes_a_correction_with_its_origin(session: Session):
    session.select_events((PREDICTED,))
    assert session.do_on_events((PREDICTED,), lambda ids: MoveBoundary(ids[0], "offset", 60))
    project = session.project
    assert project is not None
    assert project.event(PREDICTED).offset == 50
    (corrected,) = session.selected_events
    tier, event = project.tier_of(corrected), project.event(corrected)
    assert (tier.name, tier.source, tier.who) == (CORRECTIONS, Source.ANNOTATOR, "coder A")
    assert event.offset == 60
    assert event.origin is not None
    assert (event.origin.model, event.origin.offset, event.origin.score) == ("fedn-base", 50, 0.91)
    assert session.undo_stack.count() == 1


def test_taking_back_a_correction_takes_back_the_tier_made_for_it(session: Session):
    session.do_on_events((PREDICTED,), lambda ids: Relabel(ids, "others"))
    assert any(tier.name == CORRECTIONS for tier in session.tiers())
    session.undo_stack.undo()
    assert not any(tier.name == CORRECTIONS for tier in session.tiers())


def test_a_prediction_changed_twice_has_one_correction(session: Session):
    for frame in (60, 65):
        session.do_on_events((PREDICTED,), lambda ids, frame=frame: MoveBoundary(ids[0], "offset", frame))
    project = session.project
    assert project is not None
    tier = next(tier for tier in session.tiers() if tier.name == CORRECTIONS)
    assert [event.offset for event in project.events(tier.id)] == [65]


def test_the_selection_forgets_events_that_are_gone(session: Session):
    session.do_on_events((PREDICTED,), lambda ids: Relabel(ids, "others"))
    session.accept((PREDICTED,))
    assert session.selected_events
    session.undo_stack.undo()
    assert session.selected_events == ()


def test_only_events_of_the_current_video_can_be_selected(session: Session):
    session.select_events((EXPERT, "16-expert-22"))
    assert session.selected_events == (EXPERT,)


@pytest.mark.parametrize(("asked", "got"), [(-5, 0), (120, 120), (10_000, 299)])
def test_the_playhead_stays_in_the_video(session: Session, asked: int, got: int):
    session.set_playhead(asked)
    assert session.playhead == got


def test_the_expert_is_the_reference_until_another_tier_is_chosen(session: Session):
    assert session.reference_name == "Expert"
    session.set_reference("Self-report")
    assert session.reference_tier is not None
    assert session.reference_tier.source == Source.SELF_REPORT
    session.select_video("0401 girl crashing")
    assert session.reference_name == "Self-report"


def test_a_folder_that_is_no_project_is_refused_and_the_present_one_stays(session: Session, told: Told, tmp_path: Path):
    assert not session.open_project(tmp_path)
    assert session.project is not None
    assert session.project.name == "Stimuli study"
    assert len(told.errors) == 1
    assert "is not a project" in told.errors[0]


def test_reviewed_ranges_can_be_marked_and_taken_back(session: Session):
    project = session.project
    assert project is not None
    session.mark_reviewed(Interval(200, 250))
    assert project.reviewed("0502 funny errors") == (Interval(0, 130), Interval(200, 250))
    session.mark_reviewed()
    assert project.reviewed("0502 funny errors") == (Interval(0, 300),)
    session.unmark_reviewed()
    assert project.reviewed("0502 funny errors") == ()
    session.undo_stack.undo()
    assert project.reviewed("0502 funny errors") == (Interval(0, 300),)


def test_score_curves_are_found_beside_the_other_cached_files(session: Session):
    curves = session.curves("0502 funny errors")
    assert curves is not None
    assert curves.values.shape == (7, 300)
    assert session.curves("0401 girl crashing") is None
