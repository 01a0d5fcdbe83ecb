import json
import shutil
from pathlib import Path

import pytest

from app.commands.command_line import run_command
from app.document.document import Document
from app.document.edits import DeleteEvents
from fedn.annotation.store import load_project


@pytest.fixture
def project(tmp_path: Path, dataset: Path) -> Path:
    """A project beside its videos, in a folder that can be moved."""
    shutil.copytree(dataset, tmp_path / "lab" / "dataset")
    folder = tmp_path / "lab" / "study.fedn"
    assert run_command(["project", "create", str(folder), "--dataset", str(tmp_path / "lab" / "dataset")]) == 0
    return folder


def told_by(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict:
    capsys.readouterr()
    assert run_command(["project", *arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_check_says_nothing_of_a_sound_project_and_a_sentence_of_each_oddity(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told_by(capsys, "check", str(project)) == {"project": str(project), "damaged": False, "findings": []}
    (project / "cache" / "0123").mkdir(parents=True)
    (finding,) = told_by(capsys, "check", str(project))["findings"]
    assert finding["kind"] == "note" and "no longer in the project" in finding["text"]
    assert run_command(["project", "check", str(project)]) == 0
    assert capsys.readouterr().out.startswith("note: ")


def test_a_damaged_project_is_checked_restored_and_what_is_missing_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = load_project(project)
    event = whole.events(next(iter(whole.tiers)))[0]
    with Document.open(project, who="ann") as document:
        document.do(DeleteEvents((event.id,)))
        document._store._edited = False  # A session that was killed makes no backup at its end.
    database = project / "project.sqlite"
    content = database.read_bytes()
    start = content.index(b"CREATE TABLE reviewed")
    database.write_bytes(content[:start] + b"CREATE TALBE" + content[start + 12 :])
    damage = told_by(capsys, "check", str(project), code=2)
    assert damage["damaged"] and damage["findings"][0]["kind"] == "damage"
    assert run_command(["project", "info", str(project)]) == 2
    assert "main.py project restore" in capsys.readouterr().err
    assert run_command(["project", "restore", str(project), "--who", "bob"]) == 0
    told = capsys.readouterr().out
    assert "is in place, up to edit" in told and "what was replaced is kept in" in told
    assert load_project(project) == whole
    assert told_by(capsys, "check", str(project))["findings"] == []
    assert run_command(["project", "restore", str(project)]) == 2
    assert "is sound, nothing has to be restored" in capsys.readouterr().err


def test_edits_after_the_backup_are_listed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = load_project(project)
    event = whole.events(next(iter(whole.tiers)))[0]
    copy = project.parent / "copy.sqlite"
    assert told_by(capsys, "backup", str(project), "--to", str(copy))["backup"] == str(copy)
    with Document.open(project, who="ann") as document:
        document.do(DeleteEvents((event.id,)))
    told = told_by(capsys, "restore", str(project), "--from", str(copy))
    assert [(edit["who"], edit["text"]) for edit in told["missing"]] == [("ann", f"Delete {event.label}")]
    assert told["complete"] and load_project(project) == whole
    assert run_command(["project", "backup", str(project), "--to", str(copy)]) == 2
    assert "already there" in capsys.readouterr().err


def test_moved_videos_are_linked_again_in_one_step(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    videos = project.parent / "dataset" / "videos"
    (project.parent / "moved").mkdir()
    (videos / "anna" / "anna1.mp4").rename(project.parent / "moved" / "a new name.mp4")
    (videos / "ben" / "ben1.mp4").rename(project.parent.parent / "ben1.mp4")
    assert sum("is missing" in one["text"] for one in told_by(capsys, "check", str(project))["findings"]) == 2
    before = {path: path.read_bytes() for path in project.parent.parent.rglob("*.mp4")}
    told = told_by(capsys, "relink", str(project))
    assert told["found"] == {"a new name.mp4": str(project.parent / "moved" / "a new name.mp4")}
    assert told["missing"] == [str(videos / "ben" / "ben1.mp4")]
    told = told_by(capsys, "relink", str(project), str(project.parent.parent))
    assert told["missing"] == [] and set(told["found"]) == {"ben1.mp4"}
    assert {path: path.read_bytes() for path in before} == before
    with Document.open(project) as document:
        assert [entry["text"] for entry in document.history(2)] == ["Relink 1 video", "Relink 1 video"]
    assert told_by(capsys, "check", str(project))["findings"] == []
    assert run_command(["project", "relink", str(project), str(project / "nowhere")]) == 2
    assert "there is no folder" in capsys.readouterr().err
