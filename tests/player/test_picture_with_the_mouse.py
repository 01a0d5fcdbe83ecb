from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QSizeF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.player.conftest import Shown
from tests.video.kinds import make_kind

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def shown(show: Callable[..., Shown], kinds_folder: Path) -> Shown:
    return show(make_kind("h264.mp4", kinds_folder))


def wheel(shown: Shown, at: QPoint, notches: int) -> None:
    picture = shown.view.picture
    place = QPointF(at)
    event = QWheelEvent(
        place, picture.mapToGlobal(place), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(picture, event)


def drag(shown: Shown, begin: QPoint, end: QPoint, qtbot: QtBot) -> None:
    picture = shown.view.picture
    qtbot.mousePress(picture, LEFT, pos=begin)
    for step in range(1, 6):
        qtbot.mouseMove(picture, begin + (end - begin) * step / 5)
    qtbot.mouseRelease(picture, LEFT, pos=end)


def frame_point(shown: Shown, at: QPoint) -> QPointF:
    """Which point of the frame, from 0 to 1, lies under a point of the widget."""
    picture = shown.view.picture
    rect = picture.place.rect(QSizeF(shown.video.width, shown.video.height), QSizeF(picture.size()))
    return QPointF((at.x() - rect.left()) / rect.width(), (at.y() - rect.top()) / rect.height())


def frame_pixel(shown: Shown) -> float:
    """How many pixels of the screen one of the frame is wide."""
    picture = shown.view.picture
    frame = QSizeF(shown.video.width, shown.video.height)
    return picture.place.rect(frame, QSizeF(picture.size())).width() / shown.video.width


def test_the_wheel_zooms_at_the_mouse_and_the_new_part_is_painted_sharply(shown: Shown, qtbot: QtBot) -> None:
    middle = shown.view.picture.rect().center()
    wheel(shown, middle, 5)
    at = middle + QPoint(60, -40)
    before = frame_point(shown, at)
    whole = shown.view.picture._picture
    wheel(shown, at, 4)
    after = frame_point(shown, at)
    assert shown.view.picture.place.zoom == pytest.approx(1.25**9)
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()), abs=1e-6)
    qtbot.waitUntil(lambda: shown.view.picture._picture is not whole, timeout=5000)
    picture = shown.view.picture._picture
    assert picture is not None and picture.region.width() < shown.video.width
    # Whole pixels of the frame are painted, on the screen's own pixels.
    ratio = shown.view.picture.devicePixelRatioF()
    assert picture.image.width() / ratio == pytest.approx(shown.view.picture.width(), abs=2 * frame_pixel(shown))
    wheel(shown, at, -12)
    assert shown.view.picture.place.is_fitted


def test_dragging_moves_a_zoomed_picture_and_does_not_play(shown: Shown, qtbot: QtBot) -> None:
    middle = shown.view.picture.rect().center()
    wheel(shown, middle, 8)
    grabbed, end = frame_point(shown, middle), middle + QPoint(40, -30)
    drag(shown, middle, end, qtbot)
    after = frame_point(shown, end)
    assert (after.x(), after.y()) == pytest.approx((grabbed.x(), grabbed.y()), abs=0.01)
    assert not shown.view.is_playing


def test_a_click_plays_and_pauses(shown: Shown, qtbot: QtBot) -> None:
    qtbot.mouseClick(shown.view.picture, LEFT)
    assert shown.view.is_playing
    qtbot.mouseClick(shown.view.picture, LEFT)
    assert not shown.view.is_playing


@pytest.mark.parametrize("playing", [False, True])
def test_a_double_click_shows_the_whole_picture_and_goes_on_as_before(
    shown: Shown, qtbot: QtBot, playing: bool
) -> None:
    shown.go(30, qtbot)
    wheel(shown, QPoint(100, 100), 3)
    if playing:
        shown.view.set_speed(0.1)
        shown.view.toggle_play()
    for _ in range(1):
        qtbot.mouseClick(shown.view.picture, LEFT)
        qtbot.mouseDClick(shown.view.picture, LEFT)
        qtbot.mouseRelease(shown.view.picture, LEFT)
    assert shown.view.picture.place.is_fitted and shown.view.is_playing is playing
    assert shown.session.playhead == 30 or playing


def test_another_video_is_shown_whole(shown: Shown, show: Callable[..., Shown], kinds_folder: Path) -> None:
    wheel(shown, QPoint(100, 100), 3)
    shown.session.select_video("")
    assert shown.view.picture.place.is_fitted


def test_the_wheel_does_nothing_without_a_picture(shown: Shown) -> None:
    shown.session.close_project()
    wheel(shown, QPoint(100, 100), 3)
    assert shown.view.picture.place.is_fitted
