from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from fedn.annotation.event import Event
from fedn.annotation.formats.content import Content, TierEvents, VideoEvents
from fedn.annotation.formats.via import read_via, write_via, write_via_csv
from fedn.annotation.tier import Source
from fedn.errors import FormatError
from fedn.video.frame_index import FrameIndex
from tests.annotation.programs.made_events import comparable, frame_indexes, relaxed, videos

INDEX = FrameIndex.regular(200, Fraction(50))


def known(name: str) -> FrameIndex:
    if name.startswith("unknown"):
        raise FormatError(f"{name} is not in the project")
    return INDEX


def foreign() -> dict[str, Any]:
    """A project as somebody else might have it."""
    return {
        "project": {"pid": "x", "vid_list": ["1", "2"]},
        "config": {},
        "attribute": {
            "1": {"aname": "TEMPORAL-SEGMENTS", "anchor_id": "FILE1_Z2_XY0", "type": 4, "options": {"s": "smile"}},
            "2": {"aname": "sure", "anchor_id": "FILE1_Z2_XY0", "type": 2, "options": {"1": "me", "2": "you"}},
            "3": {"aname": "weather", "anchor_id": "FILE1_Z0_XY0", "type": 1, "options": {}},
        },
        "file": {
            "1": {"fid": "1", "fname": "one.mp4", "type": 4, "loc": 2, "src": "https://example.org/films/one.mp4?x=1"},
            "2": {"fid": 2, "fname": "unknown.mp4", "type": 4, "loc": 1, "src": ""},
        },
        "view": {"1": {"fid_list": ["1"]}, "2": {"fid_list": [2]}},
        "metadata": {
            "1_a": {"vid": "1", "flg": 0, "z": [1.0, 2.0], "xy": [], "av": {"1": "s", "2": "1,2"}},
            "1_b": {"vid": "1", "flg": 0, "z": [3], "xy": [], "av": {"1": "other"}},
            "1_c": {"vid": "1", "flg": 0, "z": [3], "xy": [2, 10, 10, 5, 5], "av": {}},
            "1_d": {"vid": "1", "flg": 0, "z": [], "xy": [], "av": {"3": "rain"}},
            "2_a": {"vid": "2", "flg": 0, "z": [1.0, 2.0], "xy": [], "av": {"1": "s"}},
        },
    }


def save(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def undated(path: Path) -> str:
    return re.sub(r'"(created|pname)": [^\n]*', "", path.read_text(encoding="utf-8"))


def spans(content: Content) -> dict[str, dict[str, list[tuple[int, int, str, str]]]]:
    return {
        video.video: {
            tier.name: [(own.onset, own.offset, own.label, own.note) for own in tier.events] for tier in video.tiers
        }
        for video in content.videos
    }


@pytest.mark.parametrize(("name", "write"), [("a.json", write_via), ("a.csv", write_via_csv)])
@relaxed
@given(videos(), videos(), frame_indexes())
def test_what_was_written_comes_back_and_is_written_the_same(
    tmp_path: Path,
    name: str,
    write: Callable[..., tuple[object, ...]],
    first: VideoEvents,
    second: VideoEvents,
    index: FrameIndex,
) -> None:
    one, two = tmp_path / name, tmp_path / f"b{name}"
    given_videos = [first, replace(second, video="second.mp4", path=None)]
    assert write(one, given_videos, lambda _: index) == ()
    content = read_via(one, lambda _: index)
    assert content.remarks == ()
    assert [comparable(video) for video in content.videos] == [comparable(video) for video in given_videos]
    assert [video.path for video in content.videos] == [first.path, None]
    write(two, content.videos, lambda _: index)
    assert undated(two) == undated(one)


def test_a_project_of_others_is_read(tmp_path: Path) -> None:
    content = read_via(save(tmp_path / "a.json", foreign()), known)
    assert spans(content) == {"one.mp4": {"VIA": [(50, 99, "smile", "sure: me, you"), (150, 150, "other", "")]}}
    assert content.videos[0].tiers[0].source is Source.IMPORTED
    assert content.videos[0].path is None
    assert [f"{remark.place}: {remark.text}" for remark in content.remarks] == [
        "metadata “1_c”: it is about a region of the picture and was left out",
        "metadata “1_d”: what it says of the whole file was left out: {'weather': 'rain'}",
        "one.mp4: what the attributes sure say stands in the notes",
        ": unknown.mp4 is not in the project; what is said of it was left out (1 times)",
    ]


CSV_OLD = """# Exported using VGG Image Annotator (http://www.robots.ox.ac.uk/~vgg/software/via)
# CSV_HEADER = metadata_id,file_list,temporal_segment_start,temporal_segment_end,metadata
"1_a","[""one.mp4""]",1,2,"{""TEMPORAL-SEGMENTS"":""smile""}"
"1_b","[""one.mp4""]",3.0,3.5,"{""TEMPORAL-SEGMENTS"":""frown""}"
"""
CSV_NEW = """# CSV_HEADER = metadata_id,file_list,temporal_coordinates,spatial_coordinates,metadata
"1_a","[""one.mp4""]","[1,2]","[]","{""TEMPORAL-SEGMENTS"":""smile""}"
"1_b","[""one.mp4""]","[3.0,3.5]","[]","{""TEMPORAL-SEGMENTS"":""frown""}"
"""


@pytest.mark.parametrize("text", [CSV_OLD, CSV_NEW])
def test_both_forms_of_the_table_are_read(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text)
    content = read_via(tmp_path / "a.csv", known)
    assert spans(content) == {"one.mp4": {"VIA": [(50, 99, "smile", ""), (150, 174, "frown", "")]}}


def test_the_project_has_what_via_shows(tmp_path: Path) -> None:
    tier = TierEvents("E", Source.EXPERT, "Ann", (Event(10, 20, "fear", score=0.5), Event(30, 40, "")))
    assert write_via(tmp_path / "a.json", [VideoEvents("a.mp4", "s1", 0, 0.0, (tier,))], known) == ()
    document = json.loads((tmp_path / "a.json").read_text())
    assert document["metadata"] == {
        "1_00000001": {"vid": "1", "flg": 0, "z": [], "xy": [], "av": {"10": "s1", "11": '["expert/Ann/E"]'}},
        "1_00000002": {
            "vid": "1", "flg": 0, "z": [0.2, 0.42], "xy": [], "av": {"1": "expert/Ann/E", "2": "fear", "5": "0.5"}
        },
        "1_00000003": {"vid": "1", "flg": 0, "z": [0.6, 0.82], "xy": [], "av": {"1": "expert/Ann/E", "2": ""}},
    }  # fmt: skip
    names = {own_id: (own["aname"], own["anchor_id"], own["type"]) for own_id, own in document["attribute"].items()}
    assert names["1"] == ("tier", "FILE1_Z2_XY0", 4)
    assert names["10"] == ("subject", "FILE1_Z0_XY0", 1)
    assert document["attribute"]["2"]["options"] == {"fear": "fear"}
    assert document["view"] == {"1": {"fid_list": ["1"]}}
    assert document["file"]["1"]["fname"] == "a.mp4"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda own: own.pop("metadata"), "not a project of VIA 3"),
        (lambda own: own.update(file=[]), "not a project of VIA 3"),
        (lambda own: own["metadata"].update({"x": 3}), "metadata “x”"),
        (lambda own: own["metadata"]["1_a"].update(vid="9"), "metadata “1_a” refers to a file that is not there"),
        (lambda own: own["metadata"]["1_a"].update(z="now"), "metadata “1_a”: “now” are not times"),
        (lambda own: own["metadata"]["1_a"].update(z=[1, 10**400]), "is not a time"),
        (lambda own: own["metadata"]["1_a"].update(z=[True]), "“True” is not a time"),
        (lambda own: own["metadata"]["1_a"].update(av=[]), "metadata “1_a” is not what VIA writes"),
    ],
)
def test_a_broken_project_is_refused_with_the_place(change: Any, what: str, tmp_path: Path) -> None:
    document = foreign()
    change(document)
    with pytest.raises(FormatError, match=what):
        read_via(save(tmp_path / "a.json", document), known)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("# CSV_HEADER = ", "# ", "does not name its columns"),
        ("[1,2]", "[1,x]", "row 2: “\\[1,x\\]” is not what VIA writes"),
        ("[1,2]", "[1,1e999]", "row 2: “\\[1,1e999\\]” is not what VIA writes"),
        ('[""one.mp4""]', "[]", "row 2 does not say which file"),
        ('{""TEMP', '{TEMP', "row 2: “{TEMP"),
    ],
)  # fmt: skip
def test_a_broken_table_is_refused_with_its_row(old: str, new: str, what: str, tmp_path: Path) -> None:
    assert old in CSV_NEW
    (tmp_path / "a.csv").write_text(CSV_NEW.replace(old, new, 1))
    with pytest.raises(FormatError, match=what):
        read_via(tmp_path / "a.csv", known)
