"""What a running detection shows: in the model's tier and in the curves, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.session import Session
from app.views.timeline.curve_painter import Pyramid
from app.window import StudioWindow
from fedn.annotation.event import Event
from fedn.errors import FormatError
from fedn.partial import tell_partial
from fedn.progress import Record, Reporter
from tests.window.conftest import FRAMES, Told

LABELS = ("happiness", "surprise", "anger", "disgust", "fear", "sadness", "others")


class Kept(Reporter):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[Record] = []

    def report(self, record: Record) -> None:
        self.records.append(Record.from_line(record.to_line()) or record)


def part(first: int, stop: int, events: list[Event], events_from: int = 0) -> dict:
    """As it arrives from the child."""
    kept, curves = Kept(), np.full((len(LABELS), stop - first), 0.4)
    tell_partial(kept, first, curves, events, events_from=events_from, labels=LABELS, threshold=0.5)
    (record,) = kept.records
    assert record.kind == "partial"
    return record.data


def show(session: Session, model: str, data: dict) -> None:
    assert session.current_video is not None
    session.provisional.take(session.current_video, model, data)


def test_what_was_found_so_far_stands_in_the_models_tier_before_the_rest_of_the_last_result(
    window: StudioWindow, session: Session
):
    project, video = session.project, session.current_video
    assert project is not None and video is not None
    before = project.events("15-fedn")
    show(session, "fedn-base", part(0, 120, [Event(30, 60, "fear", score=0.8)]))
    row = next(row for row in window.parts.timeline.rows.all() if row.tier.id == "15-fedn")
    assert [event.onset for event in row.events] == [30, *(event.onset for event in before if event.onset >= 120)]
    assert row.provisional_until == 120 and not row.is_passing
    assert project.events("15-fedn") == before and session.undo_stack.count() == 0
    curves = session.curves(video.id)
    assert curves is not None and curves.values[:, :120] == pytest.approx(0.4) and not curves.values[:, 120:].any()

    show(session, "fedn-base", part(100, 200, [Event(130, 150, "anger", score=0.9)], events_from=100))
    row = next(row for row in window.parts.timeline.rows.all() if row.tier.id == "15-fedn")
    assert [event.onset for event in row.events][:2] == [30, 130] and row.provisional_until == 200

    session.provisional.drop(video.id)
    row = next(row for row in window.parts.timeline.rows.all() if row.tier.id == "15-fedn")
    assert row.events == before and row.provisional_until == 0
    assert window.parts.timeline.pyramid is not None and window.parts.timeline.pyramid.curves.values.max() > 0.8


def test_what_is_provisional_cannot_be_grasped_and_its_row_is_no_tier(
    window: StudioWindow, session: Session, qtbot: QtBot
):
    show(session, "another", part(0, 200, [Event(60, 160, "fear", score=0.8)]))
    timeline = window.parts.timeline
    row = timeline.rows.all()[0]
    assert row.is_passing and row.tier.who == "another"
    band = timeline.areas.tier(0)
    at = QPoint(round(timeline.scale.x(110)), band.center().y())
    qtbot.mouseClick(timeline.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(timeline.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert session.selected_events == () and timeline.hits.row_at(band.center().y()) is None
    name = QPoint(20, band.center().y())
    qtbot.mousePress(timeline.viewport(), Qt.MouseButton.LeftButton, pos=name)
    qtbot.mouseMove(timeline.viewport(), QPoint(20, band.center().y() + 90))
    qtbot.mouseRelease(timeline.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, band.center().y() + 90))
    assert timeline.chosen_tier == "" and session.undo_stack.count() == 0
    timeline.grab()


def test_a_blind_coder_sees_nothing_of_a_running_detection(window: StudioWindow, session: Session, told: Told):
    session.blind.begin()
    show(session, "fedn-base", part(0, 120, [Event(30, 60, "fear", score=0.8)]))
    video = session.current_video
    assert video is not None and session.curves(video.id) is None
    assert not any(row.provisional_until for row in window.parts.timeline.rows.all())


@pytest.mark.parametrize(
    "change",
    [
        {"curves": [[0.1] * 10]},
        {"first_frame": FRAMES},
        {"first_frame": -1},
        {"events": [{"onset": 5, "offset": FRAMES, "label": "fear", "score": 0.5}]},
        {"events": [{"onset": 5}]},
        {"labels": None},
    ],
)
def test_a_part_that_does_not_fit_is_refused_whole(session: Session, change: dict):
    with pytest.raises(FormatError):
        show(session, "fedn-base", part(0, 120, []) | change)
    assert session.current_video is not None and session.provisional.of(session.current_video.id) is None


def test_a_pyramid_whose_values_changed_in_place_is_as_one_made_anew(window: StudioWindow, session: Session):
    show(session, "fedn-base", part(0, 10, []))
    curves = session.curves(session.current_video.id) if session.current_video else None
    assert curves is not None
    dice = np.random.default_rng(3)
    long = type(curves)(curves.labels, dice.random((len(LABELS), 40_003), np.float32), 0.5)
    pyramid = Pyramid.of(long)
    for first, stop in ((0, 1), (5, 9_000), (39_990, 40_003), (17_001, 17_002)):
        long.values[:, first:stop] = dice.random((len(LABELS), stop - first))
        pyramid.refresh(first, stop)
        fresh = Pyramid.of(long)
        assert all(np.array_equal(a, b) for a, b in zip(pyramid.lows, fresh.lows, strict=True))
        assert all(np.array_equal(a, b) for a, b in zip(pyramid.highs, fresh.highs, strict=True))
