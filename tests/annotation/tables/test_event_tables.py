"""Event tables as CSV and as XLSX: the same content, every loss told, every bad row named."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedn.annotation.action_unit import ActionUnit
from fedn.annotation.event import Event, Origin
from fedn.annotation.formats.content import Content, TierEvents, VideoEvents
from fedn.annotation.formats.event_csv import (
    COLUMNS,
    read_event_csv,
    read_event_table,
    write_event_csv,
    write_event_table,
)
from fedn.annotation.formats.event_row import OPTIONAL
from fedn.annotation.formats.event_xlsx import read_event_xlsx, write_event_xlsx
from fedn.annotation.formats.spreadsheet_text import escape_formula, writable_text
from fedn.annotation.formats.times import FrameTimes
from fedn.annotation.tier import Source
from fedn.errors import FormatError
from fedn.video.frame_index import FrameIndex
from tests.annotation.tables.any_videos import (
    TAME_TEXT,
    assert_losses_are_told,
    assert_never_fails_otherwise,
    assert_same_again,
    flat,
    relaxed,
    videos,
)

INDEX = FrameIndex.regular(200_000, Fraction(30000, 1001))
BOTH = pytest.mark.parametrize(
    ("ending", "write", "read"),
    [("csv", write_event_csv, read_event_csv), ("xlsx", write_event_xlsx, read_event_xlsx)],
    ids=["csv", "xlsx"],
)
Write, Read = Callable[..., Any], Callable[..., Content]


def index_of(video: str) -> FrameTimes:
    return INDEX


def full() -> VideoEvents:
    own = (
        Event(30, 59, "fear", apex=40, kind="micro", score=0.93, intensity="C", note="one, “two”\nthree"),
        Event(0, 0, "=1+1", action_units=(ActionUnit(4, "left", "C"), ActionUnit(7, "", "B/C")), note="- unsure"),
    )
    accepted = (Event(5, 6, "", origin=Origin("base", 5, 7, "fear", 0.5)),)
    return VideoEvents(
        "006_1.mp4",
        "006",
        0,
        0.0,
        (
            TierEvents("FEDN", Source.DETECTOR, "base", own, frozenset({own[0].id})),
            TierEvents("Ann", Source.ANNOTATOR, "Ann", accepted),
            TierEvents("expert", Source.EXPERT, "", (Event(1, 2, "sadness"),)),
        ),
    )


@BOTH
@relaxed
@given(own=st.lists(videos(), max_size=3))
def test_what_a_table_does_not_keep_is_told(
    tmp_path: Path, own: list[VideoEvents], ending: str, write: Write, read: Read
) -> None:
    path = tmp_path / f"events.{ending}"
    try:
        remarks = write(path, own, index_of)
    except FormatError as error:
        assert "without a name" in str(error)
        return
    merged = {(writable_text(video.video), writable_text(video.subject)) for video in own}
    content = read(path, index_of)
    assert content.remarks == ()
    assert len(flat(content.videos)) == sum(len(tier.events) for video in own for tier in video.tiers)
    if len(merged) == len(own):
        assert_losses_are_told(own, content, remarks)


@BOTH
@relaxed
@given(own=st.lists(videos(TAME_TEXT, name=TAME_TEXT.filter(bool)), max_size=3, unique_by=lambda video: video.video))
def test_a_table_read_and_written_again_is_the_same(
    tmp_path: Path, own: list[VideoEvents], ending: str, write: Write, read: Read
) -> None:
    assert_same_again(tmp_path / f"events.{ending}", own, write, read)


@relaxed
@given(own=st.lists(videos(), max_size=3))
def test_csv_and_xlsx_hold_the_same(tmp_path: Path, own: list[VideoEvents]) -> None:
    try:
        as_csv = write_event_csv(tmp_path / "a.csv", own, index_of)
        as_xlsx = write_event_xlsx(tmp_path / "a.xlsx", own, index_of)
    except FormatError:
        return
    assert [(one.place, one.text) for one in as_csv] == [(one.place, one.text) for one in as_xlsx]
    assert flat(read_event_csv(tmp_path / "a.csv").videos) == flat(read_event_xlsx(tmp_path / "a.xlsx").videos)


@BOTH
def test_everything_but_the_origin_comes_back(tmp_path: Path, ending: str, write: Write, read: Read) -> None:
    path = tmp_path / f"events.{ending}"
    (remark,) = write(path, [full()], index_of)
    assert "accepted predictions" in remark.text
    content = read(path, index_of)
    assert content.remarks == ()
    (video,) = content.videos
    assert [(tier.name, tier.source, tier.who) for tier in video.tiers] == [
        ("FEDN", Source.DETECTOR, "base"),
        ("Ann", Source.ANNOTATOR, "Ann"),
        ("expert", Source.EXPERT, ""),
    ]
    assert video.tiers[0].rejected == {video.tiers[0].events[0].id}
    assert video.tiers[0].events[1].action_units == (ActionUnit(4, "left", "C"), ActionUnit(7, "", "B/C"))
    without_origin = [{**row, "origin": None} for row in flat([full()])]
    assert flat([video]) == without_origin


def test_pandas_reads_the_same_table_and_no_cell_is_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "events.xlsx"
    write_event_xlsx(path, [full()], index_of)
    frame = pandas.read_excel(path, dtype=str, keep_default_na=False)
    assert list(frame.columns) == [*COLUMNS, "intensity", "action_units", "tier_source", "tier_who", "rejected"]
    assert list(frame["subject"]) == ["006"] * 4
    assert list(frame["label"]) == ["fear", "'=1+1", "", "sadness"]
    assert list(frame["note"])[:2] == ["one, “two”\nthree", "'- unsure"]
    numbers = pandas.read_excel(path)
    assert list(numbers["onset"]) == [30, 0, 5, 1]
    assert numbers["score"][0] == 0.93
    assert numbers["onset_s"][0] == pytest.approx(INDEX.time_s(30), abs=1e-6)
    assert numbers["offset_s"][0] == pytest.approx(INDEX.end_s(59), abs=1e-6)


@relaxed
@given(own=st.lists(videos(), min_size=1, max_size=2))
def test_cells_of_a_workbook_are_text_or_numbers_whatever_is_in_them(tmp_path: Path, own: list[VideoEvents]) -> None:
    path = tmp_path / "events.xlsx"
    try:
        write_event_xlsx(path, own, index_of)
    except FormatError:
        return
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    header = [cell.value for cell in sheet[1]]
    rows = flat(own)
    assert sheet.freeze_panes == "A2"
    assert all(cell.font.bold for cell in sheet[1])
    for cells, row in zip(sheet.iter_rows(min_row=2), rows, strict=True):
        assert {cell.data_type for cell in cells} <= {"s", "n"}
        by_name = dict(zip(header, cells, strict=True))
        for name in ("onset", "offset", "onset_s", "offset_s"):
            assert by_name[name].data_type == "n"
        for name in ("label", "note", "subject", "video", "tier"):
            assert (by_name[name].value or "") == escape_formula(writable_text(row[name]))


def test_an_error_value_as_a_label_is_a_text(tmp_path: Path) -> None:
    path = tmp_path / "events.xlsx"
    own = VideoEvents("a.mp4", "", 0, 0.0, (TierEvents("expert", Source.EXPERT, "", (Event(1, 2, "#N/A"),)),))
    write_event_xlsx(path, [own])
    assert openpyxl.load_workbook(path)["events"]["J2"].data_type == "s"
    assert flat(read_event_xlsx(path).videos) == flat([own])


def test_every_bad_row_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    lines = [
        "video,onset,offset,label,apex,kind,score,intensity,action_units,rejected,tier_source",
        "a.mp4,1,2,fear,,,,,,,",
        "a.mp4,x,2,fear,,,,,,,",
        "",
        "a.mp4,5,2,fear,,,,,,,",
        ",,,,,,,,,,",
        "a.mp4,1,9,fear,12,,,,,,",
        "a.mp4,1,2,fear,,medium,,,,,",
        "a.mp4,1,2,fear,,,7,,,,",
        "a.mp4,1,2,fear,,,,F,,,",
        "a.mp4,1,2,fear,,,,,ref(7),,",
        "a.mp4,1,2,fear,,,,,,perhaps,",
        "a.mp4,1,2,fear,,,,,,,robot",
        ",1,2,fear,,,,,,,",
        "a.mp4,1,2,fear,,,,,,,,,more",
        "a.mp4,1.000,2,fear,,,,,,,",
        "a.mp4,99999999999,99999999999,fear,,,,,,,",
        "a.mp4,1e2,1e400,fear,,,,,,,",
        "b.mp4,7,8,anger,,MICRO,0.5,c,l4c+6,YES,expert",
    ]
    path.write_text("\n".join(lines) + "\n")
    content = read_event_csv(path)
    assert [remark.place for remark in content.remarks] == [f"row {row}" for row in (3, 5, *range(7, 19))]
    assert all(remark.text.endswith("the row was left out") for remark in content.remarks)
    assert [(video.video, len(video.tiers[0].events)) for video in content.videos] == [("a.mp4", 1), ("b.mp4", 1)]
    (last,) = content.videos[1].tiers
    assert (last.source, last.rejected) == (Source.EXPERT, {last.events[0].id})
    assert str(last.events[0].action_units[0]) == "L4C"
    with pytest.raises(FormatError, match="row 3: the onset “x” is not a number"):
        read_event_csv(path, strict=True)
    with pytest.raises(FormatError, match="row 3"):
        read_event_table(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_recognized(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "events.csv"
    rows = [["video", "onset", "offset", "label", "note"], ["ä.mp4", "1", "2", "furcht", '"a,b;c|d\te"']]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    path.write_bytes(mark + text.encode(encoding))
    (event,) = read_event_csv(path).videos[0].tiers[0].events
    assert (event.label, event.note) == ("furcht", "a,b;c|d\te")


def test_a_line_that_tells_the_delimiter_and_a_title_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("sep=;\nvideo;onset;offset;label\na.mp4;1;2;fear\na.mp4;x;2;fear\n")
    content = read_event_csv(path)
    assert len(flat(content.videos)) == 1
    assert [remark.place for remark in content.remarks] == ["row 4"]
    path.write_text("Session of May\n\nvideo,onset,offset,label\na.mp4,1,2,fear\n")
    content = read_event_csv(path)
    assert len(flat(content.videos)) == 1
    assert [(remark.place, remark.text) for remark in content.remarks] == [
        ("row 1", "“Session of May” stands above the table and was passed over")
    ]


def test_decimal_commas_are_read_and_told_but_not_in_frames(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("video;onset;offset;label;score\na.mp4;1;2;fear;0,93\na.mp4;1,5;2;fear;0,9\n")
    content = read_event_csv(path)
    assert flat(content.videos)[0]["score"] == 0.93
    assert [str(remark).partition(": ")[2] for remark in content.remarks] == [
        "the onset “1,5” is not a number with a decimal point; the row was left out",
        "decimal commas were read as if they were points (1 in all)",
    ]


def test_columns_of_others_are_named_and_may_not_be_there_twice(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("video,onset,offset,label,rater,,\na.mp4,1,2,fear,Ann,,x\n")
    (remark,) = read_event_csv(path).remarks
    assert "“rater”, “column 7”" in remark.text
    (row,) = read_event_table(path)
    assert row.extra == {"rater": "Ann", "column 7": "x"}
    write_event_table(path, [row])
    assert read_event_table(path)[0].extra == row.extra
    path.write_text("video,onset,offset,label,onset\na.mp4,1,2,fear,3\n")
    with pytest.raises(FormatError, match="two columns “onset”"):
        read_event_csv(path)


def test_a_cell_beyond_all_measure_and_an_open_quote_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("video,onset,offset,label\na.mp4,1,2," + "x" * 200_000 + "\n")
    with pytest.raises(FormatError, match="not CSV from line 2 on: field larger"):
        read_event_csv(path)
    path.write_text('video,onset,offset,label\na.mp4,1,2,fear\na.mp4,3,4,"fear\na.mp4,5,6,fear\n')
    with pytest.raises(FormatError, match="not CSV from line 3 on"):
        read_event_csv(path)


def test_seconds_that_are_not_those_of_the_frames_are_told(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    write_event_csv(path, [full()], index_of)
    assert read_event_csv(path, index_of).remarks == ()
    (remark,) = read_event_csv(path, lambda video: FrameIndex.regular(200, Fraction(25))).remarks
    assert remark.place == "row 2"
    assert "seconds of events of 006_1.mp4 are not those of their frames (2 in all" in remark.text
    (remark,) = read_event_csv(path, lambda video: FrameIndex.regular(50, Fraction(30000, 1001))).remarks
    assert remark.place == "row 2", "an event beyond the last frame is of another video"


def test_seconds_are_left_empty_where_they_are_not_known(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    remarks = write_event_csv(path, [full()])
    assert sum("frame times are not known" in remark.text for remark in remarks) == 3
    assert all(row.onset_s is None for row in read_event_table(path))
    remarks = write_event_csv(path, [full()], lambda video: FrameIndex.regular(50, Fraction(30)))
    assert any("events end after its last frame (1 in all)" in remark.text for remark in remarks)
    assert [row.onset_s is None for row in read_event_table(path)] == [True, False, False, False]


def test_the_sheet_with_the_columns_is_found_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["notes", "of nobody"])  # type: ignore[union-attr]
    sheet = book.create_sheet("Coding May")
    sheet.append(["Coder: Ann"])
    sheet.append(["video", "onset", "offset", "label", "score"])
    sheet.append(["a.mp4", 1, 2.0, "fear", 0.5])
    sheet.append(["a.mp4", "?", 1, "fear"])
    book.save(path)
    content = read_event_xlsx(path)
    assert [(row["onset"], row["offset"], row["score"]) for row in flat(content.videos)] == [(1, 2, 0.5)]
    assert [remark.place for remark in content.remarks] == ["sheet “Coding May”, row 1", "sheet “Coding May”, row 4"]
    book.remove(sheet)
    book.save(path)
    with pytest.raises(FormatError, match="no sheet with the columns video, onset, offset, label"):
        read_event_xlsx(path)


@BOTH
def test_damaged_tables_give_a_sentence(tmp_path: Path, ending: str, write: Write, read: Read) -> None:
    path = tmp_path / f"damaged.{ending}"
    write(path, [full()], index_of)
    assert_never_fails_otherwise(path, path.read_bytes(), lambda own: read(own, index_of))


def test_the_published_convention_names_every_column_and_its_example_is_one(tmp_path: Path, repository: Path) -> None:
    text = (repository / "docs" / "event-tables.md").read_text(encoding="utf-8")
    described = [name for line in text.splitlines() if line.startswith("| `") for name in line.split("|")[1].split(",")]
    assert [name.strip(" `") for name in described] == [*COLUMNS, *OPTIONAL]
    path = tmp_path / "example.csv"
    path.write_text(text.split("```")[1].strip() + "\n")
    content = read_event_csv(path, index_of, strict=True)
    assert content.remarks == ()
    assert [(row["tier"], row["onset"], row["offset"]) for row in flat(content.videos)] == [
        ("expert", 30, 59),
        ("FEDN", 33, 61),
    ]
