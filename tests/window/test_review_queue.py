"""The review queue is gone through with keys and the mouse; every decision is an edit that undo takes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.document.edits import AddEvents, AddTier
from app.document.prediction_states import State
from app.review.decisions import Verdict, verdict_on
from app.review.items import Kind, Order
from app.review.queue import Filter
from app.review.review import Review
from app.session import Session
from app.views.review.queue_list import ROW_PX
from app.views.review.review_view import ReviewView
from app.window import StudioWindow
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.store import load_project
from fedn.annotation.tier import Source, Tier
from tests.window.conftest import Told, dispose, wait_until
from tests.window.test_keys import CONTROL, SHIFT, Keyboard, keys

__all__ = ["keys"]
VIDEO, OTHER_VIDEO = "0502 funny errors", "0401 girl crashing"
CODED_A = ((22, 52, "happiness"), (78, 109, "surprise"), (148, 178, "others"))
CODED_B = ((24, 50, "happiness"), (80, 112, "fear"), (200, 230, "anger"))


@pytest.fixture
def view(window: StudioWindow) -> ReviewView:
    """The panel, in sight."""
    window.layouts.show_dock("review")
    wait_until(window.parts.review.isVisible)
    return window.parts.review


@pytest.fixture
def review(window: StudioWindow, view: ReviewView) -> Review:
    return window.parts.reviewing


def place(session: Session) -> tuple[str, ...]:
    return session.selected_events


def stored(session: Session):
    """The project as it is on disk, which is the one in memory."""
    assert session.project is not None
    loaded = load_project(session.project.folder)
    assert loaded == session.project
    return loaded


def two_coders(session: Session, window: StudioWindow) -> None:
    """Tiers of two annotators on the first video, compared."""
    for who, rows in (("coder A", CODED_A), ("coder B", CODED_B)):
        tier = Tier(VIDEO, "Coding", Source.EXPERT, who, f"15-{who[-1]}")
        events = tuple(Event(on, off, label, (on + off) // 2, id=f"{who[-1]}-{on}") for on, off, label in rows)
        assert session.do(AddTier(tier)) and session.do(AddEvents(tier.id, events))
    compared = window.parts.reviewing.comparison
    first, second = (next(key for key in compared.choices if key.who == who) for who in ("coder A", "coder B"))
    compared.choose(first, second)
    session.undo_stack.clear()


def test_the_queue_holds_predictions_and_what_was_missed_sorted_in_three_ways(review: Review):
    assert [(item.kind, item.event.onset) for item in review.queue] == [
        (Kind.LABEL_DIFFERS, 150), (Kind.ONLY_SECOND, 200), (Kind.AGREES, 250), (Kind.AGREES, 20), (Kind.AGREES, 80)
    ]  # fmt: skip
    review.set_order(Order.TIME)
    assert [item.event.onset for item in review.queue] == [20, 80, 150, 200, 250]
    review.set_order(Order.UNCERTAINTY)
    # The threshold is 0.5: scores 0.64, 0.34, 0.77, 0.88, 0.91.
    assert [item.score for item in review.queue] == [0.64, 0.34, 0.77, 0.88, 0.91]


def test_n_and_shift_n_go_through_the_queue_and_begin_again(session: Session, keys: Keyboard, review: Review):
    review.set_order(Order.TIME)
    seen = []
    for _ in range(6):
        keys.press(Qt.Key.Key_N)
        seen.append((*place(session), session.playhead))
    assert seen[:2] == [("15-fedn-20", 35), ("15-fedn-80", 95)]
    assert seen[5] == seen[0]
    keys.press(Qt.Key.Key_N, SHIFT)
    assert place(session) == ("15-fedn-250",)


def test_d_skips_what_agrees_and_what_is_decided(session: Session, keys: Keyboard, review: Review, told: Told):
    keys.press(Qt.Key.Key_D)
    assert place(session) == ("15-fedn-150",) and session.playhead == 162
    keys.press(Qt.Key.Key_X)
    assert place(session) == ("15-fedn-200",)
    keys.press(Qt.Key.Key_X)
    keys.press(Qt.Key.Key_D)
    assert [text for _, text in told.sentences] == [
        "No item of the queue is a disagreement; “Next item” (N) goes on with the others."
    ]


def test_a_accepts_and_the_queue_goes_on_in_one_undo_step(
    session: Session, keys: Keyboard, review: Review, view: ReviewView
):
    keys.press(Qt.Key.Key_N)
    assert view.count.text() == "1 of 5, 2 disagreements"
    keys.press(Qt.Key.Key_A)
    assert place(session) == ("15-fedn-200",) and session.playhead == 207
    wait_until(lambda: view.count.text() == "1 of 4, 1 disagreement")
    project = stored(session)
    (copy,) = project.events(next(tier.id for tier in project.tiers_of(VIDEO) if tier.name == "Corrections"))
    assert copy.origin is not None and (copy.onset, copy.origin.model) == (150, "fedn-base")
    assert project.reviewed(VIDEO) == (Interval(0, 130), Interval(148, 179))
    assert session.undo_stack.count() == 1
    keys.press(Qt.Key.Key_Z, CONTROL)
    assert stored(session).reviewed(VIDEO) == (Interval(0, 130),)
    assert len(review.queue) == 5 and session.project is not None
    assert session.project.tier_named(VIDEO, "Corrections") is None


def test_without_going_on_the_copy_is_selected(session: Session, keys: Keyboard, review: Review):
    session.settings.review_advances = False
    keys.press(Qt.Key.Key_N)
    keys.press(Qt.Key.Key_A)
    (copy,) = place(session)
    assert session.project is not None and session.project.tier_of(copy).name == "Corrections"


def test_a_prediction_selected_on_the_timeline_is_decided_without_going_on(
    session: Session, keys: Keyboard, review: Review
):
    session.select_events(("15-fedn-20",))
    keys.press(Qt.Key.Key_X)
    assert place(session) == ("15-fedn-20",)
    assert stored(session).is_rejected("15-fedn-20")
    keys.press(Qt.Key.Key_X)
    assert not stored(session).is_rejected("15-fedn-20")


def test_an_event_of_a_person_on_the_timeline_is_not_taken_for_its_prediction(
    session: Session, keys: Keyboard, review: Review, told: Told
):
    session.select_events(("15-expert-22",))
    keys.press(Qt.Key.Key_X)
    keys.press(Qt.Key.Key_A)
    assert session.undo_stack.count() == 0 and len(told.sentences) == 2


def test_what_was_missed_is_taken_over_or_decided_to_be_nothing(
    session: Session, keys: Keyboard, review: Review, window: StudioWindow
):
    compared = review.comparison
    compared.choose_first(next(key for key in compared.choices if key.name == "Self-report"))
    assert session.reference_name == "Self-report"  # The timeline shows the same comparison.
    review.set_order(Order.TIME)
    review.set_filter(Filter(kinds=frozenset({Kind.ONLY_FIRST})))
    (missed,) = review.queue
    assert missed.event.id == "15-self-222"
    keys.press(Qt.Key.Key_N)
    keys.press(Qt.Key.Key_X)
    project = stored(session)
    assert verdict_on(project, "15-self-222", "") is Verdict.NEITHER and review.queue == []
    assert project.reviewed(VIDEO)[-1] == Interval(222, 241)
    keys.press(Qt.Key.Key_Z, CONTROL)
    assert [item.state for item in review.queue] == [State.OPEN]
    keys.press(Qt.Key.Key_N)
    keys.press(Qt.Key.Key_A)
    (taken,) = stored(session).events(session.annotator_tier(VIDEO))
    assert (taken.onset, taken.offset, taken.label, taken.note) == (222, 240, "fear", "from Self-report · subject")


def test_e_edits_a_prediction_with_its_provenance(
    session: Session, keys: Keyboard, review: Review, window: StudioWindow, qtbot: QtBot
):
    keys.press(Qt.Key.Key_N)
    keys.press(Qt.Key.Key_E)
    box = window.parts.inspector.form.onset.box
    assert box.hasFocus()
    qtbot.keyClicks(box, "152")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    (edited,) = place(session)
    event = stored(session).event(edited)
    assert event.onset == 152 and event.origin is not None and event.origin.onset == 150
    assert next(item for item in review.all_items() if item.event.id == "15-fedn-150").state is State.ACCEPTED


def test_q_takes_the_reference_instead_of_the_prediction(session: Session, keys: Keyboard, review: Review):
    keys.press(Qt.Key.Key_N)
    keys.press(Qt.Key.Key_Q)
    project = stored(session)
    (taken,) = project.events(session.annotator_tier(VIDEO))
    assert (taken.onset, taken.label) == (148, "others") and project.is_rejected("15-fedn-150")
    assert session.undo_stack.count() == 1


def test_the_whole_project_is_one_queue_over_its_videos(
    session: Session, keys: Keyboard, view: ReviewView, review: Review, qtbot: QtBot
):
    review.comparison.set_whole_project(True)
    review.set_order(Order.TIME)
    assert len(review.queue) == 10
    for _ in range(6):
        keys.press(Qt.Key.Key_N)
    assert session.current_video is not None and session.current_video.id == OTHER_VIDEO
    assert place(session) == ("16-fedn-20",)
    qtbot.mouseClick(view.filter_button, Qt.MouseButton.LeftButton)
    view.filter.subject.setCurrentIndex(1)
    view.filter.subject.activated.emit(1)
    assert {item.subject for item in review.queue} == {"15"}


def test_the_filter_leaves_out_by_label_score_and_agreement(view: ReviewView, review: Review, qtbot: QtBot):
    qtbot.mouseClick(view.filter_button, Qt.MouseButton.LeftButton)
    assert view.filter.isVisible()
    for box, text, onsets in (
        (view.filter.label, "Happiness", {20, 150}),
        (view.filter.lowest, "0.90", {20}),
        (view.filter.kind, "Disagreements", set()),
    ):
        at = box.findText(text)
        box.setCurrentIndex(at)
        box.activated.emit(at)
        assert {item.event.onset for item in review.queue} == onsets
    view.filter.close()
    wait_until(lambda: view.list.isHidden())
    assert view._hint.text() == "No item fits the filter."


def test_a_click_on_an_item_goes_there_and_a_selection_marks_it(
    session: Session, view: ReviewView, review: Review, qtbot: QtBot
):
    wait_until(lambda: view.model.rowCount() == 5)
    place_of_second = view.list.visualRect(view.model.index(1)).center()
    qtbot.mouseClick(view.list.viewport(), Qt.MouseButton.LeftButton, pos=place_of_second)
    assert place(session) == ("15-fedn-200",) and view.list.currentIndex().row() == 1
    qtbot.keyClick(view.list, Qt.Key.Key_Down)
    assert place(session) == ("15-fedn-250",)
    session.select_events(("15-fedn-20",))
    assert view.list.currentIndex().row() == [item.event.onset for item in review.queue].index(20)


def test_buttons_decide_like_the_keys(session: Session, view: ReviewView, review: Review, qtbot: QtBot, keys: Keyboard):
    keys.press(Qt.Key.Key_N)
    assert "150 – 175" in view.decision.sides[0].text() and "Others" in view.decision.sides[1].text()
    qtbot.mouseClick(view.decision.reject, Qt.MouseButton.LeftButton)
    assert stored(session).is_rejected("15-fedn-150")
    qtbot.mouseClick(view.decision.accept, Qt.MouseButton.LeftButton)
    assert session.undo_stack.count() == 2


def test_two_coders_are_decided_between_by_keys_into_a_third_tier(
    session: Session, window: StudioWindow, view: ReviewView, review: Review, keys: Keyboard
):
    two_coders(session, window)
    review.set_order(Order.TIME)
    assert [(item.kind, item.interval.start) for item in review.queue] == [
        (Kind.AGREES, 22), (Kind.LABEL_DIFFERS, 78), (Kind.ONLY_FIRST, 148), (Kind.ONLY_SECOND, 200)
    ]  # fmt: skip
    for key in (Qt.Key.Key_N, Qt.Key.Key_W, Qt.Key.Key_Q, Qt.Key.Key_X, Qt.Key.Key_E):
        keys.press(key)
    project = stored(session)
    tier = project.tier_named(VIDEO, "Adjudicated")
    assert tier is not None and (tier.source, tier.who) == (Source.EXPERT, "coder A")
    assert [(event.onset, event.label, event.note) for event in project.events(tier.id)] == [
        (24, "happiness", "from Coding · coder B"),
        (78, "surprise", "from Coding · coder A"),
        (200, "anger", "from Coding · coder B, edited"),
    ]
    assert window.parts.inspector.form.onset.box.hasFocus()
    assert review.queue == [] and session.undo_stack.count() == 4
    assert [len(project.events(f"15-{who}")) for who in "AB"] == [3, 3]
    for left in (1, 2, 3, 4):
        window.parts.timeline.setFocus()
        keys.press(Qt.Key.Key_Z, CONTROL)
        assert len(review.queue) == left
    assert stored(session).tier_named(VIDEO, "Adjudicated") is None


def test_adjudication_goes_on_after_the_project_was_closed(
    session: Session, window: StudioWindow, review: Review, keys: Keyboard, project_folder: Path
):
    two_coders(session, window)
    keys.press(Qt.Key.Key_N)
    keys.press(Qt.Key.Key_Q)
    window.parts.project_actions.close()
    assert session.open_project(project_folder)
    wait_until(lambda: session.frame_index is not None)
    compared = review.comparison
    compared.choose(*(next(key for key in compared.choices if key.who == who) for who in ("coder A", "coder B")))
    assert len(review.queue) == 3 and len(review.all_items()) == 4


def test_another_verdict_replaces_what_the_first_brought(
    session: Session, window: StudioWindow, review: Review, keys: Keyboard
):
    two_coders(session, window)
    review.set_filter(Filter(state=None))
    review.set_order(Order.TIME)
    session.settings.review_advances = False
    review.go_to(review.queue[1])
    keys.press(Qt.Key.Key_Q)
    keys.press(Qt.Key.Key_W)
    project = stored(session)
    tier = project.tier_named(VIDEO, "Adjudicated")
    assert tier is not None and [event.label for event in project.events(tier.id)] == ["fear"]


def test_what_is_played_becomes_reviewed_in_one_step_that_goes_with_the_decision_before_it(
    session: Session, window: StudioWindow, review: Review, keys: Keyboard
):
    looking, player = window.parts.looking, window.parts.player
    keys.press(Qt.Key.Key_N)
    keys.press(Qt.Key.Key_X)
    session.set_playhead(260)
    keys.press(Qt.Key.Key_Space)
    wait_until(lambda: session.playhead >= 275)
    keys.press(Qt.Key.Key_Space)
    (seen,) = looking.waiting(VIDEO)
    assert seen.start == 260 and seen.stop >= 276
    looking.write()
    assert session.undo_stack.count() == 2 and not player.is_playing
    assert stored(session).reviewed(VIDEO)[-1] == seen
    keys.press(Qt.Key.Key_Z, CONTROL)
    assert stored(session).reviewed(VIDEO) == (Interval(0, 130),) and session.undo_stack.index() == 0
    keys.press(Qt.Key.Key_Z, CONTROL | SHIFT)
    assert stored(session).reviewed(VIDEO)[-1] == seen and session.undo_stack.index() == 2


def test_what_is_played_waits_while_a_step_can_be_done_again(
    session: Session, window: StudioWindow, review: Review, keys: Keyboard
):
    looking = window.parts.looking
    keys.press(Qt.Key.Key_N)
    keys.press(Qt.Key.Key_X)
    keys.press(Qt.Key.Key_Z, CONTROL)
    keys.press(Qt.Key.Key_Space)
    wait_until(lambda: bool(looking.waiting(VIDEO)))
    keys.press(Qt.Key.Key_Space)
    looking.write()
    assert session.undo_stack.canRedo() and looking.waiting(VIDEO)
    session.select_video(OTHER_VIDEO)
    assert session.undo_stack.canRedo()


@pytest.mark.parametrize(("setting", "hidden"), [("decided", False), ("marked", False), ("played", True)])
def test_playing_alone_reviews_nothing_if_the_setting_or_the_panel_says_so(
    session: Session, window: StudioWindow, view: ReviewView, keys: Keyboard, setting: str, hidden: bool
):
    session.settings.reviewed_by = setting
    if hidden:
        window.docks["review"].hide()
    keys.press(Qt.Key.Key_Space)
    wait_until(lambda: session.playhead >= 8)
    keys.press(Qt.Key.Key_Space)
    assert window.parts.looking.waiting(VIDEO) == ()


def test_an_empty_project_and_a_lonely_tier_say_what_to_do(
    session: Session, window: StudioWindow, view: ReviewView, keys: Keyboard, told: Told
):
    project = session.project
    assert project is not None
    from app.document.edits import DeleteTier

    for tier in [tier for tier in project.tiers.values() if tier.name != "Expert"]:
        session.do(DeleteTier(tier.id))
    wait_until(lambda: "choose Detect" in view._hint.text())
    keys.press(Qt.Key.Key_N)
    assert told.sentences[-1][1] == "There is nothing to review yet: detect, or code with a second person."


def test_an_item_of_another_video_is_played_once_that_can_be_read(
    session: Session, window: StudioWindow, review: Review, keys: Keyboard
):
    session.settings.review_plays = True
    review.comparison.set_whole_project(True)
    review.set_filter(Filter(subject="16"))
    keys.press(Qt.Key.Key_N)
    assert place(session) == ("16-fedn-150",)
    wait_until(lambda: window.parts.player.is_playing)
    keys.press(Qt.Key.Key_Space)


def test_a_locked_tier_takes_no_decision(session: Session, keys: Keyboard, review: Review, told: Told):
    tier_id = session.annotator_tier(VIDEO)
    session.tier_views.change(tier_id, locked=True)
    steps = session.undo_stack.count()
    keys.press(Qt.Key.Key_N)
    keys.press(Qt.Key.Key_A)
    assert session.undo_stack.count() == steps and "is locked" in told.sentences[-1][1]
    assert place(session) == ("15-fedn-150",)


def test_a_window_that_starts_in_the_layout_review_has_the_queue_in_front(session: Session):
    session.settings.layout = "Review"
    window = StudioWindow(session)
    window.resize(1280, 720)
    window.show()
    wait_until(window.parts.review.isVisible)
    assert window.parts.review.list.height() >= 2 * ROW_PX
    dispose(window)


def test_the_model_in_use_is_what_is_judged(session: Session, review: Review):
    video = session.current_video
    assert video is not None and review.comparison.second is not None
    newer = Tier(video.id, "FEDN", Source.DETECTOR, "newer")
    assert session.do(AddTier(newer))
    assert review.comparison.second.who == "fedn-base"
    assert session.use_model("newer")
    assert review.comparison.second.who == "newer"
    session.select_video(OTHER_VIDEO)
    assert review.comparison.second.who == "fedn-base", "the newer model has not looked at this video"
