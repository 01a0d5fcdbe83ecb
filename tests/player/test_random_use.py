"""Anything the user can do, in any order: the player ends on the right frame and leaves no thread behind."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.document.edits import AddTier, AddVideo, ReplaceEvents
from fedn.annotation.event import Event
from fedn.annotation.tier import Source, Tier
from fedn.video.content_key import describe_video
from tests.player.conftest import Shown
from tests.video.kinds import make_kind
from tests.video.test_waveform import tone, write_sound


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_use_ends_on_the_right_frame(
    show: Callable[..., Shown], kinds_folder: Path, tmp_path: Path, qtbot: QtBot, seed: int
) -> None:
    chance = random.Random(seed)
    shown = show(make_kind("h264.mp4", kinds_folder))
    session, view = shown.session, shown.view
    for path in (
        make_kind("variable.mkv", kinds_folder),
        write_sound(tmp_path / "tone.mp4", tone(0.0, 2.0, length_s=2.0)),
        make_kind("images", kinds_folder),
    ):
        assert session.do(AddVideo(describe_video(path, "s1", image_fps=30.0 if path.is_dir() else None)))
    assert session.project is not None
    videos = list(session.project.videos)
    events = tuple(Event(10 * number, 10 * number + 4, "fear") for number in range(5))
    tier = Tier(videos[0], "Expert", Source.EXPERT, "a")
    assert session.do(AddTier(tier)) and session.do(ReplaceEvents(tier.id, events))
    actions: list[Callable[[], object]] = [
        view.toggle_play, view.pause, view.play_in_a_row, view.play_selected, view.toggle_looping, view.toggle_mute,
        view.faster, view.slower, view.copy_frame, view.forget_frames, view.toggle_face_box, view.picture.show_whole,
        lambda: view.shuttle(chance.choice((-1, 1))),
        lambda: view.step(chance.choice((-30, -2, -1, 1, 2, 30))),
        lambda: view.step_seconds(chance.choice((-1.0, 1.0))),
        lambda: session.set_playhead(chance.randrange(80)),
        lambda: session.select_video(chance.choice(videos)),
        lambda: session.select_events([chance.choice(events).id]),
        lambda: view.picture.zoom(chance.choice((0.5, 0.8, 1.25, 3.0))),
        lambda: view.resize(chance.randint(300, 900), chance.randint(260, 700)),
        lambda: qtbot.mouseClick(view.picture, Qt.MouseButton.LeftButton, pos=QPoint(90, 90)),
        lambda: qtbot.mouseDClick(view.picture, Qt.MouseButton.LeftButton, pos=QPoint(90, 90)),
        lambda: qtbot.wait(chance.choice((1, 10, 60))),
    ]  # fmt: skip
    for _ in range(250):
        chance.choice(actions)()
    session.select_video(videos[0])
    view.resize(500, 400)
    view.picture.show_whole()
    qtbot.waitUntil(lambda: session.frame_index is not None and view.picture.shown_frame is not None, timeout=20000)
    view.pause()
    assert shown.go(0, qtbot) == 0
    for frame in chance.choices(range(80), k=10):
        assert shown.go(frame, qtbot) == frame
    view.shut_down()
    qtbot.waitUntil(
        lambda: not {"decoder", "sound", "has sound"} & {thread.name for thread in threading.enumerate()}, timeout=5000
    )
