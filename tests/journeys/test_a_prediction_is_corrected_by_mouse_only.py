"""Only the mouse: a prediction's edges are dragged right, its label clicked, a missed event drawn, one pushed aside."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from app.session import Session
from app.views.labels.label_button import LabelButton
from app.window import StudioWindow
from fedn.annotation.store import load_project
from fedn.annotation.tier import Source
from tests.journeys.hands import ALT, Hands
from tests.window.conftest import Told


def test_a_prediction_is_corrected_by_mouse_only(
    window: StudioWindow, session: Session, told: Told, project_folder: Path, qtbot: QtBot
) -> None:
    hands = Hands(window, qtbot)
    start = load_project(project_folder)

    # The prediction from 200 to 214 ends too early and is no anger; Alt leaves snapping out.
    hands.drag(0, 214, 226, ALT, shift_px=2)
    (corrected,) = session.selected_events
    event = session.project.event(corrected)
    assert session.project.tier_of(corrected).source != Source.DETECTOR
    assert abs(event.offset - 226) <= 1 and event.onset == 200
    assert event.origin is not None and event.origin.model == "fedn-base"
    fear = next(one for one in window.parts.labels.findChildren(LabelButton) if "ear" in one.accessibleName())
    hands.push(fear)
    assert session.project.event(corrected).label == "fear"
    assert session.project.event("15-fedn-200").label == "anger"

    # A missed one is drawn on the annotator's tier, and then moved as a whole.
    row = next(at for at, tier in enumerate(session.tiers()) if tier.id == session.project.tier_of(corrected).id)
    hands.drag(row, 120, 140, ALT)
    (drawn,) = session.selected_events
    before = session.project.event(drawn)
    assert drawn != corrected and abs(before.onset - 120) <= 1 and abs(before.offset - 140) <= 1
    hands.drag(row, 130, 150, ALT)
    after = session.project.event(drawn)
    assert after.interval.length == before.interval.length and abs(after.onset - before.onset - 20) <= 1

    assert session.undo_stack.count() == 4
    session.undo_stack.setIndex(0)
    assert session.project == start
    session.undo_stack.setIndex(4)
    assert load_project(project_folder) == session.project
    assert told.errors == []
