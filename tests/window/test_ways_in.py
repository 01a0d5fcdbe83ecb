"""How a project comes into the window: welcome page, new, demo, data set, and what is dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from app import project_actions
from app.dialogs.add_videos_dialog import AddVideosDialog
from app.dialogs.import_dialog import ImportDialog
from app.dialogs.new_project_dialog import NewProjectDialog
from app.drops import sort_dropped
from app.session import Session
from app.settings import Settings
from app.window import StudioWindow
from tests.window.conftest import Told, dispose, wait_until
from tests.window.test_import_export import press, when_shown

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def empty(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StudioWindow]:
    """A window without a project, whose documents' folder is a temporary one."""
    monkeypatch.setattr(project_actions.platformdirs, "user_documents_dir", lambda: str(tmp_path / "documents"))
    window = StudioWindow(Session(settings=Settings(theme="dark"), who="Ann"))
    window.resize(1280, 720)
    window.show()
    yield window
    window.leave()
    dispose(window)


def drag(window: StudioWindow, paths: Sequence[Path]) -> tuple[QDragEnterEvent, QMimeData]:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDragEnterEvent(QPointF(300, 300).toPoint(), Qt.DropAction.CopyAction, data, LEFT, NONE)
    QApplication.sendEvent(window, event)
    return event, data


def drop(window: StudioWindow, paths: Sequence[Path]) -> str:
    """Drags paths over the window and lets go; returns what was said before."""
    _, data = drag(window, paths)
    sentence = window.drop_target.sentence
    QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, LEFT, NONE))
    assert not window.drop_target.isVisible()
    return sentence


def test_recent_projects_that_are_gone_are_marked_and_can_be_taken_off_the_list(
    empty: StudioWindow, tmp_path: Path, qtbot: QtBot
):
    here, gone = tmp_path / "here.fedn", tmp_path / "gone.fedn"
    here.mkdir()
    empty.settings.recent = [str(gone), str(here)]
    empty.on_project_changed()
    QApplication.processEvents()
    buttons = [one for one in empty.welcome.recent.findChildren(QToolButton) if one.objectName() == "recent"]
    shown = {button.toolTip(): button for button in buttons if button.isVisible()}
    assert [button.isEnabled() for button in shown.values()] == [False, True]
    assert "is not there any more" in next(iter(shown.values())).text()
    remove = [one for one in empty.welcome.recent.findChildren(QToolButton) if "gone" in one.accessibleName()]
    qtbot.mouseClick(remove[-1], LEFT)
    assert empty.settings.recent == [str(here)]


def test_a_new_project_is_made_where_it_is_said(empty: StudioWindow, tmp_path: Path, qtbot: QtBot):
    said: list[str] = []

    def fill(dialog: QDialog) -> None:
        assert isinstance(dialog, NewProjectDialog)
        box = dialog.findChild(QDialogButtonBox)
        assert box is not None
        assert not box.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
        qtbot.keyClicks(dialog.name, "Study: one")
        dialog.vocabulary.setCurrentIndex(dialog.vocabulary.findData("samm"))
        said.append(dialog.said.text())
        press(dialog, "Make the project", qtbot)

    when_shown((NewProjectDialog, fill))
    button = next(one for one in empty.welcome.findChildren(QPushButton) if one.text() == "New project…")
    qtbot.mouseClick(button, LEFT)
    project = empty.session.project
    assert project is not None
    assert (project.name, project.vocabulary.name) == ("Study: one", "samm")
    assert str(project.folder) in said[0]
    assert Path(project.folder).parent == tmp_path / "documents" / "FEDN Studio"


def test_the_demo_is_made_once_and_opened_again(empty: StudioWindow, tmp_path: Path, qtbot: QtBot):
    button = next(one for one in empty.welcome.findChildren(QPushButton) if one.text() == "Try the demo")
    qtbot.mouseClick(button, LEFT)
    project = empty.session.project
    assert project is not None
    assert len(project.videos) == 4
    assert {tier.name for tier in project.tiers.values()} == {"Expert", "Self-report"}
    made = (Path(project.folder) / "project.toml").stat().st_ctime_ns
    empty.parts.project_actions.close()
    empty.parts.project_actions.demo()
    assert empty.session.project is not None
    assert (Path(project.folder) / "project.toml").stat().st_ctime_ns == made


@pytest.fixture
def files(tmp_path: Path, face_video: Path) -> dict[str, Path]:
    folder = tmp_path / "recordings"
    folder.mkdir()
    video = folder / "anna.mp4"
    video.symlink_to(face_video)
    labels, letter = tmp_path / "labels.csv", tmp_path / "letter.docx"
    labels.write_text("video,subject,tier,onset,offset,label\ns1_smiles.mp4,15,Second,10,20,anger\n")
    letter.write_text("Dear")
    return {"folder": folder, "video": video, "labels": labels, "letter": letter}


def test_what_is_dropped_is_told_apart_by_its_name(files: dict[str, Path], project_folder: Path):
    dropped = sort_dropped([project_folder, *files.values()])
    assert dropped.projects == (project_folder,)
    assert (dropped.videos, dropped.folders) == ((files["video"],), (files["folder"],))
    assert (dropped.labels, dropped.unknown) == ((files["labels"],), (files["letter"],))
    assert sort_dropped([project_folder / "project.toml"]).projects


def test_the_window_lights_up_and_says_what_letting_go_would_do(
    session: Session, window: StudioWindow, files: dict[str, Path]
):
    event, _ = drag(window, [files["video"], files["labels"]])
    assert event.isAccepted()
    assert window.drop_target.isVisible()
    assert window.drop_target.sentence == "Drop to add 1 video and import 1 file of labels"
    assert window.drop_target.geometry() == window.rect()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.drop_target.isVisible()


def test_a_dropped_project_is_opened(empty: StudioWindow, project_folder: Path):
    assert drop(empty, [project_folder]) == "Drop to open the project study"
    assert empty.session.project is not None


def test_dropped_videos_and_labels_come_into_the_project(
    session: Session, window: StudioWindow, files: dict[str, Path], qtbot: QtBot
):
    assert session.project is not None
    before = len(session.project.videos)
    when_shown(
        (AddVideosDialog, lambda dialog: press(dialog, "Add video", qtbot)),
        (ImportDialog, lambda dialog: press(dialog, "Import", qtbot)),
    )
    drop(window, [files["video"], files["labels"]])
    wait_until(lambda: session.project is not None and len(session.project.videos) == before + 1)
    assert not window.parts.videos.adding.is_running


def test_what_is_not_understood_is_said_in_one_sentence(window: StudioWindow, told: Told, files: dict[str, Path]):
    assert "neither a video" in drop(window, [files["letter"]])
    assert told.sentences == [("warning", "letter.docx is neither a video, nor a project, nor a file of labels "
                                          "that this program reads.")]  # fmt: skip


def test_labels_without_a_project_ask_for_one(empty: StudioWindow, files: dict[str, Path]):
    told = Told(empty.session.messages)
    drop(empty, [files["labels"]])
    assert len(told.sentences) == 1
    assert "Open the project that the labels of labels.csv belong to" in told.sentences[0][1]
