"""How long an edit by key takes until everything is painted, and how long the table of events to list a project."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app.commands.window_benchmarks.timeline import _opened

if TYPE_CHECKING:
    from app.window import StudioWindow

EDITS = 40
EVENTS = 5_000
LISTED = 20_000


def measure_editing() -> dict[str, Any]:
    """Milliseconds from the press of a key to the last paint: medians, `..._95` and processor time. Needs Qt."""
    figures: dict[str, Any] = {}
    with _opened(EVENTS) as session:
        from app.window import StudioWindow

        window = StudioWindow(session)
        window.resize(1440, 900)
        window.show()
        _settle()
        figures[f"one edit, {EVENTS:,} events"] = _edits(window)
        window.layouts.show_dock("event_table")
        _settle()
        figures[f"one edit, {EVENTS:,} events, table shown"] = _edits(window)
        window.layouts.choose("Review")
        window.layouts.show_dock("agreement")
        window.layouts.show_dock("review")
        _settle()
        figures[f"one edit, {EVENTS:,} events, until queue and agreement follow"] = _followed_edits(window)
        window.leave()
        window.deleteLater()
    with _opened(LISTED) as session:
        figures[f"table of {LISTED:,} events"] = _table(session)
    return figures


def _edits(window: StudioWindow) -> dict[str, Any]:
    from PySide6.QtCore import Qt

    session, none, alt = window.session, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
    assert session.project is not None
    own = next(tier for tier in session.tiers() if tier.name == "Second coder")
    ids = [event.id for event in session.project.events(own.id)][: 2 * EDITS]
    digits = {label.name: Qt.Key(ord(label.key)) for label in session.project.vocabulary.labels if label.key}

    def select(number: int) -> None:
        session.select_events((ids[number],))

    def another_label(number: int) -> tuple[Any, Any]:
        assert session.project is not None
        now = session.project.event(ids[number]).label
        return next(key for name, key in digits.items() if name != now), none

    return {
        "label": _times(window, select, another_label),
        "onset a frame earlier": _times(window, select, lambda _: (Qt.Key.Key_Left, alt)),
        "next event": _times(window, lambda _: None, lambda _: (Qt.Key.Key_Period, none)),
        "delete": _times(window, lambda number: select(number + EDITS), lambda _: (Qt.Key.Key_Delete, none)),
        "undo": _times(window, lambda _: None, lambda _: (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)),
    }


def _followed_edits(window: StudioWindow) -> dict[str, Any]:
    """Moves onsets of the tier that predictions are compared with."""
    from PySide6.QtCore import Qt

    session, review, measuring = window.session, window.parts.reviewing, window.parts.agreement.measuring
    compared = review.comparison.first
    assert session.project is not None and compared is not None
    tier = next(tier for tier in session.tiers() if tier.name == compared.name)
    ids = [event.id for event in session.project.events(tier.id)][:EDITS]
    measuring.set_on(True)

    def follow() -> None:
        _settle(once=True)
        while review.is_behind or measuring.is_running:
            time.sleep(0.001)
            _settle(once=True)

    follow()
    press = (Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    return _times(window, lambda number: session.select_events((ids[number],)), lambda _: press, follow)


def _times(
    window: StudioWindow,
    prepare: Callable[[int], None],
    press: Callable[[int], tuple[Any, Any]],
    follow: Callable[[], None] | None = None,
) -> dict[str, float]:
    from PySide6.QtTest import QTest

    timeline = window.parts.timeline
    wall: list[float] = []
    worked: list[float] = []
    for number in range(EDITS):
        prepare(number)
        timeline.setFocus()
        _settle()
        began, began_work = time.perf_counter(), time.process_time()
        QTest.keyClick(timeline, *press(number))
        (follow or _painted)()
        wall.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - began_work) * 1000)
    return _figures(wall, worked)


def _table(session: Any) -> dict[str, Any]:
    from PySide6.QtCore import Qt

    from app.clipboard_actions import ClipboardActions
    from app.marking import Marking
    from app.views.events.columns import Column
    from app.views.events.events_view import EventsView

    view = EventsView(session, ClipboardActions(session, Marking(session)))
    view.resize(1100, 500)
    view.show()
    _settle()
    header = view.table.horizontalHeader()
    orders = (Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder)
    words = ("fear", "")
    return {
        "list everything anew": _repeated(lambda _: view.model.refresh()),
        "sort by label": _repeated(lambda at: header.setSortIndicator(Column.LABEL, orders[at % 2])),
        "filter": _repeated(lambda at: view.bar.words.setText(words[at % 2])),
    }


def _repeated(act: Callable[[int], object]) -> dict[str, float]:
    wall: list[float] = []
    worked: list[float] = []
    for number in range(10):
        began, began_work = time.perf_counter(), time.process_time()
        act(number)
        _settle(once=True)
        wall.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - began_work) * 1000)
    return _figures(wall, worked)


def _figures(wall: list[float], worked: list[float]) -> dict[str, float]:
    return {
        "ms": round(statistics.median(wall), 1),
        "ms_95": round(sorted(wall)[int(len(wall) * 0.95) - 1], 1),
        "processor_ms": round(statistics.median(worked), 1),
    }


def _painted() -> None:
    _settle(once=True)


def _settle(*, once: bool = False) -> None:
    """Lets Qt paint what it has to."""
    from PySide6.QtWidgets import QApplication

    for _ in range(1 if once else 4):
        QApplication.processEvents()
