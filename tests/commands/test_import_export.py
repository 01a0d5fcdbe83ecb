from __future__ import annotations

import csv
import json
import re
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.commands.command_line import run_command
from app.commands.event_files import parse_formats, write_prediction
from app.document.document import Document
from app.document.edits import AddEvents, AddTier, ChangeVideo, DeleteTier, Group
from app.document.export_files import ExportChoices, export_project
from app.document.read_files import ReadChoices, read_files
from fedn.annotation.event import Event
from fedn.annotation.formats.known_formats import FORMATS, WRITABLE, Holds, known_format
from fedn.annotation.formats.recognize import recognize_format
from fedn.annotation.project import Project
from fedn.annotation.store import load_project
from fedn.annotation.tier import Source, Tier
from fedn.prediction import Prediction
from fedn.progress import Cancelled, Record, Reporter
from fedn.video.frame_index import FrameIndex
from tests.document.test_file_names import HOSTILE

ONLY_PREDICTIONS = ("megc2022", "megc2023", "megc2024", "auw-gcn-proposals", "lgsnet-detections")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, dataset: Path) -> Path:
    folder = tmp_path_factory.mktemp("made") / "study.fedn"
    assert run_command(["project", "create", str(folder), "--dataset", str(dataset)]) == 0
    return folder


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """Videos anna1.mp4 and ben1.mp4 of 24 frames, each with an expert's and a self-reported event."""
    return Path(shutil.copytree(made, tmp_path / "study.fedn"))


def run(*arguments: object) -> int:
    return run_command(["project", *map(str, arguments)])


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    capsys.readouterr()
    assert run(*arguments, "--json") == 0
    return json.loads(capsys.readouterr().out)


def events(project: Project, tier: str) -> dict[str, list[tuple[int, int, str]]]:
    """Frames and labels of every tier of that name by video."""
    return {
        video.name: [(event.onset, event.offset, event.label) for event in project.events(one.id)]
        for video in project.videos.values()
        for one in project.tiers_of(video.id)
        if one.name == tier
    }


EXPERT = {"anna1.mp4": [(4, 14, "happiness")], "ben1.mp4": [(4, 14, "anger")]}


def with_prediction(folder: Path) -> None:
    """Beside the labels a detector's tier on each video."""
    with Document.open(folder) as document:
        for video in document.project.videos.values():
            tier = Tier(video.id, "FEDN", Source.DETECTOR, "fedn-base")
            event = Event(4, 14, "happiness", score=0.5)
            document.do(Group((AddTier(tier), AddEvents(tier.id, (event,)))))


@pytest.mark.parametrize("name", WRITABLE)
def test_what_is_exported_is_recognized_and_comes_back_at_the_same_frames(
    name: str, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if name == "megc2021":
        pytest.skip("its log holds videos with the names of SAMM and CAS(ME)^2 only; tests of the format read it back")
    known, predicted = FORMATS[name], name in ONLY_PREDICTIONS
    if predicted:
        with_prediction(project)
    tier = "FEDN" if predicted else "Expert"
    out = told(capsys, "export", project, "--out", tmp_path / "out", "--format", name, "--tier", tier)
    files = [Path(file) for file in out["files"]]
    assert len(files) == (1 if known.holds is Holds.STUDY else 2)
    assert all(file.name.endswith(known.ending) and file.parent == tmp_path / "out" for file in files)
    found = {recognized.name for file in files if (recognized := recognize_format(file))}
    assert found <= {name, "auw-gcn" if "auw" in name else name}
    before = len(load_project(project).tiers)
    plan = told(capsys, "import", project, *files, "--tier", "Back", "--format", name)
    loaded = load_project(project)
    assert plan["events"] == 2 and len(loaded.tiers) == before + 2
    labels = any(label for own in events(loaded, "Back").values() for *_, label in own)
    expected = {video: [(4, 14, "happiness")] for video in EXPERT} if predicted else EXPERT
    without = {video: [(onset, offset, "") for onset, offset, _ in own] for video, own in expected.items()}
    assert events(loaded, "Back") == (expected if labels else without)
    if not labels:
        assert any("label" in remark["remark"] for remark in out["remarks"])


@pytest.mark.parametrize("name", WRITABLE)
def test_a_detection_is_written_in_every_format(name: str, dataset: Path, tmp_path: Path) -> None:
    video = dataset / "videos" / "anna" / "anna1.mp4"
    found = (Event(4, 14, "happiness", apex=9, score=0.75),)
    prediction = Prediction(video, 24, 30.0, 24, found, (), ("happiness",), np.zeros((1, 24), np.float16))
    # Only the log of MEGC wants to know which data set a video is of.
    stem = "006_1" if name == "megc2021" else "anna1"
    prediction = replace(prediction, video=video.with_name(f"{stem}.mp4"))
    index = FrameIndex.regular(24, Fraction(30))
    (known,) = parse_formats(f" {name},{name} ")
    remarks = write_prediction(tmp_path, stem, prediction, model="base", index=index, formats=(known,))
    path = tmp_path / f"{stem}{known.ending}"
    assert list(tmp_path.iterdir()) == [path] and all(remark.file == path for remark in remarks)
    frames = [
        (event.onset, event.offset)
        for own in known.read(path, lambda _: index).videos
        for tier in own.tiers
        for event in tier.events
    ]
    assert frames == [(4, 14)]


def test_one_file_for_the_whole_project_has_every_video(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = told(capsys, "export", project, "--out", tmp_path / "out", "--format", "csv,json,eaf", "--together")
    assert sorted(Path(file).name for file in out["files"]) == [
        "anna-anna1.eaf", "ben-ben1.eaf", "study.csv", "study.json",
    ]  # fmt: skip
    with (tmp_path / "out" / "study.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["video"] for row in rows] == ["anna1.mp4"] * 2 + ["ben1.mp4"] * 2
    assert float(rows[0]["offset_s"]) == pytest.approx(15 / 30, abs=1e-3)


def test_only_the_chosen_video_and_tier_are_exported(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = told(capsys, "export", project, "--out", tmp_path, "--video", "ben1", "--tier", "expert", "--format", "json")
    (file,) = out["files"]
    (video,) = json.loads(Path(file).read_text())["videos"]
    assert video["video"] == "ben1.mp4" and [tier["name"] for tier in video["tiers"]] == ["Expert"]
    for choice, sentence in (("--video", "no video x; its videos are anna1.mp4, ben1.mp4"), ("--tier", "no video has")):
        assert run("export", project, "--out", tmp_path / "no", choice, "x") == 2
        assert sentence in capsys.readouterr().err
    assert not (tmp_path / "no").exists()


def test_what_a_format_does_not_hold_is_named_at_export(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("export", project, "--out", tmp_path / "out", "--format", "lgsnet", "--tier", "Expert")
    assert run(*arguments, "--remarks", tmp_path / "lost.csv") == 0
    said = capsys.readouterr().out
    assert "wrote 1 file" in said and "events have a label but this format no place for it (2 in all" in said
    with (tmp_path / "lost.csv").open(newline="", encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    assert all(row["remark"] in said for row in rows) and len(rows) > 1


def test_a_video_that_has_gone_is_told_and_the_others_are_exported(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Document.open(project) as document:
        video = document.project.video_named("anna1.mp4")
        assert video is not None
        document.do(ChangeVideo(replace(video, path=tmp_path / "gone" / "anna1.mp4", relative_path="")))
    out = told(capsys, "export", project, "--out", tmp_path / "out", "--format", "eaf,csv")
    assert sorted(Path(file).name for file in out["files"]) == ["anna-anna1.csv", "ben-ben1.csv", "ben-ben1.eaf"]
    assert any(
        "it was not written: the times of anna1.mp4 are not known" in remark["remark"] for remark in out["remarks"]
    )
    assert any("seconds were left empty" in remark["remark"] for remark in out["remarks"])


def test_an_import_is_one_step_and_a_dry_run_is_none(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, onset in (("one.csv", 2), ("two.csv", 8)):
        text = f"video,onset,offset,label\nanna1.mp4,{onset},{onset + 3},fear\nben1.mp4,1,2,Fear\n"
        (tmp_path / name).write_text(text)
    files = (tmp_path / "one.csv", tmp_path / "two.csv")
    before = load_project(project)
    plan = told(
        capsys, "import", project, *files, "--tier", "Third", "--source", "annotator", "--who", "Eva", "--dry-run"
    )
    assert load_project(project) == before and plan["dry_run"] and plan["events"] == 3
    assert run("import", project, *files, "--tier", "Third", "--source", "annotator", "--who", "Eva") == 0
    assert "imported 3 events" in (said := capsys.readouterr().out) and "Third (annotator, new): 2 events" in said
    after = load_project(project)
    assert events(after, "Third") == {"anna1.mp4": [(2, 5, "fear"), (8, 11, "fear")], "ben1.mp4": [(1, 2, "fear")]}
    tiers = [tier for tier in after.tiers.values() if tier.name == "Third"]
    assert {(tier.source, tier.who) for tier in tiers} == {(Source.ANNOTATOR, "Eva")}
    with Document.open(project) as document:
        assert document.history(1)[0]["text"] == "Import 3 events from 2 files"


def test_every_remark_is_printed_by_file_and_written_as_a_table(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("one.csv").write_text(
        "video,onset,offset,label\nanna1.mp4,x,3,fear\nanna1.mp4,2,99,boredom\ngone.mp4,1,2,\nanna1.mp4,30,40,fear\n"
    )
    Path("two.csv").write_text("video,onset,offset,label\nben1.mp4,9,3,fear\nben1.mp4,9,13,fear\n")
    assert run("import", project, "one.csv", "two.csv", "--remarks", "remarks.csv") == 0
    said = capsys.readouterr().out
    assert "6 remarks on 2 files:\n        5  one.csv\n        1  two.csv\n" in said
    for part in (
        "row 2: the onset “x” is not a number",
        "the event at frames 2 to 99 was ended at the last frame of anna1.mp4, 23",
        "the event at frames 30 to 40 lies after the last frame",
        "the label “boredom” of 1 event is not in the vocabulary",
        "video “gone.mp4”: the project has no video “gone.mp4”",
        "row 2: an event cannot end at frame 3",
    ):
        assert part in said
    with Path("remarks.csv").open(newline="", encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["file"] for row in rows] == ["one.csv"] * 5 + ["two.csv"]


def test_if_one_file_cannot_be_read_nothing_changes_and_all_such_files_are_named(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.csv").write_text("video,onset,offset,label\nanna1.mp4,2,3,fear\n")
    (tmp_path / "bad.eaf").write_text("<ANNOTATION_DOCUMENT><HEADER")
    (tmp_path / "notes.txt").write_text("these are my notes\n")
    before = load_project(project)
    files = [tmp_path / name for name in ("good.csv", "bad.eaf", "notes.txt", "gone.csv")]
    assert run("import", project, *files) == 2
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.splitlines()) == 1
    assert all(name in said.err for name in ("3 of 4 files", "bad.eaf", "notes.txt", "gone.csv"))
    assert load_project(project) == before


def test_an_import_that_finds_no_video_is_a_failure_that_says_so(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other.csv").write_text("video,onset,offset,label\ncarl.mp4,2,3,fear\n")
    before = load_project(project)
    assert run("import", project, tmp_path / "other.csv") == 2
    said = capsys.readouterr()
    assert "the project has none of the videos" in said.err and "“carl.mp4”" in said.out
    assert load_project(project) == before


def test_a_file_of_one_video_goes_to_the_chosen_video_in_its_times(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("export", project, "--out", tmp_path, "--format", "eaf", "--video", "anna1", "--tier", "Expert") == 0
    assert run("import", project, tmp_path / "anna-anna1.eaf", "--video", "ben1", "--tier", "Hers") == 0
    assert events(load_project(project), "Hers") == {"ben1.mp4": [(4, 14, "happiness")]}
    assert "its labels were given to ben1.mp4, as asked for" in capsys.readouterr().out


def test_a_file_of_elan_keeps_what_else_it_holds_when_it_is_updated(project: Path, tmp_path: Path) -> None:
    export = ("export", project, "--out", tmp_path, "--format", "eaf", "--video", "anna1")
    assert run(*export) == 0
    file = tmp_path / "anna-anna1.eaf"
    own = "<LICENSE>for the study only</LICENSE>"
    file.write_text(file.read_text().replace("<HEADER", f"{own}<HEADER", 1))
    with Document.open(project) as document:
        tiers = [tier.id for tier in document.project.tiers.values() if tier.name == "Self-report"]
        document.do(Group(tuple(map(DeleteTier, tiers))))
    assert run(*export, "--update") == 0
    text = file.read_text()
    assert "for the study only" in text and "happiness" in text and "Self-report" not in text
    assert run(*export) == 0
    assert "for the study only" not in file.read_text()


def test_hostile_names_of_people_videos_and_tiers_never_lead_out_of_the_folder(project: Path, tmp_path: Path) -> None:
    loaded = load_project(project)
    first = loaded.video_named("anna1.mp4")
    assert first is not None
    for number, text in enumerate(HOSTILE):
        name = text.replace("\0", "").encode(errors="ignore").decode().strip()[:99] or "x"
        gone = Path("/x") / name
        video = replace(first, id=f"v{number}", key=f"k{number}", subject=name, path=gone, relative_path="")
        loaded.put_video(video)
        loaded.put_tier(tier := Tier(video.id, name, Source.EXPERT, text))
        loaded.put_event(tier.id, Event(1, 2, "fear"))
    loaded.name = "../../study"
    out = tmp_path / "deep" / "out"
    before = set(tmp_path.rglob("*"))
    formats = tuple(known_format(name) for name in ("json", "csv", "xlsx"))
    files = export_project(loaded, out, ExportChoices(formats)).files
    files += export_project(loaded, out, ExportChoices(formats, together=True)).files
    written = {path for path in set(tmp_path.rglob("*")) - before if "cache" not in path.parts}
    assert written == {out.parent, out, *files} and len(files) == 3 * (2 + len(HOSTILE)) + 3
    assert len({file.name.casefold() for file in files}) == len(files)
    assert all(file.parent == out and file.is_file() for file in files)


def test_places_that_a_file_names_are_never_opened(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("export", project, "--out", tmp_path, "--format", "eaf", "--video", "anna1") == 0
    file = tmp_path / "anna-anna1.eaf"
    text = file.read_text()
    trap = tmp_path / "secret" / "anna1.mp4"
    urls = f'MEDIA_URL="file://{trap}" RELATIVE_MEDIA_URL="../../secret/anna1.mp4"'
    file.write_text(
        re.sub(r'(RELATIVE_)?MEDIA_URL="[^"]*" ?', "", text).replace("<MEDIA_DESCRIPTOR", f"<MEDIA_DESCRIPTOR {urls}")
    )
    assert run("import", project, file) == 0
    assert not trap.parent.exists()
    loaded = load_project(project)
    assert [video.name for video in loaded.videos.values()] == ["anna1.mp4", "ben1.mp4"]
    assert "secret" not in str([video.path for video in loaded.videos.values()])


class StopsAfter(Reporter):
    """Asks to stop when the work has reported so often."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._left = count

    def report(self, record: Record) -> None:
        self._left -= 1
        self.stop_requested = self._left <= 0


def test_a_stopped_export_leaves_whole_files_and_a_stopped_import_nothing(project: Path, tmp_path: Path) -> None:
    loaded = load_project(project)
    out = tmp_path / "out"
    with pytest.raises(Cancelled):
        export_project(loaded, out, ExportChoices((known_format("csv"),)), StopsAfter(1))
    assert [path.name for path in out.iterdir()] == ["anna-anna1.csv"]
    assert recognize_format(out / "anna-anna1.csv") is FORMATS["csv"]
    with pytest.raises(Cancelled):
        read_files(loaded, [out / "anna-anna1.csv"] * 2, ReadChoices(), StopsAfter(1))
    assert load_project(project) == loaded


CODED = "Film;Beginn (s);Ende (s);Emotion;Bemerkung\nanna1;0,1;0,4;happiness;gut\nben1;0,2;0,5;anger;\n"


@pytest.fixture
def own_table(tmp_path: Path) -> Path:
    """A table whose columns only its maker knows."""
    path = tmp_path / "kodierung.csv"
    path.write_text(CODED)
    return path


def test_an_unknown_table_is_guessed_in_words_confirmed_and_known_the_next_time(
    project: Path, own_table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = load_project(project)
    assert run("import", project, own_table) == 2
    said = capsys.readouterr()
    assert "“Beginn (s)”" in said.out and "onset (first frame or time)" in said.out and "sure" in said.out
    assert "--write-mapping FILE.toml" in said.err and len(said.err.splitlines()) == 1
    mapping = tmp_path / "mapping.toml"
    assert run("import", project, own_table, "--write-mapping", mapping) == 0
    assert f"--mapping {mapping}" in capsys.readouterr().out
    assert load_project(project) == before and not (project / "mappings").exists()
    assert run("import", project, own_table, "--mapping", mapping, "--tier", "Own", "--dry-run") == 0
    assert not (project / "mappings").exists()
    assert run("import", project, own_table, "--mapping", mapping, "--tier", "Own") == 0
    expected = {"anna1.mp4": [(3, 11, "happiness")], "ben1.mp4": [(6, 14, "anger")]}
    assert events(load_project(project), "Own") == expected
    again = tmp_path / "zweite.csv"
    again.write_text(CODED)
    assert run("import", project, again, "--tier", "Again") == 0
    assert events(load_project(project), "Again") == expected
    other = tmp_path / "andere.csv"
    other.write_text(CODED.replace("Emotion", "Gefühl"))
    assert run("import", project, other, "--mapping", mapping) == 2
    assert "choose the columns for this table" in capsys.readouterr().err


def test_a_table_that_names_no_video_needs_one_every_time(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, mapping = tmp_path / "coding.csv", tmp_path / "mapping.toml"
    table.write_text("start frame,end frame,emotion\n3,9,fear\n10,12,anger\n")
    assert run("import", project, table, "--write-mapping", mapping) == 0
    assert run("import", project, table, "--mapping", mapping) == 2
    assert "no column names the videos" in capsys.readouterr().err
    assert run("import", project, table, "--mapping", mapping, "--video", "ben1", "--tier", "A") == 0
    assert run("import", project, table, "--tier", "B") == 2
    assert run("import", project, table, "--video", "anna1.mp4", "--tier", "C") == 0
    loaded = load_project(project)
    assert list(events(loaded, "A")) == ["ben1.mp4"] and list(events(loaded, "C")) == ["anna1.mp4"]
    assert len(events(loaded, "A")["ben1.mp4"]) == 2


def test_a_mapping_is_not_written_for_what_is_known(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "known.csv"
    table.write_text("video,onset,offset,label\nanna1.mp4,1,2,fear\n")
    before = load_project(project)
    assert run("import", project, table, "--write-mapping", tmp_path / "x.toml") == 2
    assert "was not written: every file is of a known format" in capsys.readouterr().err
    assert load_project(project) == before and not (tmp_path / "x.toml").exists()


def test_a_recording_of_openface_is_kept_and_its_runs_become_events_if_asked_for(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from fedn.annotation.formats.openface import load_recording, recording_path

    rows = [f"{frame},0,{frame / 30:.3f},0.98,1,1.5,{int(5 <= frame <= 9)}" for frame in range(1, 25)]
    table = tmp_path / "anna1.csv"
    table.write_text("frame, face_id, timestamp, confidence, success, AU12_r, AU12_c\n" + "\n".join(rows) + "\n")
    video = load_project(project).video_named("anna1.mp4")
    assert video is not None
    kept = recording_path(project, video.key)
    assert run("import", project, table, "--dry-run") == 0
    assert "would keep what OpenFace measured in anna1.mp4" in capsys.readouterr().out and not kept.exists()
    assert run("import", project, table) == 0
    assert load_recording(kept).frame_count == 24 and events(load_project(project), "OpenFace") == {}
    assert run("import", project, table, "--presence", "3", "--video", "ben1") == 0
    loaded = load_project(project)
    assert events(loaded, "OpenFace") == {"ben1.mp4": [(4, 8, "")]}
    (tier,) = (tier for tier in loaded.tiers.values() if tier.name == "OpenFace")
    assert [str(unit) for unit in loaded.events(tier.id)[0].action_units] == ["12"]


def test_the_workbook_of_a_data_set_comes_to_the_videos_that_the_project_has(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.annotation.datasets.made_casme2 import write_workbook

    book = tmp_path / "code.xlsx"
    write_workbook(book)
    with Document.open(project) as document:
        video = document.project.video_named("anna1.mp4")
        assert video is not None
        path = Path(shutil.copy(video.path, tmp_path / "15_0401girlcrashing.mp4"))
        document.do(ChangeVideo(replace(video, path=path, relative_path="")))
    arguments = ("import", project, book, "--missing-offset", "apex", "--tier", "Expert", "--if-exists", "replace")
    plan = told(capsys, *arguments)
    assert [(tier["tier"], tier["how"]) for tier in plan["tiers"]] == [("Expert", "replaced")]
    # Frames count from 1 in the workbook; the video has 24 of them.
    assert (10, 23, "negative") in events(load_project(project), "Expert")[path.name]
    said = [remark["remark"] for remark in plan["remarks"]]
    assert any("is not there" in text for text in said)
