from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from fedn.annotation.event import Event, Origin
from fedn.annotation.interval import Interval
from fedn.annotation.project import Project
from fedn.annotation.store import Store, create_project, load_project
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video
from fedn.annotation.vocabulary import LabelDef, Vocabulary
from fedn.errors import ProjectError
from tests.annotation.old_project import make_old_project

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    folder = tmp_path / "100% old.fedn"
    make_old_project(folder)
    return folder


def expected(folder: Path) -> Project:
    """What the old project holds, put together by hand."""
    project = Project(
        folder,
        "study",
        Vocabulary("mine", (LabelDef("happiness", "Hap", "#E8C531", "1"), LabelDef("anger", "Ang", "#D55E00"))),
    )
    a, b = Path("/videos/a.mp4"), Path("/videos/b")
    project.put_video(Video("key one", a, "s1", 500, 29.97, 640, 480, "../a.mp4", 7, id="v1"))
    project.put_video(Video("key two", b, "s2", 90, 25.0, 320, 240, "", 8, image_fps=25.0, id="v2"))
    project.put_tier(Tier("v1", "Expert", Source.EXPERT, "ann", "t1"))
    project.put_tier(Tier("v1", "FEDN", Source.DETECTOR, "fedn-base", "t2"))
    project.put_tier(Tier("v2", "Corrections", Source.ANNOTATOR, "bob", "t3"))
    project.put_event("t1", Event(10, 40, "happiness", 20, intensity="B", note="a “smile”", id="e1"))
    project.put_event("t2", Event(100, 140, "anger", kind="micro", score=0.75, id="e2"))
    origin = Origin("fedn-base", 4, 8, "fear", 0.5)
    project.put_event("t3", Event(5, 7, "", 6, "micro", origin=origin, id="e3"))
    project.set_reviewed("v1", [Interval(0, 100), Interval(200, 300)])
    project.set_model_in_use("mine")
    return project


def revision(database: Path) -> str:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def test_an_old_project_is_read_as_it_is_and_not_changed(old: Path) -> None:
    before = {path.name: path.read_bytes() for path in old.iterdir()}
    assert load_project(old) == expected(old)
    assert {path.name: path.read_bytes() for path in old.iterdir()} == before


def test_opening_an_old_project_to_edit_it_keeps_everything_and_a_copy_of_the_old_database(old: Path) -> None:
    with Store.open(old, "ann") as store:
        assert store.load() == expected(old)
        assert [row["text"] for row in store.history()] == ["Accept fear", "Add a.mp4"]
    assert load_project(old) == expected(old)
    assert revision(old / "project.sqlite") == "0002"
    assert "schema = 2" in (old / "project.toml").read_text()
    assert "created = 2024-05-02" in (old / "project.toml").read_text()
    (copy,) = (old / "backups").glob("schema0001-*.sqlite")
    assert revision(copy) == "0001"
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (3,)
    Store.open(old, "ann").close()
    assert len(list((old / "backups").glob("schema0001-*.sqlite"))) == 1


def test_a_migrated_database_has_the_tables_of_a_new_one(old: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.fedn"
    create_project(new, "new", expected(old).vocabulary)
    Store.open(old).close()
    assert shape(old / "project.sqlite") == shape(new / "project.sqlite")


def shape(database: Path) -> dict[str, list]:
    """Columns, foreign keys and indexes of every table."""
    with closing(sqlite3.connect(database)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            f"{name} {what}": sorted(map(str, connection.execute(f"PRAGMA {what}('{name}')")))
            for name in names
            for what in ("table_xinfo", "foreign_key_list", "index_list")
        }


def test_without_a_place_for_the_copy_an_old_project_is_not_touched(old: Path) -> None:
    (old / "backups").write_text("a file where the folder should be")
    with pytest.raises(ProjectError, match=r"could not be brought up to date.*nothing of it was changed"):
        Store.open(old)
    assert revision(old / "project.sqlite") == "0001"
    assert load_project(old) == expected(old)


def test_killing_a_migration_leaves_the_old_project_or_the_new_one(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from fedn.annotation.store import Store\n"
        "import alembic.command\n"
        "print('ready', flush=True); Store.open(Path(sys.argv[1])); print('done', flush=True)"
    )
    chance, found = random.Random(5), set()
    for attempt in range(8):
        folder = tmp_path / f"{attempt}.fedn"
        make_old_project(folder, more_events=20_000)
        whole = load_project(folder)
        command = [sys.executable, "-c", code, str(folder)]
        opener = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
        assert opener.stdout is not None and opener.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.0, 0.5))
        opener.kill()
        opener.wait()
        opener.stdout.close()
        assert load_project(folder) == whole
        found.add(revision(folder / "project.sqlite"))
        with Store.open(folder) as store:
            assert store.load() == whole
        assert revision(folder / "project.sqlite") == "0002"
        assert list((folder / "backups").glob("schema0001-*.sqlite"))
    assert found <= {"0001", "0002"}
