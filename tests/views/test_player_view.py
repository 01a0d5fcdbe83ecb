from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QSize
from pytestqt.qtbot import QtBot

from app.frame_image import fitted_image, fitted_size
from app.session import Session
from app.views.player.player_view import PlayerView
from fedn.video.decoded_frame import PixelFrame
from tests.views.conftest import FRAMES, all_videos, events_of


@pytest.fixture
def player(session: Session, qtbot: QtBot) -> Iterator[PlayerView]:
    view = PlayerView(session)
    qtbot.addWidget(view)
    view.resize(640, 480)
    view.show()
    qtbot.waitUntil(lambda: shown_frame(view) == 0, timeout=20000)
    yield view
    view.shut_down()


def shown_frame(view: PlayerView) -> int | None:
    """Which frame is on the screen, read from its brightness."""
    image = view.picture.image
    if image is None:
        return None
    color = image.pixelColor(image.width() // 2, image.height() // 2)
    # Encoding makes a brightness of 2 * i into 2 * i or 2 * i - 1.
    return (color.green() + 1) // 2


@pytest.mark.parametrize("order", [(5, 90, 3, 119, 60, 0), (10, 11, 12, 11, 10, 9), (100, 40, 41, 99)])
def test_the_picture_is_exactly_the_frame_of_the_playhead(
    player: PlayerView, session: Session, qtbot: QtBot, order: tuple[int, ...]
) -> None:
    for frame in order:
        session.set_playhead(frame)
        qtbot.waitUntil(lambda frame=frame: shown_frame(player) == frame, timeout=10000)


def test_the_newest_request_wins(player: PlayerView, session: Session, qtbot: QtBot) -> None:
    for frame in (*range(0, FRAMES, 7), 64):
        session.set_playhead(frame)
    qtbot.waitUntil(lambda: shown_frame(player) == 64, timeout=10000)


def test_steps_stay_within_the_video(player: PlayerView, session: Session) -> None:
    player.step(-1)
    assert session.playhead == 0
    player.step(5)
    player.step_seconds(1.0)
    assert session.playhead == 35
    player.step_seconds(-0.5)
    assert session.playhead == 20
    player.step(1000)
    assert session.playhead == FRAMES - 1


def test_playing_follows_the_clock_and_stops_at_the_end(player: PlayerView, session: Session, qtbot: QtBot) -> None:
    session.set_playhead(60)
    player.set_speed(4.0)
    began = time.monotonic()
    player.toggle_play()
    assert player.is_playing
    qtbot.waitUntil(lambda: not player.is_playing, timeout=10000)
    assert session.playhead == FRAMES - 1
    assert time.monotonic() - began == pytest.approx(0.5, abs=0.35)


def test_play_at_the_end_begins_anew_and_space_pauses(player: PlayerView, session: Session) -> None:
    session.set_playhead(FRAMES - 1)
    player.toggle_play()
    assert player.is_playing and session.playhead < FRAMES - 1
    player.toggle_play()
    assert not player.is_playing


def test_a_looped_event_plays_inside_its_interval(player: PlayerView, session: Session, qtbot: QtBot) -> None:
    event = events_of(session, "FEDN")[0]
    session.select_events([event.id])
    frames: list[int] = []
    session.playhead_changed.connect(frames.append)
    player.set_speed(8.0)
    player.set_looping(True)
    qtbot.waitUntil(lambda: any(b < a for a, b in itertools.pairwise(frames)), timeout=10000)
    player.pause()
    assert frames and all(event.onset <= frame <= event.offset for frame in frames)


def test_a_click_elsewhere_while_playing_goes_on_from_there(player: PlayerView, session: Session, qtbot: QtBot) -> None:
    player.shuttle(1)
    session.set_playhead(80)
    assert player.is_playing
    qtbot.waitUntil(lambda: session.playhead > 80, timeout=5000)


def test_j_turns_the_direction(player: PlayerView, session: Session, qtbot: QtBot) -> None:
    session.set_playhead(60)
    player.shuttle(-1)
    qtbot.waitUntil(lambda: session.playhead < 55, timeout=5000)


def test_typed_frames_and_times_move_the_playhead(player: PlayerView, session: Session) -> None:
    player.transport._frame.setText("42")
    player.transport._on_frame_typed()
    assert session.playhead == 42
    player.transport._time.setText("2.5")
    player.transport._on_time_typed()
    assert session.playhead == 75
    player.transport._time.setText("soon")
    player.transport._on_time_typed()
    assert session.playhead == 75 and player.transport._time.text() == "00:00:02.500"


def test_leaving_the_time_field_untouched_moves_nothing(player: PlayerView, session: Session) -> None:
    for frame in range(FRAMES):
        session.set_playhead(frame)
        player.transport._on_time_typed()
        assert session.playhead == frame


def test_the_chip_says_what_is_predicted_at_the_playhead(player: PlayerView, session: Session) -> None:
    assert player.picture.chip is None
    session.set_playhead(30)
    chip = player.picture.chip
    assert chip is not None and (chip.label, chip.details) == ("Happiness", "0.88 · FEDN")
    session.set_playhead(41)
    assert player.picture.chip is None


def test_another_video_and_no_project_leave_no_old_picture(player: PlayerView, session: Session, qtbot: QtBot) -> None:
    session.set_playhead(50)
    session.select_video(all_videos(session)[2].id)
    qtbot.waitUntil(lambda: shown_frame(player) == 0, timeout=10000)
    session.close_project()
    assert player.picture.image is None and not player.transport.isEnabled()


def test_a_video_that_has_gone_says_so(player: PlayerView, session: Session, qtbot: QtBot, tmp_path) -> None:
    from dataclasses import replace

    from app.document.edits import ChangeVideo

    video = all_videos(session)[1]
    session.do(ChangeVideo(replace(video, path=tmp_path / "gone.mp4", relative_path="")))
    session.select_video(video.id)
    qtbot.waitUntil(lambda: "cannot be read" in player.picture.hint, timeout=10000)


@pytest.mark.parametrize(("size", "bound", "fitted"), [
    ((640, 480), (320, 400), (320, 240)), ((100, 400), (400, 200), (50, 200)), ((64, 48), (640, 640), (640, 480)),
    ((1, 1000), (10, 10), (1, 10)),
])  # fmt: skip
def test_pictures_keep_their_aspect(size: tuple[int, int], bound: tuple[int, int], fitted: tuple[int, int]) -> None:
    assert fitted_size(*size, QSize(*bound)) == QSize(*fitted)
    frame = PixelFrame(np.full((size[1], size[0], 3), 77, dtype=np.uint8))
    image = fitted_image(frame, *size, QSize(*bound))
    assert (image.width(), image.height()) == fitted
    assert image.pixelColor(0, 0).red() == 77
