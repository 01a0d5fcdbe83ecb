"""A video that goes away, changes or is cut off while it is open; the decoder's thread ends in any case."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.player.conftest import Shown
from tests.video.kinds import make_kind


@pytest.mark.parametrize(("how", "sentence"), [
    ("gone", "no longer there"), ("shorter", "was changed"), ("other", "was changed"), ("empty", "was changed"),
])  # fmt: skip
def test_one_sentence_and_no_crash(
    show: Callable[..., Shown], kinds_folder: Path, tmp_path: Path, qtbot: QtBot, how: str, sentence: str
) -> None:
    path = tmp_path / "video.mp4"
    shutil.copy(make_kind("h264.mp4", kinds_folder), path)
    shown = show(path)
    shown.go(70, qtbot)
    shown.view.forget_frames()
    if how == "gone":
        path.unlink()
    elif how == "shorter":
        os.truncate(path, path.stat().st_size // 2)
    else:
        path.write_bytes(b"" if how == "empty" else make_kind("one-group.mp4", kinds_folder).read_bytes())
    shown.view.step(-40)
    qtbot.waitUntil(lambda: shown.view.picture.hint != "", timeout=5000)
    assert sentence in shown.view.picture.hint and "video.mp4" in shown.view.picture.hint
    for frame in (3, 50, 20):
        shown.session.set_playhead(frame)
        qtbot.wait(5)
    shown.view.toggle_play()
    qtbot.wait(50)
    assert sentence in shown.view.picture.hint
    shutil.copy(make_kind("h264.mp4", kinds_folder), path)
    shown.session.select_video(shown.video.id)
    qtbot.waitUntil(lambda: shown.view.picture.shown_frame == 0, timeout=10000)
    assert shown.go(44, qtbot) == 44


def test_a_folder_that_loses_images_is_told(
    show: Callable[..., Shown], kinds_folder: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "images"
    shutil.copytree(make_kind("images", kinds_folder), folder)
    shown = show(folder)
    shutil.rmtree(folder)
    shown.session.set_playhead(60)
    qtbot.waitUntil(lambda: "cannot be read" in shown.view.picture.hint, timeout=5000)


def test_the_thread_ends_with_the_view_even_while_it_decodes(
    show: Callable[..., Shown], kinds_folder: Path, qtbot: QtBot
) -> None:
    shown = show(make_kind("one-group.mp4", kinds_folder))
    decoder = shown.view._decoder
    shown.view.toggle_play()
    for frame in range(0, 80, 3):
        shown.session.set_playhead(frame)
    shown.view.shut_down()
    assert not decoder.is_alive
    shown.view.shut_down()


def test_no_request_no_work(show: Callable[..., Shown], kinds_folder: Path, qtbot: QtBot) -> None:
    """What is prepared while nothing is asked comes to an end: an idle player takes no processor."""
    import time

    shown = show(make_kind("h264.mp4", kinds_folder))
    shown.go(40, qtbot)
    qtbot.wait(400)
    began = time.process_time()
    qtbot.wait(400)
    assert time.process_time() - began < 0.2
