from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from fedn.annotation.project import Project
from fedn.annotation.project_file import FILE_NAME
from fedn.annotation.restore import restore_project
from fedn.annotation.store import Store, load_project
from fedn.annotation.vocabulary import shipped_vocabulary
from fedn.errors import DamagedError, FednError, ProjectError
from tests.annotation.example_project import commit_all


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "study"\n', "", "does not say its 'name'"),
        ("schema = 2", "schema = 0", "its schema is not a number from 1 on"),
        ("schema = 2", 'schema = "two"', "its schema is not a number from 1 on"),
        ("edit = 0", "edit = 'none'", "cannot be read"),
        ("[[vocabularies]]", "[[words]]", "does not say its 'vocabularies'"),
        ('code = "Hap"', 'code = "Happy"', "is not three letters"),
        ('name = "six-and-others"', "", "'name' is missing"),
        ("schema = 2", "schema = ", "cannot be read"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_the_way_back(folder: Path, old: str, new: str, said: str) -> None:
    path = folder / FILE_NAME
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    for opened in (load_project, Store.open):
        with pytest.raises(DamagedError, match=r"correct the file, or “main.py project restore") as told:
            opened(folder)
        assert said in str(told.value) and "\n" not in str(told.value)


def test_whatever_the_file_holds_the_answer_is_a_project_or_a_sentence(folder: Path) -> None:
    whole = (folder / FILE_NAME).read_bytes()
    chance = random.Random(2)
    for _ in range(300):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(content))
            content[place : place + chance.randint(0, 9)] = chance.choice(
                [b"", b"\xff", b"[[", b"= 3\n", b'"', b"name", b"{}", bytes([chance.randrange(256)])]
            )
        (folder / FILE_NAME).write_bytes(content)
        try:
            assert isinstance(load_project(folder), Project)
        except FednError as error:
            assert str(folder) in str(error)


@pytest.mark.parametrize("lost", [True, False])
def test_a_lost_or_damaged_file_comes_back_from_its_last_copy(folder: Path, project: Project, lost: bool) -> None:
    with Store.open(folder, "ann") as store:
        commit_all(store, project)
        memory = store.load()
        with memory.recording() as changes:
            memory.put_vocabulary(shipped_vocabulary("valence"))
        store.commit(tuple(changes), text="Add", edit={})
    path = folder / FILE_NAME
    path.unlink() if lost else path.write_text("name =")
    with pytest.raises(DamagedError, match="project restore"):
        load_project(folder)
    restored = restore_project(folder, "ann")
    assert restored.backup is None and restored.project_file is not None
    assert (restored.kept_in / FILE_NAME).exists() != lost
    assert load_project(folder) == memory
    with pytest.raises(ProjectError, match="is sound, nothing has to be restored"):
        restore_project(folder, "ann")


def test_both_files_damaged_are_both_restored(folder: Path, project: Project) -> None:
    with Store.open(folder, "ann") as store:
        commit_all(store, project)
    (folder / FILE_NAME).write_text("")
    (folder / "project.sqlite").write_bytes(b"")
    restored = restore_project(folder, "ann")
    assert restored.backup is not None and restored.project_file is not None
    assert load_project(folder) == project


def test_without_a_copy_that_is_said(folder: Path) -> None:
    Store.open(folder).close()
    for copy in (folder / "backups").glob("*.toml"):
        copy.unlink()
    (folder / FILE_NAME).write_text("")
    with pytest.raises(ProjectError, match=r"but it holds no copy of project.toml"):
        restore_project(folder)
    shutil.rmtree(folder / "backups")
    with pytest.raises(DamagedError, match="does not say its 'schema'"):
        restore_project(folder)
