from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.crash import CrashHook
from app.messages import Messages
from app.session import Session
from app.window import StudioWindow
from tests.window.conftest import wait_until


@pytest.fixture
def heard() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def hook(qapp: QApplication, tmp_path: Path, heard: list[tuple[str, str]]) -> CrashHook:
    messages = Messages(qapp)
    messages.told.connect(lambda level, text: heard.append((level, text)))
    return CrashHook(messages, tmp_path / "reports", qapp)


def fail() -> None:
    raise RuntimeError("the drawer is stuck")


def test_a_bug_is_told_once_and_leaves_a_report(hook: CrashHook, tmp_path: Path, heard: list[tuple[str, str]]):
    for _ in range(2):
        try:
            fail()
        except RuntimeError as error:
            hook.handle(RuntimeError, error, error.__traceback__)
    (report,) = (tmp_path / "reports").iterdir()
    assert "the drawer is stuck" in report.read_text()
    assert len(heard) == 1
    level, text = heard[0]
    assert level == "error"
    assert str(report) in text


def test_a_bug_in_another_thread_reaches_the_user_in_the_first_one(hook: CrashHook, heard: list[tuple[str, str]]):
    def work() -> None:
        try:
            fail()
        except RuntimeError as error:
            hook.handle(RuntimeError, error, error.__traceback__)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    wait_until(lambda: bool(heard))
    assert "your labels are safe" in heard[0][1]


def test_a_folder_that_cannot_be_written_does_not_hide_the_bug(
    qapp: QApplication, tmp_path: Path, heard: list[tuple[str, str]]
):
    (tmp_path / "file").write_text("in the way")
    messages = Messages(qapp)
    messages.told.connect(lambda level, text: heard.append((level, text)))
    CrashHook(messages, tmp_path / "file" / "reports", qapp).handle(RuntimeError, RuntimeError("x"), None)
    assert len(heard) == 1


def test_a_bug_in_a_slot_is_told_and_the_window_lives_on(session: Session, window: StudioWindow, tmp_path: Path):
    """As in a real start: Qt calls the slot, nobody catches what it raises."""
    hook = CrashHook(session.messages, tmp_path / "reports", window)
    hook.install()
    try:
        QTimer.singleShot(0, fail)
        wait_until(lambda: window.messages.isVisible())
    finally:
        hook.uninstall()
    assert "your labels are safe" in window.messages.text.text()
    (report,) = (tmp_path / "reports").iterdir()
    assert "the drawer is stuck" in report.read_text()
    session.set_playhead(17)
    assert session.mark_reviewed()
    assert "your labels are safe" in window.parts.messages.text.toPlainText()
