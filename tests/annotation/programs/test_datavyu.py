from __future__ import annotations

import zipfile
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given

from fedn.annotation.event import Event
from fedn.annotation.formats.content import TierEvents, VideoEvents
from fedn.annotation.formats.datavyu import read_datavyu, write_datavyu
from fedn.annotation.tier import Source
from fedn.errors import FormatError
from fedn.video.frame_index import FrameIndex
from tests.annotation.programs.made_events import comparable, frame_indexes, relaxed, videos

INDEX = FrameIndex.regular(200, Fraction(50))
PROJECT = """!project
dbFile: coding.opf
name: coding
origpath: /somewhere
version: 5
viewerSettings:
- !vs
  classifier: datavyu.video
  feed: C:\\films\\face one.mov
  plugin: db3fc496-58a7-3706-8538-3f61278b5bec
  settingsId: '1'
  trackSettings: !ts
    bookmark: '-1'
    locked: false
    version: 2
  version: 3
"""
DB = """#4
look (MATRIX,true,)-where|NOMINAL,how_long|NOMINAL,intensity|NOMINAL
00:00:01:000,00:00:02:000,(left\\, down,long,b)
00:00:02:500,00:00:00:000,(\\(away\\),,)
old (TEXT,false,)
00:00:00:000,00:00:00:500,free text, with a comma
and a second line
"""


def opf(path: Path, db: str = DB, project: str | None = PROJECT) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("db", db)
        if project is not None:
            archive.writestr("project", project)
    return path


@relaxed
@given(videos(), frame_indexes())
def test_what_was_written_comes_back_and_is_written_the_same(
    tmp_path: Path, video: VideoEvents, index: FrameIndex
) -> None:
    first, second = tmp_path / "a.opf", tmp_path / "b" / "a.opf"
    second.parent.mkdir(exist_ok=True)
    assert write_datavyu(first, [video], lambda _: index) == ()
    content = read_datavyu(first, lambda _: index)
    assert content.remarks == ()
    (back,) = content.videos
    assert comparable(back) == comparable(video)
    assert (back.path, back.frame_count, back.fps) == (video.path, video.frame_count, video.fps)
    write_datavyu(second, content.videos, lambda _: index)
    assert second.read_bytes() == first.read_bytes()


def test_a_file_of_others_is_read(tmp_path: Path) -> None:
    content = read_datavyu(opf(tmp_path / "a.opf"), lambda _: INDEX)
    (video,) = content.videos
    assert (video.video, video.path) == ("face one.mov", Path("C:\\films\\face one.mov"))
    assert [
        (tier.name, tier.source, [(own.onset, own.offset, own.label, own.intensity, own.note) for own in tier.events])
        for tier in video.tiers
    ] == [
        ("look", Source.IMPORTED, [(50, 99, "left, down", "B", "how_long: long"), (125, 125, "(away)", None, "")]),
        ("old", Source.IMPORTED, [(0, 24, "free text, with a comma\nand a second line", None, "")]),
    ]
    assert [f"{remark.place}: {remark.text}" for remark in content.remarks] == [
        "column “look”, line 4: the cell has no offset; it was taken for one frame",
        "column “look”: what its arguments how_long say stands in the notes",
    ]


@pytest.mark.parametrize("version", ["#1", "#2", "#3\r"])
def test_older_versions_are_read(version: str, tmp_path: Path) -> None:
    db = f"{version}\nface (MATRIX)-code01|NOMINAL\r\n00:00:01:000,00:00:02:000,(joy)\r\n"
    content = read_datavyu(opf(tmp_path / "face.opf", db, None), lambda _: INDEX)
    assert [event.label for event in content.videos[0].tiers[0].events] == ["joy"]
    assert content.videos[0].video == "face"


def test_the_file_says_what_datavyu_shows(tmp_path: Path) -> None:
    event = Event(10, 20, "fear, (much)", apex=15, score=0.5, note="a\nb\\c")
    tiers = (TierEvents("FEDN, new", Source.DETECTOR, "base", (event,)), TierEvents("look", Source.IMPORTED, "", ()))
    video = VideoEvents("a.mp4", "s1", 0, 50.0, tiers)
    remarks = write_datavyu(tmp_path / "it's.opf", [video], lambda _: INDEX)
    with zipfile.ZipFile(tmp_path / "it's.opf") as archive:
        lines = archive.read("db").decode().splitlines()
        project = archive.read("project").decode().splitlines()
    arguments = "label|NOMINAL,kind|NOMINAL,apex|NOMINAL,score|NOMINAL,intensity|NOMINAL,action_units|NOMINAL," + (
        "status|NOMINAL,note|NOMINAL"
    )
    assert lines == [
        "#4",
        "fedn_video (MATRIX,true,)-video|NOMINAL,subject|NOMINAL,frame_count|NOMINAL,fps|NOMINAL,file|NOMINAL",
        "00:00:00:000,00:00:04:000,(a.mp4,s1,,50.0,)",
        f"detector_base_FEDN_new (MATRIX,true,detector/base/FEDN\\, new)-{arguments}",
        "00:00:00:200,00:00:00:420,(fear\\, \\(much\\),,15,0.5,,,,a b\\\\c)",
        f"look (MATRIX,true,)-{arguments}",
    ]
    assert project[:3] == ["!project", "dbFile: 'it''s.opf'", "name: 'it''s.opf'"]
    assert [remark.text for remark in remarks] == ["line breaks of a text became spaces: Datavyu cannot hold them"]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("#4", "#9", "version of Datavyu"),
        ("#4", "nothing", "version of Datavyu"),
        ("look (MATRIX", "look MATRIX", "line 2 of “db”: “look MATRIX,true"),
        ("(left\\, down,long,b)", "left", "line 3 of “db”: the values of the cell are not in brackets"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(old: str, new: str, what: str, tmp_path: Path) -> None:
    assert old in DB
    with pytest.raises(FormatError, match=what):
        read_datavyu(opf(tmp_path / "a.opf", DB.replace(old, new, 1)), lambda _: INDEX)


def test_a_file_without_a_spreadsheet_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.opf", "w") as archive:
        archive.writestr("project", PROJECT)
    with pytest.raises(FormatError, match="has no “db”"):
        read_datavyu(tmp_path / "a.opf", lambda _: INDEX)


def test_tags_of_the_settings_are_never_made_into_objects(tmp_path: Path) -> None:
    project = PROJECT.replace("C:\\films\\face one.mov", "!!python/object/apply:os.system ['false']")
    content = read_datavyu(opf(tmp_path / "face.opf", DB, project), lambda _: INDEX)
    assert (content.videos[0].video, content.videos[0].path) == ("face", None)
