"""Whatever is pressed, clicked and dragged: disk and memory are the same, and undoing all of it leads back exactly."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.session import Session
from app.window import StudioWindow
from fedn.annotation.project import Project
from fedn.annotation.store import load_project
from tests.window.conftest import Told

NONE, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
Keys = Qt.Key
PRESSES = [
    *[(key, NONE) for key in (Keys.Key_1, Keys.Key_3, Keys.Key_9, Keys.Key_I, Keys.Key_O, Keys.Key_Return, Keys.Key_A)],
    *[(key, NONE) for key in (Keys.Key_X, Keys.Key_S, Keys.Key_M, Keys.Key_P, Keys.Key_Delete, Keys.Key_Escape)],
    *[(key, NONE) for key in (Keys.Key_Comma, Keys.Key_Period, Keys.Key_Left, Keys.Key_Plus, Keys.Key_F)],
    *[(key, ALT) for key in (Keys.Key_Left, Keys.Key_Right, Keys.Key_Up, Keys.Key_Down)],
    *[(key, ALT | SHIFT) for key in (Keys.Key_Left, Keys.Key_Right)],
    *[(key, SHIFT) for key in (Keys.Key_Left, Keys.Key_Right)],
    *[(key, CONTROL) for key in (Keys.Key_A, Keys.Key_C, Keys.Key_X, Keys.Key_V, Keys.Key_Z, Keys.Key_Right)],
    (Keys.Key_Z, CONTROL | SHIFT),
]


@dataclass(frozen=True)
class Press:
    key: Qt.Key
    modifiers: Qt.KeyboardModifier


@dataclass(frozen=True)
class Mouse:
    """From a place on the timeline to another, in thousandths of its size; a click if there is no other.

    `grabbed` is the number of the event that is pressed instead of `begin`, and where in it, in hundredths.
    """

    begin: tuple[int, int]
    end: tuple[int, int] | None = None
    modifiers: Qt.KeyboardModifier = NONE
    cancelled: bool = False
    grabbed: tuple[int, int] | None = None


PLACES = st.tuples(st.integers(90, 985), st.integers(300, 990))
HELD = st.sampled_from([NONE, NONE, NONE, CONTROL, SHIFT])
GRABBED = st.tuples(st.integers(0, 30), st.integers(1, 99))
CANCELLED = st.sampled_from([False, False, False, True])
CLICKS = st.builds(lambda held, grabbed: Mouse((0, 0), None, held, grabbed=grabbed), HELD, GRABBED)
DRAGS = st.builds(Mouse, PLACES, PLACES, HELD, CANCELLED, st.none() | GRABBED)
KEYS = st.sampled_from(PRESSES).map(lambda press: Press(*press))
STEPS = st.one_of(KEYS, CLICKS.flatmap(lambda click: KEYS.map(lambda key: (click, key))), DRAGS)


def perform(window: StudioWindow, step: Press | Mouse | tuple[Mouse, Press]) -> None:
    timeline = window.parts.timeline
    if isinstance(step, tuple):
        for part in step:
            perform(window, part)
        return
    if isinstance(step, Press):
        QTest.keyClick(timeline, step.key, step.modifiers)
        return
    port = timeline.viewport()

    def place(point: tuple[int, int]) -> QPoint:
        return QPoint(point[0] * port.width() // 1000, point[1] * port.height() // 1000)

    begin = place(step.begin) if step.grabbed is None else grabbed(window, *step.grabbed)
    end = begin if step.end is None else place(step.end)
    QTest.mousePress(port, LEFT, step.modifiers, begin)
    if begin != end:
        QTest.mouseMove(port, (begin + end) / 2)
        QTest.mouseMove(port, end)
    if step.cancelled:
        QTest.keyClick(timeline, Qt.Key.Key_Escape)
    QTest.mouseRelease(port, LEFT, step.modifiers, end)


def grabbed(window: StudioWindow, number: int, hundredths: int) -> QPoint:
    """A point inside an event, by its number from the top."""
    timeline = window.parts.timeline
    there = [(at, event) for at, row in enumerate(timeline.rows.all()) for event in row.events]
    if not there:
        return QPoint(timeline.viewport().width() // 2, timeline.viewport().height() - 5)
    row, event = there[number % len(there)]
    frame = event.onset + (event.offset + 1 - event.onset) * hundredths / 100
    return QPoint(round(timeline.scale.x(frame)), timeline.areas.tier(row).center().y())


def stored(session: Session) -> Project:
    assert session.project is not None
    return load_project(session.project.folder)


@pytest.fixture
def still_window(window: StudioWindow) -> StudioWindow:
    """Its clipboard is empty and its timeline has the keyboard."""
    QGuiApplication.clipboard().clear()
    window.parts.timeline.setFocus()
    return window


@settings(
    max_examples=25,
    # One window for all examples: each leads back to where it began, which is what is tested.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=3, max_size=25))
def test_any_sequence_is_on_disk_and_can_be_undone_and_redone(
    still_window: StudioWindow, session: Session, told: Told, steps: list[Press | Mouse | tuple[Mouse, Press]]
):
    start = stored(session)
    for step in steps:
        perform(still_window, step)
    reached = stored(session)
    assert session.project == reached
    stack = session.undo_stack
    while stack.canRedo():
        stack.redo()
    last = stored(session)
    while stack.canUndo():
        stack.undo()
    assert stored(session) == start and session.project == start
    while stack.canRedo():
        stack.redo()
    assert stored(session) == last and session.project == last
    while stack.canUndo():
        stack.undo()
    stack.clear()
    QTest.keyClick(still_window.parts.timeline, Qt.Key.Key_Escape)
    assert not [text for text in told.errors if "Traceback" in text]
