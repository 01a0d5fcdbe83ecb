from __future__ import annotations

import errno
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fedn.annotation.action_unit import parse_action_units
from fedn.annotation.backups import back_up_project
from fedn.annotation.check import check_project
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.project import Project
from fedn.annotation.store import Store, create_project, load_project
from fedn.annotation.subject import Subject
from fedn.annotation.video import FaceChoice
from fedn.annotation.vocabulary import shipped_vocabulary
from fedn.errors import ProjectError
from tests.annotation.example_project import commit_all

REPOSITORY = Path(__file__).parents[2]


def in_process(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs Python code with the repository importable."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60)


def test_a_project_comes_back_from_disk_as_it_was(folder: Path, project: Project) -> None:
    video = next(iter(project.videos.values()))
    project.set_reviewed(video.id, [Interval(0, 100), Interval(200, 300)])
    project.set_model_in_use("mine")
    project.put_video(replace(video, face=FaceChoice(7, 0.25, 0.5)))
    project.put_vocabulary(shipped_vocabulary("valence"))
    project.put_subject(Subject("s1", "control", "left-handed"))
    expert, detector = project.tiers.values()
    project.put_tier(replace(expert, vocabulary="valence"))
    first, second = project.events(detector.id)
    project.put_event(detector.id, replace(first, action_units=parse_action_units("4C+R10(B/C)")))
    project.set_rejected(second.id, True)
    with Store.open(folder, "ann") as store:
        commit_all(store, project)
        assert load_project(folder) == project
    stored = load_project(folder)
    assert stored == project and stored.model_in_use == "mine"
    assert stored.is_rejected(second.id) and not stored.is_rejected(first.id)
    assert stored.vocabulary_of(expert.id).name == "valence" and stored.vocabulary_of(detector.id) == stored.vocabulary
    assert stored.subject("s1").group == "control" and stored.video(video.id).face == FaceChoice(7, 0.25, 0.5)
    for change in (
        lambda it: it.put_subject(Subject("s1")),
        lambda it: it.set_rejected(first.id, True),
        lambda it: it.put_tier(replace(expert, vocabulary="")),
        lambda it: it.put_event(detector.id, replace(first, action_units=())),
        lambda it: it.put_vocabulary(replace(it.vocabulary, labels=it.vocabulary.labels[:1])),
        lambda it: it.put_video(video),
    ):
        changed = load_project(folder)
        change(changed)
        assert changed != project


def test_reading_leaves_no_files_behind(folder: Path) -> None:
    before = sorted(folder.iterdir())
    load_project(folder)
    assert sorted(folder.iterdir()) == before


def test_every_edit_has_a_row_of_history(folder: Path, project: Project) -> None:
    with Store.open(folder, "ann") as store:
        commit_all(store, project)
        (row,) = store.history()
    assert (row["who"], row["text"], row["edit"]) == ("ann", "Fill", '{"edit": "Fill"}')


def test_a_second_writer_is_told_who_has_the_project(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from fedn.annotation.store import Store\n"
        "try: Store.open(Path(sys.argv[1]), 'bob')\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    with Store.open(folder, "ann"):
        told = in_process(code, str(folder)).stdout
        with pytest.raises(ProjectError, match="already open in another window"):
            Store.open(folder, "bob")
    assert told.startswith("NotWritableError") and "already open in another window (since" in told and "by ann" in told
    Store.open(folder, "bob").close()


def test_a_disk_that_knows_no_locks_is_not_taken_for_another_window(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl")

    def refuse(file: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(
        ProjectError, match=r"cannot be locked .*No locks available.*copy it to a disk of this computer"
    ):
        Store.open(folder, "ann")


def test_what_a_kill_left_of_the_project_file_goes(folder: Path) -> None:
    (folder / ".project.toml-abc").write_text("name = ")
    Store.open(folder).close()
    assert not (folder / ".project.toml-abc").exists()


def test_reading_a_project_that_this_process_edits_takes_none_of_its_locks_away(folder: Path) -> None:
    """Else the next process that reads believes to be alone, and removes the log into which edits are written."""
    code = "import sys; from pathlib import Path; from fedn.annotation.store import *; load_project(Path(sys.argv[1]))"
    with Store.open(folder) as store:
        load_project(folder)
        check_project(folder)
        back_up_project(folder, folder.parent / "copy.sqlite")
        for text in ("first", "second"):
            store.commit((), text=text, edit={})
            assert in_process(code, str(folder)).returncode == 0
            assert (folder / "project.sqlite-wal").exists()
    with Store.open(folder) as store:
        assert [entry["text"] for entry in store.history()] == ["second", "first"]


def test_the_lock_of_a_process_that_died_is_taken_over(folder: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from fedn.annotation.store import Store\n"
        "store = Store.open(Path(sys.argv[1]), 'bob'); os.kill(os.getpid(), 9)"
    )
    assert in_process(code, str(folder)).returncode == -9
    assert "bob" in (folder / "project.lock").read_text()
    Store.open(folder, "ann").close()


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that another user can reach: pytest's own are private."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_read_only_folder_can_be_read_and_is_refused_for_writing_in_one_sentence(open_to_all: Path) -> None:
    folder = open_to_all / "study.fedn"
    create_project(folder, "study", shipped_vocabulary())
    for path in (*folder.iterdir(), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    code = (
        "import os, sys; from pathlib import Path; from fedn.annotation.store import *\n"
        "folder = Path(sys.argv[1]); load_project(folder)\n"  # Everything is imported while it still can be.
        "if os.geteuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"  # No permission stops root.
        "print(load_project(folder).name)\n"
        "try: Store.open(folder)\n"
        "except ProjectError as error: print(error)\n"
        "try: create_project(folder / 'inner', 'x', load_project(folder).vocabulary)\n"
        "except ProjectError as error: print(error)"
    )
    told = in_process(code, str(folder))
    folder.chmod(0o755)
    name, opened, created = told.stdout.splitlines() or [told.stderr, "", ""]
    assert name == "study"
    assert "its folder is read-only" in opened
    assert "cannot be created" in created and "Permission denied" in created


def test_a_newer_schema_is_refused(folder: Path) -> None:
    with sqlite3.connect(folder / "project.sqlite") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    for opened in (load_project, Store.open):
        with pytest.raises(ProjectError, match="newer version of FEDN Studio"):
            opened(folder)
    text = (folder / "project.toml").read_text()
    (folder / "project.toml").write_text(text.replace("schema = 2", "schema = 3"))
    with pytest.raises(ProjectError, match="newer version of FEDN Studio"):
        load_project(folder)


def test_a_folder_that_is_no_project_gets_a_sentence(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="there is no"):
        load_project(tmp_path / "nowhere")
    with pytest.raises(ProjectError, match="is not a project"):
        load_project(tmp_path)
    with pytest.raises(ProjectError, match="already holds a project"):
        create_project(folder, "again", shipped_vocabulary())
    for name, vocabularies in ((" ", [shipped_vocabulary()]), ("study", [])):
        with pytest.raises(ProjectError, match=r"the new project has no (name|vocabulary); give it one"):
            create_project(tmp_path / "new", name, *vocabularies)
    content = (folder / "project.toml").read_bytes()
    (folder / "project.toml").unlink()
    with pytest.raises(ProjectError, match=r"has lost its project.toml"):
        create_project(folder, "again", shipped_vocabulary())
    (folder / "project.toml").write_bytes(content)
    (folder / "project.sqlite").unlink()
    with pytest.raises(ProjectError, match=r"project.sqlite is missing; .*project restore"):
        Store.open(folder)


def test_a_damaged_database_gets_a_sentence_that_names_the_backups(folder: Path, project: Project) -> None:
    with Store.open(folder) as store:
        commit_all(store, project)
    database = folder / "project.sqlite"
    content = database.read_bytes()
    for damaged in (b"no database at all" * 100, content[: len(content) // 3], b""):
        database.write_bytes(damaged)
        for opened in (load_project, Store.open):
            with pytest.raises(ProjectError, match="backups"):
                opened(folder)


def test_an_impossible_event_in_the_database_is_reported_not_shown(folder: Path, project: Project) -> None:
    with Store.open(folder) as store:
        commit_all(store, project)
    with sqlite3.connect(folder / "project.sqlite") as database:
        database.execute("UPDATE events SET offset = 1")
    with pytest.raises(ProjectError, match="before its onset"):
        load_project(folder)


def test_a_disk_that_is_full_is_told_and_nothing_of_the_edit_is_written(folder: Path, project: Project) -> None:
    with Store.open(folder) as store:
        commit_all(store, project)
        pages = store._open_connection().exec_driver_sql("PRAGMA page_count").scalar()
        store._open_connection().rollback()
        store._open_connection().connection.driver_connection.execute(f"PRAGMA max_page_count={pages}")  # type: ignore[union-attr]
        memory = store.load()
        tier_id = next(iter(memory.tiers))
        with memory.recording() as changes:
            for onset in range(400):
                memory.put_event(tier_id, Event(onset, onset, "fear", note="x" * 200))
        with pytest.raises(ProjectError, match=r"could not be written .* full"):
            store.commit(tuple(changes), text="Too much", edit={})
        assert load_project(folder) == project
    assert load_project(folder) == project


def test_a_closed_store_refuses_to_write(folder: Path) -> None:
    store = Store.open(folder)
    store.close()
    store.close()
    with pytest.raises(ProjectError, match="has been closed"):
        store.commit((), text="Late", edit={})
