"""The sound lane and the apex frames, from a video that is dark, then bright, and has a tone in its second half."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import theme
from app.document.edits import AddTier, AddVideo, ReplaceEvents
from app.marking import Marking
from app.session import Session
from app.settings import Settings, load_settings, save_settings
from app.views.timeline.timeline_view import TimelineView
from fedn.annotation.event import Event
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video
from tests.views.timeline.test_painting import differs, pixels, rgb

FRAMES, RATE = 120, 16_000


@pytest.fixture(scope="module")
def sounding_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds: dark, then bright; silence, then 440 Hz."""
    path = tmp_path_factory.mktemp("sound") / "tone.mp4"
    with av.open(str(path), "w") as container:
        picture = container.add_stream("libx264", rate=Fraction(30), options={"g": "12"})
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream("aac", rate=RATE)
        sound.layout = "mono"
        for frame in range(FRAMES):
            image = np.full((48, 64, 3), 40 if frame < 60 else 220, dtype=np.uint8)
            container.mux(picture.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(picture.encode())
        time = np.arange(4 * RATE) / RATE
        tone = np.where(time < 2, 0, 0.8 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
        for start in range(0, len(tone), 1024):
            part = av.AudioFrame.from_ndarray(tone[None, start : start + 1024], format="fltp", layout="mono")
            part.sample_rate, part.pts = RATE, start
            container.mux(sound.encode(part))
        container.mux(sound.encode())
    return path


@pytest.fixture
def view(qapp: QApplication, qtbot: QtBot, tmp_path: Path, sounding_video: Path) -> Iterator[TimelineView]:
    theme.apply(qapp, "dark")
    session = Session(who="coder A", settings=Settings(theme="dark"))
    assert session.create_project(tmp_path / "sound.fedn", "Sound")
    assert session.do(AddVideo(Video("key-sound", sounding_video, "s1", FRAMES, 30.0, 64, 48, id="v")))
    assert session.do(AddTier(Tier("v", "Expert", Source.EXPERT, "", "expert")))
    assert session.do(ReplaceEvents("expert", (Event(20, 40, "fear", 30), Event(80, 100, "anger", 90))))
    session.select_video("v")
    qtbot.waitUntil(lambda: session.frame_index is not None, timeout=20000)
    view = TimelineView(session, Marking(session))
    view.resize(1126, 420)
    view.show()
    qtbot.waitExposed(view)
    yield view
    view.deleteLater()
    QApplication.sendPostedEvents(view, QEvent.Type.DeferredDelete)
    session.close_project()


def test_the_sound_is_shown_where_it_is(view: TimelineView, qtbot: QtBot):
    assert view.areas.waveform.height() == 0
    view.toggle_waveform()
    qtbot.waitUntil(lambda: view.waveform is not None, timeout=20000)
    band = view.areas.waveform
    lane = pixels(view)[band.top() + 1 : band.bottom() - 1, band.left() : band.right() + 1]
    heights = differs(lane.reshape(-1, 3), theme.current().sunken).reshape(lane.shape[:2]).sum(axis=0)
    quiet, loud = view.scale.columns(np.array([55, 66])).tolist()
    assert heights[10:quiet].max() <= 2
    assert heights[loud:-10].min() > 0.5 * band.height()
    view.toggle_waveform()
    assert view.areas.waveform.height() == 0


def test_whether_the_sound_is_shown_is_remembered(view: TimelineView, tmp_path: Path):
    view.toggle_waveform()
    save_settings(view.session.settings, tmp_path / "settings.toml")
    assert load_settings(tmp_path / "settings.toml").waveform
    view.toggle_waveform()
    save_settings(view.session.settings, tmp_path / "settings.toml")
    assert not load_settings(tmp_path / "settings.toml").waveform


def test_apex_frames_appear_under_their_events(view: TimelineView, qtbot: QtBot):
    view.session.tier_views.change("expert", thumbnails=True)
    view.session.set_playhead(0)
    lane = view.areas.thumbnails(0)

    def brightness(frame: int) -> float:
        x = round(view.scale.center_x(frame))
        return float(pixels(view)[lane.center().y(), x - 8 : x + 8].mean())

    panel = float(np.mean(rgb(theme.current().panel)))
    qtbot.waitUntil(lambda: brightness(30) > panel + 5 and brightness(90) > 150, timeout=20000)
    assert brightness(30) == pytest.approx(40, abs=8)
    assert brightness(90) == pytest.approx(220, abs=8)
    assert brightness(60) == pytest.approx(panel, abs=3)
