"""Sound through a real audio device, where there is one; and that everything plays without."""

from __future__ import annotations

import builtins
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.document.edits import AddTier, ReplaceEvents
from app.views.player.sound_feed import SoundFeed, SoundTrack
from fedn.annotation.event import Event
from fedn.annotation.tier import Source, Tier
from fedn.video.sound import BYTES_A_SECOND
from tests.player.conftest import Shown
from tests.video.test_waveform import tone, write_sound


@pytest.fixture(scope="module")
def sounding(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of pictures that carry their number, with a tone."""
    return write_sound(tmp_path_factory.mktemp("sounding") / "tone.mp4", tone(0.0, 4.0, length_s=4.0, level=0.2))


@pytest.fixture
def audio_device(qapp: object) -> None:
    multimedia = pytest.importorskip("PySide6.QtMultimedia", reason="QtMultimedia cannot be loaded here")
    if multimedia.QMediaDevices.defaultAudioOutput().isNull():
        pytest.skip("there is no audio device here")


def with_sound(show: Callable[..., Shown], path: Path, qtbot: QtBot) -> Shown:
    shown = show(path)
    qtbot.waitUntil(lambda: shown.view.sound.has_sound, timeout=5000)
    return shown


@pytest.mark.usefixtures("audio_device")
@pytest.mark.parametrize("speed", [1.0, 2.0, 0.5])
def test_the_sound_leads_the_pictures(show: Callable[..., Shown], sounding: Path, qtbot: QtBot, speed: float) -> None:
    shown = with_sound(show, sounding, qtbot)
    view, index = shown.view, shown.session.frame_index
    assert index is not None
    offsets: list[float] = []

    def compare(frame: int) -> None:
        played_s = view.sound.played_s()
        if played_s:
            offsets.append(index.time_s(frame) - (0.5 + played_s * speed))

    shown.go(15, qtbot)
    view.set_speed(speed)
    view.frame_shown.connect(compare)
    view.toggle_play()
    assert view.sound.is_playing
    qtbot.waitUntil(lambda: not view.is_playing, timeout=20000)
    view.frame_shown.disconnect(compare)
    assert shown.session.playhead == shown.video.frame_count - 1 and not view.sound.is_playing
    # A frame begins to be shown when it is due: never before its sound, and late only by what the machine needs.
    late = sorted(-offset / speed for offset in offsets)
    assert late[0] > -0.01 and late[len(late) // 2] < 0.04, late


@pytest.mark.usefixtures("audio_device")
def test_a_looped_event_sounds_again_and_again_in_step(
    show: Callable[..., Shown], sounding: Path, qtbot: QtBot
) -> None:
    shown = with_sound(show, sounding, qtbot)
    tier, event = Tier(shown.video.id, "Expert", Source.EXPERT, "a"), Event(30, 40, "fear")
    assert shown.session.do(AddTier(tier)) and shown.session.do(ReplaceEvents(tier.id, (event,)))
    shown.session.select_events([event.id])
    turns: list[int] = []
    shown.session.playhead_changed.connect(lambda frame: turns.append(frame) if frame == 30 else None)
    shown.view.set_looping(True)
    qtbot.waitUntil(lambda: len(turns) >= 4, timeout=10000)
    assert shown.view.sound.is_playing and 30 <= shown.session.playhead <= 40
    shown.view.pause()
    assert not shown.view.sound.is_playing


@pytest.mark.usefixtures("audio_device")
def test_while_the_playhead_is_dragged_there_is_no_sound_and_afterwards_it_is_back(
    show: Callable[..., Shown], sounding: Path, qtbot: QtBot
) -> None:
    shown = with_sound(show, sounding, qtbot)
    shown.view.toggle_play()
    assert shown.view.sound.is_playing
    for frame in range(10, 40, 3):
        shown.session.set_playhead(frame)
        qtbot.wait(5)
    assert shown.view.is_playing and not shown.view.sound.is_playing
    qtbot.waitUntil(lambda: shown.view.sound.is_playing, timeout=3000)
    assert 37 <= shown.session.playhead < 60


@pytest.mark.usefixtures("audio_device")
@pytest.mark.parametrize("speed", [-1.0, 4.0, 0.25])
def test_there_is_no_sound_backward_and_at_speeds_at_which_nobody_could_follow(
    show: Callable[..., Shown], sounding: Path, qtbot: QtBot, speed: float
) -> None:
    shown = with_sound(show, sounding, qtbot)
    shown.go(60, qtbot)
    if speed < 0:
        shown.view.shuttle(-1)
    else:
        shown.view.set_speed(speed)
        shown.view.toggle_play()
    assert shown.view.is_playing and not shown.view.sound.is_playing


def without_qtmultimedia(real: Callable[..., Any]) -> Callable[..., Any]:
    """As on a system without the libraries it needs. What is loaded already stays: PySide looks types up in it."""

    def load(name: str, *args: Any, **named: Any) -> Any:
        if name == "PySide6.QtMultimedia":
            raise ImportError("libpulse.so.0: cannot open shared object file")
        return real(name, *args, **named)

    return load


def test_without_qtmultimedia_it_plays_silently(
    show: Callable[..., Shown], sounding: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.__import__", without_qtmultimedia(builtins.__import__))
    shown = with_sound(show, sounding, qtbot)
    shown.view.set_speed(8.0)
    shown.view.set_speed(2.0)
    began = time.monotonic()
    shown.view.toggle_play()
    assert not shown.view.sound.is_playing
    qtbot.waitUntil(lambda: not shown.view.is_playing, timeout=15000)
    assert time.monotonic() - began == pytest.approx(2.0, abs=0.6)


def test_a_feed_gives_exactly_the_ranges_and_its_thread_ends(sounding: Path) -> None:
    feed = SoundFeed(SoundTrack(sounding, 0.0), ((0.5, 1.5), (0.0, 0.25)), 1.0)
    taken, end = b"", time.monotonic() + 20
    while not feed.is_complete and time.monotonic() < end:
        taken += feed.take(4000)
        time.sleep(0.001)
    assert len(taken) == round(1.25 * BYTES_A_SECOND)
    feed.join()
    endless = SoundFeed(SoundTrack(sounding, 0.0), iter(lambda: (0.0, 0.1), None), 1.0)
    endless.end()
    endless.join()
    assert not [thread for thread in threading.enumerate() if thread.name == "sound"]
