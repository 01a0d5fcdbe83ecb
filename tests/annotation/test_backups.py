from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedn.annotation.backups import DAYS, LAST, WEEKS, Backup, back_up_project, list_backups, superseded
from fedn.annotation.project import Project
from fedn.annotation.store import Store, load_project
from fedn.errors import DamagedError, ProjectError
from tests.annotation.example_project import commit_all

START = datetime(2024, 5, 2, 12, tzinfo=UTC)


def copies(hours: list[int]) -> list[Backup]:
    times = [START + timedelta(hours=hour) for hour in sorted(hours)]
    return [Backup(Path(f"{number}.sqlite"), time, number) for number, time in enumerate(times)]


def kept_after(backups: list[Backup]) -> list[Backup]:
    gone = superseded(backups)
    return [backup for backup in backups if backup not in gone]


@given(st.lists(st.integers(0, 24 * 120), max_size=60))
def test_the_last_five_copies_and_the_last_of_each_day_and_week_are_kept(hours: list[int]) -> None:
    backups = copies(hours)
    kept = kept_after(backups)
    assert kept[-LAST:] == backups[-LAST:]
    assert len(kept) <= LAST + DAYS + WEEKS
    days = sorted({backup.time.date() for backup in backups})[-DAYS:]
    assert set(days) <= {backup.time.date() for backup in kept}
    weeks = sorted({backup.time.isocalendar()[:2] for backup in backups})[-WEEKS:]
    assert set(weeks) <= {backup.time.isocalendar()[:2] for backup in kept}
    assert kept_after(kept) == kept


def test_making_copies_one_by_one_keeps_old_weeks() -> None:
    kept: list[Backup] = []
    for backup in copies(list(range(0, 24 * 100, 5))):
        kept = kept_after([*kept, backup])
    ages = sorted((kept[-1].time - backup.time).days for backup in kept)
    assert ages[-1] >= 7 * (WEEKS - 2)
    assert len({backup.time.date() for backup in kept}) >= DAYS


def edits_in(copy: Path) -> int:
    with closing(sqlite3.connect(copy)) as database:
        return database.execute("SELECT count(*) FROM history").fetchone()[0]


def test_what_was_edited_is_backed_up_at_closing_and_what_was_not_is_not(folder: Path) -> None:
    with Store.open(folder) as store:
        store.commit((), text="Nothing", edit={})
        store.commit((), text="Nothing", edit={})
    assert [backup.edit for backup in list_backups(folder / "backups")] == [0, 2]
    assert edits_in(list_backups(folder / "backups")[-1].path) == 2
    Store.open(folder).close()
    assert len(list_backups(folder / "backups")) == 2


def test_a_session_that_was_killed_is_backed_up_at_the_next_opening(folder: Path) -> None:
    store = Store.open(folder)
    store.commit((), text="Nothing", edit={})
    store._lock.release()  # What is left of a process that died: a lock that is free and a log that was not emptied.
    Store.open(folder).close()
    assert [backup.edit for backup in list_backups(folder / "backups")] == [0, 1]


def test_copies_cut_off_by_a_kill_go_after_a_day(folder: Path) -> None:
    (folder / "backups").mkdir()
    old, young = folder / "backups" / "project-1.sqlite.part", folder / "backups" / "project-2.sqlite.part"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    Store.open(folder).close()
    assert young.exists() and not old.exists()


def test_old_copies_go(folder: Path) -> None:
    for _ in range(8):
        with Store.open(folder) as store:
            store.commit((), text="Nothing", edit={})
    assert [backup.edit for backup in list_backups(folder / "backups")] == [4, 5, 6, 7, 8]


def test_a_copy_is_made_while_the_project_is_open_and_is_a_whole_project(folder: Path, project: Project) -> None:
    target = folder.parent / "copies" / "mine.sqlite"
    with Store.open(folder, "ann") as store:
        commit_all(store, project)
        assert back_up_project(folder, target) == target
        own = back_up_project(folder)
        assert own.parent == folder / "backups" and back_up_project(folder) == own
    with pytest.raises(ProjectError, match="already there"):
        back_up_project(folder, target)
    (folder / "project.sqlite").write_bytes(target.read_bytes())
    assert load_project(folder) == project


def test_a_damaged_database_pushes_no_sound_copy_out(folder: Path, project: Project) -> None:
    with Store.open(folder, "ann") as store:
        commit_all(store, project)
    before = list_backups(folder / "backups")
    database = folder / "project.sqlite"
    content = bytearray(database.read_bytes())
    content[4096:] = b"\xff" * len(content[4096:])
    database.write_bytes(content)
    with pytest.raises(DamagedError, match="project restore"):
        back_up_project(folder, folder.parent / "copy.sqlite")
    with pytest.raises(DamagedError):
        Store.open(folder)
    assert list_backups(folder / "backups") == before
    assert sorted((folder / "backups").glob("*.sqlite*")) == [copy.path for copy in before]


def test_a_place_that_cannot_be_written_to_is_told(folder: Path) -> None:
    (folder.parent / "file").write_text("no folder")
    with pytest.raises(ProjectError, match=r"could not be copied .* name another place"):
        back_up_project(folder, folder.parent / "file" / "copy.sqlite")
