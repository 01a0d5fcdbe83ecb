from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fedn.annotation.event import Event, Origin
from fedn.annotation.formats.content import TierEvents, VideoEvents
from fedn.annotation.formats.event_csv import COLUMNS, EventRow, event_rows, read_event_table, write_event_table
from fedn.annotation.formats.event_json import read_event_json, write_event_json
from fedn.annotation.tier import Source
from fedn.errors import FormatError
from fedn.video.frame_index import FrameIndex

INDEX = FrameIndex.regular(1000, Fraction(30000, 1001))
TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=12)


@st.composite
def events(draw: st.DrawFn) -> Event:
    onset, length = draw(st.integers(0, 900)), draw(st.integers(0, 60))
    return Event(
        onset,
        onset + length,
        draw(TEXT).strip(),
        apex=draw(st.none() | st.integers(onset, onset + length)),
        kind=draw(st.sampled_from(["macro", "micro"])),
        score=draw(st.none() | st.integers(0, 1000).map(lambda number: number / 1000)),
        intensity=draw(st.none() | st.sampled_from("ABCDE")),
        note=draw(TEXT).strip(),
        origin=draw(st.none() | st.just(Origin("m", 1, 2, "fear", 0.25))),
    )


EVENTS = st.lists(events(), max_size=5)
relaxed = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def without_id(event: Event) -> Event:
    return replace(event, id="", origin=None)


@relaxed
@given(EVENTS, TEXT)
def test_a_table_keeps_every_event(tmp_path: Path, own: list[Event], subject: str) -> None:
    path = tmp_path / "events.csv"
    write_event_table(path, event_rows("a.mp4", own, subject=subject.strip(), tier="expert", index=INDEX))
    rows = read_event_table(path)
    assert [without_id(row.event) for row in rows] == [without_id(event) for event in own]
    assert all((row.video, row.subject, row.tier) == ("a.mp4", subject.strip(), "expert") for row in rows)


def test_the_table_has_the_promised_columns_and_seconds_from_the_index(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    write_event_table(path, event_rows("a.mp4", [Event(30, 59, "fear", score=0.93)], subject="s1", index=INDEX))
    header, line = path.read_text(encoding="utf-8").splitlines()
    assert header == ",".join(COLUMNS)
    assert header == "video,subject,tier,onset,apex,offset,onset_s,apex_s,offset_s,label,kind,score,note"
    assert line == "a.mp4,s1,,30,,59,1.001000,,2.002000,fear,macro,0.93,"


def test_four_columns_are_enough_and_unknown_ones_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("\ufefflabel;video;offset;onset;rater;AU\nfear;a.mp4;20.0;10;Ann;4+7\n", encoding="utf-8")
    (row,) = read_event_table(path)
    assert (row.event.onset, row.event.offset, row.event.label, row.event.kind) == (10, 20, "fear", "macro")
    assert row.extra == {"rater": "Ann", "AU": "4+7"}
    write_event_table(path, [row, EventRow("b.mp4", Event(1, 2, ""))])
    assert read_event_table(path)[0].extra == row.extra
    assert path.read_text(encoding="utf-8").splitlines()[0].endswith("note,rater,AU")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no column video and no column onset"),
        ("video,onset,offset\n", "no column label"),
        ("video,onset,offset,label\na,x,2,fear\n", "row 2: the onset “x” is not a number"),
        ("video,onset,offset,label\na,1,2,fear\na,1.5,2,fear\n", "row 3: the onset “1.5” is not a frame"),
        ("video,onset,offset,label\na,nan,2,fear\n", "row 2: the onset “nan” is not a number"),
        ("video,onset,offset,label\na,5,2,fear\n", "row 2: an event cannot end at frame 2"),
        ("video,onset,offset,label\na,,2,fear\n", "row 2: it lacks the onset"),
        ("video,onset,offset,label\n,1,2,fear\n", "row 2: it does not name a video"),
        ("video,onset,offset,label\na,1,2,fear,more\n", "row 2: it has more values"),
        ("video,onset,offset,label,score\na,1,2,fear,7\n", "row 2: the score 7.0 is not between"),
        ('video,onset,offset,label\na,1,2,"fear\n', "is not CSV from line 2 on"),
    ],
)
def test_a_bad_table_is_refused_with_its_row_and_value(text: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=sentence):
        read_event_table(path)


def test_line_ends_inside_a_note_do_not_end_the_row(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    write_event_table(path, event_rows("a.mp4", [Event(1, 2, "fear", note="one\r\ntwo\rthree\nfour")]))
    (row,) = read_event_table(path)
    assert row.event.note == "one\ntwo\nthree\nfour"


def test_a_table_that_is_missing_or_in_another_encoding_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="there is no file"):
        read_event_table(tmp_path / "none.csv")
    (tmp_path / "old.csv").write_bytes("video,onset,offset,label\nä,1,2,fear\n".encode("latin-1"))
    with pytest.raises(FormatError, match="not UTF-8"):
        read_event_table(tmp_path / "old.csv")
    with pytest.raises(FormatError, match="cannot be written"):
        write_event_table(tmp_path / "none" / "x.csv", [])


@relaxed
@given(EVENTS)
def test_json_gives_back_everything(tmp_path: Path, own: list[Event]) -> None:
    path = tmp_path / "events.json"
    videos = [VideoEvents("a.mp4", "s1", 1000, 29.97, (TierEvents("FEDN", Source.DETECTOR, "base", tuple(own)),))]
    write_event_json(path, videos)
    assert read_event_json(path) == videos


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"format": "other"}',
        '{"format": "fedn-events", "version": 2}',
        '{"format": "fedn-events", "version": 1}',
    ],
)
def test_json_that_is_something_else_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    path.write_text(text)
    with pytest.raises(FormatError, match=r"events\.json"):
        read_event_json(path)
