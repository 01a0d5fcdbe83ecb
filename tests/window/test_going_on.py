"""Closing in the middle costs nothing: project, video, frame, zoom and layout come back; damage is mended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from app.dialogs.damage_dialog import DamageDialog, RestoredDialog
from app.document.document import Document
from app.document.edits import MarkReviewed
from app.session import Session
from app.settings import Settings, load_settings
from app.window import StudioWindow
from fedn.annotation.interval import Interval
from tests.window.conftest import Told, dispose, wait_until
from tests.window.test_import_export import press, when_shown

SECOND = "0401 girl crashing"


@pytest.fixture
def settings_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "settings.toml"
    monkeypatch.setenv("FEDN_SETTINGS", str(path))
    return path


def opened(settings: Settings, folder: Path) -> StudioWindow:
    session = Session(who="coder A", settings=settings)
    window = StudioWindow(session)
    window.resize(1440, 900)
    window.show()
    assert session.open_project(folder)
    wait_until(lambda: session.frame_index is not None)
    QApplication.processEvents()
    return window


@pytest.fixture
def again(settings_path: Path, project_folder: Path, qapp: QApplication) -> Iterator[StudioWindow]:
    """The window after it was closed in the middle of the second video, zoomed in, in the layout Review."""
    first = opened(Settings(theme="dark"), project_folder)
    first.layouts.choose("Review")
    first.session.select_video(SECOND)
    wait_until(lambda: first.session.frame_index is not None)
    first.session.set_playhead(123)
    timeline = first.parts.timeline
    timeline.set_scale(timeline.scale.zoomed(3, timeline.scale.x(120)))
    first.docks["labels"].hide()
    seen = timeline.scale.seen
    first.close()
    dispose(first)
    second = opened(load_settings(settings_path), project_folder)
    second.setProperty("seen", seen)
    yield second
    second.leave()
    dispose(second)


def test_the_next_start_goes_on_where_the_last_one_ended(again: StudioWindow, project_folder: Path):
    wait_until(lambda: again.session.playhead == 123)
    video = again.session.current_video
    assert video is not None
    assert video.id == SECOND
    assert again.layouts.current == "Review"
    assert not again.docks["labels"].isVisible()
    assert again.parts.timeline.scale.seen == pytest.approx(again.property("seen"), abs=4)
    assert again.settings.last_project == str(project_folder.resolve())


def test_a_video_that_is_gone_is_no_place_to_go_back_to(settings_path: Path, project_folder: Path, qapp: QApplication):
    settings = Settings(theme="dark", recent=[str(project_folder.resolve())])
    settings.places[str(project_folder.resolve())] = {"video": "gone", "frame": 3}
    window = opened(settings, project_folder)
    assert window.session.current_video is not None
    assert window.session.playhead == 0
    window.leave()
    dispose(window)


@pytest.mark.parametrize("state", ["", "%%%", "AAAA/wAAAAD9AAAA", "x" * 5000])
def test_a_broken_layout_in_the_settings_costs_nothing(
    settings_path: Path, project_folder: Path, qapp: QApplication, state: str
):
    settings = Settings(theme="dark", layouts={"Annotate": state}, layout="gone", window=state)
    window = opened(settings, project_folder)
    assert window.layouts.current == "Annotate"
    assert all(window.docks[name].isVisible() for name in ("videos", "labels", "inspector", "timeline"))
    window.leave()
    dispose(window)


def test_each_layout_keeps_what_was_done_to_it_and_can_be_reset(session: Session, window: StudioWindow):
    window.docks["videos"].hide()
    window.layouts.choose("Train")
    assert window.docks["training"].isVisible()
    assert not window.docks["labels"].isVisible()
    assert window.docks["videos"].isVisible()
    window.layouts.choose("Annotate")
    assert not window.docks["videos"].isVisible()
    window.layouts.reset()
    assert window.docks["videos"].isVisible()
    window.docks["inspector"].hide()
    window.layouts.save_as("Mine")
    window.layouts.choose("Annotate")
    window.layouts.choose("Mine")
    assert not window.docks["inspector"].isVisible()
    window.layouts.reset()
    assert "Mine" not in window.layouts.names


def test_docks_float_and_come_back_with_the_reset(window: StudioWindow):
    window.docks["videos"].setFloating(True)
    assert window.docks["videos"].isFloating()
    window.layouts.reset()
    assert not window.docks["videos"].isFloating()


def damage(folder: Path) -> None:
    """One more edit with its backup, then a piece of the database is overwritten."""
    with Document.open(folder, who="coder A") as document:
        document.do(MarkReviewed(SECOND, Interval(5, 9)))
    database = folder / "project.sqlite"
    content = bytearray(database.read_bytes())
    content[:60] = bytes(60)
    database.write_bytes(content)


def test_a_damaged_project_is_restored_and_what_is_missing_is_named(
    project_folder: Path, qapp: QApplication, qtbot: QtBot, settings_path: Path
):
    damage(project_folder)
    session = Session(who="coder A", settings=Settings(theme="dark"))
    window = StudioWindow(session)
    told = Told(session.messages)
    window.show()
    seen: list[str] = []

    def look(dialog: QDialog) -> None:
        assert isinstance(dialog, DamageDialog)
        seen.append(dialog.text.toPlainText())
        press(dialog, "Restore the last backup", qtbot)

    def read(dialog: QDialog) -> None:
        assert isinstance(dialog, RestoredDialog)
        seen.append(f"{dialog.sentence.text()}\n{dialog.text.toPlainText()}")
        dialog.reject()

    when_shown((DamageDialog, look), (RestoredDialog, read))
    assert not session.open_project(project_folder)
    wait_until(lambda: len(seen) == 2)
    assert "Damage: " in seen[0]
    assert "is in place" in seen[1]
    assert "What was replaced is kept in" in seen[1]
    assert session.project is not None
    assert len(told.errors) == 1
    window.leave()
    dispose(window)


def test_a_damaged_project_can_be_left_as_it_is(
    project_folder: Path, qapp: QApplication, qtbot: QtBot, settings_path: Path
):
    damage(project_folder)
    before = (project_folder / "project.sqlite").read_bytes()
    session = Session(who="coder A", settings=Settings(theme="dark"))
    window = StudioWindow(session)
    window.show()
    done: list[bool] = []

    def leave(dialog: QDialog) -> None:
        press(dialog, "Leave it as it is", qtbot)
        done.append(True)

    when_shown((DamageDialog, leave))
    assert not session.open_project(project_folder)
    wait_until(lambda: bool(done))
    assert session.project is None
    assert (project_folder / "project.sqlite").read_bytes() == before
    window.leave()
    dispose(window)
