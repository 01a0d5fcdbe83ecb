from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from fedn.annotation.event import Event
from fedn.annotation.formats.boris import read_boris, write_boris
from fedn.annotation.formats.content import Content, TierEvents, VideoEvents
from fedn.annotation.tier import Source
from fedn.errors import FormatError
from fedn.video.frame_index import FrameIndex
from tests.annotation.programs.made_events import comparable, frame_indexes, relaxed, videos

INDEX = FrameIndex.regular(200, Fraction(50))


def known(name: str) -> FrameIndex:
    if name == "unknown.mp4":
        raise FormatError("unknown.mp4 is not in the project")
    return INDEX


def foreign() -> dict[str, Any]:
    """A project as a laboratory might have it."""
    behavior = {"key": "a", "description": "", "category": "", "modifiers": {}, "excluded": "", "coding map": ""}
    media = {
        "type": "MEDIA",
        "date": "2024-01-02T03:04:05",
        "description": "",
        "time offset": 10.0,
        "file": {"1": ["/data/one.mp4", "/data/two.mp4"], "2": ["/data/side.mp4"], "3": []},
        "media_info": {"length": {"/data/one.mp4": 4.0, "/data/two.mp4": 4.0}, "fps": {"/data/one.mp4": 50.0}},
        "independent_variables": {"age": "30"},
        "events": [
            [12.0, "", "smile", "", "ends first", 100],
            [11.0, "", "smile", "", "starts", 50],
            [11.5, "", "smile", "left|strong", "", 75],
            [12.5, "", "smile", "left|strong", "sure", 125],
            [13.0, "", "blink", "", "", 150],
            [15.0, "", "smile", "", "in the second", "NA"],
            [16.0, "", "smile", "", ""],
            [17.0, "", "frown", "", "", 1],
            [17.5, "", "new", "", "", 1],
        ],
    }
    live = {"type": "LIVE", "file": [], "time offset": 0, "events": [[1.0, "", "blink", "", ""]]}
    images = {
        "type": "IMAGES",
        "file": {},
        "directories_list": ["C:\\pictures\\face"],
        "events": [[None, "Bea", "smile", "", "", 11, "011.jpg"], [None, "Bea", "smile", "", "", 20, "020.jpg"]],
    }
    return {
        "time_format": "hh:mm:ss",
        "project_name": "x",
        "project_format_version": "7.0",
        "subjects_conf": {},
        "behaviors_conf": {
            "0": behavior | {"type": "State event", "code": "smile"},
            "1": behavior | {"type": "Point event", "code": "blink"},
            "2": behavior | {"type": "State event with coding map", "code": "frown"},
        },
        "observations": {"rater A": media, "live": live, "pictures": images},
    }


def save(path: Path, document: object) -> Path:
    text = json.dumps(document).replace("null", "NaN")
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def undated(path: Path) -> str:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    return re.sub(r'"((?:project_)?date|project_name)": "[^"]*"', "", text)


def spans(content: Content) -> dict[str, dict[str, list[tuple[int, int, str, str]]]]:
    return {
        video.video: {
            tier.name: [(own.onset, own.offset, own.label, own.note) for own in tier.events] for tier in video.tiers
        }
        for video in content.videos
    }


@pytest.mark.parametrize("name", ["a.boris", "a.boris.gz"])
@relaxed
@given(videos(), videos(), frame_indexes())
def test_what_was_written_comes_back_and_is_written_the_same(
    tmp_path: Path, name: str, first: VideoEvents, second: VideoEvents, index: FrameIndex
) -> None:
    one, two = tmp_path / name, tmp_path / f"b{name}"
    given_videos = [first, replace(second, video="second.mp4", path=None)]
    assert write_boris(one, given_videos, lambda _: index) == ()
    content = read_boris(one, lambda _: index)
    assert content.remarks == ()
    assert [comparable(video) for video in content.videos] == [comparable(video) for video in given_videos]
    assert [(video.path, video.fps) for video in content.videos] == [(first.path, first.fps), (None, second.fps)]
    write_boris(two, content.videos, lambda _: index)
    assert undated(two) == undated(one)


@relaxed
@given(videos(), frame_indexes())
def test_the_same_subject_never_does_the_same_twice_at_once(
    tmp_path: Path, video: VideoEvents, index: FrameIndex
) -> None:
    write_boris(tmp_path / "a.boris", [video], lambda _: index)
    document = json.loads((tmp_path / "a.boris").read_text(encoding="utf-8"))
    (observation,) = document["observations"].values()
    rows = observation["events"]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    subjects = {own["name"] for own in document["subjects_conf"].values()}
    codes = {own["code"] for own in document["behaviors_conf"].values() if own["type"] == "State event"}
    assert {(row[1], row[2]) for row in rows} <= {(subject, code) for subject in subjects for code in codes}
    expected = sorted(
        (round(index.time_s(event.onset) * 1000), round(index.end_s(event.offset) * 1000), event.onset, event.offset)
        for tier in video.tiers
        for event in tier.events
    )
    found = []
    for subject, code in {(row[1], row[2]) for row in rows}:
        own = [row for row in rows if row[1:3] == [subject, code]]
        assert len(own) % 2 == 0
        pairs = [(own[place], own[place + 1]) for place in range(0, len(own), 2)]
        assert all(start[0] < stop[0] for start, stop in pairs)
        assert all(first[1][0] <= second[0][0] for first, second in pairwise(pairs))
        found += [(round(1000 * a[0]), round(1000 * b[0]), a[5], b[5] - 1) for a, b in pairs]
    assert sorted(found) == expected


@pytest.mark.parametrize("name", ["a.boris", "a.boris.gz"])
def test_a_project_of_others_is_read(name: str, tmp_path: Path) -> None:
    content = read_boris(save(tmp_path / name, foreign()), known)
    assert spans(content) == {
        "one.mp4": {
            "rater A": [
                (50, 99, "smile", "starts; ends first"),
                (75, 124, "smile", "modifiers: left|strong; sure"),
                (150, 150, "blink", ""),
            ]
        },
        "two.mp4": {"rater A": [(50, 99, "smile", "in the second")]},
        "face": {"Bea": [(10, 19, "smile", "")]},
    }
    assert [video.subject for video in content.videos] == ["", "", "Bea"]
    assert content.videos[0].path == Path("/data/one.mp4")
    assert content.videos[0].tiers[0].source is Source.IMPORTED
    assert [f"{remark.place}: {remark.text}" for remark in content.remarks] == [
        "observation “rater A”: further players show side.mp4 at the same time; its events were taken for those of the "
        "first player",
        "observation “rater A”, event 8: the state event “frown” never stops; it was left out",
        "observation “rater A”, event 9: the state event “new” never stops; it was left out",
        "observation “rater A”: the ethogram does not have new; they were taken for state events",
        "observation “rater A”: 1 point events became expressions of one frame",
        "observation “live”: it was made without a video; its 1 rows were left out",
    ]


def test_two_raters_of_one_video_have_tiers_of_their_own(tmp_path: Path) -> None:
    document = foreign()
    one = document["observations"]["rater A"] | {"file": {"1": ["one.mp4"]}}
    one["events"] = [[11.0, "Ann", "smile", "", ""], [12.0, "Ann", "smile", "", ""]]
    document["observations"] = {"rater A": one, "rater B": one}
    content = read_boris(save(tmp_path / "a.boris", document), known)
    assert list(spans(content)["one.mp4"]) == ["rater A Ann", "rater B Ann"]
    assert content.videos[0].subject == "Ann"


def test_videos_that_are_not_known_are_told_and_the_others_read(tmp_path: Path) -> None:
    document = foreign()
    document["observations"]["other"] = document["observations"]["rater A"] | {"file": {"1": ["unknown.mp4"]}}
    content = read_boris(save(tmp_path / "a.boris", document), known)
    assert set(spans(content)) == {"one.mp4", "two.mp4", "face"}
    assert any("unknown.mp4 is not in the project" in remark.text for remark in content.remarks)
    document["observations"] = {"other": document["observations"]["other"]}
    with pytest.raises(FormatError, match=r"unknown\.mp4 is not in the project"):
        read_boris(save(tmp_path / "b.boris", document), known)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda own: own.pop("observations"), "not a project of BORIS"),
        (lambda own: own.update(behaviors_conf=[]), "its ethogram"),
        (lambda own: own["observations"].update({"rater A": 7}), "observation “rater A”: “7”"),
        (lambda own: own["observations"]["rater A"].update(events={}), "its events are not a list"),
        (lambda own: own["observations"]["rater A"]["events"].append([1.0]), "event 10 has no time"),
        (lambda own: own["observations"]["rater A"]["events"].append(["x", "", "a"]), "event 10: “x” is not a time"),
        (lambda own: own["observations"]["rater A"]["events"].append(["1e999", "", "a"]), "event 10: “1e999”"),
        (lambda own: own["observations"]["pictures"]["events"].append([1.0, "", "a"]), "event 3"),
    ],
)
def test_a_broken_project_is_refused_with_the_place(change: Any, what: str, tmp_path: Path) -> None:
    document = foreign()
    change(document)
    with pytest.raises(FormatError, match=what):
        read_boris(save(tmp_path / "a.boris", document), known)


def test_a_packed_file_that_grows_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.boris.gz"
    path.write_bytes(gzip.compress(b" " * (80 * 1024 * 1024)))
    with pytest.raises(FormatError, match="would unpack to more than"):
        read_boris(path, known)
    path.write_bytes(gzip.compress(b"{}" * 1000)[:-9])
    with pytest.raises(FormatError, match="damaged"):
        read_boris(path, known)


def test_origins_are_the_only_thing_lost(tmp_path: Path) -> None:
    tier = TierEvents("E", Source.ANNOTATOR, "Ann", (Event(1, 2, " joy ", note="a\nb"),))
    (remark,) = write_boris(tmp_path / "a.boris", [VideoEvents("a.mp4", "", 0, 0.0, (tier,))], lambda _: INDEX)
    assert remark.text == "spaces around the label “joy” were left out"
    assert read_boris(tmp_path / "a.boris", known).videos[0].tiers[0].events[0].note == "a\nb"
