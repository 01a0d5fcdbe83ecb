from __future__ import annotations

import codecs
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from praatio import textgrid as praat

from fedn.annotation.event import Event
from fedn.annotation.formats.content import TierEvents, VideoEvents
from fedn.annotation.formats.textgrid import read_textgrid, write_textgrid
from fedn.annotation.tier import Source
from fedn.errors import FormatError
from fedn.video.frame_index import FrameIndex
from tests.annotation.programs.made_events import comparable, frame_indexes, relaxed, videos

INDEX = FrameIndex.regular(200, Fraction(50))
LONG = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 4
tiers? <exists>
size = 3
item []:
    item [1]:
        class = "IntervalTier"
        name = "speech"
        xmin = 0
        xmax = 4
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 1.004
            text = "  "
        intervals [2]:
            xmin = 1.004
            xmax = 2
            text = "he said ""oh"" "
        intervals [3]:
            xmin = 2
            xmax = 4
            text = ""
    item [2]:
        class = "TextTier"
        name = "nods"
        xmin = 0
        xmax = 4
        points: size = 2
        points [1]:
            number = 0.5
            mark = "small"
        points [2]:
            number = 3.99
            mark = ""
    item [3]:
        class = "IntervalTier"
        name = "speech"
        xmin = 0
        xmax = 4
        intervals: size = 1
        intervals [1]:
            xmin = 0
            xmax = 4
            text = "all"
"""
SHORT = """File type = "ooTextFile short"
"TextGrid"

0
4
<exists>
3
"IntervalTier"
"speech"
0
4
3
0
1.004
"  "
1.004
2
"he said ""oh"" "
2
4
""
"TextTier"
"nods"
0
4
2
0.5
"small"
3.99
""
"IntervalTier" "speech" 0 4 1 ! a remark "with a quote"
0 4 "all"
"""


@relaxed
@given(videos(), frame_indexes())
def test_what_was_written_comes_back_and_is_written_the_same(
    tmp_path: Path, video: VideoEvents, index: FrameIndex
) -> None:
    first, second = tmp_path / "1.TextGrid", tmp_path / "2.TextGrid"
    assert write_textgrid(first, [video], lambda _: index) == ()
    content = read_textgrid(first, lambda _: index)
    assert content.remarks == ()
    assert comparable(content.videos[0]) == comparable(replace(video, subject=video.subject.strip() and video.subject))
    write_textgrid(second, content.videos, lambda _: index)
    assert second.read_bytes() == first.read_bytes()


@relaxed
@given(videos(), frame_indexes())
def test_another_reader_finds_the_same_intervals(tmp_path: Path, video: VideoEvents, index: FrameIndex) -> None:
    path = tmp_path / "out.TextGrid"
    write_textgrid(path, [video], lambda _: index)
    grid = praat.openTextgrid(str(path), includeEmptyIntervals=True, duplicateNamesMode="error")
    end_s = index.end_s(index.frame_count - 1)
    found = []
    for name in grid.tierNames:
        tier = grid.getTier(name)
        assert (tier.minTimestamp, tier.maxTimestamp) == (0, end_s)
        if isinstance(tier, praat.IntervalTier):
            assert [tier.entries[0].start, *(own.end for own in tier.entries)] == [
                *(own.start for own in tier.entries),
                end_s,
            ]
            if not name.startswith("fedn:") and not name.endswith(" : details"):
                found += [(own.start, own.end) for own in tier.entries if own.label]
        else:
            assert all(0 <= own.time < end_s for own in tier.entries)
    expected = [(index.time_s(event.onset), index.end_s(event.offset)) for tier in video.tiers for event in tier.events]
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("text", [LONG, SHORT], ids=["long", "short"])
@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", codecs.BOM_UTF16_LE),
    ],
)
def test_a_textgrid_of_others_is_read_in_every_form(text: str, encoding: str, mark: bytes, tmp_path: Path) -> None:
    path = tmp_path / "face.TextGrid"
    path.write_bytes(mark + text.replace("small", "klein é").encode(encoding))

    def index_of(name: str) -> FrameIndex:
        if name != "face.avi":
            raise FormatError(f"{name} is not known")
        return INDEX

    content = read_textgrid(path, index_of)
    (video,) = content.videos
    assert video.video == "face.avi"
    assert [
        (tier.name, tier.source, [(own.onset, own.offset, own.label) for own in tier.events]) for tier in video.tiers
    ] == [
        ("speech", Source.IMPORTED, [(50, 99, 'he said "oh"')]),
        ("nods", Source.IMPORTED, [(25, 25, "klein é"), (199, 199, "")]),
        ("speech (2)", Source.IMPORTED, [(0, 199, "all")]),
    ]
    assert [remark.text for remark in content.remarks] == [
        "there is another tier of this name; it was read as “speech (2)”"
    ]


def test_the_file_says_what_praat_shows(tmp_path: Path) -> None:
    path = tmp_path / "out.TextGrid"
    events = (
        Event(10, 20, "fear", apex=15, score=0.5, note="a\nb"),
        Event(15, 30, "joy"),
        Event(50, 60, "", kind="micro"),
    )
    tiers = (
        TierEvents("FEDN", Source.DETECTOR, "base", events),
        TierEvents("speech", Source.IMPORTED, "", events[1:2]),
    )
    remarks = write_textgrid(path, [VideoEvents("a.mp4", "s1", 200, 50.0, tiers)], lambda _: INDEX)
    grid = praat.openTextgrid(str(path), includeEmptyIntervals=False)
    assert {name: [tuple(own) for own in grid.getTier(name).entries] for name in grid.tierNames} == {
        "fedn:video": [(0.0, 4.0, "a.mp4")],
        "fedn:subject": [(0.0, 4.0, "s1")],
        "detector/base/FEDN": [(0.2, 0.42, "fear"), (1.0, 1.22, "∅")],
        "detector/base/FEDN : apex": [(0.3, "fear")],
        "detector/base/FEDN : details": [(0.2, 0.42, "score=0.5; note=a b"), (1.0, 1.22, "kind=micro")],
        "detector/base/FEDN #2": [(0.3, 0.62, "joy")],
        "speech": [(0.3, 0.62, "joy")],
    }
    assert [str(remark.text) for remark in remarks] == ["line breaks of a text became spaces: Praat cannot hold them"]


def test_what_no_longer_belongs_to_an_interval_is_told(tmp_path: Path) -> None:
    path = tmp_path / "out.TextGrid"
    tier = TierEvents("E", Source.EXPERT, "", (Event(10, 20, "fear", apex=15, intensity="B"),))
    write_textgrid(path, [VideoEvents("a.mp4", "", 200, 50.0, (tier,))], lambda _: INDEX)
    path.write_text(path.read_text(encoding="utf-8").replace('"fear"', '""', 1).replace("intensity=B", "intensity=9"))
    content = read_textgrid(path, lambda _: INDEX)
    assert [str(remark.place) for remark in content.remarks] == [
        "tier “expert//E : apex”, 0.300 s",
        "tier “expert//E : details”, 0.200 s",
    ]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("ooTextFile", "ooBinaryFile", "not a TextGrid"),
        ("TextGrid", "Sound", "not a TextGrid"),
        ('"IntervalTier"', '"PitchTier"', "line 10: “PitchTier” is not a kind of tier"),
        ("xmax = 1.004", "xmax = --undefined--", "stands where a time should be"),
        ("xmax = 1.004", "xmax = 1e999", "a time is not a usable number"),
        ("size = 3\n        intervals", "size = 4000000000\n        intervals", "stands where a time should be"),
        ("size = 3\nitem", "size = -1\nitem", "not a whole number"),
        ("size = 3\nitem", "size = 4\nitem", "line 49: the file ends before the kind of a tier"),
        ('"all"', '"all', "line 48: a quotation mark is not closed"),
    ],
)
def test_a_broken_textgrid_is_refused_with_its_line(old: str, new: str, what: str, tmp_path: Path) -> None:
    assert old in LONG
    path = tmp_path / "bad.TextGrid"
    path.write_text(LONG.replace(old, new, 1) if old != "TextGrid" else LONG.replace('"TextGrid"', f'"{new}"'))
    with pytest.raises(FormatError, match=what):
        read_textgrid(path, lambda _: INDEX)


def test_a_binary_textgrid_gets_a_way_out(tmp_path: Path) -> None:
    path = tmp_path / "b.TextGrid"
    path.write_bytes(b"ooBinaryFile\x08TextGrid\x00\x00")
    with pytest.raises(FormatError, match="save it in Praat as a text file"):
        read_textgrid(path, lambda _: INDEX)
