"""The painted picture carries the number of the frame that the playhead names, however it got there.

`--seeks 5000` asks for that many random frames of every kind of video.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.player.conftest import Shown
from tests.video.kinds import KINDS, make_kind


@pytest.fixture(params=KINDS)
def shown(request: pytest.FixtureRequest, show: Callable[..., Shown], kinds_folder: Path) -> Shown:
    return show(make_kind(request.param, kinds_folder), KINDS[request.param])


def test_seeks_steps_and_reverse_play(shown: Shown, qtbot: QtBot, request: pytest.FixtureRequest) -> None:
    last = shown.video.frame_count - 1
    seeks = random.Random(7).choices(range(last + 1), k=request.config.getoption("--seeks"))
    wrong = [(frame, painted) for frame in (*seeks, last, 0, last) if (painted := shown.go(frame, qtbot)) != frame]
    assert wrong == []
    assert [shown.go(frame, qtbot) for frame in range(last, last - 30, -1)] == list(range(last, last - 30, -1))
    assert [shown.go(frame, qtbot) for frame in range(20, 45)] == list(range(20, 45))
    for direction, begin in ((-1, 22), (1, last - 22)):
        shown.go(begin, qtbot)
        played: list[tuple[int, int]] = []
        shown.view.frame_shown.connect(lambda frame, played=played: played.append((frame, shown.painted())))
        shown.view.shuttle(direction)
        shown.view.shuttle(direction)
        qtbot.waitUntil(lambda: not shown.view.is_playing, timeout=30000)
        shown.view.frame_shown.disconnect()
        assert played and [painted for _, painted in played] == [frame for frame, _ in played]


def test_arrow_keys_wheel_and_scrubbing_in_a_hurry_end_on_the_right_frame(
    show: Callable[..., Shown], kinds_folder: Path, qtbot: QtBot
) -> None:
    shown = show(make_kind("variable.mkv", kinds_folder))
    chance = random.Random(3)
    for _ in range(25):
        for frame in chance.choices(range(shown.video.frame_count), k=chance.randint(1, 12)):
            shown.session.set_playhead(frame)
            if chance.random() < 0.3:
                qtbot.wait(1)
        assert shown.go(shown.session.playhead, qtbot) == shown.session.playhead


def test_the_picture_stays_that_frame_while_it_is_zoomed_and_moved(
    show: Callable[..., Shown], kinds_folder: Path, qtbot: QtBot
) -> None:
    shown = show(make_kind("h264.mp4", kinds_folder))
    picture = shown.view.picture
    shown.go(53, qtbot)
    before = picture.image
    picture.zoom(1.0001)
    qtbot.waitUntil(lambda: picture.image is not before, timeout=5000)
    assert shown.painted() == 53
    for frame in (12, 70, 3):
        assert shown.go(frame, qtbot) == frame
    qtbot.mouseDClick(picture, Qt.MouseButton.LeftButton)
    assert picture.place.is_fitted
