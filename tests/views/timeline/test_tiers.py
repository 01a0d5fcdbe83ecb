"""Tiers are arranged with the mouse, from their menu and by keys; what is an edit can be undone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QInputDialog, QMenu
from pytestqt.qtbot import QtBot

from app.document.edits import AddTier, RejectPredictions
from app.session import Session
from app.views.timeline.timeline_view import TimelineView
from app.views.timeline.tooltip import event_tooltip, tier_tooltip
from fedn.annotation.tier import Source, Tier

FEDN, EXPERT, SELF_REPORT = "first-FEDN", "first-Expert", "first-Self-report"
LEFT = Qt.MouseButton.LeftButton


def shown(session: Session) -> list[str]:
    return [tier.id for tier in session.shown_tiers()]


def name_at(view: TimelineView, index: int) -> QPoint:
    return QPoint(30, view.areas.tier(index).center().y())


def drag_name(view: TimelineView, qtbot: QtBot, begin: QPoint, end: QPoint, *, release: bool = True) -> None:
    port = view.viewport()
    qtbot.mousePress(port, LEFT, pos=begin)
    qtbot.mouseMove(port, QPoint(begin.x(), (begin.y() + end.y()) // 2))
    qtbot.mouseMove(port, end)
    if release:
        qtbot.mouseRelease(port, LEFT, pos=end)


@pytest.fixture
def menu(timeline: TimelineView) -> Iterator[QMenu]:
    """The menu that a right click on the expert's name opens."""
    at = name_at(timeline, 1)
    port = timeline.viewport()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, port.mapToGlobal(at))
    QApplication.sendEvent(port, event)
    opened = QApplication.activePopupWidget()
    assert isinstance(opened, QMenu)
    yield opened
    opened.close()


def choose(menu: QMenu, *path: str) -> None:
    """Triggers an entry, in submenus where the path is longer."""
    for name in path[:-1]:
        found = next(action.menu() for action in menu.actions() if action.text() == name)
        assert isinstance(found, QMenu)
        menu = found
    action = next(action for action in menu.actions() if action.text() == path[-1])
    assert action.isEnabled()
    action.trigger()


def answer(monkeypatch: pytest.MonkeyPatch, name: str, accepted: bool = True) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: (name, accepted))


def test_a_name_dragged_below_another_puts_the_tier_there(timeline: TimelineView, session: Session, qtbot: QtBot):
    drag_name(timeline, qtbot, name_at(timeline, 0), QPoint(30, timeline.areas.tier(1).bottom()))
    assert shown(session) == [EXPERT, FEDN, SELF_REPORT]
    drag_name(timeline, qtbot, name_at(timeline, 2), QPoint(30, timeline.areas.tier(0).top() + 2))
    assert shown(session) == [SELF_REPORT, EXPERT, FEDN]
    assert session.undo_stack.count() == 0


def test_escape_leaves_a_dragged_tier_where_it_was(timeline: TimelineView, session: Session, qtbot: QtBot):
    drag_name(timeline, qtbot, name_at(timeline, 0), name_at(timeline, 2), release=False)
    qtbot.keyClick(timeline, Qt.Key.Key_Escape)
    qtbot.mouseRelease(timeline.viewport(), LEFT, pos=name_at(timeline, 2))
    assert shown(session) == [FEDN, EXPERT, SELF_REPORT]


def test_dragging_the_lower_border_makes_a_tier_higher(timeline: TimelineView, session: Session, qtbot: QtBot):
    border = QPoint(30, timeline.areas.tier(0).bottom())
    drag_name(timeline, qtbot, border, border + QPoint(0, 30))
    assert session.tier_views.of(FEDN).height_px == 68
    assert timeline.areas.tier(0).height() == 68
    assert timeline.areas.tier(1).top() == timeline.areas.tier(0).bottom() + 7


def test_hidden_tiers_leave_the_rows_and_come_back(timeline: TimelineView, session: Session, menu: QMenu):
    choose(menu, "Hide")
    assert [row.tier.id for row in timeline.rows.all()] == [FEDN, SELF_REPORT]
    timeline.tier_actions.show_all()
    assert [row.tier.id for row in timeline.rows.all()] == [FEDN, EXPERT, SELF_REPORT]


def test_a_tier_moves_past_hidden_ones(timeline: TimelineView, session: Session):
    session.tier_views.change(EXPERT, hidden=True)
    timeline.choose_tier(SELF_REPORT)
    timeline.tier_actions.move_up()
    assert shown(session) == [SELF_REPORT, FEDN]
    timeline.tier_actions.move_down()
    assert shown(session) == [FEDN, SELF_REPORT]


def test_lock_color_height_and_apex_frames_from_the_menu(session: Session, menu: QMenu):
    for entry in (("Locked",), ("Color", "Teal"), ("Higher",), ("Apex frames",)):
        choose(menu, *entry)
    view = session.tier_views.of(EXPERT)
    assert (view.locked, view.color, view.height_px, view.thumbnails) == (True, "#3bb5a5", 50, True)
    choose(menu, "Color", "None")
    assert session.tier_views.of(EXPERT).color == ""


def test_the_reference_is_chosen_from_the_menu(session: Session, timeline: TimelineView):
    timeline.choose_tier(SELF_REPORT)
    timeline.tier_actions.use_as_reference()
    assert session.reference_name == "Self-report"
    timeline.choose_tier(FEDN)
    timeline.tier_actions.use_as_reference()
    assert session.reference_name == "Self-report"


def test_a_new_tier_belongs_to_the_annotator_and_can_be_undone(
    session: Session, menu: QMenu, timeline: TimelineView, monkeypatch: pytest.MonkeyPatch
):
    answer(monkeypatch, "Second pass")
    choose(menu, "New tier…")
    (tier,) = [tier for tier in session.tiers() if tier.name == "Second pass"]
    assert (tier.source, tier.who) == (Source.ANNOTATOR, "coder A")
    assert timeline.chosen_tier == tier.id
    session.undo_stack.undo()
    assert len(session.tiers()) == 3
    assert timeline.chosen_tier == ""


def test_renaming_keeps_the_arrangement(session: Session, menu: QMenu, monkeypatch: pytest.MonkeyPatch):
    session.tier_views.change(EXPERT, locked=True, height_px=60)
    answer(monkeypatch, "First coder")
    choose(menu, "Rename…")
    assert session.project is not None
    assert session.project.tier(EXPERT).name == "First coder"
    assert session.tier_views.of(EXPERT).height_px == 60
    session.undo_stack.undo()
    assert session.project.tier(EXPERT).name == "Expert"


def test_a_dismissed_question_changes_nothing(session: Session, menu: QMenu, monkeypatch: pytest.MonkeyPatch):
    answer(monkeypatch, "Other", accepted=False)
    choose(menu, "Rename…")
    answer(monkeypatch, "   ")
    choose(menu, "New tier…")
    assert session.undo_stack.count() == 0


def test_a_tier_is_deleted_without_a_question_and_comes_back(session: Session, menu: QMenu):
    assert session.project is not None
    before = session.project.events(EXPERT)
    choose(menu, "Delete")
    assert EXPERT not in session.project.tiers
    session.undo_stack.undo()
    assert session.project.events(EXPERT) == before


def test_tiers_are_merged_from_the_menu(session: Session, menu: QMenu):
    assert session.project is not None
    together = len(session.project.events(EXPERT)) + len(session.project.events(SELF_REPORT))
    choose(menu, "Merge into", "Self-report")
    assert EXPERT not in session.project.tiers
    assert len(session.project.events(SELF_REPORT)) == together
    session.undo_stack.undo()
    assert len(session.project.events(EXPERT)) == 4


@pytest.mark.parametrize("locked", [EXPERT, SELF_REPORT])
def test_locked_tiers_are_neither_deleted_nor_merged(session: Session, menu: QMenu, locked: str):
    told: list[str] = []
    session.messages.told.connect(lambda _level, text: told.append(text))
    session.tier_views.change(locked, locked=True)
    choose(menu, "Merge into", "Self-report")
    if locked == EXPERT:
        choose(menu, "Delete")
    assert session.project is not None
    assert EXPERT in session.project.tiers
    assert len(told) == (2 if locked == EXPERT else 1)
    assert "is locked" in told[0]
    assert session.undo_stack.count() == 0


def test_choosing_by_keys_reaches_every_tier_and_stops_at_the_ends(timeline: TimelineView, session: Session):
    actions, seen = timeline.tier_actions, []
    for _ in range(5):
        actions.choose_below()
        seen.append(timeline.chosen_tier)
    assert seen == [FEDN, EXPERT, SELF_REPORT, SELF_REPORT, SELF_REPORT]
    for _ in range(4):
        actions.choose_above()
    assert timeline.chosen_tier == FEDN


def test_the_keyboard_opens_the_menu_of_the_chosen_tier(timeline: TimelineView):
    timeline.choose_tier(SELF_REPORT)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(400, 100), QPoint(400, 100))
    QApplication.sendEvent(timeline.viewport(), event)
    opened = QApplication.activePopupWidget()
    assert isinstance(opened, QMenu)
    assert opened.actions()[0].text().startswith("Self-report")
    opened.close()


def test_a_chosen_tier_out_of_sight_is_scrolled_to(timeline: TimelineView, session: Session):
    for number in range(12):
        assert session.do(AddTier(Tier("first", f"Coder {number}", Source.ANNOTATOR, "", f"coder-{number}")))
    timeline.choose_tier("coder-11")
    index = len(timeline.rows.all()) - 1
    assert timeline.rows.all()[index].tier.id == "coder-11"
    assert timeline.areas.tier(index).bottom() <= timeline.areas.tiers.bottom()
    timeline.choose_tier(FEDN)
    assert timeline.areas.tier(0).top() >= timeline.areas.tiers.top()


def test_tooltips_say_what_the_picture_only_hints_at(timeline: TimelineView, session: Session):
    row = timeline.rows.all()[0]
    text = event_tooltip(session, row, row.events[0])
    for part in ("Happiness", "Frames 20 – 50", "31 frames", "1.033 s", "Score 0.91", "fedn-base", "agrees", "coder A"):
        assert part in text, part
    assert session.do(RejectPredictions(("first-FEDN-20",)))
    row = timeline.rows.all()[0]
    assert "Rejected" in event_tooltip(session, row, row.events[0])
    session.tier_views.change(EXPERT, locked=True)
    said = tier_tooltip(timeline.rows.all()[1], True)
    for part in ("Expert", "coder A", "4 events", "compared", "Locked"):
        assert part in said, part


def test_two_models_of_one_name_are_told_apart_in_their_names(timeline: TimelineView, session: Session):
    assert session.do(AddTier(Tier("first", "FEDN", Source.DETECTOR, "study v3", "other")))
    rows = {row.tier.id: row for row in timeline.rows.all()}
    before = timeline.grab().toImage()
    assert rows["other"].tier.name == rows[FEDN].tier.name
    places = [list(rows).index(tier_id) for tier_id in (FEDN, "other")]
    images = [before.copy(0, timeline.areas.tier(at).top(), timeline.areas.content_left, 38) for at in places]
    assert images[0] != images[1]
