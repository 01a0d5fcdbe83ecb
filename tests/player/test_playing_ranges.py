from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.document.edits import AddTier, ReplaceEvents
from fedn.annotation.event import Event
from fedn.annotation.tier import Source, Tier
from fedn.video.face_boxes import save_face_boxes
from fedn.video.reader import open_video
from tests.player.conftest import Shown
from tests.video.conftest import read_counter
from tests.video.kinds import make_kind

EVENTS = (Event(10, 16, "happiness"), Event(30, 33, "fear"), Event(60, 66, "anger"))


@pytest.fixture
def shown(show: Callable[..., Shown], kinds_folder: Path) -> Shown:
    shown = show(make_kind("h264.mp4", kinds_folder))
    tier = Tier(shown.video.id, "Expert", Source.EXPERT, "a")
    assert shown.session.do(AddTier(tier)) and shown.session.do(ReplaceEvents(tier.id, EVENTS))
    return shown


@pytest.fixture
def told(shown: Shown) -> list[str]:
    sentences: list[str] = []
    shown.session.messages.told.connect(lambda _level, text: sentences.append(text))
    return sentences


def played(shown: Shown, qtbot: QtBot) -> list[int]:
    """The frames whose pictures are painted until it stops by itself."""
    frames: list[int] = []
    shown.view.frame_shown.connect(frames.append)
    qtbot.waitUntil(lambda: not shown.view.is_playing, timeout=15000)
    shown.view.frame_shown.disconnect(frames.append)
    return frames


def test_the_selected_event_is_played_once_and_nothing_else(shown: Shown, qtbot: QtBot) -> None:
    shown.session.select_events([EVENTS[0].id])
    shown.go(50, qtbot)
    shown.view.play_selected()
    frames = played(shown, qtbot)
    assert frames[0] == 10 and set(frames) <= set(range(10, 17)) and shown.session.playhead == 16


def test_all_events_of_a_tier_play_one_after_the_other_and_each_is_selected(shown: Shown, qtbot: QtBot) -> None:
    selected: list[tuple[str, ...]] = []
    shown.session.selection_changed.connect(lambda: selected.append(shown.session.selected_events))
    shown.view.play_in_a_row()
    frames = played(shown, qtbot)
    inside = {frame for event in EVENTS for frame in range(event.onset, event.offset + 1)}
    assert set(frames) - {0} <= inside and {10, 30, 60} <= set(frames) and frames == sorted(frames)
    assert selected == [(event.id,) for event in EVENTS]
    assert shown.session.playhead == 66


def test_a_row_begins_at_the_selected_event_and_a_pause_ends_it(shown: Shown, qtbot: QtBot) -> None:
    shown.session.select_events([EVENTS[1].id])
    shown.view.play_in_a_row()
    qtbot.waitUntil(lambda: shown.session.playhead >= 60, timeout=5000)
    shown.view.pause()
    shown.view.toggle_play()
    qtbot.waitUntil(lambda: not shown.view.is_playing, timeout=5000)
    assert shown.session.playhead == shown.video.frame_count - 1


def test_a_row_of_nothing_is_told(shown: Shown, told: list[str]) -> None:
    shown.session.do(ReplaceEvents(shown.session.tiers()[0].id, ()))
    shown.view.play_in_a_row()
    assert told == ["There are no events to play: detect some, or mark them."] and not shown.view.is_playing


def test_an_event_deleted_while_the_row_plays_is_left_out(shown: Shown, qtbot: QtBot) -> None:
    shown.view.play_in_a_row()
    shown.session.do(ReplaceEvents(shown.session.tiers()[0].id, (EVENTS[0], EVENTS[2])))
    frames = played(shown, qtbot)
    assert not {30, 31, 32, 33} & set(frames) and shown.session.playhead == 66


def test_speeds_go_up_and_down_by_steps(shown: Shown) -> None:
    speeds = []
    for change in (*[shown.view.slower] * 4, *[shown.view.faster] * 8):
        change()
        speeds.append(shown.view.speed)
    assert speeds == [0.5, 0.25, 0.1, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


def test_the_copied_frame_is_the_decoded_one_with_all_its_pixels(shown: Shown, qtbot: QtBot, told: list[str]) -> None:
    shown.go(37, qtbot)
    shown.view.picture.zoom(4)
    shown.view.copy_frame()
    qtbot.waitUntil(lambda: bool(told), timeout=5000)
    with open_video(shown.video.path) as reader:
        assert np.array_equal(pixels(QGuiApplication.clipboard().image()), reader.frame(37))
    assert told == ["Frame 37 is on the clipboard."]


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)


def test_a_frame_is_saved_under_a_name_that_says_which(
    shown: Shown, qtbot: QtBot, told: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[str] = []

    def choose(_parent: object, _title: str, name: str, _kinds: str) -> tuple[str, str]:
        offered.append(name)
        return str(tmp_path / Path(name).name), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    shown.go(23, qtbot)
    shown.view.save_frame()
    qtbot.waitUntil(lambda: bool(told), timeout=5000)
    path = tmp_path / "h264_frame000023.png"
    assert offered == [path.name] and told == [f"Frame 23 was saved as {path}."]
    assert read_counter(pixels(QImage(str(path)))) == 23
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "away" / "frame.png"), ""))
    shown.view.save_frame()
    qtbot.waitUntil(lambda: len(told) == 2, timeout=5000)
    assert "cannot be written" in told[1]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    shown.view.save_frame()
    qtbot.wait(50)
    assert len(told) == 2


def test_the_followed_face_is_marked_only_where_it_is_wanted_and_known(
    shown: Shown, qtbot: QtBot, told: list[str]
) -> None:
    shown.view.toggle_face_box()
    assert shown.view.picture._face is None and len(told) == 1 and "detect" in told[0]
    boxes = np.full((shown.video.frame_count, 4), np.nan, np.float32)
    boxes[5] = (20, 10, 60, 50)
    save_face_boxes(shown.session.cache_folder(shown.video), boxes)
    shown.session.forget_curves(shown.video.id)
    shown.go(5, qtbot)
    plain = shown.view.picture.grab().toImage()
    face = shown.view.picture._face
    assert face is not None and (face.left(), face.top(), face.width(), face.height()) == (20, 10, 40, 40)
    shown.view.toggle_face_box()
    assert shown.view.picture._face is None and shown.view.picture.grab().toImage() != plain
    shown.view.toggle_face_box()
    shown.go(6, qtbot)
    assert shown.view.picture._face is None


def test_frames_and_times_are_typed_with_real_keys(shown: Shown, qtbot: QtBot) -> None:
    transport = shown.view.transport
    transport._frame.setFocus()
    transport._frame.selectAll()
    qtbot.keyClicks(transport._frame, "42")
    qtbot.keyPress(transport._frame, "\r")
    qtbot.waitUntil(lambda: shown.view.picture.shown_frame == 42, timeout=5000)
    assert shown.painted() == 42
    transport._time.setFocus()
    transport._time.selectAll()
    qtbot.keyClicks(transport._time, "0:02.5")
    qtbot.keyPress(transport._time, "\r")
    qtbot.waitUntil(lambda: shown.view.picture.shown_frame == 75, timeout=5000)
    assert shown.painted() == 75


def test_volume_and_mute_are_settings(shown: Shown) -> None:
    settings = shown.session.settings
    shown.view.transport._mute.click()
    assert settings.muted and shown.view.transport._icons[shown.view.transport._mute] == "mute"
    shown.view.transport._volume.setValue(35)
    assert (settings.volume, settings.muted) == (35, False)
    assert shown.view.transport._icons[shown.view.transport._mute] == "volume"
