from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedn.annotation.event import Event
from fedn.annotation.formats.boris import read_boris_table, write_boris_table
from fedn.annotation.formats.content import Content, TierEvents, VideoEvents
from fedn.annotation.tier import Source
from fedn.errors import FormatError
from fedn.video.frame_index import FrameIndex
from tests.annotation.programs.made_events import comparable_tier, frame_indexes, relaxed, videos

INDEX = FrameIndex.regular(200, Fraction(50))
TRIMMED = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), max_size=8)
TABULAR = [
    ["Observation id", "Time offset (s)", "Media file name", "FPS (frame/s)", "Subject", "Behavior", "Modifier #1",
     "Modifier #2", "Behavior type", "Time", "Image index", "Comment"],
    ["o1", "1", "/data/one.mp4", "50", "Bea", "smile", "left", "", "START", "2", "50", "begin"],
    ["o1", "1", "/data/one.mp4", "50", "Bea", "blink", "", "", "POINT", "2.5", "75", ""],
    ["o1", "1", "/data/one.mp4", "50", "Bea", "smile", "left", "", "STOP", "3", "100", "end"],
    ["o1", "1", "/data/one.mp4", "50", "Bea", "frown", "", "", "STOP", "3.5", "125", ""],
    ["o2", "0", "two.mp4", "50", "No focal subject", "smile", "", "", "START", "x", "", ""],
]  # fmt: skip
AGGREGATED = [
    ["Observation id", "Media file", "Subject", "Behavior", "Modifiers", "Behavior type", "Start (s)", "Stop (s)",
     "Duration (s)", "Comment start", "Comment stop"],
    ["o1", "player #1:/data/one.mp4;player #2:side.mp4", "Bea", "smile", "left", "STATE", "1", "2", "1", "a", "b"],
    ["o1", "C:\\data\\one.mp4", "Bea", "blink", "", "POINT", "1.5", "1.5", "0", "", ""],
    ["o1", "C:\\data\\one.mp4", "", "frown", "", "STATE", "3", "", "", "", ""],
]  # fmt: skip


def save(path: Path, rows: list[list[str]]) -> Path:
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append([float(cell) if cell.replace(".", "").isdigit() else cell for cell in row])
        book.save(path)
    else:
        delimiter = "\t" if path.suffix == ".tsv" else ","
        path.write_text("\n".join(delimiter.join(row) for row in rows) + "\n", encoding="utf-8")
    return path


def spans(content: Content) -> dict[str, dict[str, list[tuple[int, int, str, str]]]]:
    return {
        video.video: {
            tier.name: [(own.onset, own.offset, own.label, own.note) for own in tier.events] for tier in video.tiers
        }
        for video in content.videos
    }


@pytest.mark.parametrize("name", ["face video.csv", "face video.tsv"])
@relaxed
@given(videos(TRIMMED), frame_indexes())
def test_what_was_written_comes_back_and_is_written_the_same(
    tmp_path: Path, name: str, video: VideoEvents, index: FrameIndex
) -> None:
    first, second = tmp_path / name, tmp_path / "b" / name
    second.parent.mkdir(exist_ok=True)
    video = replace(video, subject="", tiers=tuple(tier for tier in video.tiers if tier.events))
    write_boris_table(first, [video], lambda _: index)
    content = read_boris_table(first, lambda _: index)
    assert content.remarks == ()
    tiers = content.videos[0].tiers if content.videos else ()
    assert sorted(map(repr, map(comparable_tier, tiers))) == sorted(map(repr, map(comparable_tier, video.tiers)))
    write_boris_table(second, content.videos or [video], lambda _: index)
    assert second.read_bytes() == first.read_bytes()


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".xlsx"])
def test_a_tabular_export_is_read(suffix: str, tmp_path: Path) -> None:
    content = read_boris_table(save(tmp_path / f"t{suffix}", TABULAR), lambda _: INDEX)
    assert spans(content) == {
        "one.mp4": {"Bea": [(50, 99, "smile", "modifiers: left; begin; end"), (75, 75, "blink", "")]},
        "two.mp4": {},
    }
    assert [str(remark.place) for remark in content.remarks] == [
        "sheet “Sheet”, row 6" if suffix == ".xlsx" else "row 6",
        "sheet “Sheet”, row 5" if suffix == ".xlsx" else "row 5",
    ]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".xlsx"])
def test_an_aggregated_export_is_read(suffix: str, tmp_path: Path) -> None:
    content = read_boris_table(save(tmp_path / f"t{suffix}", AGGREGATED), lambda _: INDEX)
    assert spans(content) == {
        "one.mp4": {
            "Bea": [(50, 99, "smile", "modifiers: left; a; b"), (75, 75, "blink", "")],
            "o1": [(150, 150, "frown", "")],
        }
    }
    assert [remark.text.split(";")[0] for remark in content.remarks] == [
        "it names several media files (player #1:/data/one.mp4",
        "it has no stop",
    ]


def test_lines_above_an_older_export_are_passed_over(tmp_path: Path) -> None:
    rows = [["Observation id", "o1"], ["Media file(s)", "x"], ["Time", "Subject", "Behavior", "Status"],
            ["1", "Bea", "smile", "START"], ["2", "Bea", "smile", "STOP"]]  # fmt: skip
    content = read_boris_table(save(tmp_path / "t.tsv", rows), lambda _: INDEX, video="a.mp4")
    assert spans(content) == {"a.mp4": {"Bea": [(50, 99, "smile", "")]}}


def test_the_table_is_what_boris_imports(tmp_path: Path) -> None:
    tier = TierEvents("E", Source.EXPERT, "Ann", (Event(10, 20, "fear", apex=15), Event(15, 30, "fear", note="a\nb ")))
    video = VideoEvents("a.mp4", "s1", 200, 50.0, (tier, TierEvents("none", Source.EXPERT, "", ())))
    remarks = write_boris_table(tmp_path / "a.csv", [video], lambda _: INDEX)
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines() == [
        "time,subject,code,modifier,comment",
        "0.2,expert/Ann/E,fear,,apex=15",
        "0.3,expert/Ann/E #2,fear,,a b",
        "0.42,expert/Ann/E,fear,,",
        "0.62,expert/Ann/E #2,fear,,",
    ]
    assert [remark.text for remark in remarks] == [
        "the subject “s1” is not kept: a table of BORIS has no place for it",
        "line breaks of a text became spaces: a table of BORIS cannot hold them",
        "spaces around a text were left out: a table of BORIS cannot hold them",
        "it holds no events, so that a table of BORIS does not have it",
    ]


@pytest.mark.parametrize("text", ["", "time,subject\n1,2\n", "a;b\n"])
def test_another_table_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(FormatError, match="no table of BORIS"):
        read_boris_table(tmp_path / "a.csv", lambda _: INDEX)
