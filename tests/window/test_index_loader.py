"""A long reading tells how far it is, and is given up when another video is chosen."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.index_loader import IndexLoader
from fedn.annotation.video import Video
from tests.video.conftest import write_counter_video


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that has to be decoded from start to end to be indexed: seconds of it."""
    import av

    path = tmp_path_factory.mktemp("slow") / "slow.mpg"
    noise = np.random.default_rng(0).integers(0, 255, (8, 480, 640, 3), np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg1video", rate=30, options={"g": "12", "bf": "2"})
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 640, 480, "yuv420p", 8_000_000
        for number in range(500):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(noise[number % 8], format="rgb24")))
        container.mux(stream.encode())
    return path


def test_progress_is_told_and_another_video_does_not_wait(
    slow: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.index_loader._TELL_EVERY_S", 0.02)
    quick = write_counter_video(tmp_path / "quick.mp4", 20)
    loader = IndexLoader()
    shares: list[float] = []
    known: list[tuple[str, int]] = []
    loader.progressed.connect(lambda _video, share: shares.append(share))
    loader.loaded.connect(lambda video, index, problem: known.append((video, index.frame_count)))
    loader.load(Video("k1", slow, "s1", 500, 30.0, 640, 480, id="slow"), slow, tmp_path / "c1")
    qtbot.waitUntil(lambda: bool(shares), timeout=20000)
    assert 0 <= shares[-1] <= 1
    began = time.monotonic()
    loader.load(Video("k2", quick, "s1", 20, 30.0, 96, 64, id="quick"), quick, tmp_path / "c2")
    qtbot.waitUntil(lambda: bool(known), timeout=20000)
    assert known == [("quick", 20)] and time.monotonic() - began < 5
    assert not (tmp_path / "c1" / "frame-index.npz").exists()
    loader.load(Video("k1", slow, "s1", 500, 30.0, 640, 480, id="slow"), slow, tmp_path / "c1")
    loader.wait()
    assert not (tmp_path / "c1" / "frame-index.npz").exists()
