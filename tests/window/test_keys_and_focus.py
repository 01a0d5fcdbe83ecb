"""Letters belong to a text field that has the keyboard, arrows to the player wherever nothing else needs them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPlainTextEdit, QTabBar, QWidget

from app.actions.action import Action
from app.key_guard import is_text_field
from app.session import Session
from app.views.agreement.matrix import ConfusionMatrix
from app.views.events.table_view import EventTable
from app.window import StudioWindow
from fedn.annotation.store import load_project
from tests.window.conftest import Told

EXPERT = "15-expert-22"
# Arrows go from cell to cell in them, and from tab to tab.
MOVED_IN = (EventTable, ConfusionMatrix, QTabBar)


def focusable(window: StudioWindow) -> list[QWidget]:
    """What can have the keyboard now."""
    found = [
        widget
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isVisible() and widget.isEnabled()
    ]
    return [widget for widget in found if widget.focusProxy() is None]


@pytest.fixture
def everything_open(window: StudioWindow, session: Session) -> StudioWindow:
    """Every panel is shown, an event is selected."""
    for dock in window.docks.values():
        dock.show()
    session.select_events((EXPERT,))
    QApplication.processEvents()
    return window


def letters(table: tuple[Action, ...]) -> list[str]:
    return [key for row in table for key in row.keys if len(key) == 1]


def test_no_single_key_acts_while_a_text_field_has_the_keyboard(
    everything_open: StudioWindow, session: Session, told: Told
):
    assert session.project is not None
    before, keys = load_project(session.project.folder), letters(tuple(everything_open.table))
    assert {"A", "X", "S", "M", "I", "O", "D", "P", "F", ","} <= set(keys)
    fields = [widget for widget in focusable(everything_open) if isinstance(widget, QLineEdit | QPlainTextEdit)]
    assert len(fields) > 6
    for field in fields:
        if not is_text_field(field):
            continue
        field.setFocus()
        session.set_playhead(30)
        for key in [*keys, "1", "7", " "]:
            QTest.keyClicks(field, key)
        assert session.undo_stack.count() == 0, field.accessibleName()
        assert (session.playhead, session.selected_events) == (30, (EXPERT,)), field.accessibleName()
        assert everything_open.parts.marking.in_frame is None and not everything_open.parts.player.is_playing
        if isinstance(field, QLineEdit):
            field.undo()
        else:
            field.setPlainText("")
    assert load_project(session.project.folder) == before


def test_left_and_right_step_wherever_no_text_and_no_table_has_the_keyboard(
    everything_open: StudioWindow, session: Session
):
    stepped = []
    for widget in focusable(everything_open):
        if is_text_field(widget) or isinstance(widget, MOVED_IN):
            continue
        session.set_playhead(100)
        widget.setFocus()
        if not widget.hasFocus():
            continue
        QTest.keyClick(widget, Qt.Key.Key_Right)
        assert session.playhead == 101, f"{type(widget).__name__} {widget.accessibleName()} eats the arrow"
        QTest.keyClick(widget, Qt.Key.Key_Left)
        assert session.playhead == 100, f"{type(widget).__name__} {widget.accessibleName()} eats the arrow"
        stepped.append(widget)
    assert any(isinstance(widget, QComboBox) for widget in stepped)
    assert everything_open.parts.timeline in stepped


def test_in_the_table_of_events_arrows_move_and_letters_act(everything_open: StudioWindow, session: Session):
    table = everything_open.parts.event_table.table
    session.set_playhead(100)
    table.setFocus()
    row = table.currentIndex().row()
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert table.currentIndex().row() == row + 1 and session.playhead == 100
    QTest.keyClick(table, Qt.Key.Key_Right)
    assert session.playhead == 100
    project = session.project
    assert project is not None
    session.select_events(("15-fedn-80",))
    QTest.keyClick(table, Qt.Key.Key_X)
    assert project.is_rejected("15-fedn-80")
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert session.selected_events == ("15-fedn-80",) and session.playhead == 80
    QTest.keyClick(table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert everything_open.parts.event_table.bar.words.hasFocus()


def test_ctrl_e_opens_the_table_of_events_and_gives_it_the_keyboard(window: StudioWindow):
    assert not window.parts.event_table.isVisible()
    window.parts.timeline.setFocus()
    QTest.keyClick(window.parts.timeline, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert window.parts.event_table.isVisible() and window.parts.event_table.table.hasFocus()


def test_return_in_the_inspector_writes_and_gives_the_keyboard_back_to_the_timeline(
    window: StudioWindow, session: Session
):
    session.select_events((EXPERT,))
    QTest.keyClick(window.parts.timeline, Qt.Key.Key_E)
    box = window.parts.inspector.form.onset.box
    assert box.hasFocus()
    QTest.keyClicks(box, "25")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert session.project is not None and session.project.event(EXPERT).onset == 25
    assert window.parts.timeline.hasFocus() and session.undo_stack.count() == 1
    QTest.keyClick(window.parts.timeline, Qt.Key.Key_3)
    assert session.project.event(EXPERT).label == "anger"


def test_escape_in_the_inspector_takes_back_what_was_typed(window: StudioWindow, session: Session, told: Told):
    session.select_events((EXPERT,))
    form = window.parts.inspector.form
    for field, text in ((form.onset.box, "25"), (form.onset.time, "1.5"), (form.units.field, "4C"), (form.note, "no")):
        field.setFocus()
        if isinstance(field, QLineEdit):
            field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Escape)
        assert window.parts.timeline.hasFocus() and session.selected_events == (EXPERT,)
    assert session.undo_stack.count() == 0 and told.sentences == []
    assert (form.onset.box.text(), form.units.field.text(), form.note.toPlainText()) == ("22", "", "")


def test_what_is_being_typed_stays_when_something_else_changes(window: StudioWindow, session: Session):
    session.select_events((EXPERT,))
    form = window.parts.inspector.form
    for field, text in ((form.onset.box, "31"), (form.offset.time, "1.7"), (form.units.field, "4C"), (form.note, "no")):
        field.setFocus()
        if isinstance(field, QLineEdit):
            field.selectAll()
        QTest.keyClicks(field, text)
        session.index_changed.emit("")
        assert (field.text() if isinstance(field, QLineEdit) else field.toPlainText()) == text
        QTest.keyClick(field, Qt.Key.Key_Escape)
    assert session.undo_stack.count() == 0
