"""A review without the mouse: through the predictions, then between two annotators, while the agreement follows."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.document.edits import AddEvents, AddTier
from app.session import Session
from app.window import StudioWindow
from fedn.annotation.event import Event
from fedn.annotation.store import load_project
from fedn.annotation.tier import Source, Tier
from tests.window.conftest import Told, wait_until

VIDEO = "0502 funny errors"
CODED = {
    "coder B": ((21, 51, "happiness"), (79, 110, "surprise"), (149, 176, "happiness")),
    "coder C": ((25, 55, "happiness"), (80, 112, "fear"), (149, 177, "others"), (222, 240, "fear")),
}


def test_predictions_are_decided_two_coders_adjudicated_and_the_agreement_changes(
    window: StudioWindow, session: Session, told: Told, project_folder: Path, qtbot: QtBot
):
    def press(*keys: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        for key in keys:
            qtbot.keyClick(QApplication.focusWidget() or window, key, held)

    def choose(first: str, second: str) -> None:
        compared = parts.reviewing.comparison
        by_title = {key.title: key for key in compared.choices}
        compared.choose(by_title[first], by_title[second])

    def same_labels(first: str, second: str) -> float | None:
        choose(first, second)
        wait_until(lambda: not parts.agreement.measuring.is_running and parts.agreement.report is not None)
        assert parts.agreement.report is not None
        return parts.agreement.report.events.same_label.value

    parts = window.parts
    window.layouts.choose("Review")
    window.layouts.show_dock("agreement")
    parts.timeline.setFocus()

    # The predictions against the expert: the label that differs is edited, what nobody else has is rejected.
    press(Qt.Key.Key_D)
    assert session.selected_events == ("15-fedn-150",)
    press(Qt.Key.Key_E)
    form = parts.inspector.form
    assert form.onset.box.hasFocus()
    qtbot.keyClicks(form.onset.box, "149")
    press(Qt.Key.Key_Return)
    parts.timeline.setFocus()
    press(Qt.Key.Key_7)
    press(Qt.Key.Key_D, Qt.Key.Key_X)
    press(Qt.Key.Key_A, Qt.Key.Key_A, Qt.Key.Key_A)
    assert told.sentences == [("info", "Nothing is left in the queue.")]
    stored = load_project(project_folder)
    corrections = stored.events(session.annotator_tier(VIDEO))
    assert [(event.onset, event.label) for event in corrections] == [
        (20, "happiness"), (80, "surprise"), (149, "others"), (250, "sadness")
    ]  # fmt: skip
    assert all(event.origin is not None and event.origin.model == "fedn-base" for event in corrections)
    assert stored.is_rejected("15-fedn-200")
    assert same_labels("Expert", "Corrections") == 1.0 and same_labels("Expert", "FEDN") == 0.75

    # Two more people code the video; who has decided between them agrees with neither entirely.
    for who, rows in CODED.items():
        tier = Tier(VIDEO, "Coding", Source.EXPERT, who)
        events = tuple(Event(onset, offset, label) for onset, offset, label in rows)
        assert session.do(AddTier(tier)) and session.do(AddEvents(tier.id, events))
    assert same_labels("coder B · Coding", "coder C · Coding") == 1 / 3
    steps = session.undo_stack.count()
    parts.timeline.setFocus()
    press(Qt.Key.Key_N)
    for _ in range(4):
        item = parts.reviewing.current
        assert item is not None
        press(Qt.Key.Key_X if item.first is None else Qt.Key.Key_Q)
    assert session.undo_stack.count() == steps + 4
    assert same_labels("coder B · Coding", "Adjudicated") == 1.0
    assert same_labels("coder C · Coding", "Adjudicated") == 1 / 3
    for _ in range(4):
        press(Qt.Key.Key_Z, held=Qt.KeyboardModifier.ControlModifier)
    assert load_project(project_folder).tier_named(VIDEO, "Adjudicated") is None
