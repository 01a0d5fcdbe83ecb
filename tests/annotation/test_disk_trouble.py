"""Disks that are full, away or cut off in the middle: told in a sentence, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.document.document import Document
from app.document.edits import AddTier, AddVideo, CreateEvent, ReplaceEvents
from fedn.annotation.check import find_damage
from fedn.annotation.event import Event
from fedn.annotation.store import Store, load_project
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video
from fedn.annotation.vocabulary import shipped_vocabulary
from fedn.errors import ProjectError


def filled(folder: Path) -> Document:
    """An open project of one video with one tier."""
    document = Document.create(folder, "study", who="ann")
    document.do(AddVideo(Video("key", Path("/videos/a.mp4"), "s1", 5000, 30.0, 640, 480, id="video")))
    document.do(AddTier(Tier("video", "Corrections", Source.ANNOTATOR, "ann", "own")))
    return document


def create(number: int, note: str = "") -> CreateEvent:
    return CreateEvent("own", Event(number, number + 5, "fear", note=note, id=f"e{number}"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    mount = tmp_path / "disk"
    mount.mkdir()
    made = (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(mount)], capture_output=True, text=True, check=False
        )
        if shutil.which("mount")
        else None
    )
    if made is None or made.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {made.stderr.strip() if made else 'there is no mount'}")
    yield mount
    subprocess.run(["umount", "-l", str(mount)], check=True)


def test_on_a_full_disk_edits_fail_in_a_sentence_nothing_is_lost_and_editing_goes_on_afterwards(
    small_disk: Path,
) -> None:
    folder = small_disk / "study.fedn"
    document = filled(folder)
    ballast = small_disk / "ballast"
    done, refused = 0, []
    with ballast.open("wb", buffering=0) as file:
        # Leaves less and less space, down to the last byte.
        for size in (500_000, 100_000, 10_000, 1_000, 1):
            with pytest.raises(OSError):
                while True:
                    file.write(bytes(size))
            for number in range(done, done + 40):
                try:
                    document.do(create(number, note="x" * 1000))
                    done = number + 1
                except ProjectError as error:
                    refused.append(str(error))
                    break
            assert load_project(folder) == document.project
    assert refused and all("could not be written to" in text and "not full" in text for text in refused)
    assert not any("\n" in text for text in refused)
    assert document.project.event_count == done
    ballast.unlink()
    for number in range(done, done + 20):
        document.do(create(number))
    assert document.project.event_count == done + 20
    document.close()
    assert find_damage(folder) == []
    with Document.open(folder) as again:
        assert again.project == document.project
        again.do(create(done + 20))


def test_a_project_on_a_full_disk_opens_and_one_cannot_be_made_there(small_disk: Path) -> None:
    folder = small_disk / "study.fedn"
    filled(folder).close()
    with (small_disk / "ballast").open("wb", buffering=0) as file, pytest.raises(OSError):
        while True:
            file.write(bytes(512))
    stored = load_project(folder)
    with pytest.raises(ProjectError, match=r"No space left|full"):
        Document.create(small_disk / "other.fedn", "other")
    try:
        with Document.open(folder) as document:
            assert document.project == stored
            with pytest.raises(ProjectError, match="not full"):
                document.do(ReplaceEvents("own", tuple(create(number, "x" * 500).event for number in range(4000))))
            assert document.project == stored
    except ProjectError as error:
        assert "\n" not in str(error)
    (small_disk / "ballast").unlink()
    with Document.open(folder) as document:
        assert document.project == stored
        document.do(create(1))


@pytest.mark.skipif(os.name == "nt", reason="Windows does not let an open project's folder be moved")
def test_a_share_that_vanishes_refuses_edits_and_takes_them_when_it_is_back(tmp_path: Path) -> None:
    folder, away = tmp_path / "share" / "study.fedn", tmp_path / "away"
    document = filled(folder)
    document.do(create(1))
    (tmp_path / "share").rename(away)
    before = load_project(away / "study.fedn")
    for _ in range(2):
        with pytest.raises(ProjectError, match=r"was not done: .*; see that the disk is there and not full"):
            document.do(create(2))
        assert document.project == before == load_project(away / "study.fedn")
    away.rename(tmp_path / "share")
    document.do(create(2))
    assert load_project(folder) == document.project and document.project.has_event("e2")
    document.close()
    assert load_project(folder) == document.project


@pytest.mark.skipif(os.name == "nt", reason="Windows does not let an open project's folder be moved")
def test_edits_do_not_go_to_a_database_whose_place_another_one_has_taken(tmp_path: Path) -> None:
    folder = tmp_path / "study.fedn"
    document = filled(folder)
    folder.rename(tmp_path / "old.fedn")
    filled(folder).close()
    other = load_project(folder)
    with pytest.raises(ProjectError, match="another file has taken the place"):
        document.do(create(1))
    document.close()
    assert load_project(folder) == other


@pytest.mark.skipif(os.name == "nt", reason="Windows does not let an open project's folder be moved")
def test_closing_a_project_whose_folder_is_gone_is_quiet(tmp_path: Path) -> None:
    document = filled(tmp_path / "study.fedn")
    shutil.rmtree(tmp_path / "study.fedn")
    with pytest.raises(ProjectError, match="was not done"):
        document.do(create(1))
    document.close()
    with pytest.raises(ProjectError, match="has been closed"):
        document.do(create(1))


def test_a_project_file_that_cannot_be_replaced_loses_no_vocabulary(tmp_path: Path) -> None:
    folder = tmp_path / "study.fedn"
    filled(folder).close()
    with Store.open(folder, "ann") as store:
        memory = store.load()
        (folder / "project.toml").rename(folder / "aside.toml")
        (folder / "project.toml").mkdir()  # A folder cannot be replaced by a file.
        with memory.recording() as changes:
            memory.put_vocabulary(shipped_vocabulary("valence"))
        store.commit(tuple(changes), text="Add", edit={})
        (folder / "project.toml").rmdir()
        (folder / "aside.toml").rename(folder / "project.toml")
    assert load_project(folder) == memory
    assert len(memory.vocabularies) == 2
