"""Events from files and into files through the menu's dialogs, with what is odd or lost named before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QWidget
from pytestqt.qtbot import QtBot

from app.dialogs.columns_dialog import ColumnsDialog
from app.dialogs.export_dialog import ExportDialog, WantedExport
from app.dialogs.import_dialog import ImportDialog
from app.dialogs.wait_dialog import wait_for
from app.document.export_files import ExportChoices
from app.session import Session
from app.window import StudioWindow
from fedn.annotation.formats.known_formats import known_format
from fedn.annotation.project import Project
from fedn.errors import FormatError
from fedn.progress import Reporter
from tests.window.conftest import Told

Look = Callable[[QDialog], None]
OWN_TABLE = "clip;person;von;bis;was\ns1_smiles.mp4;15;31;60;happiness\ns1_smiles.mp4;15;91;400;anger\n"


def when_shown(*looks: tuple[type[QDialog], Look]) -> None:
    """Each dialog in its turn is handed to its function."""
    waiting, clock = list(looks), QElapsedTimer()
    clock.start()

    def check() -> None:
        dialog = QApplication.activeModalWidget()
        if waiting and isinstance(dialog, waiting[0][0]) and dialog.isVisible():
            try:
                waiting.pop(0)[1](dialog)
            except BaseException:
                dialog.done(QDialog.DialogCode.Rejected)
                raise
        if waiting and clock.elapsed() < 20_000:
            QTimer.singleShot(20, check)

    QTimer.singleShot(0, check)


def press(dialog: QDialog, text: str, qtbot: QtBot) -> None:
    box = dialog.findChild(QDialogButtonBox)
    assert box is not None
    button = next(button for button in box.buttons() if button.text() == text)
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def project_of(session: Session) -> Project:
    assert session.project is not None
    return session.project


@pytest.fixture
def exported(session: Session, tmp_path: Path, window: StudioWindow) -> Path:
    """The expert's events of the first video as ELAN has them."""
    choices = ExportChoices((known_format("csv"),), tier="Expert", video_ids=("0502 funny errors",))
    window.parts.export_actions.write(WantedExport(tmp_path / "out", choices))
    (path,) = (tmp_path / "out").iterdir()
    return path


def test_a_file_is_recognized_shown_and_imported_as_one_step(
    session: Session, window: StudioWindow, exported: Path, qtbot: QtBot
):
    seen: dict[str, str] = {}

    def look(dialog: QDialog) -> None:
        assert isinstance(dialog, ImportDialog)
        seen["files"], seen["summary"] = dialog.files.text(), dialog.summary.text()
        seen["row"] = " ".join(dialog.tiers.item(0, column).text() for column in range(dialog.tiers.columnCount()))  # pyright: ignore[reportOptionalMemberAccess]
        assert session.undo_stack.count() == 0
        press(dialog, "Import", qtbot)

    when_shown((ImportDialog, look))
    window.parts.import_actions.import_files([exported])
    assert "event table (CSV)" in seen["files"]
    assert "4 events for 1 video" in seen["summary"]
    assert "s1_smiles.mp4 15 Expert (2) expert coder A a new tier 4" in seen["row"]
    names = [tier.name for tier in project_of(session).tiers_of("0502 funny errors")]
    assert "Expert (2)" in names
    assert session.undo_stack.count() == 1
    session.undo_stack.undo()
    assert "Expert (2)" not in [tier.name for tier in project_of(session).tiers_of("0502 funny errors")]


def test_another_choice_is_planned_again_before_anything_changes(
    session: Session, window: StudioWindow, exported: Path, qtbot: QtBot
):
    def look(dialog: QDialog) -> None:
        assert isinstance(dialog, ImportDialog)
        dialog.if_exists.setFocus()
        qtbot.keyClick(dialog.if_exists, Qt.Key.Key_Down)
        dialog.if_exists.activated.emit(1)
        assert "0 events" in dialog.summary.text()
        dialog.tier.setFocus()
        qtbot.keyClicks(dialog.tier, "Second coder")
        qtbot.keyClick(dialog.tier, Qt.Key.Key_Return)
        assert dialog.tiers.item(0, 2).text() == "Second coder"  # pyright: ignore[reportOptionalMemberAccess]
        press(dialog, "Import", qtbot)

    when_shown((ImportDialog, look))
    window.parts.import_actions.import_files([exported])
    (tier,) = [tier for tier in project_of(session).tiers.values() if tier.name == "Second coder"]
    assert len(project_of(session).events(tier.id)) == 4


def test_columns_of_an_own_table_are_confirmed_once_and_known_the_next_time(
    session: Session, window: StudioWindow, tmp_path: Path, qtbot: QtBot
):
    path = tmp_path / "coding.csv"
    path.write_text(OWN_TABLE)

    def name_columns(dialog: QDialog) -> None:
        assert isinstance(dialog, ColumnsDialog)
        assert dialog.table.item(1, 0).text() == "s1_smiles.mp4"  # pyright: ignore[reportOptionalMemberAccess]
        for combo, role in zip(dialog.roles, ("video", "subject", "onset", "offset", "label"), strict=True):
            combo.setCurrentIndex(combo.findData(role))
            combo.activated.emit(combo.currentIndex())
        dialog.unit.setCurrentText("frames from 1")
        dialog.unit.activated.emit(dialog.unit.currentIndex())
        press(dialog, "The columns are right", qtbot)

    remarks: list[str] = []

    def look(dialog: QDialog) -> None:
        assert isinstance(dialog, ImportDialog)
        heading = dialog.remarks.topLevelItem(0)
        assert heading is not None
        children = (heading.child(row) for row in range(heading.childCount()))
        remarks.extend(child.text(1) for child in children if child is not None)
        press(dialog, "Import", qtbot)

    when_shown((ColumnsDialog, name_columns), (ImportDialog, look))
    window.parts.import_actions.import_files([path])
    (tier,) = [tier for tier in project_of(session).tiers.values() if tier.name == "coding"]
    events = [(event.onset, event.offset, event.label) for event in project_of(session).events(tier.id)]
    assert events == [(30, 59, "happiness"), (90, 299, "anger")]
    assert any("ended at the last frame" in text for text in remarks)

    when_shown((ImportDialog, lambda dialog: press(dialog, "Cancel", qtbot)))
    window.parts.import_actions.import_files([path])
    assert session.undo_stack.count() == 1


def test_columns_that_make_no_event_cannot_be_confirmed_and_it_is_said_why(
    session: Session, window: StudioWindow, tmp_path: Path, qtbot: QtBot
):
    path = tmp_path / "coding.csv"
    path.write_text("a;b\nx;y\nx;z\n")
    said: list[str] = []

    def look(dialog: QDialog) -> None:
        assert isinstance(dialog, ColumnsDialog)
        said.append(dialog.problem.text())
        box = dialog.findChild(QDialogButtonBox)
        assert box is not None
        assert not box.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
        press(dialog, "Cancel", qtbot)

    when_shown((ColumnsDialog, look))
    window.parts.import_actions.import_files([path])
    assert "An event needs an onset" in said[0]
    assert session.undo_stack.count() == 0


def test_a_table_without_a_column_of_videos_is_taken_to_be_of_the_video_that_its_name_begins_with(
    session: Session, window: StudioWindow, tmp_path: Path, qtbot: QtBot
):
    path = tmp_path / "s1_smiles_coding.csv"
    path.write_text("von;bis;was\n31;60;happiness\n91;120;anger\n")
    likely: list[str] = []

    def look(dialog: QDialog) -> None:
        assert isinstance(dialog, ColumnsDialog)
        likely.append(dialog.video.currentText())
        press(dialog, "Cancel", qtbot)

    when_shown((ColumnsDialog, look))
    window.parts.import_actions.import_files([path])
    assert likely == ["s1_smiles.mp4"]


def test_a_file_that_cannot_be_read_is_told_and_changes_nothing(
    session: Session, window: StudioWindow, told: Told, tmp_path: Path
):
    path = tmp_path / "broken.eaf"
    path.write_text("<ANNOTATION_DOCUMENT")
    window.parts.import_actions.import_files([path])
    assert len(told.errors) == 1
    assert "broken.eaf" in told.errors[0]
    assert session.undo_stack.count() == 0


def test_what_a_format_cannot_hold_is_named_before_anything_is_written(
    session: Session, window: StudioWindow, tmp_path: Path, qtbot: QtBot
):
    dialog = ExportDialog(project_of(session), tmp_path / "out", window.parts.export_actions.try_out, window)
    qtbot.addWidget(dialog)
    dialog.show()
    for row in range(dialog.formats.count()):
        item = dialog.formats.item(row)
        wanted = item.text().startswith("Annotations of LGSNet")
        item.setCheckState(Qt.CheckState.Checked if wanted else Qt.CheckState.Unchecked)
    press(dialog, "Write the files", qtbot)
    assert dialog.isVisible()
    assert "they do not hold" in dialog.said.text()
    assert dialog.remarks.topLevelItemCount() == 1
    assert not (tmp_path / "out").exists()
    press(dialog, "Write the files", qtbot)
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_a_format_that_holds_everything_is_written_at_the_first_press(
    session: Session, window: StudioWindow, tmp_path: Path, told: Told, qtbot: QtBot
):
    when_shown((ExportDialog, lambda dialog: press(dialog, "Write the files", qtbot)))
    window.parts.export_actions.choose()
    folder = tmp_path / "study-export"
    assert sorted(path.suffix for path in folder.iterdir()) == [".csv", ".csv"]
    assert any("Wrote 2 files" in text for _, text in told.sentences)
    told.answers["Files are there already"] = "Keep them"
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    when_shown((ExportDialog, lambda dialog: press(dialog, "Write the files", qtbot)))
    window.parts.export_actions.choose()
    assert told.questions == ["Files are there already"]
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_long_work_shows_progress_and_can_be_cancelled(session: Session, window: StudioWindow, qtbot: QtBot):
    texts: list[str] = []

    def work(reporter: Reporter) -> str:
        clock = QElapsedTimer()
        clock.start()
        while clock.elapsed() < 30_000:
            reporter.progress("reading", 3, 10)
            reporter.check()
        return "done"

    def cancel(dialog: QDialog) -> None:
        texts.append(dialog.windowTitle())
        press(dialog, "Cancel", qtbot)

    when_shown((QDialog, cancel))
    assert wait_for(work, "Reading files", session.messages, window) is None
    assert texts == ["Reading files"]


def test_short_work_shows_no_dialog_and_failures_become_a_sentence(session: Session, told: Told, qapp: QApplication):
    parent = QWidget()
    assert wait_for(lambda _: 7, "Short", session.messages, parent) == 7

    def fail(_: Reporter) -> None:
        raise FormatError("the file is empty; choose another one")

    assert wait_for(fail, "Short", session.messages, parent) is None
    assert told.errors == ["the file is empty; choose another one"]
    parent.deleteLater()
