import csv
import json
from pathlib import Path

import pytest

from app.commands.command_line import run_command
from fedn.annotation.interval import Interval
from fedn.annotation.store import load_project
from fedn.annotation.tier import Source


@pytest.fixture
def project(tmp_path: Path, dataset: Path) -> Path:
    folder = tmp_path / "study.fedn"
    assert run_command(["project", "create", str(folder), "--dataset", str(dataset)]) == 0
    return folder


def test_a_dataset_becomes_a_project_with_its_tiers_and_reviewed_ranges(project: Path) -> None:
    made = load_project(project)
    assert made.subjects() == ["anna", "ben"]
    for video in made.videos.values():
        assert [(tier.name, tier.source) for tier in made.tiers_of(video.id)] == [
            ("Expert", Source.EXPERT),
            ("Self-report", Source.SELF_REPORT),
        ]
        assert made.reviewed(video.id) == (Interval(0, 24),)


def test_info_prints_one_json_document(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run_command(["project", "info", str(project), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [video["subject"] for video in told["videos"]] == ["anna", "ben"]
    assert [tier["events"] for tier in told["videos"][0]["tiers"]] == [1, 1]


def test_a_video_is_not_added_twice(project: Path, dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    video = dataset / "videos" / "anna" / "anna1.mp4"
    assert run_command(["project", "add", str(project), str(video)]) == 0
    assert "already in the project" in capsys.readouterr().err
    assert len(load_project(project).videos) == 2


def test_labels_of_a_video_that_is_not_there_change_nothing(project: Path, tmp_path: Path, dataset: Path) -> None:
    before = load_project(project)
    table = tmp_path / "labels.csv"
    table.write_text("video,onset,offset,label\nanna1.mp4,1,2,fear\ncarl1.mp4,1,2,fear\n")
    video = dataset / "videos" / "anna" / "anna1.mp4"
    assert run_command(["project", "add", str(project), str(video), "--labels", str(table)]) == 2
    assert load_project(project) == before


def test_a_project_that_could_not_be_filled_is_not_left_behind(
    tmp_path: Path, dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "manifest.json").write_text('{"videos": [{"file": "videos/gone.mp4", "subject": "x"}]}')
    assert run_command(["project", "create", str(tmp_path / "new.fedn"), "--dataset", str(broken)]) == 2
    assert "gone.mp4" in capsys.readouterr().err
    assert not (tmp_path / "new.fedn").exists()


def test_export_writes_each_format_and_the_table_evaluates_to_itself(
    project: Path, tmp_path: Path, dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "export"
    assert run_command(["project", "export", str(project), "--out", str(out), "--format", "csv,json,eaf"]) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        f"{name}.{ending}" for name in ("anna-anna1", "ben-ben1") for ending in ("csv", "eaf", "json")
    ]
    with (out / "anna-anna1.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert (rows[0]["onset"], rows[0]["offset"], rows[0]["label"]) == ("4", "14", "happiness")
    assert float(rows[0]["offset_s"]) == pytest.approx(15 / 30, abs=1e-3)
    table, truth = str(out / "anna-anna1.csv"), str(dataset / "labels.csv")
    capsys.readouterr()
    assert run_command(["evaluate", "--predictions", table, "--truth", table, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["spotting"]["f1"] == 1.0
    assert run_command(["evaluate", "--predictions", table, "--truth", truth, "--tier", "expert", "--json"]) == 0
    half = json.loads(capsys.readouterr().out)
    assert (half["n_truth"], half["spotting"]["tp"], half["recognition"]["n"]) == (2, 1, 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["project", "info", "nowhere.fedn"], "nowhere.fedn"),
        (["project", "export", "nowhere.fedn", "--out", "x", "--format", "csv,docx"], "nowhere.fedn"),
        (["models", "show", "no-such-model"], "no-such-model"),
        (["evaluate", "--predictions", "gone.csv", "--truth", "gone.csv"], "gone.csv"),
        (["synth", "--facekit", "gone.npz", "--out", "x"], "gone.npz"),
        (["train", "gone.toml", "--out", "x"], "gone.toml"),
        (["retrain", "nowhere.fedn"], "nowhere.fedn"),
    ],
)
def test_what_is_not_there_is_named_in_one_sentence(
    arguments: list[str],
    words: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_command(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert words in said.err and len(said.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_lists_the_known_ones(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["project", "export", str(project), "--out", str(tmp_path / "x"), "--format", "docx"]) == 2
    assert "docx" in (said := capsys.readouterr().err) and "eaf" in said
