from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from app.document.document import Document
from app.document.edits import MoveEvent
from fedn.annotation.store import load_project
from fedn.errors import ProjectError


def test_an_edit_that_cannot_be_written_is_taken_back_in_memory(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ProjectError("the disk is full")

    start = load_project(document.folder)
    monkeypatch.setattr(document._store, "commit", fail)
    with pytest.raises(ProjectError, match="full"):
        document.do(MoveEvent("first", 3))
    assert document.project == load_project(document.folder) == start


def test_a_second_window_is_refused_until_the_first_closes(document: Document) -> None:
    with pytest.raises(ProjectError, match="already open in another window"):
        Document.open(document.folder)
    document.close()
    with Document.open(document.folder, who="bob") as second:
        assert second.who == "bob"


def test_a_failed_opening_frees_the_project(document: Document) -> None:
    document.close()
    with sqlite3.connect(document.folder / "project.sqlite") as database:
        database.execute("UPDATE tiers SET source = 'rumor'")
    for _ in range(2):
        with pytest.raises(ProjectError, match="rumor"):
            Document.open(document.folder)


def test_editing_needs_neither_qt_nor_torch(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from app.document.document import Document; import app.document.edits\n"
        "Document.create(Path(sys.argv[1]), 'study').close()\n"
        "print([name for name in ('PySide6', 'torch', 'pandas') if name in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "study")],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert told.stdout.strip() == "[]", told.stderr
