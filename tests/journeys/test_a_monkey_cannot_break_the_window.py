"""Thousands of random keys, clicks and drags: nothing fails or leaks, and the disk holds what the window shows."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from PySide6.QtCore import QtMsgType
from pytestqt.qtbot import QtBot

from app.memory import MemoryKeeper, give_memory_back
from app.session import Session
from app.window import StudioWindow
from fedn.annotation.store import load_project
from tests.journeys.monkey import Monkey
from tests.window.conftest import Told, wait_until

PARTS = 20
LOST_BYTES = 100 * 2**20
"""The last quarter may hold so much more than the second; caches have filled in the first."""
OF_THE_PLATFORM = ("This plugin does not support",)


@pytest.fixture
def keeper(window: StudioWindow) -> Iterator[MemoryKeeper]:
    """As the program has it."""
    keeper = MemoryKeeper(window)
    keeper.settle()
    yield keeper
    gc.unfreeze()
    gc.enable()


def test_a_monkey_cannot_break_the_window(
    window: StudioWindow,
    session: Session,
    told: Told,
    project_folder: Path,
    qtbot: QtBot,
    qtlog,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pytestconfig: pytest.Config,
    keeper: MemoryKeeper,
) -> None:
    # What it saves with a dialog goes where it harms nobody.
    monkeypatch.chdir(tmp_path)
    acts, seed = pytestconfig.getoption("--monkey-acts"), pytestconfig.getoption("--monkey-seed")
    start = load_project(project_folder)
    monkey = Monkey(window, seed)

    held = []
    for _ in range(PARTS):
        monkey.play(acts // PARTS)
        held.append(memory_at_rest(window))
        print(f"{monkey.done} acts: {held[-1] / 2**20:.0f} MiB")

    grown = median(held[-PARTS // 4 :]) - median(held[PARTS // 4 : PARTS // 2])
    window.parts.player.pause()
    serious = (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)
    warned = [record.message for record in qtlog.records if record.type in serious]
    assert [text for text in warned if not text.startswith(OF_THE_PLATFORM)] == []
    assert load_project(project_folder) == session.project
    session.undo_stack.setIndex(0)
    assert session.project == start
    assert load_project(project_folder) == start
    assert grown < LOST_BYTES, f"{grown / 2**20:.0f} MiB more after {acts} acts"
    print(f"{monkey.done} acts, {grown / 2**20:.0f} MiB, {len(told.sentences)} sentences")


def memory_at_rest(window: StudioWindow) -> int:
    """With the window and the video as at first, so that pictures and caches are of the same size every time."""
    session = window.session
    window.resize(1440, 900)
    session.select_video(next(iter(session.project.videos)))
    wait_until(lambda: window.parts.player.picture.image is not None)
    give_memory_back()
    return memory_bytes()


def memory_bytes() -> int:
    """What the process holds now; 0 where the system does not tell."""
    if not sys.platform.startswith("linux"):
        return 0
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
