"""Wheel, touchpad, pinch and the overview change what is seen, and nothing else."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.session import Session
from app.views.timeline.overview_painter import seen_rect
from app.views.timeline.timeline_view import TimelineView

LEFT = Qt.MouseButton.LeftButton


def wheel(
    view: TimelineView,
    x: float,
    turned: int,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    pixels: QPoint | None = None,
) -> None:
    port, y = view.viewport(), 200.0
    at = QPointF(x, y)
    event = QWheelEvent(at, QPointF(port.mapToGlobal(at.toPoint())), pixels or QPoint(), QPoint(0, turned),
                        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(port, event)


def native(view: TimelineView, kind: Qt.NativeGestureType, value: float, x: float) -> None:
    at = QPointF(x, 200)
    event = QNativeGestureEvent(kind, QPointingDevice.primaryPointingDevice(), 2, at, at, at, value, QPointF())
    QApplication.sendEvent(view.viewport(), event)


def drag(view: TimelineView, qtbot: QtBot, x: float, to_x: float, *, release: bool = True) -> None:
    port, y = view.viewport(), view.areas.overview.center().y()
    qtbot.mousePress(port, LEFT, pos=QPoint(round(x), y))
    qtbot.mouseMove(port, QPoint(round((x + to_x) / 2), y))
    qtbot.mouseMove(port, QPoint(round(to_x), y))
    if release:
        qtbot.mouseRelease(port, LEFT, pos=QPoint(round(to_x), y))


@pytest.fixture
def zoomed(timeline: TimelineView) -> TimelineView:
    """Frames 100 to 200 of 300."""
    timeline.set_scale(timeline.scale.resized(100, 200))
    assert timeline.scale.seen == pytest.approx((100, 200), abs=0.2)
    return timeline


def test_control_and_wheel_zoom_at_the_cursor(timeline: TimelineView):
    x = timeline.scale.x(120)
    wheel(timeline, x, 240, Qt.KeyboardModifier.ControlModifier)
    assert timeline.scale.position(x) == pytest.approx(120, abs=0.6 / timeline.scale.px_per_frame)
    first, last = timeline.scale.seen
    assert last - first == pytest.approx(300 / 1.25**2, rel=0.01)
    wheel(timeline, x, -2400, Qt.KeyboardModifier.ControlModifier)
    assert timeline.scale.shows_all


@pytest.mark.parametrize("modifiers", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier])
def test_the_wheel_pans(zoomed: TimelineView, modifiers: Qt.KeyboardModifier):
    wheel(zoomed, 500, -120, modifiers)
    assert zoomed.scale.seen == pytest.approx((108, 208), abs=0.5)
    wheel(zoomed, 500, 120, modifiers)
    assert zoomed.scale.seen == pytest.approx((100, 200), abs=0.5)


def test_a_touchpad_pans_by_its_pixels(zoomed: TimelineView):
    first = zoomed.scale.first
    wheel(zoomed, 500, -40, pixels=QPoint(-30, 0))
    assert (zoomed.scale.first - first) * zoomed.scale.px_per_frame == pytest.approx(30, abs=0.01)


def test_the_view_stops_at_both_ends_of_the_video(zoomed: TimelineView):
    for _ in range(40):
        wheel(zoomed, 500, -120)
    assert zoomed.scale.seen[1] == pytest.approx(300, abs=0.1)
    for _ in range(60):
        wheel(zoomed, 500, 120)
    assert zoomed.scale.seen[0] == 0


def test_a_pinch_zooms_where_the_fingers_are(timeline: TimelineView):
    x = timeline.scale.x(200)
    native(timeline, Qt.NativeGestureType.ZoomNativeGesture, 0.5, x)
    first, last = timeline.scale.seen
    assert last - first == pytest.approx(200, rel=0.02)
    assert timeline.scale.position(x) == pytest.approx(200, abs=0.5)
    native(timeline, Qt.NativeGestureType.SmartZoomNativeGesture, 0, x)
    assert timeline.scale.shows_all


def test_the_overviews_frame_is_dragged_by_its_body(zoomed: TimelineView, qtbot: QtBot, session: Session):
    frame = seen_rect(zoomed.areas.overview, zoomed.scale)
    drag(zoomed, qtbot, frame.center().x() + 40, frame.center().x() + 40 + frame.width() / 2)
    assert zoomed.scale.seen == pytest.approx((150, 250), abs=0.5)
    assert session.undo_stack.count() == 0


def test_the_overviews_frame_is_resized_by_its_edges(zoomed: TimelineView, qtbot: QtBot):
    frame = seen_rect(zoomed.areas.overview, zoomed.scale)
    drag(zoomed, qtbot, frame.right(), frame.right() + frame.width() / 2)
    assert zoomed.scale.seen == pytest.approx((100, 250), abs=1)
    frame = seen_rect(zoomed.areas.overview, zoomed.scale)
    drag(zoomed, qtbot, frame.left(), frame.left() - frame.width() / 3)
    assert zoomed.scale.seen == pytest.approx((50, 250), abs=1)


def test_an_edge_of_the_frame_does_not_cross_the_other(zoomed: TimelineView, qtbot: QtBot):
    frame = seen_rect(zoomed.areas.overview, zoomed.scale)
    drag(zoomed, qtbot, frame.left(), frame.right() + 300)
    first, last = zoomed.scale.seen
    assert last > first
    assert last <= 205


def test_escape_brings_back_what_was_seen(zoomed: TimelineView, qtbot: QtBot):
    frame = seen_rect(zoomed.areas.overview, zoomed.scale)
    drag(zoomed, qtbot, frame.right(), frame.right() + 100, release=False)
    assert zoomed.scale.seen[1] > 210
    qtbot.keyClick(zoomed, Qt.Key.Key_Escape)
    assert zoomed.scale.seen == pytest.approx((100, 200), abs=0.2)


def test_a_press_beside_the_frame_goes_there(zoomed: TimelineView, qtbot: QtBot):
    strip = zoomed.areas.overview
    qtbot.mouseClick(zoomed.viewport(), LEFT, pos=QPoint(strip.left() + round(strip.width() * 0.8), strip.center().y()))
    assert sum(zoomed.scale.seen) / 2 == pytest.approx(240, abs=1)


def test_pages_and_the_selection_are_reached_without_the_mouse(zoomed: TimelineView, session: Session):
    zoomed.zooming.pan_later()
    assert zoomed.scale.seen == pytest.approx((180, 280), abs=0.5)
    zoomed.zooming.pan_earlier()
    assert zoomed.scale.seen == pytest.approx((100, 200), abs=0.5)
    session.select_events(("first-Expert-22", "first-Expert-78"))
    zoomed.zooming.fit_selection()
    first, last = zoomed.scale.seen
    assert first < 22
    assert 110 < last < 200


def test_the_playhead_stays_in_sight(zoomed: TimelineView, session: Session):
    session.set_playhead(280)
    first, last = zoomed.scale.seen
    assert first <= 280 < last
    session.set_playhead(3)
    first, last = zoomed.scale.seen
    assert first <= 3 < last


def test_resizing_the_widget_keeps_the_first_frame_and_a_fitted_view_fitted(timeline: TimelineView):
    timeline.resize(700, 300)
    assert timeline.scale.shows_all
    timeline.set_scale(timeline.scale.resized(100, 200))
    timeline.resize(1000, 300)
    assert timeline.scale.seen[0] == pytest.approx(100, abs=0.2)


def test_other_native_gestures_are_left_alone(timeline: TimelineView):
    before = timeline.scale
    native(timeline, Qt.NativeGestureType.RotateNativeGesture, 0.4, 300)
    assert timeline.scale == before
