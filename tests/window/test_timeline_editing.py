"""Everything the mouse does to events, with real mouse events."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.session import Session
from app.views.timeline.timeline_view import TimelineView
from app.window import StudioWindow
from fedn.annotation.event import Event
from fedn.annotation.store import load_project
from tests.window.conftest import Told

FEDN, EXPERT_ROW, SELF_REPORT_ROW = 0, 1, 2
EXPERT, EXPERT_2 = "15-expert-22", "15-expert-78"
PREDICTED = "15-fedn-20"

Drag = Callable[..., None]


@pytest.fixture
def timeline(window: StudioWindow) -> TimelineView:
    view = window.parts.timeline
    view.snapping = False
    return view


@pytest.fixture
def drag(timeline: TimelineView, qtbot: QtBot) -> Drag:
    """Presses at a frame border on a row, moves in steps to another, and releases unless told not to."""

    def do(row: int, begin: float, end: float, *, nudge_px: int = 0, release: bool = True, **where: object) -> None:
        modifiers = where.get("modifiers", Qt.KeyboardModifier.NoModifier)
        band = timeline.areas.tier(row)
        y = int(band.center().y() if where.get("low") is None else band.bottom() - 9)
        to_y = int(timeline.areas.tier(int(str(where.get("to_row", row)))).center().y()) if "to_row" in where else y
        x0, x1 = round(timeline.scale.x(begin)) + nudge_px, round(timeline.scale.x(end)) + nudge_px
        port, left = timeline.viewport(), Qt.MouseButton.LeftButton
        qtbot.mousePress(port, left, modifiers, QPoint(x0, y))
        for part in (0.3, 0.7, 1.0):
            qtbot.mouseMove(port, QPoint(round(x0 + (x1 - x0) * part), round(y + (to_y - y) * part)))
        if release:
            qtbot.mouseRelease(port, left, modifiers, QPoint(x1, to_y))

    return do


def event(session: Session, event_id: str) -> Event:
    assert session.project is not None
    return session.project.event(event_id)


def at(timeline: TimelineView, row: int, position: float, *, nudge_px: int = 0) -> QPoint:
    return QPoint(round(timeline.scale.x(position)) + nudge_px, timeline.areas.tier(row).center().y())


def assert_stored(session: Session) -> None:
    """What is on disk is what is in memory."""
    assert session.project is not None and load_project(session.project.folder) == session.project


def test_dragging_the_body_moves_the_event_and_keeps_its_length(session: Session, drag: Drag):
    drag(EXPERT_ROW, 37, 67)
    moved = event(session, EXPERT)
    assert (moved.onset, moved.apex, moved.offset) == (52, 67, 82)
    assert session.undo_stack.count() == 1
    session.undo_stack.undo()
    assert event(session, EXPERT).onset == 22


def test_dragging_an_edge_moves_only_that_edge_and_shows_its_frame_meanwhile(
    session: Session, timeline: TimelineView, drag: Drag, qtbot: QtBot
):
    session.select_events((EXPERT,))
    session.set_playhead(7)
    drag(EXPERT_ROW, 53, 63, nudge_px=-2, release=False)
    assert session.playhead == 62
    qtbot.mouseRelease(timeline.viewport(), Qt.MouseButton.LeftButton, pos=at(timeline, EXPERT_ROW, 63, nudge_px=-2))
    changed = event(session, EXPERT)
    assert (changed.onset, changed.offset) == (22, 62)
    assert session.playhead == 7
    drag(EXPERT_ROW, 22, 12, nudge_px=2)
    assert event(session, EXPERT).onset == 12
    assert session.undo_stack.count() == 2


def test_an_edge_cannot_cross_the_other_one(session: Session, drag: Drag):
    session.select_events((EXPERT,))
    drag(EXPERT_ROW, 22, 120, nudge_px=2)
    assert (event(session, EXPERT).onset, event(session, EXPERT).offset) == (52, 52)


def test_dragging_the_apex_keeps_it_inside(session: Session, drag: Drag):
    session.select_events((EXPERT,))
    drag(EXPERT_ROW, 37.5, 44.5, low=True)
    assert event(session, EXPERT).apex == 44


def test_dragging_on_an_empty_part_of_a_persons_tier_creates_an_event(session: Session, drag: Drag):
    drag(EXPERT_ROW, 200, 230)
    (created,) = session.selected_events
    made = event(session, created)
    assert session.project is not None
    assert (made.onset, made.offset, made.label) == (200, 229, "happiness")
    assert session.project.tier_of(created).id == "15-expert"


def test_dragging_on_an_empty_part_of_a_detectors_tier_selects_and_changes_nothing(session: Session, drag: Drag):
    drag(FEDN, 55, 140)
    assert session.selected_events == ("15-fedn-80",)
    assert session.undo_stack.count() == 0


def test_a_rubber_band_selects_across_tiers(session: Session, drag: Drag):
    drag(FEDN, 60, 140, to_row=SELF_REPORT_ROW)
    assert set(session.selected_events) == {"15-fedn-80", EXPERT_2, "15-self-75"}


def test_dragging_a_prediction_corrects_it_and_leaves_the_prediction(session: Session, drag: Drag):
    session.select_events((PREDICTED,))
    drag(FEDN, 51, 61, nudge_px=-2)
    assert event(session, PREDICTED).offset == 50
    (corrected,) = session.selected_events
    assert corrected != PREDICTED
    assert event(session, corrected).offset == 60
    assert session.undo_stack.count() == 1


def test_several_selected_events_move_together_as_one_step(session: Session, drag: Drag):
    session.select_events((EXPERT, EXPERT_2))
    drag(EXPERT_ROW, 37, 33)
    assert (event(session, EXPERT).onset, event(session, EXPERT_2).onset) == (18, 74)
    assert session.undo_stack.count() == 1


def test_events_stop_at_the_ends_of_the_video(session: Session, drag: Drag):
    drag(EXPERT_ROW, 37, -80)
    assert event(session, EXPERT).onset == 0


def test_escape_cancels_a_drag_and_brings_the_playhead_back(
    session: Session, timeline: TimelineView, drag: Drag, qtbot: QtBot
):
    session.select_events((EXPERT,))
    session.set_playhead(7)
    drag(EXPERT_ROW, 53, 90, nudge_px=-2, release=False)
    assert session.playhead == 89
    qtbot.keyClick(timeline, Qt.Key.Key_Escape)
    assert session.playhead == 7
    assert timeline.gesture is None
    qtbot.mouseRelease(timeline.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(700, 200))
    assert event(session, EXPERT).offset == 52
    assert session.undo_stack.count() == 0


def test_edges_snap_to_other_edges_unless_the_modifier_is_held(session: Session, timeline: TimelineView, drag: Drag):
    timeline.snapping = True
    session.select_events((EXPERT,))
    drag(EXPERT_ROW, 53, 55, nudge_px=-2)
    assert event(session, EXPERT).offset == 55
    session.undo_stack.undo()
    drag(EXPERT_ROW, 53, 55, nudge_px=-2, modifiers=Qt.KeyboardModifier.AltModifier)
    assert event(session, EXPERT).offset == 54


def test_a_click_selects_and_control_click_adds_and_removes(
    session: Session, timeline: TimelineView, qtbot: QtBot, told: Told
):
    port, left = timeline.viewport(), Qt.MouseButton.LeftButton
    y = timeline.areas.tier(EXPERT_ROW).center().y()
    first, second = QPoint(round(timeline.scale.center_x(40)), y), QPoint(round(timeline.scale.x(90)), y)
    qtbot.mouseClick(port, left, pos=first)
    assert session.selected_events == (EXPERT,)
    assert session.playhead == 40
    qtbot.mouseClick(port, left, Qt.KeyboardModifier.ControlModifier, second)
    assert session.selected_events == (EXPERT, EXPERT_2)
    qtbot.mouseClick(port, left, Qt.KeyboardModifier.ControlModifier, first)
    assert session.selected_events == (EXPERT_2,)
    qtbot.mouseClick(port, left, pos=QPoint(round(timeline.scale.x(130)), y))
    assert session.selected_events == ()
    assert session.undo_stack.count() == 0
    assert told.sentences == []


def test_pressing_in_the_ruler_scrubs(session: Session, timeline: TimelineView, qtbot: QtBot):
    port, y = timeline.viewport(), timeline.areas.ruler.center().y()
    qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=QPoint(round(timeline.scale.center_x(100)), y))
    assert session.playhead == 100
    qtbot.mouseMove(port, QPoint(round(timeline.scale.center_x(180)), y))
    assert session.playhead == 180
    qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=QPoint(round(timeline.scale.center_x(180)), y))


def test_dragging_onto_another_persons_tier_moves_the_event_there(session: Session, drag: Drag):
    before = event(session, EXPERT)
    drag(EXPERT_ROW, 37, 137, to_row=SELF_REPORT_ROW)
    project = session.project
    assert project is not None
    assert project.tier_of(EXPERT).id == "15-self"
    assert (event(session, EXPERT).onset, event(session, EXPERT).offset) == (122, 152)
    assert session.selected_events == (EXPERT,) and session.undo_stack.count() == 1
    assert_stored(session)
    session.undo_stack.undo()
    assert project.tier_of(EXPERT).id == "15-expert" and event(session, EXPERT) == before
    assert_stored(session)
    session.undo_stack.redo()
    assert project.tier_of(EXPERT).id == "15-self"
    assert_stored(session)


def test_dragging_a_prediction_onto_a_persons_tier_copies_it_there(session: Session, drag: Drag):
    drag(FEDN, 35, 135, to_row=EXPERT_ROW)
    (copied,) = session.selected_events
    project = session.project
    assert project is not None
    made, origin = event(session, copied), event(session, copied).origin
    assert project.tier_of(copied).id == "15-expert" and (made.onset, made.offset, made.score) == (120, 150, None)
    assert origin is not None and (origin.model, origin.onset) == ("fedn-base", 20)
    assert event(session, PREDICTED).onset == 20
    assert_stored(session)
    session.undo_stack.undo()
    assert not project.has_event(copied)


def test_a_detectors_tier_takes_no_events(session: Session, drag: Drag):
    drag(EXPERT_ROW, 37, 67, to_row=FEDN)
    assert session.project is not None and session.project.tier_of(EXPERT).id == "15-expert"
    assert event(session, EXPERT).onset == 52


def test_a_locked_tier_refuses_every_gesture_in_one_sentence_each(session: Session, drag: Drag, told: Told):
    session.tier_views.change("15-expert", locked=True)
    before = load_project(session.project.folder) if session.project else None
    drag(EXPERT_ROW, 37, 67)
    drag(EXPERT_ROW, 200, 230)
    drag(SELF_REPORT_ROW, 37, 137, to_row=EXPERT_ROW)
    session.select_events((EXPERT,))
    drag(EXPERT_ROW, 53, 63, nudge_px=-2)
    drag(EXPERT_ROW, 37.5, 44.5, low=True)
    assert session.project == before and session.undo_stack.count() == 0
    assert len(told.sentences) == 5 and all("“Expert” is locked" in text for _, text in told.sentences)
    session.tier_views.change("15-expert", locked=False)
    drag(EXPERT_ROW, 53, 63, nudge_px=-2)
    assert event(session, EXPERT).offset == 62


def test_a_line_shows_where_something_has_snapped(session: Session, timeline: TimelineView, drag: Drag, qtbot: QtBot):
    timeline.snapping = True
    session.select_events((EXPERT,))
    drag(EXPERT_ROW, 53, 55, nudge_px=-2, release=False)
    assert timeline.gesture is not None and timeline.gesture.lines == (56.0,)
    qtbot.mouseMove(timeline.viewport(), at(timeline, EXPERT_ROW, 64, nudge_px=-2))
    assert timeline.gesture.lines == ()
    qtbot.keyClick(timeline, Qt.Key.Key_Escape)


def test_the_apex_snaps_to_the_playhead(session: Session, timeline: TimelineView, drag: Drag):
    timeline.snapping = True
    session.set_playhead(45)
    session.select_events((EXPERT,))
    drag(EXPERT_ROW, 37.5, 44.5, low=True)
    assert event(session, EXPERT).apex == 45


@pytest.mark.parametrize(
    ("row", "begin", "end", "where"),
    [
        (EXPERT_ROW, 37, 67, {}),
        (EXPERT_ROW, 37, 137, {"to_row": SELF_REPORT_ROW}),
        (EXPERT_ROW, 37.5, 44.5, {"low": True}),
        (EXPERT_ROW, 22, 12, {"nudge_px": 2}),
        (EXPERT_ROW, 200, 230, {}),
        (FEDN, 35, 60, {}),
        (FEDN, 60, 140, {"to_row": SELF_REPORT_ROW}),
    ],
)
def test_escape_cancels_every_gesture(
    session: Session, timeline: TimelineView, drag: Drag, qtbot: QtBot, row: int, begin: float, end: float, where: dict
):
    before = load_project(session.project.folder) if session.project else None
    session.set_playhead(7)
    session.select_events((EXPERT,))
    drag(row, begin, end, release=False, **where)
    assert timeline.gesture is not None
    qtbot.keyClick(timeline, Qt.Key.Key_Escape)
    qtbot.mouseRelease(timeline.viewport(), Qt.MouseButton.LeftButton, pos=at(timeline, row, end))
    assert session.project == before and session.undo_stack.count() == 0 and session.playhead == 7


def test_dragging_an_edge_while_playing_stops_so_that_its_frame_stays_seen(
    session: Session, window: StudioWindow, drag: Drag
):
    session.select_events((EXPERT,))
    session.set_playhead(100)
    window.parts.player.toggle_play()
    assert window.parts.player.is_playing
    drag(EXPERT_ROW, 53, 63, nudge_px=-2)
    assert not window.parts.player.is_playing
    assert event(session, EXPERT).offset == 62 and session.playhead >= 100
