"""Tables of any layout: guessed, confirmed by a person, read, and remembered for the next one."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedn.annotation.action_unit import ActionUnit, action_units_text
from fedn.annotation.event import Event
from fedn.annotation.formats.cell_times import clock_seconds, number_of
from fedn.annotation.formats.column_guess import guess_mapping
from fedn.annotation.formats.column_mapping import (
    ROLES,
    ColumnMapping,
    ColumnUse,
    Unit,
    find_mapping,
    load_mapping,
    mapping_path,
    save_mapping,
)
from fedn.annotation.formats.mapped_table import read_mapped
from fedn.annotation.formats.table import read_table
from fedn.annotation.formats.times import FrameTimes
from fedn.errors import FormatError
from fedn.video.frame_index import FrameIndex
from tests.annotation.tables.any_videos import assert_never_fails_otherwise, damaged, flat, relaxed

INDEX = FrameIndex.regular(5000, Fraction(25))
NAMES = {
    "video": ["Video", "file name", "Datei", "fichier", "文件名", "video_name"],
    "subject": ["Subject", "participant ID", "VP", "sujet", "被试"],
    "tier": ["coder", "Rater", "Codierer"],
    "onset": ["Onset", "start", "Beginn", "début", "起始", "begin"],
    "apex": ["Apex", "peak", "Höhepunkt", "sommet", "顶点"],
    "offset": ["Offset", "end", "Ende", "fin", "终止", "stop"],
    "duration": ["Duration", "Dauer", "durée"],
    "label": ["Emotion", "label", "Ausdruck", "émotion", "情绪"],
    "kind": ["Kind", "Expression type", "type"],
    "intensity": ["Intensity", "Stärke", "intensité"],
    "action_units": ["AU", "Action Units", "FACS"],
    "score": ["score", "confidence"],
    "note": ["Comment", "Bemerkung", "备注"],
}
UNIT_NAMES = {
    Unit.FRAME_FROM_0: ["", " frame", "_frame"],
    Unit.FRAME_FROM_1: ["", " frame", " (frames)"],
    Unit.SECONDS: [" (s)", " [sec]", "_s", ""],
    Unit.MILLISECONDS: [" (ms)", "_ms"],
    Unit.CLOCK: ["", " time"],
}
KIND_WORDS = [
    ("macro", "micro"),
    ("Macro-expression", "Micro-expression"),
    ("MaE", "ME"),
    ("makro", "mikro"),
    ("1", "2"),
]


def index_of(video: str) -> FrameTimes:
    return INDEX


@st.composite
def some_events(draw: st.DrawFn) -> Event:
    onset = draw(st.integers(0, 4000))
    offset = draw(st.integers(onset + 2, onset + 200))
    return Event(
        onset,
        offset,
        draw(st.sampled_from(["fear", "happiness", "anger", "Sonstige", "x y"])),
        apex=draw(st.none() | st.integers(onset, offset)),
        kind=draw(st.sampled_from(["macro", "micro"])),
        score=draw(st.sampled_from([0.25, 0.5, 0.125])),
        intensity=draw(st.sampled_from([None, "A", "C"])),
        note=draw(st.sampled_from(["", "turns away", "=1"])),
        action_units=draw(st.sampled_from([(), (ActionUnit(4), ActionUnit(12)), (ActionUnit(6, "left", "C"),)])),
    )


class Layout:
    """How somebody writes their table; drawn at random."""

    def __init__(self, chance: random.Random, unit: Unit) -> None:
        self.unit = unit
        optional = [role for role in ROLES if role not in ("video", "onset", "offset", "label", "duration")]
        self.uses_duration = chance.random() < 0.3
        roles = ["video", "onset", "duration" if self.uses_duration else "offset", "label"]
        roles += chance.sample(optional, chance.randint(0, len(optional)))
        chance.shuffle(roles)
        ending = chance.choice(UNIT_NAMES[unit])
        times = ("onset", "apex", "offset", "duration")
        self.columns = {role: chance.choice(NAMES[role]) + (ending if role in times else "") for role in roles}
        self.offset_is_last = chance.random() < 0.8
        self.delimiter = chance.choice(",;\t")
        self.decimal_comma = (
            self.delimiter != "," and unit in (Unit.SECONDS, Unit.MILLISECONDS) and chance.random() < 0.5
        )
        self.as_workbook = not self.decimal_comma and chance.random() < 0.2
        self.kind_words = chance.choice(KIND_WORDS)

    def time(self, frame: int, *, is_end: bool = False) -> str:
        first = {Unit.FRAME_FROM_0: 0, Unit.FRAME_FROM_1: 1}
        if self.unit in first:
            return str(frame + first[self.unit] + (is_end and not self.offset_is_last))
        return self.span(INDEX.end_s(frame) if is_end else INDEX.time_s(frame))

    def span(self, seconds: float) -> str:
        if self.unit is Unit.CLOCK:
            return f"{int(seconds // 3600)}:{int(seconds // 60 % 60):02d}:{seconds % 60:06.3f}"
        text = f"{seconds * 1000:.0f}" if self.unit is Unit.MILLISECONDS else f"{seconds:.3f}"
        return text.replace(".", ",") if self.decimal_comma else text

    def cell(self, role: str, event: Event) -> str:
        match role:
            case "video":
                return "face.mp4"
            case "subject":
                return "007"
            case "tier":
                return "Ann"
            case "onset":
                return self.time(event.onset)
            case "apex":
                return "" if event.apex is None else self.time(event.apex)
            case "offset":
                return self.time(event.offset, is_end=True)
            case "duration" if self.unit.is_frames:
                return str(event.offset - event.onset + 1)
            case "duration":
                return self.span(INDEX.end_s(event.offset) - INDEX.time_s(event.onset))
            case "kind":
                return self.kind_words[event.kind == "micro"]
            case "action_units":
                return action_units_text(event.action_units)
            case "score":
                text = str(event.score)
                return text.replace(".", ",") if self.decimal_comma else text
            case _:
                return getattr(event, role) or ""

    def write(self, folder: Path, events: list[Event]) -> Path:
        rows = [list(self.columns.values()), *([self.cell(role, event) for role in self.columns] for event in events)]
        if self.as_workbook:
            book = openpyxl.Workbook()
            for row in rows:
                book.active.append([self.typed(cell) for cell in row])  # type: ignore[union-attr]
            path = folder / "table.xlsx"
            book.save(path)
            return path
        path = folder / "table.csv"
        with path.open("w", newline="") as file:
            csv.writer(file, delimiter=self.delimiter).writerows(rows)
        return path

    @staticmethod
    def typed(cell: str) -> Any:
        """The cell as somebody's spreadsheet has it: numbers as numbers, an apostrophe before what is no formula."""
        if cell.startswith("="):
            return f"'{cell}"
        is_number = cell.replace(".", "", 1).isdigit() and (cell == "0" or not cell.startswith("00"))
        return float(cell) if is_number else cell

    def kept(self, event: Event) -> Event:
        """What the table says of the event."""
        given = {role: getattr(event, role) for role in self.columns if hasattr(event, role)}
        return Event(**({"onset": event.onset, "offset": event.offset, "label": event.label} | given))


@relaxed
@given(
    events=st.lists(some_events(), min_size=3, max_size=12), seed=st.integers(0, 2**32 - 1), unit=st.sampled_from(Unit)
)
def test_a_table_of_any_layout_is_guessed_confirmed_and_read(
    tmp_path: Path, events: list[Event], seed: int, unit: Unit
) -> None:
    layout = Layout(random.Random(seed), unit)
    path = layout.write(tmp_path, events)
    table = read_table(path)
    mapping = guess_mapping(table.header, [row.cells for row in table.rows])
    assert {use.header: use.role for use in mapping.columns} == {name: role for role, name in layout.columns.items()}
    assert all(use.explanation and 0 < use.confidence <= 1 for use in mapping.columns)
    if not unit.is_frames:
        assert mapping.unit is unit
        assert mapping.unit_confidence >= 0.8 and mapping.unit_explanation
    # What no table tells: whether frames count from 0 or 1, and whether the offset still belongs to the event.
    mapping = replace(mapping, unit=unit, offset_is_last=layout.offset_is_last)
    with pytest.raises(FormatError, match="has only been guessed"):
        read_mapped(path, mapping, index_of)
    content = read_mapped(path, mapping.confirm(), index_of)
    assert content.remarks == ()
    rows = flat(content.videos)
    assert [{name: row[name] for name in VALUES} for row in rows] == [
        {name: getattr(layout.kept(event), name) for name in VALUES} for event in events
    ]
    assert {row["video"] for row in rows} == {"face.mp4"}
    assert {row["subject"] for row in rows} == {"007" if "subject" in layout.columns else ""}
    assert {row["tier"] for row in rows} == {"Ann" if "tier" in layout.columns else "Imported"}


VALUES = ("onset", "apex", "offset", "label", "kind", "intensity", "action_units", "score", "note")


def test_a_guess_explains_itself_column_by_column(tmp_path: Path) -> None:
    mapping = guess_mapping(
        ["VP", "Beginn (ms)", "Ende", "type", "x", "leer", "what"],
        [["3", "1500", "2250", "Wut", "4+12", "", "mikro"], ["3", "9000", "9800", "Ekel", "L6+9", "", "makro"]],
    )
    assert [use.role for use in mapping.columns] == ["subject", "onset", "offset", "label", "action_units", "", "kind"]
    by_name = {use.header: use for use in mapping.columns}
    assert by_name["Beginn (ms)"].explanation == "its name “Beginn (ms)” is a word for “first frame or time”"
    assert by_name["type"].explanation == "its values, like “Wut”, are emotions"
    assert by_name["leer"].explanation == "it holds nothing"
    assert by_name["x"].explanation == "its values, like “4+12”, look like action units"
    assert (mapping.unit, mapping.unit_explanation) == (Unit.MILLISECONDS, "a header names milliseconds")
    assert mapping.kinds == (("makro", "macro"), ("mikro", "micro"))


def test_a_table_without_names_is_guessed_by_its_values() -> None:
    rows = [["1", "a.mp4", "55", "61", "70", "4+10", "fear"], ["1", "b.mp4", "155", "0", "170", "L12+6", "anger"]]
    mapping = guess_mapping(rows[0], rows[1:])
    assert not mapping.has_header
    assert [use.role for use in mapping.columns] == ["", "video", "onset", "apex", "offset", "action_units", "label"]
    assert max(use.confidence for use in mapping.columns if use.role in ("onset", "apex", "offset")) < 0.5


def test_whole_numbers_without_a_hint_leave_the_first_frame_open_unless_an_event_begins_at_zero() -> None:
    header = ["video", "onset", "offset", "label"]
    assert guess_mapping(header, [["a", "3", "9", "fear"]]).unit_confidence == 0.5
    mapping = guess_mapping(header, [["a", "0", "9", "fear"]])
    assert (mapping.unit, mapping.unit_confidence) == (Unit.FRAME_FROM_0, 0.8)


def test_a_mapping_without_what_every_event_needs_is_not_confirmed() -> None:
    columns = tuple(ColumnUse(name, name) for name in ("video", "onset", "offset", "label"))
    mapping = ColumnMapping(columns, Unit.SECONDS)
    assert mapping.confirm().confirmed
    for bad, sentence in (
        (mapping.with_role(1, ""), "needs an onset"),
        (mapping.with_role(2, "note"), "an offset or a duration"),
        (mapping.with_role(0, ""), "no column names the videos"),
        (replace(mapping, columns=(*columns, ColumnUse("x", "onset"))), "two columns are the onset"),
        (replace(mapping, columns=(*columns, ColumnUse("x", "weather"))), "cannot be “weather”"),
        (replace(mapping, kinds=(("1", "large"),)), "macro or micro"),
    ):
        with pytest.raises(FormatError, match=sentence):
            bad.confirm()
    assert replace(mapping.with_role(0, "subject"), video="a.mp4").confirm().place("subject") == 0
    assert mapping.with_role(3, "onset").columns[1].role == "", "a role moves, it is not doubled"
    assert not mapping.confirm().with_role(3, "note").confirmed


# Reading


def confirmed(header: str, roles: str, **more: Any) -> ColumnMapping:
    columns = tuple(ColumnUse(name, role) for name, role in zip(header.split(","), roles.split(","), strict=True))
    return replace(ColumnMapping(columns, Unit.FRAME_FROM_1), **more).confirm()


def test_bad_rows_columns_without_a_role_and_values_nobody_explained_are_told(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    lines = ["v,from,peak,to,what,type,lighting,au", "a.mp4,5,7,9,fear,me,dark,4+12"]
    lines += ["a.mp4,0,,9,fear,me,,", "a.mp4,9,,5,fear,me,,", ",5,,9,fear,me,,", "a.mp4,5,99,9,fear,strange,,ref(7)"]
    lines += ["a.mp4,5.5,,9,fear,,,", "a.mp4,-,,9,fear,,,", "C:\\films\\b.mp4,5,,9,,,,,,beyond"]
    path.write_text("\n".join(lines))
    mapping = confirmed(lines[0], "video,onset,apex,offset,label,kind,,action_units", kinds=(("me", "micro"),))
    content = read_mapped(path, mapping)
    assert [(row["video"], row["onset"], row["apex"], row["offset"], row["kind"]) for row in flat(content.videos)] == [
        ("a.mp4", 4, 6, 8, "micro"),
        ("a.mp4", 4, None, 8, "macro"),
        ("b.mp4", 4, None, 8, "macro"),
    ]
    assert content.videos[1].path == Path("C:\\films\\b.mp4")
    assert [(remark.place, remark.text.partition(" (“")[0][:38]) for remark in content.remarks] == [
        ("row 3", "it has no onset"),
        ("row 4", "its offset “5” is before its onset; th"),
        ("row 5", "it does not name a video; the row was "),
        ("row 6", "nobody has said whether the kind “stra"),
        ("row 6", "the apex “99” is not between onset and"),
        ("row 6", "“ref(7)” in the action units “ref(7)” "),
        ("row 7", "the onset “5.5” is not a frame number;"),
        ("row 8", "it has no onset"),
        ("", "columns without a role were not taken "),
        ("", "values beyond the last column were not"),
    ]
    assert "“lighting”" in content.remarks[-2].text


def test_times_between_frames_are_moved_and_told_and_need_the_video(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("v,from,to\na.mp4,0:00:01.000,0:00:02.000\na.mp4,0:01:00.013,0:01:01.020\nb.mp4,0:00:01,0:00:02\n")
    mapping = confirmed("v,from,to", "video,onset,offset", unit=Unit.CLOCK)

    def known(video: str) -> FrameTimes:
        if video != "a.mp4":
            raise FormatError(f"{video} is not in the project; add it first")
        return INDEX

    content = read_mapped(path, mapping, known)
    assert [(row["onset"], row["offset"]) for row in flat(content.videos)] == [(25, 49), (1500, 1525)]
    assert [remark.place for remark in content.remarks] == ["row 4"]
    assert "b.mp4 is not in the project" in content.remarks[0].text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0:01:02.5", 62.5), ("1:00:00", 3600.0), ("01:02,250", 62.25), ("00:00:01:040", 1.04), ("62.5 s", 62.5)],
)
def test_times_of_the_clock_are_read_in_their_usual_forms(text: str, seconds: float) -> None:
    assert clock_seconds(text) == seconds


@pytest.mark.parametrize("text", ["00:00:01:12", "1:2:3:4:5", "12", "x", "", "1:00:00 pm"])
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(FormatError, match="is not a time of the form"):
        clock_seconds(text)


def test_a_number_has_a_point_or_a_comma_as_the_table_has_it() -> None:
    assert number_of("1,5", decimal_comma=True) == 1.5
    assert number_of("1.5", decimal_comma=True) == 1.5
    for text, comma in (("1,5", False), ("1.000,5", True), ("", True), ("inf", False), ("1_000", False)):
        with pytest.raises(FormatError, match="is not a number with a decimal"):
            number_of(text, decimal_comma=comma)


def test_a_table_with_another_header_needs_another_mapping(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("video,onset,offset\na.mp4,1,2\n")
    mapping = confirmed("v,from,to", "video,onset,offset")
    with pytest.raises(FormatError, match="has the columns video, onset, offset, but those chosen"):
        read_mapped(path, mapping)
    columns = tuple(ColumnUse("", use.role) for use in mapping.columns)
    without_header = replace(mapping, columns=columns, has_header=False)
    path.write_text("a.mp4,1,2\na.mp4,3,4\n")
    assert len(flat(read_mapped(path, without_header).videos)) == 2


def test_several_notes_come_together_and_a_table_of_one_video_needs_no_column_for_it(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("from,to,a,b\n1,2,one,two\n3,4,,three\n")
    content = read_mapped(path, confirmed("from,to,a,b", "onset,offset,note,note", video="face.mp4"))
    rows = [(row["video"], row["note"]) for row in flat(content.videos)]
    assert rows == [("face.mp4", "one\ntwo"), ("face.mp4", "three")]


# On disk


MAPPING = confirmed("Video,Start (s),Ende,Art", "video,onset,offset,kind", unit=Unit.SECONDS, kinds=(("me", "micro"),))


def test_a_mapping_is_kept_under_its_header_and_found_again_whatever_its_case(tmp_path: Path) -> None:
    folder = tmp_path / "mappings"
    path = save_mapping(folder, MAPPING)
    assert path == mapping_path(folder, MAPPING) and path.parent == folder
    assert find_mapping(folder, ["video", " START  (s)", "Ende", "Art"]) == MAPPING
    assert find_mapping(folder, ["Video", "Ende", "Start (s)", "Art"]) is None
    assert find_mapping(tmp_path / "none", ["Video"]) is None
    nameless = replace(MAPPING, columns=tuple(replace(use, header="") for use in MAPPING.columns), has_header=False)
    save_mapping(folder, nameless)
    assert find_mapping(folder, ["a.mp4", "1", "2", "me"]) == nameless


@relaxed
@given(
    header=st.lists(st.text(max_size=6), min_size=4, max_size=4),
    confidence=st.floats(0, 1),
    words=st.dictionaries(st.text(max_size=4), st.sampled_from(["macro", "micro"]), max_size=3),
)
def test_a_kept_mapping_is_loaded_unchanged(
    tmp_path: Path, header: list[str], confidence: float, words: dict[str, str]
) -> None:
    pairs = zip(MAPPING.columns, header, strict=True)
    columns = [replace(use, header=name, confidence=confidence) for use, name in pairs]
    mapping = replace(MAPPING, columns=tuple(columns), kinds=tuple(words.items()), confirmed=False, video="x")
    assert load_mapping(save_mapping(tmp_path, mapping)) == mapping


def test_a_mapping_that_was_edited_wrongly_gives_a_sentence(tmp_path: Path) -> None:
    path = save_mapping(tmp_path, MAPPING)
    good = path.read_text()
    for old, new in (
        ('role = "onset"', 'role = "offset"'),
        ('unit = "seconds"', 'unit = "weeks"'),
        ("decimal_comma = false", "decimal_comma = 0"),
        ("version = 1", "version = 9"),
        ("confidence = 0.0", 'confidence = "much"'),
        ("has_header = true", ""),
    ):
        assert old in good
        path.write_text(good.replace(old, new))
        with pytest.raises(FormatError, match=path.name):
            load_mapping(path)
    for changed in damaged(good.encode(), 500):
        path.write_bytes(changed)
        try:
            load_mapping(path)
        except FormatError as error:
            assert path.name in str(error)


def test_damaged_tables_give_a_sentence_when_guessed_and_read(tmp_path: Path) -> None:
    path = tmp_path / "damaged.csv"
    path.write_text("Video;Start (s);Ende;Art\na.mp4;1,5;2,0;me\nb.mp4;3;4,25;mae\n")

    def guess_and_read(own: Path) -> None:
        table = read_table(own)
        guess_mapping(table.header, [row.cells for row in table.rows])
        read_mapped(own, replace(MAPPING, decimal_comma=True), index_of)

    assert_never_fails_otherwise(path, path.read_bytes(), guess_and_read)
