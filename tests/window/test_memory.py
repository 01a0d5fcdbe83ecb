"""Circular garbage goes away in the GUI thread, and nowhere else; frames need none of it to go."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from app import memory
from app.memory import MemoryKeeper
from fedn.video.reader import open_video
from tests.window.conftest import wait_until


@pytest.fixture
def collector() -> Iterator[None]:
    """Python's own cleaning as it was, at the end."""
    yield
    gc.unfreeze()
    gc.enable()


class Circle:
    def __init__(self, gone_in: list[threading.Thread]) -> None:
        self.itself, self.gone_in = self, gone_in

    def __del__(self) -> None:
        self.gone_in.append(threading.current_thread())


def test_garbage_of_any_thread_goes_away_in_the_gui_thread(
    qapp: QApplication, collector: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "YOUNG_MS", 20)
    owner = QObject()
    MemoryKeeper(owner)
    gone_in: list[threading.Thread] = []
    worker = threading.Thread(target=lambda: [Circle(gone_in) for _ in range(5000)] and None)
    worker.start()
    worker.join()
    wait_until(lambda: len(gone_in) == 5000)
    assert set(gone_in) == {threading.main_thread()}


def test_what_stays_is_not_searched_again(qapp: QApplication, collector: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "SETTLED_MS", 0)
    owner = QObject()
    keeper = MemoryKeeper(owner)
    stays = [[number] for number in range(1000)]
    keeper.settle()
    wait_until(lambda: gc.get_freeze_count() >= len(stays))


def test_no_frame_of_a_closed_video_is_left_to_the_search(face_video: Path, collector: None) -> None:
    gc.collect()
    gc.disable()
    before = {id(frame) for frame in _frames()}
    reader = open_video(face_video)
    reader.frame(0)
    reader.frame(20)
    reader.close()
    del reader
    assert [frame for frame in _frames() if id(frame) not in before] == []


def _frames() -> list[av.VideoFrame]:
    return [frame for frame in gc.get_objects() if isinstance(frame, av.VideoFrame) and frame.width > 16]
