from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from fedn.annotation.check import Finding, check_project
from fedn.annotation.event import Event
from fedn.annotation.project import Project
from fedn.annotation.store import Store
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video
from fedn.errors import ProjectError
from tests.annotation.old_project import make_old_project


@pytest.fixture
def sound(folder: Path) -> Path:
    """A project with one video that is there and one tier of two events."""
    (folder / "a.mp4").write_bytes(b"a video")
    video = Video("key", folder / "a.mp4", "s1", 500, 30.0, 640, 480, "a.mp4", 7, id="video")

    def fill(project: Project) -> None:
        project.put_video(video)
        project.put_tier(Tier("video", "Expert", Source.EXPERT, "ann", "tier"))
        project.put_event("tier", Event(10, 40, "happiness", id="one"))
        project.put_event("tier", Event(100, 140, "anger", id="two"))

    edit(folder, fill)
    return folder


def edit(folder: Path, change: Callable[[Project], None]) -> None:
    with Store.open(folder, "ann") as store:
        project = store.load()
        with project.recording() as changes:
            change(project)
        store.commit(tuple(changes), text="Change", edit={})


def by_hand(folder: Path, sql: str) -> None:
    with closing(sqlite3.connect(folder / "project.sqlite")) as database:
        database.execute(sql)
        database.commit()


def test_a_sound_project_has_nothing_to_say(sound: Path) -> None:
    assert check_project(sound) == ()


def test_an_old_project_is_checked_as_it_is(tmp_path: Path) -> None:
    make_old_project(tmp_path / "old.fedn")
    texts = [finding.text for finding in check_project(tmp_path / "old.fedn")]
    assert len(texts) == 3 and not any(finding.damage for finding in check_project(tmp_path / "old.fedn"))
    assert "/videos/a.mp4 is missing" in texts[0] and "the model in use is not there" in texts[2]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE events SET offset = 1 WHERE id = 'one'", "before its onset at frame 10"),
        ("UPDATE events SET onset = 'x' WHERE id = 'one'", "damaged"),
        ("UPDATE events SET tier_id = 'gone' WHERE id = 'one'", "1 rows of the table events belong to tiers"),
        ("UPDATE events SET action_units = 'ref(7)' WHERE id = 'one'", "cannot be read"),
        ("UPDATE events SET origin = '{' WHERE id = 'one'", "damaged"),
        ("DELETE FROM alembic_version", "it states no schema"),
        ("DROP TABLE reviewed", "no such table: reviewed"),
    ],
)
def test_what_breaks_the_rules_of_the_data_is_damage(sound: Path, sql: str, said: str) -> None:
    by_hand(sound, sql)
    findings = check_project(sound)
    assert findings and findings[0].damage and said in findings[0].text


def test_a_database_cut_short_is_damage(sound: Path) -> None:
    database = sound / "project.sqlite"
    database.write_bytes(database.read_bytes()[:-1])
    (finding,) = check_project(sound)
    assert finding.damage and "is damaged (it has" in finding.text


def beyond(project: Project) -> None:
    project.put_video(replace(project.video("video"), frame_count=900))
    project.put_event("tier", Event(600, 700, "fear"))


def overlap(project: Project) -> None:
    project.put_event("tier", Event(20, 30, "fear"))
    project.put_event("tier", Event(35, 36, "fear"))


@pytest.mark.parametrize(
    ("change", "sql", "said"),
    [
        (
            beyond,
            "UPDATE videos SET frame_count = 500",
            "has 1 event beyond the last frame 499 of the video, up to frame 700",
        ),
        (
            lambda p: p.put_event("tier", Event(1, 2, "boredom")),
            "",
            "1 event labelled “boredom”, which “six-and-others”",
        ),
        (
            overlap,
            "",
            "has 2 events that begin before an earlier one has ended, the first at frame 20, inside 10 to 40",
        ),
        (lambda p: p.set_model_in_use("lost"), "", "the model in use is not there: there is no model “lost”"),
        (
            None,
            "UPDATE events SET note = 'x' WHERE id = 'one'",
            "1 row is not as the last edit left it, such as the event one",
        ),
        (None, "DELETE FROM events WHERE id = 'two'", "1 row is not as the last edit left it, such as the event two"),
        (None, "UPDATE tiers SET vocabulary = 'pain'", "has labels from “pain”, a vocabulary that the project lacks"),
        (None, "INSERT INTO reviewed VALUES ('video', 0, 600)", "is marked as reviewed up to frame 599"),
    ],
)
def test_what_a_person_should_know_of_is_a_note(
    sound: Path, change: Callable[[Project], None] | None, sql: str, said: str
) -> None:
    if change is not None:
        edit(sound, change)
    if sql:
        by_hand(sound, sql)
    findings = check_project(sound)
    assert [finding for finding in findings if finding.damage] == []
    assert any(said in finding.text for finding in findings), findings


def test_files_that_are_missing_changed_or_left_over_are_notes(sound: Path) -> None:
    (sound / "a.mp4").write_bytes(b"another video")
    (sound / "cache" / "key").mkdir(parents=True)
    (sound / "cache" / "old").mkdir()
    (sound / "cache" / "old" / "features.bin").write_bytes(bytes(2_000_000))
    changed, stale = check_project(sound)
    assert "has 13 bytes and had 7 when it was added" in changed.text
    assert "1 folder (2.0 MB) of videos that are no longer in the project, such as old" in stale.text
    (sound / "a.mp4").unlink()
    missing = check_project(sound)[0]
    assert missing == Finding(missing.text) and "is missing; find it with “main.py project relink" in missing.text


def test_a_folder_that_is_no_project_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="is not a project"):
        check_project(tmp_path)
