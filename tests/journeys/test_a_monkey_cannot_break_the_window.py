"""Thousands of random keys, clicks and drags: nothing fails or leaks, and the disk holds what the window shows."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QtMsgType
from pytestqt.qtbot import QtBot

from app.memory import give_memory_back
from app.session import Session
from app.window import StudioWindow
from fedn.annotation.store import load_project
from tests.journeys.monkey import Monkey
from tests.window.conftest import Told

SETTLING_SHARE = 0.2
"""Caches fill in the first part; what grows afterwards is lost memory."""
PART = 1000
LOST_BYTES = 160 * 2**20
OF_THE_PLATFORM = ("This plugin does not support",)


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
) -> None:
    # What it saves with a dialog goes where it harms nobody.
    monkeypatch.chdir(tmp_path)
    acts, seed = pytestconfig.getoption("--monkey-acts"), pytestconfig.getoption("--monkey-seed")
    start = load_project(project_folder)
    monkey = Monkey(window, seed)

    play(monkey, round(acts * SETTLING_SHARE))
    settled = memory_bytes()
    play(monkey, acts - monkey.done)

    grown = memory_bytes() - settled
    window.parts.player.pause()
    serious = (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)
    warned = [record.message for record in qtlog.records if record.type in serious]
    assert [text for text in warned if not text.startswith(OF_THE_PLATFORM)] == []
    assert grown < LOST_BYTES, f"{grown / 2**20:.0f} MiB more after {acts} acts"
    assert load_project(project_folder) == session.project
    session.undo_stack.setIndex(0)
    assert session.project == start
    assert load_project(project_folder) == start
    print(f"{monkey.done} acts, {grown / 2**20:.0f} MiB, {len(told.sentences)} sentences")


def play(monkey: Monkey, acts: int) -> None:
    """In parts, after each of which memory goes back to the system, as it does in the program every few seconds."""
    end = monkey.done + acts
    while monkey.done < end:
        monkey.play(min(PART, end - monkey.done))
        give_memory_back()


def memory_bytes() -> int:
    """What the process holds now; 0 where the system does not tell."""
    if not sys.platform.startswith("linux"):
        return 0
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
