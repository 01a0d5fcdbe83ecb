"""A project that somebody else has open, or that lies in a read-only folder, can be looked at and says so."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from app.document.document import Document
from app.document.edits import MarkReviewed
from app.review.blind import KeepBlindness
from app.session import Session
from app.settings import Settings
from app.window import StudioWindow
from fedn.annotation.interval import Interval
from fedn.annotation.store import load_project
from fedn.errors import NotWritableError
from tests.window.conftest import Told, dispose, wait_until

VIDEO = "0502 funny errors"


@pytest.fixture
def colleague(project_folder: Path) -> Iterator[Document]:
    """Has the project open."""
    with Document.open(project_folder, who="bob") as document:
        yield document


@pytest.fixture
def looking(colleague: Document, project_folder: Path, qapp: QApplication) -> Iterator[StudioWindow]:
    window = shown()
    assert window.session.open_project(project_folder)
    wait_until(lambda: window.session.frame_index is not None and window.parts.player.picture.image is not None)
    yield window
    dispose(window)


def shown() -> StudioWindow:
    window = StudioWindow(Session(who="coder A", settings=Settings(theme="dark")))
    window.resize(1440, 900)
    window.show()
    return window


def badge(window: StudioWindow) -> QToolButton:
    found = window.findChild(QToolButton, "readOnly")
    assert isinstance(found, QToolButton)
    return found


def test_title_header_and_a_sentence_say_that_it_can_only_be_looked_at_and_who_has_it(looking: StudioWindow) -> None:
    assert "(read-only)" in looking.windowTitle()
    assert badge(looking).isVisible()
    assert "already open in another window" in badge(looking).toolTip() and "by bob" in badge(looking).toolTip()
    assert "change nothing" in looking.messages.text.text()


def test_every_way_to_edit_is_refused_in_one_sentence_and_changes_nothing(looking: StudioWindow, qtbot: QtBot) -> None:
    session, told = looking.session, Told(looking.session.messages)
    assert session.project is not None
    before = load_project(Path(session.project.folder))
    looking.activateWindow()
    keys = (Qt.Key.Key_A, Qt.Key.Key_X, Qt.Key.Key_Delete, Qt.Key.Key_1, Qt.Key.Key_S)
    for key in keys:
        session.select_events(("15-expert-22" if key == Qt.Key.Key_Delete else "15-fedn-20",))
        session.set_playhead(30)
        looking.parts.timeline.setFocus()
        qtbot.keyClick(looking.parts.timeline, key)
    for name in ("reviewed", "retrain", "detect", "detect-all"):
        looking.actions_by_name[name].trigger()
    looking.parts.import_actions.import_files([Path("labels.csv")])
    looking.parts.videos.add_videos([Path("another.mp4")])
    assert len(told.sentences) == len(keys) + 6
    assert all("Nothing was changed" in text and "already open" in text for text in told.errors)
    assert len(told.errors) == len(told.sentences)
    assert session.project == before == load_project(Path(session.project.folder))
    assert not looking.parts.trainings.is_training


def test_frames_and_events_and_the_history_can_be_looked_at(looking: StudioWindow, qtbot: QtBot) -> None:
    session = looking.session
    session.select_events(("15-expert-22",))
    assert session.document is not None and session.document.history_of("15-expert-22")[0].who == "coder A"
    first = looking.parts.player.picture.image
    session.set_playhead(100)
    wait_until(lambda: looking.parts.player.picture.image is not first)
    session.select_video("0401 girl crashing")
    wait_until(lambda: session.frame_index is not None)


def test_what_was_played_is_not_marked_and_nobody_is_told_of_it(looking: StudioWindow) -> None:
    told = Told(looking.session.messages)
    looking.parts.looking._seen[VIDEO] = [Interval(150, 200)]
    looking.session.select_video("0401 girl crashing")
    assert told.sentences == []


def test_a_click_on_the_header_opens_it_for_editing_once_the_other_window_is_closed(
    looking: StudioWindow, colleague: Document, qtbot: QtBot
) -> None:
    colleague.do(MarkReviewed(VIDEO, Interval(130, 200)))
    qtbot.mouseClick(badge(looking), Qt.MouseButton.LeftButton)
    assert badge(looking).isVisible()
    assert looking.session.project is not None
    assert looking.session.project.reviewed(VIDEO) == (Interval(0, 200),), "what the other has done is seen"
    colleague.close()
    qtbot.mouseClick(badge(looking), Qt.MouseButton.LeftButton)
    assert not badge(looking).isVisible() and "read-only" not in looking.windowTitle()
    assert looking.session.mark_reviewed()


def test_the_project_that_is_open_is_not_taken_for_that_of_another_window(
    session: Session, told: Told, project_folder: Path
) -> None:
    assert session.open_project(project_folder)
    assert session.why_read_only is None and session.mark_reviewed()
    assert not told.errors


def test_a_coder_who_codes_blind_sees_no_more_in_a_project_that_cannot_be_changed(
    colleague: Document, project_folder: Path, qapp: QApplication
) -> None:
    colleague.do(KeepBlindness("blind/coder A", "Blind coding", "Begin blind coding"))
    window = shown()
    told = Told(window.session.messages)
    assert window.session.open_project(project_folder)
    assert window.session.shown_tiers() == [] and not told.errors
    dispose(window)


@pytest.fixture
def read_only_folder(project_folder: Path) -> Iterator[Path]:
    """The folder of the project on a share that nobody may write to; its cache holds no frame index yet."""
    mount = shutil.which("mount")
    commands = (["mount", "--bind", str(project_folder), str(project_folder)],
                ["mount", "-o", "remount,bind,ro", str(project_folder)])  # fmt: skip
    for number, command in enumerate(commands if mount else ()):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            if number:
                subprocess.run(["umount", "-l", str(project_folder)], check=True)
            pytest.skip(f"no folder can be mounted here: {done.stderr.strip()}")
    if mount is None:
        pytest.skip("there is no mount here")
    yield project_folder
    subprocess.run(["umount", "-l", str(project_folder)], check=True)


def test_in_a_read_only_folder_everything_can_be_seen_too(read_only_folder: Path, qapp: QApplication) -> None:
    with pytest.raises(NotWritableError, match="its folder is read-only"):
        Document.open(read_only_folder)
    window = shown()
    told = Told(window.session.messages)
    assert window.session.open_project(read_only_folder)
    wait_until(lambda: window.session.frame_index is not None and window.parts.player.picture.image is not None)
    assert "its folder is read-only" in badge(window).toolTip()
    assert not window.session.mark_reviewed()
    assert told.errors == [f"Nothing was changed: {window.session.why_read_only}."]
    dispose(window)
