from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from fedn.annotation.backups import list_backups
from fedn.annotation.check import check_project, find_damage
from fedn.annotation.event import Event
from fedn.annotation.project import Project
from fedn.annotation.restore import restore_project
from fedn.annotation.store import Store, create_project, load_project
from fedn.annotation.vocabulary import shipped_vocabulary
from fedn.errors import DamagedError, ProjectError
from tests.annotation.example_project import commit_all
from tests.annotation.old_project import make_old_project


def add_events(store: Store, memory: Project, first: int, count: int) -> None:
    tier_id = next(iter(memory.tiers))
    for number in range(first, first + count):
        with memory.recording() as changes:
            memory.put_event(tier_id, Event(number, number + 3, "fear", note=f"number {number}"))
        store.commit(tuple(changes), text=f"Create {number}", edit={})


@pytest.fixture
def edited(folder: Path, project: Project) -> tuple[Path, Project]:
    """A project whose newest backup is of edit 21, with 20 edits after it, as a killed session leaves it."""
    with Store.open(folder, "ann") as store:
        commit_all(store, project)
        memory = store.load()
        add_events(store, memory, 0, 20)
    store = Store.open(folder, "bob")
    add_events(store, memory, 20, 20)
    store._edited = False  # A session that was killed makes no backup at its end.
    store.close()
    assert list_backups(folder / "backups")[-1].edit == 21
    return folder, memory


def state_of(folder: Path) -> list[str]:
    return sorted(event.note for tier in load_project(folder).tiers for event in load_project(folder).events(tier))


def test_a_damaged_database_is_told_and_never_restored_silently(edited: tuple[Path, Project]) -> None:
    folder, _ = edited
    database = folder / "project.sqlite"
    database.write_bytes(database.read_bytes()[:-4096])
    damaged = database.read_bytes()
    for opened in (load_project, Store.open):
        with pytest.raises(DamagedError, match=r"damaged .* “main.py project restore .*study.fedn” brings back"):
            opened(folder)
    assert database.read_bytes() == damaged


def test_restoring_brings_the_backup_back_keeps_the_damaged_file_and_names_what_is_missing(
    edited: tuple[Path, Project],
) -> None:
    folder, _ = edited
    database = folder / "project.sqlite"
    content = bytearray(database.read_bytes())
    # An event's page is overwritten: the history can still be read.
    place = content.index(b"number 5")
    page = place // 4096 * 4096
    content[page : page + 4096] = bytes(4096)
    database.write_bytes(content)
    assert find_damage(folder)
    restored = restore_project(folder, "ann")
    assert restored.last is not None and restored.last.number == 21 and restored.last.text == "Create 19"
    assert [edit.text for edit in restored.missing] == [f"Create {number}" for number in range(20, 40)]
    assert {edit.who for edit in restored.missing} == {"bob"}
    assert restored.complete
    assert (restored.kept_in / "project.sqlite").read_bytes() == content
    assert find_damage(folder) == []
    now = load_project(folder)
    notes = {event.note for event in now.events(next(iter(now.tiers)))}
    assert {f"number {number}" for number in range(20)} <= notes and "number 20" not in notes
    with Store.open(folder, "ann") as store:
        assert store.history(1)[0]["text"] == "Restore the state after edit 21"
        add_events(store, store.load(), 60, 1)
    assert check_project(folder)[-1].text.startswith("the video")  # No damage, and only the example's video is missing.


def test_truncated_at_any_length_a_database_is_restored(edited: tuple[Path, Project]) -> None:
    folder, _ = edited
    whole = (folder / "project.sqlite").read_bytes()
    chance = random.Random(1)
    lengths = [0, 1, 99, 100, 4095, 4096, len(whole) - 1, *(chance.randrange(len(whole)) for _ in range(25))]
    named = 0
    for length in lengths:
        copy = folder.parent / f"copy{length}.fedn"
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        (copy / "project.sqlite").write_bytes(whole[:length])
        for opened in (load_project, Store.open):
            with pytest.raises(DamagedError, match="project restore"):
                opened(copy)
        restored = restore_project(copy)
        assert restored.last is not None and restored.last.number == 21
        numbers = [edit.number for edit in restored.missing]
        assert numbers == sorted(set(numbers)) and set(numbers) <= set(range(22, 42))
        assert restored.complete == (numbers == list(range(22, 42)))
        named += bool(numbers)
        assert find_damage(copy) == [] and (restored.kept_in / "project.sqlite").stat().st_size == length
    assert named  # In some of them the history is still there.


def test_edits_that_are_only_in_the_log_are_named_too(folder: Path, project: Project) -> None:
    with Store.open(folder, "ann") as store:
        commit_all(store, project)
    store = Store.open(folder, "ann")
    add_events(store, store.load(), 0, 3)
    saved = {path.name: path.read_bytes() for path in folder.glob("project.sqlite*")}
    store._edited = False
    store.close()
    for name, content in saved.items():
        (folder / name).write_bytes(content)
    assert len(saved["project.sqlite-wal"]) > 0
    restored = restore_project(folder, "ann", list_backups(folder / "backups")[-1].path)
    assert [edit.text for edit in restored.missing] == ["Create 0", "Create 1", "Create 2"] and restored.complete
    assert (restored.kept_in / "project.sqlite-wal").exists()
    assert find_damage(folder) == []


def test_a_database_that_is_gone_is_restored(edited: tuple[Path, Project]) -> None:
    folder, _ = edited
    (folder / "project.sqlite").unlink()
    with pytest.raises(DamagedError, match="is missing"):
        load_project(folder)
    restored = restore_project(folder)
    assert restored.missing == () and not restored.complete and restored.changed_last is None
    assert find_damage(folder) == []


def test_unsound_backups_are_passed_over_and_put_aside(edited: tuple[Path, Project]) -> None:
    folder, _ = edited
    newest = list_backups(folder / "backups")[-1].path
    newest.write_bytes(newest.read_bytes()[:5000])
    assert any("the backup" in finding.text and newest.name in finding.text for finding in check_project(folder))
    (folder / "project.sqlite").write_bytes(b"no database")
    restored = restore_project(folder)
    assert restored.last is None  # The backup of the empty project that was opened first.
    assert (restored.kept_in / newest.name).exists() and not newest.exists()
    newer = list_backups(folder / "backups")[-1]
    with Store.open(folder) as store:
        store.commit((), text="Nothing", edit={})
    assert list_backups(folder / "backups")[-1].path != newer.path


def test_a_sound_project_is_only_set_back_to_a_backup_that_is_named(edited: tuple[Path, Project]) -> None:
    folder, _ = edited
    with pytest.raises(ProjectError, match="is sound, nothing has to be restored"):
        restore_project(folder)
    with pytest.raises(ProjectError, match="cannot be used: it is not there"):
        restore_project(folder, backup=folder / "nothing.sqlite")
    with Store.open(folder), pytest.raises(ProjectError, match="already open in another window"):
        restore_project(folder)
    restored = restore_project(folder, backup=list_backups(folder / "backups")[0].path)
    assert len(restored.missing) == 41 and load_project(folder).event_count == 0
    again = restore_project(folder, backup=restored.kept_in / "project.sqlite")
    assert again.last is not None and again.last.number == 41 and load_project(folder).event_count > 40


def test_without_a_sound_backup_the_way_out_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "study.fedn"
    create_project(folder, "study", shipped_vocabulary())
    (folder / "project.sqlite").write_bytes(b"")
    with pytest.raises(ProjectError, match="there is no sound backup"):
        restore_project(folder)
    assert (folder / "project.sqlite").exists()


def test_the_copy_from_before_a_migration_can_be_put_back(tmp_path: Path) -> None:
    folder = tmp_path / "old.fedn"
    make_old_project(folder)
    before = load_project(folder)
    with Store.open(folder) as store:
        memory = store.load()
        add_events(store, memory, 0, 2)
    (copy,) = (folder / "backups").glob("schema0001-*.sqlite")
    restored = restore_project(folder, backup=copy)
    assert [edit.text for edit in restored.missing] == ["Create 0", "Create 1"]
    assert load_project(folder) == before
