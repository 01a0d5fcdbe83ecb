import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import pytest

from app.commands.command_line import run_command
from app.document.dataset_project import REMARKS_NAME, NewProject, create_with_dataset
from fedn.annotation.interval import Interval
from fedn.annotation.project import Project
from fedn.annotation.store import load_project
from fedn.annotation.tier import Source
from fedn.errors import ProjectError
from fedn.progress import Cancelled, Record, Reporter
from tests.annotation.datasets import made_casme2, made_casme3, made_samm
from tests.conftest import REPOSITORY


@pytest.fixture(scope="module")
def casme2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_casme2.write_dataset(tmp_path_factory.mktemp("data") / "CAS(ME)^2")


@pytest.fixture(scope="module")
def casme3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_casme3.write_dataset(tmp_path_factory.mktemp("data") / "casme3")


@pytest.fixture(scope="module")
def samm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_samm.write_dataset(tmp_path_factory.mktemp("data") / "samm")


def create(folder: Path, dataset: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[Project, Any]:
    """The project that the command makes, and the JSON that it prints."""
    capsys.readouterr()
    call = ["project", "create", str(folder), "--dataset", str(dataset), "--json", *options]
    assert run_command(call) == 0
    return load_project(folder), json.loads(capsys.readouterr().out)


def event_count(project: Project, source: Source) -> int:
    return sum(len(project.events(tier.id)) for tier in project.tiers.values() if tier.source is source)


def test_casme2_becomes_a_project_with_both_label_sources(
    casme2: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project, told = create(tmp_path / "study.fedn", casme2, capsys)
    expected = sum(case.frames is not None for case in made_casme2.CASES)
    assert event_count(project, Source.EXPERT) == event_count(project, Source.SELF_REPORT) == expected
    assert [one.name for one in project.vocabularies] == ["six-and-others", "casme2-annotated", "casme2-self-reported"]
    assert project.subjects() == ["s15", "s16", "s23", "s29", "s35"]
    assert len(project.videos) == len(made_casme2.RAW)
    video = project.video_named("15_0401girlcrashing")
    assert video is not None and video.frame_count == made_casme2.FRAMES and video.fps == pytest.approx(30)
    sound = project.video_named("16_0102eatingworms")
    assert sound is not None and project.reviewed(sound.id) == (Interval(0, made_casme2.FRAMES),)
    # Rows were left out from frame 59 on: that there is no event does not mean that there is no expression.
    assert project.reviewed(video.id) == (Interval(0, 59),)
    expert, self_report = project.tiers_of(video.id)
    assert project.vocabulary_of(expert.id).name == "casme2-annotated"
    assert project.vocabulary_of(self_report.id).name == "casme2-self-reported"
    assert [event.label for event in project.events(self_report.id)][:2] == ["anger", "anger"]
    assert {remark["file"] for remark in told["remarks"]} >= {made_casme2.NAME, "rawpic/s19/23_0502funnyerrors"}


def test_a_video_without_labels_is_added_told_and_not_taken_as_reviewed(
    casme2: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project, told = create(tmp_path / "study.fedn", casme2, capsys)
    for name in made_casme2.UNLABELLED:
        video = project.video_named(name)
        assert video is not None
        assert project.tiers_of(video.id) == []
        assert project.reviewed(video.id) == ()
        assert any(
            remark["file"].endswith(name) and "no label table has a row for it" in remark["remark"]
            for remark in told["remarks"]
        )


def test_casme3_becomes_a_project_by_the_numbers_of_its_images(
    casme3: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project, told = create(tmp_path / "study.fedn", casme3, capsys)
    cases = [*made_casme3.MACRO_CASES, *made_casme3.MICRO_CASES]
    assert event_count(project, Source.EXPERT) == sum(case.frames is not None for case in cases)
    video = project.video_named("spNO.1_a")
    assert video is not None and video.path.name == "color" and video.subject == "spNO.1"
    (tier,) = project.tiers_of(video.id)
    assert made_casme3.at(101) in [event.onset for event in project.events(tier.id)]
    assert any("the video spNO.30_b is not there" in remark["remark"] for remark in told["remarks"])


def test_samm_becomes_a_project_at_200_frames_a_second(
    samm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project, _ = create(tmp_path / "study.fedn", samm, capsys)
    assert event_count(project, Source.EXPERT) == sum(case.frames is not None for case in made_samm.CASES)
    assert {round(video.fps) for video in project.videos.values()} == {200}
    assert [one.name for one in project.vocabularies] == ["six-and-others", "samm"]


def test_the_rate_of_images_and_the_rule_for_missing_offsets_can_be_chosen(
    casme2: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--fps", "25", "--missing-offset", "apex", "--images", "--dataset-kind", "casme2")
    project, _ = create(tmp_path / "study.fedn", casme2, capsys, *options)
    assert {round(video.fps) for video in project.videos.values()} == {25}
    assert {video.path.suffix for video in project.videos.values()} == {""}
    video = project.video_named("15_0401girlcrashing")
    assert video is not None
    events = project.events(project.tiers_of(video.id)[0].id)
    assert (60, 69, 69) in [(event.onset, event.apex, event.offset) for event in events]


def test_every_remark_is_printed_and_lies_in_the_project(casme2: Path, tmp_path: Path) -> None:
    folder = tmp_path / "study.fedn"
    call = [sys.executable, str(REPOSITORY / "main.py"), "project", "create", str(folder), "--dataset", str(casme2)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    with (folder / REMARKS_NAME).open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) > 30
    for row in rows:
        assert row["remark"] in done.stdout
    assert (
        "    row 2: the offset is missing (0); it was set to 90, 20 frames after the apex" in done.stdout.splitlines()
    )
    assert not any(str(casme2) in row["file"] for row in rows)


def test_a_video_and_its_labels_are_one_step(casme2: Path, tmp_path: Path) -> None:
    document, _ = create_with_dataset(NewProject(tmp_path / "study.fedn", "study"), casme2)
    with document:
        steps = document.history()
        assert len(steps) == len(made_casme2.RAW)
        assert steps[-1]["text"] == "Add 15_0401girlcrashing with its labels"


@pytest.mark.parametrize("at", ["looking through", "looking at videos", "adding labels"])
def test_stopping_leaves_nothing_behind(at: str, casme2: Path, tmp_path: Path) -> None:
    class Stopping(Reporter):
        def report(self, record: Record) -> None:
            half_way = record.total == 0 or record.done == record.total // 2
            self.stop_requested |= record.text.startswith(at) and half_way

    with pytest.raises(Cancelled):
        create_with_dataset(NewProject(tmp_path / "study.fedn", "study"), casme2, reporter=Stopping())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(
    casme2: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "notes.txt").write_text("mine")
    assert run_command(["project", "create", str(tmp_path / "study"), "--dataset", str(casme2)]) == 2
    assert "is there already and not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.rglob("*")] == ["study", "notes.txt"]


def test_an_empty_folder_becomes_the_project(samm: Path, tmp_path: Path) -> None:
    document, _ = create_with_dataset(NewProject(tmp_path, "study"), samm)
    document.close()
    assert len(load_project(tmp_path).videos) == 4


def test_a_video_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    samm = made_samm.write_dataset(tmp_path / "samm")
    for image in (samm / "SAMM_longvideos" / "006_1").iterdir():
        image.write_bytes(b"not an image")
    document, remarks = create_with_dataset(NewProject(tmp_path / "study.fedn", "study"), samm)
    with document:
        assert {video.name for video in document.project.videos.values()} == {"006_2", "012_4", "012_5"}
    told = [remark.text for remark in remarks if remark.file.name == "006_1"]
    assert told[0].startswith("the video was not added: ")
    assert any("the video 006_1 is not there; the row was left out" in remark.text for remark in remarks)


def test_for_a_file_that_cannot_be_read_its_images_are_offered(tmp_path: Path) -> None:
    samm = made_samm.write_dataset(tmp_path / "samm")
    (samm / "006_1.avi").write_bytes(b"no video")
    document, remarks = create_with_dataset(NewProject(tmp_path / "study.fedn", "study"), samm)
    document.close()
    (told,) = [remark.text for remark in remarks if remark.file.name == "006_1.avi"]
    assert told.startswith("the video was not added") and told.endswith("(--images takes its images instead)")


def test_the_same_video_twice_is_added_once_and_told(tmp_path: Path) -> None:
    samm = made_samm.write_dataset(tmp_path / "samm")
    copy, original = samm / "SAMM_longvideos" / "012_5", samm / "SAMM_longvideos" / "012_4"
    for image in copy.iterdir():
        image.unlink()
    for image in original.iterdir():
        (copy / image.name).write_bytes(image.read_bytes())
    document, remarks = create_with_dataset(NewProject(tmp_path / "study.fedn", "study"), samm)
    with document:
        assert len(document.project.videos) == 3
    assert [remark.text for remark in remarks if remark.file.name == "012_5"] == [
        f"it is the same as {original}; it was not added again"
    ]


def test_only_the_first_image_of_a_video_is_decoded(
    casme3: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[int] = []
    decode = cv2.imdecode
    monkeypatch.setattr(cv2, "imdecode", lambda content, how: (decoded.append(1), decode(content, how))[1])
    document, _ = create_with_dataset(NewProject(tmp_path / "study.fedn", "study"), casme3)
    with document:
        assert len(decoded) == len(document.project.videos) == 4


def test_a_file_where_the_project_should_be_is_told(casme2: Path, tmp_path: Path) -> None:
    (tmp_path / "study.fedn").write_text("mine")
    with pytest.raises(ProjectError, match="is there already"):
        create_with_dataset(NewProject(tmp_path / "study.fedn", "study"), casme2)
