"""An edit of thousands of rows leaves the window alive, can be cancelled, and is one step like any other."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QProgressBar, QPushButton

from app.document.document import Document
from app.document.edits import AddEvents, AddTier, Edit, Group, Relabel, ReplaceEvents
from app.document.long_edit import LARGE, LongEdit
from app.session import Session
from app.window import StudioWindow
from fedn.annotation.event import Event
from fedn.annotation.store import load_project
from fedn.annotation.tier import Source, Tier
from fedn.progress import SILENT, Cancelled, Record, Reporter
from tests.window.conftest import FRAMES, Told

VIDEO = "0502 funny errors"


def large(count: int) -> Edit:
    tier = Tier(VIDEO, "Imported", Source.IMPORTED, "", "imported")
    events = tuple(Event(at % (FRAMES - 9), at % (FRAMES - 9) + 8, "fear", id=f"i{at}") for at in range(count))
    return Group((AddTier(tier), AddEvents("imported", events)), f"Import {count} events")


def on_disk(session: Session) -> object:
    assert session.project is not None
    return load_project(Path(session.project.folder))


def test_the_window_goes_on_while_thousands_of_events_are_written_and_undone(window: StudioWindow) -> None:
    session, beats = window.session, 0

    def beat() -> None:
        nonlocal beats
        beats += 1

    assert session.project is not None
    before = load_project(Path(session.project.folder))
    timer = QTimer(window)
    timer.timeout.connect(beat)
    timer.start(5)
    steps = session.undo_stack.count()
    assert session.do(large(20_000))
    # A window that waits has none; how many there are is up to the machine.
    assert beats >= 5
    assert session.undo_stack.count() == steps + 1 and len(session.project.events("imported")) == 20_000
    assert session.project == on_disk(session) != before
    beats = 0
    session.undo_stack.undo()
    assert beats >= 5 and session.project == on_disk(session) == before
    session.undo_stack.redo()
    assert len(session.project.events("imported")) == 20_000


def test_cancel_leaves_everything_as_it_was(window: StudioWindow) -> None:
    session, told, seen = window.session, Told(window.session.messages), []

    def press_cancel() -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is None:
            QTimer.singleShot(5, press_cancel)
            return
        seen.append(dialog.findChild(QProgressBar).maximum())
        box = dialog.findChild(QDialogButtonBox)
        button = box.button(QDialogButtonBox.StandardButton.Cancel)
        assert isinstance(button, QPushButton)
        button.click()

    before = on_disk(session)
    QTimer.singleShot(0, press_cancel)
    assert not session.do(large(100_000))
    assert seen and not told.errors
    assert session.project == before == on_disk(session)
    assert session.mark_reviewed(), "and editing goes on"


def test_an_undo_has_no_cancel_because_half_of_it_would_be_neither_state(window: StudioWindow) -> None:
    session, seen = window.session, []

    def press_escape() -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is None:
            QTimer.singleShot(5, press_escape)
            return
        seen.append(dialog.findChild(QDialogButtonBox).isVisible())
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    before = on_disk(session)
    assert session.do(large(60_000))
    QTimer.singleShot(0, press_escape)
    session.undo_stack.undo()
    assert seen == [False]
    assert session.project == before == on_disk(session)
    assert session.undo_stack.canRedo()


class StopsAt(Reporter):
    """Asks to stop once it is told of `text`."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def report(self, record: Record) -> None:
        self.stop_requested = self.stop_requested or record.text == self._text


@pytest.mark.parametrize("text", ["preparing", "writing", "writing the history"])
def test_wherever_it_is_stopped_nothing_is_written(project_folder: Path, text: str) -> None:
    before = load_project(project_folder)
    with Document.open(project_folder) as document:
        long = LongEdit(document, large(5000))
        with pytest.raises(Cancelled):
            long.run(StopsAt(text))
        assert long.finish() is None
        assert document.project == before == load_project(project_folder)


def test_an_edit_that_comes_meanwhile_waits_and_both_are_done(session: Session) -> None:
    """As a detection that ends while an import is being written."""

    def patience(work, _title: str, _can_cancel: bool) -> bool:  # type: ignore[no-untyped-def]
        done = work(SILENT)
        assert session.do(Relabel(("15-expert-22",), "anger"))
        return done

    session.patience = patience
    assert session.do(large(LARGE + 1))
    assert session.project is not None
    assert session.project.event("15-expert-22").label == "anger"
    assert len(session.project.events("imported")) == LARGE + 1
    assert session.project == on_disk(session)


def test_done_aside_is_what_would_have_been_done_at_once(project_folder: Path, tmp_path: Path) -> None:
    edits = (large(2500), ReplaceEvents("imported", tuple(Event(n, n + 3, "joy", id=f"r{n}") for n in range(250))))
    with Document.open(project_folder) as document:
        start = document.project.copied()
        for edit in edits:
            undo = LongEdit(document, edit)
            undo.run(SILENT)
            done = undo.finish()
            assert done is not None
            direct = edit.apply(start)
            assert start == document.project == load_project(project_folder)
            assert done.undo.changes == direct.changes and done.touched == direct.touched(start)
