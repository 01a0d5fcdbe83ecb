"""The table of events, driven by keys, clicks and edits from elsewhere."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from app.clipboard_actions import ClipboardActions
from app.document.edits import (
    AddEvents,
    CreateEvent,
    DeleteEvents,
    MoveBoundary,
    RejectPredictions,
    SetAttributes,
)
from app.marking import Marking
from app.session import Session
from app.views.events.columns import Column
from app.views.events.events_view import EventsView
from app.views.events.table_view import EventTable
from fedn.annotation.event import Event
from fedn.annotation.store import load_project
from tests.views.conftest import all_videos, events_of, put_tier

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def view(session: Session, qtbot: QtBot) -> EventsView:
    view = EventsView(session, ClipboardActions(session, Marking(session)))
    qtbot.addWidget(view)
    view.resize(1200, 400)
    view.show()
    view.activateWindow()
    view.focus_table()
    # Complains at once when rows are moved, inserted or removed otherwise than announced.
    QAbstractItemModelTester(view.model, QAbstractItemModelTester.FailureReportingMode.Warning, view)
    return view


@pytest.fixture
def table(view: EventsView) -> EventTable:
    return view.table


def shown(view: EventsView, column: Column = Column.ONSET) -> list[str]:
    return [view.model.text(line, column) for line in view.model.lines()]


def rows(view: EventsView) -> list[tuple[str, str, str]]:
    return list(zip(shown(view, Column.TIER), shown(view), shown(view, Column.LABEL), strict=True))


def click(
    view: EventsView, qtbot: QtBot, row: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    place = view.table.visualRect(view.model.index(row, Column.ONSET)).center()
    qtbot.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, modifiers, place)


def test_the_events_of_this_video_are_listed_by_onset(view: EventsView, session: Session) -> None:
    assert [row[1:] for row in rows(view)] == [
        ("20", "happiness"), ("20", "happiness"), ("22", "others"), ("60", "fear")
    ]  # fmt: skip
    assert shown(view, Column.TIER)[2:] == ["Expert", "Expert"]
    assert shown(view, Column.START)[2:] == ["00:00.733", "00:02.000"]
    assert shown(view, Column.END)[2:] == ["00:01.367", "00:02.700"]
    assert shown(view, Column.DURATION)[2:] == ["0.633", "0.700"]
    assert view.bar.count.text() == "4"


def test_the_whole_project_is_a_switch_away(view: EventsView, session: Session) -> None:
    put_tier(session, all_videos(session)[2], "Expert", events_tier(session), "coder A", [Event(5, 9, "anger")])
    assert view.model.rowCount() == 4 and view.table.isColumnHidden(Column.VIDEO)
    view.bar.scope.setCurrentIndex(1)
    view.bar.scope.activated.emit(1)
    assert view.model.rowCount() == 5 and not view.table.isColumnHidden(Column.VIDEO)
    assert shown(view, Column.VIDEO)[0] == "02_clip.mp4"


def events_tier(session: Session):
    assert session.project is not None
    return session.project.tier_of(events_of(session, "Expert")[0].id).source


def test_a_click_on_a_header_sorts_and_again_turns_the_order(view: EventsView, qtbot: QtBot) -> None:
    header = view.table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(Column.LABEL) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert shown(view, Column.LABEL) == ["fear", "happiness", "happiness", "others"]
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert shown(view, Column.LABEL) == ["others", "happiness", "happiness", "fear"]


@pytest.mark.parametrize("order", [Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder])
def test_every_change_arrives_at_its_row_in_any_order(view: EventsView, session: Session, order: Qt.SortOrder) -> None:
    view.table.sortByColumn(Column.ONSET, order)
    first, second = events_of(session, "Expert")
    tier = session.project.tier_of(first.id).id if session.project else ""
    changed: list[tuple[int, int]] = []
    view.model.dataChanged.connect(lambda top, bottom: changed.append((top.row(), bottom.row())))
    resets: list[bool] = []
    view.model.modelReset.connect(lambda: resets.append(True))
    steps = (
        CreateEvent(tier, Event(50, 55, "anger")),
        MoveBoundary(first.id, "onset", 10),
        MoveBoundary(second.id, "onset", 80),
        SetAttributes((first.id,), note="brows"),
        DeleteEvents((second.id,)),
    )
    for edit in steps:
        assert session.do(edit)
        assert_sorted(view, order)
    for _ in steps:
        session.undo_stack.undo()
        assert_sorted(view, order)
    assert resets == [] and all(top == bottom for top, bottom in changed)
    assert view.model.rowCount() == 4


def assert_sorted(view: EventsView, order: Qt.SortOrder) -> None:
    onsets = [line.event.onset for line in view.model.lines()]
    assert onsets == sorted(onsets, reverse=order == Qt.SortOrder.DescendingOrder)
    project = view._session.project
    assert project is not None
    assert all(project.event(line.event.id) == line.event for line in view.model.lines())
    assert all(view.model.row_of(line.event.id) == row for row, line in enumerate(view.model.lines()))


def test_words_labels_and_tiers_filter(view: EventsView, session: Session, qtbot: QtBot) -> None:
    assert session.do(SetAttributes((events_of(session, "Expert")[1].id,), note="eyes only"))
    view.focus_filter()
    qtbot.keyClicks(view.bar.words, "expert EYES")
    assert rows(view) == [("Expert", "60", "fear")] and view.bar.count.text() == "1 of 4"
    view.bar.words.clear()
    view.bar.label.setCurrentIndex(view.bar.label.findText("Happiness"))
    view.bar.label.activated.emit(0)
    assert shown(view, Column.LABEL) == ["happiness", "happiness"]
    view.bar.tier.setCurrentIndex(view.bar.tier.findText("FEDN"))
    view.bar.tier.activated.emit(0)
    assert rows(view) == [("FEDN", "20", "happiness")]
    assert session.do(MoveBoundary(events_of(session, "Expert")[0].id, "onset", 30))
    assert rows(view) == [("FEDN", "20", "happiness")]


def test_an_event_that_no_longer_fits_the_filter_leaves_the_table_and_undo_brings_it_back(
    view: EventsView, session: Session, qtbot: QtBot
) -> None:
    qtbot.keyClicks(view.bar.words, "fear")
    session.select_events((events_of(session, "Expert")[1].id,))
    index = view.model.index(0, Column.LABEL)
    assert view.model.setData(index, "anger")
    assert view.model.rowCount() == 0 and view._hint.isVisible()
    session.undo_stack.undo()
    assert rows(view) == [("Expert", "60", "fear")]


def test_the_selection_goes_both_ways(view: EventsView, session: Session, qtbot: QtBot) -> None:
    first, second = events_of(session, "Expert")
    click(view, qtbot, view.model.row_of(first.id))
    assert session.selected_events == (first.id,)
    click(view, qtbot, view.model.row_of(second.id), CONTROL)
    assert session.selected_events == (first.id, second.id)
    session.select_events((second.id,))
    assert view.table.selected_ids() == [second.id] and view.table.currentIndex().row() == view.model.row_of(second.id)
    session.select_events(())
    assert view.table.selected_ids() == []


def test_arrows_move_in_the_table_and_select(view: EventsView, session: Session, qtbot: QtBot) -> None:
    click(view, qtbot, 0)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Down):
        qtbot.keyClick(view.table, key)
    assert session.selected_events == (view.model.line(2).event.id,)
    qtbot.keyClick(view.table, Qt.Key.Key_Down, SHIFT)
    assert session.selected_events == (view.model.line(2).event.id, view.model.line(3).event.id)
    qtbot.keyClick(view.table, Qt.Key.Key_A, CONTROL)
    assert len(session.selected_events) == 4


def test_return_goes_to_the_event(view: EventsView, session: Session, qtbot: QtBot) -> None:
    click(view, qtbot, 3)
    assert session.playhead == 0
    qtbot.keyClick(view.table, Qt.Key.Key_Return)
    assert session.playhead == 60


def test_return_goes_to_the_event_of_another_video(view: EventsView, session: Session, qtbot: QtBot) -> None:
    video = all_videos(session)[2]
    put_tier(session, video, "Expert", events_tier(session), "coder A", [Event(5, 9, "anger", id="far")])
    view.show_whole_project(True)
    click(view, qtbot, view.model.row_of("far"))
    assert session.selected_events == ()
    qtbot.keyClick(view.table, Qt.Key.Key_Return)
    assert session.current_video is not None and session.current_video.id == video.id
    assert session.selected_events == ("far",) and session.playhead == 5
    assert view.table.selected_ids() == ["far"]


def test_a_double_click_plays_the_event(view: EventsView, session: Session, qtbot: QtBot) -> None:
    place = view.table.visualRect(view.model.index(2, Column.ONSET)).center()
    click(view, qtbot, 2)
    with qtbot.waitSignal(view.play_requested):
        qtbot.mouseDClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert session.selected_events == (view.model.line(2).event.id,) and session.playhead == 22
    assert not view.table.findChildren(QLineEdit)


def type_into(view: EventsView, qtbot: QtBot, row: int, column: Column, text: str) -> None:
    """F2 in a cell, a text, Return."""
    view.table.setCurrentIndex(view.model.index(row, column))
    qtbot.keyClick(view.table, Qt.Key.Key_F2)
    editor = view.table.indexWidget(view.model.index(row, column))
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()


@pytest.mark.parametrize(
    ("column", "text", "changed"),
    [
        (Column.ONSET, "25", lambda event: replace(event, onset=25)),
        (Column.OFFSET, "38", lambda event: replace(event, offset=38)),
        (Column.APEX, "30", lambda event: replace(event, apex=30)),
        (Column.NOTE, "brows", lambda event: replace(event, note="brows")),
    ],
)
def test_a_cell_is_edited_in_place_with_undo(
    view: EventsView, session: Session, qtbot: QtBot, column: Column, text: str, changed: Callable[[Event], Event]
) -> None:
    before = events_of(session, "Expert")[0]
    steps = session.undo_stack.count()
    type_into(view, qtbot, view.model.row_of(before.id), column, text)
    assert events_of(session, "Expert")[0] == changed(before)
    assert session.project is not None and load_project(session.project.folder) == session.project
    assert session.undo_stack.count() == steps + 1
    session.undo_stack.undo()
    assert events_of(session, "Expert")[0] == before


def test_action_units_are_edited_in_place_and_refused_in_a_sentence(
    view: EventsView, session: Session, qtbot: QtBot, told: list[str]
) -> None:
    row = view.model.row_of(events_of(session, "Expert")[0].id)
    type_into(view, qtbot, row, Column.UNITS, "4C+R10B")
    assert shown(view, Column.UNITS)[row] == "4C+R10B"
    type_into(view, qtbot, row, Column.UNITS, "smile")
    type_into(view, qtbot, row, Column.ONSET, "soon")
    type_into(view, qtbot, row, Column.ONSET, "200")
    assert shown(view, Column.UNITS)[row] == "4C+R10B" and shown(view)[row] == "22"
    assert len(told) == 3 and all(said in told[at] for at, said in enumerate(("“smile”", "“soon”", "200")))


def test_a_label_is_chosen_from_the_tiers_labels(view: EventsView, session: Session, qtbot: QtBot) -> None:
    row = view.model.row_of(events_of(session, "Expert")[0].id)
    view.table.setCurrentIndex(view.model.index(row, Column.LABEL))
    qtbot.keyClick(view.table, Qt.Key.Key_F2)
    box = view.table.viewport().findChild(QComboBox)
    assert isinstance(box, QComboBox) and box.currentData() == "others"
    box.setCurrentIndex(box.findData("anger"))
    box.activated.emit(box.currentIndex())
    assert events_of(session, "Expert")[0].label == "anger"


def test_editing_a_prediction_leaves_it_and_lists_what_was_accepted(
    view: EventsView, session: Session, qtbot: QtBot
) -> None:
    predicted = events_of(session, "FEDN")[0]
    type_into(view, qtbot, view.model.row_of(predicted.id), Column.OFFSET, "44")
    assert events_of(session, "FEDN") == [predicted]
    assert ("Corrections", "20", "happiness") in rows(view)
    states = dict(zip(shown(view, Column.TIER), shown(view, Column.STATE), strict=True))
    assert states["FEDN"] == "accepted" and states["Corrections"] == ""
    session.undo_stack.undo()
    assert dict(zip(shown(view, Column.TIER), shown(view, Column.STATE), strict=True))["FEDN"] == "open"


def test_rejected_predictions_are_shown_and_found(view: EventsView, session: Session, qtbot: QtBot) -> None:
    assert session.do(RejectPredictions((events_of(session, "FEDN")[0].id,)))
    qtbot.keyClicks(view.bar.words, "rejected")
    assert rows(view) == [("FEDN", "20", "happiness")]
    session.undo_stack.undo()
    assert rows(view) == []


def test_copy_gives_rows_with_tabs(view: EventsView, session: Session, qtbot: QtBot) -> None:
    click(view, qtbot, view.model.row_of(events_of(session, "Expert")[0].id))
    qtbot.keyClick(view.table, Qt.Key.Key_C, CONTROL)
    header, row = (line.split("\t") for line in QGuiApplication.clipboard().text().splitlines())
    assert row[header.index("onset")] == "22" and row[header.index("label")] == "others"


def test_control_f_goes_to_the_filter(view: EventsView, qtbot: QtBot) -> None:
    qtbot.keyClick(view.table, Qt.Key.Key_F, CONTROL)
    assert view.bar.words.hasFocus()


def test_what_is_shown_is_exported_in_its_order(
    view: EventsView, session: Session, tmp_path: Path, qtbot: QtBot, told: list[str]
) -> None:
    qtbot.keyClicks(view.bar.words, "expert")
    view.table.sortByColumn(Column.ONSET, Qt.SortOrder.DescendingOrder)
    view.export_to(tmp_path / "shown.csv")
    with (tmp_path / "shown.csv").open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.DictReader(file))
    assert [(row["tier"], row["onset"], row["offset_s"]) for row in written] == [
        ("Expert", "60", "2.700000"), ("Expert", "22", "1.366667")
    ]  # fmt: skip
    view.export_to(tmp_path / "nowhere" / "x" / "shown.csv")
    assert told[0].startswith("2 events written") and "nowhere" in told[1]


def test_a_hidden_table_catches_up_when_it_is_shown(view: EventsView, session: Session) -> None:
    view.hide()
    tier = session.project.tier_of(events_of(session, "Expert")[0].id).id if session.project else ""
    assert session.do(AddEvents(tier, (Event(1, 2, "fear", id="new"),)))
    session.select_events(("new",))
    assert view.model.row_of("new") < 0
    view.show()
    assert view.model.row_of("new") == 0 and view.table.selected_ids() == ["new"]
