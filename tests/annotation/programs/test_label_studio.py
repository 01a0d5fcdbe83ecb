from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedn.annotation.event import Event
from fedn.annotation.formats.content import Content, TierEvents, VideoEvents
from fedn.annotation.formats.label_studio import read_label_studio, write_label_studio
from fedn.annotation.formats.label_studio_task import FIRST_FRAME
from fedn.annotation.formats.times import no_index
from fedn.annotation.tier import Source
from fedn.errors import FormatError
from fedn.video.frame_index import FrameIndex
from tests.annotation.programs.made_events import FRAMES, comparable, relaxed, videos

INDEX = FrameIndex.regular(200, Fraction(50))


def known(name: str) -> FrameIndex:
    if name != "face video.mp4":
        raise FormatError(f"{name} is not in the project")
    return INDEX


def region(start: float, end: float, *labels: str, **more: object) -> dict[str, Any]:
    value = {"ranges": [{"start": start, "end": end}], "timelinelabels": list(labels)}
    return {"id": "x", "from_name": "faces", "to_name": "video", "type": "timelinelabels", "value": value, **more}


def foreign() -> list[dict[str, Any]]:
    """An export as somebody else might have it."""
    choice = {"from_name": "mood", "to_name": "video", "type": "choices", "value": {"choices": ["good"]}}
    return [
        {
            "id": 7,
            "data": {"video": "/data/upload/3/0a1b2c3d-face%20video.mp4", "subject": "s9"},
            "annotations": [
                {"id": 1, "completed_by": {"id": 4, "email": "ann@example.org"}, "result": [
                    region(1, 10, "joy", "smile", meta={"text": ["first", "second"]}), choice]},
                {"id": 2, "completed_by": 5, "result": [region(200, 200, "fear")]},
                {"id": 3, "completed_by": 5, "result": [region(150, 140, "fear"), region(-5, "x", "a")]},
                {"id": 4, "completed_by": 5, "was_cancelled": True, "result": [region(1, 2, "fear")]},
            ],
            "predictions": [
                {"id": 8, "model_version": "v1", "score": 0.4, "result": [region(11, 20, "joy", score=0.75),
                                                                          region(30, 40, "joy", score=7)]},
            ],
        },
        {"id": 8, "data": {"video": "https://example.org/other.mp4?a=b"}, "annotations": []},
    ]  # fmt: skip


def save(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def tiers_of(content: Content) -> list[tuple[Any, ...]]:
    return [
        (tier.name, tier.source, tier.who, [(own.onset, own.offset, own.label, own.note) for own in tier.events])
        for video in content.videos
        for tier in video.tiers
    ]


@relaxed
@given(videos(), videos(), st.sampled_from([Fraction(25), Fraction(30000, 1001), Fraction(240)]), st.booleans())
def test_what_was_written_comes_back_and_is_written_the_same(
    tmp_path: Path, first: VideoEvents, second: VideoEvents, fps: Fraction, with_index: bool
) -> None:
    index = FrameIndex.regular(FRAMES, fps)
    index_of = (lambda _: index) if with_index else no_index
    one, two = tmp_path / "1.json", tmp_path / "2.json"
    given_videos = [first, replace(second, video="second.mp4", path=None)]
    assert write_label_studio(one, given_videos, index_of) == ()
    content = read_label_studio(one, index_of)
    assert content.remarks == ()
    assert [comparable(video) for video in content.videos] == [comparable(video) for video in given_videos]
    assert [(video.path, video.frame_count) for video in content.videos] == [(first.path, FRAMES), (None, FRAMES)]
    write_label_studio(two, content.videos, index_of)
    assert two.read_bytes() == one.read_bytes()


def test_frames_are_counted_from_one_and_both_ends_belong_to_a_range(tmp_path: Path) -> None:
    tier = TierEvents("E", Source.EXPERT, "Ann", (Event(0, 9, "joy"), Event(199, 199, "fear", score=0.5, note="n")))
    fedn = TierEvents("F", Source.DETECTOR, "base", (Event(5, 6, "joy", score=0.5), Event(8, 9, "", score=0.25)))
    video = VideoEvents("a.mp4", "s1", 200, 50.0, (tier, fedn))
    assert write_label_studio(tmp_path / "a.json", [video], lambda _: INDEX) == ()
    (task,) = json.loads((tmp_path / "a.json").read_text())
    assert FIRST_FRAME == 1
    assert task["data"] == {"video": "a.mp4", "fps": 50.0, "subject": "s1", "frame_count": 200}
    (entry,), (prediction,) = task["annotations"], task["predictions"]
    assert [(own["value"], own.get("meta"), own.get("score")) for own in entry["result"]] == [
        ({"ranges": [{"start": 1, "end": 10}], "timelinelabels": ["joy"]}, None, None),
        (
            {"ranges": [{"start": 200, "end": 200}], "timelinelabels": ["fear"]},
            {"text": ["score=0.5; note=n"]},
            0.5,
        ),
    ]
    assert (entry["tier"], prediction["tier"]) == ("expert/Ann/E", "detector/base/F")
    assert (prediction["model_version"], prediction["score"]) == ("base", 0.375)
    assert prediction["result"][1]["value"]["timelinelabels"] == []


def test_an_export_of_others_is_read(tmp_path: Path) -> None:
    content = read_label_studio(save(tmp_path / "a.json", foreign()), known)
    note = "first\nsecond"
    assert tiers_of(content) == [
        ("faces", Source.IMPORTED, "ann@example.org", [(0, 9, "joy", note), (0, 9, "smile", note)]),
        ("faces", Source.IMPORTED, "5", [(199, 199, "fear", "")]),
        ("faces (2)", Source.IMPORTED, "5", []),
        ("faces", Source.DETECTOR, "v1", [(10, 19, "joy", ""), (29, 39, "joy", "")]),
    ]
    assert [event.score for event in content.videos[0].tiers[3].events] == [0.75, None]
    assert (content.videos[0].video, content.videos[0].subject) == ("face video.mp4", "s9")
    assert [f"{remark.place}: {remark.text}" for remark in content.remarks] == [
        "task 7, annotation 4: it was cancelled and left out",
        "task 7, annotation 1: 1 results that are not on the timeline (choices) were left out",
        "task 7, annotation 3, result 1: the event from 2.980 s to 2.800 s ends before it begins and was left out",
        "task 7, annotation 3, result 2: the event has no usable time and was left out",
        "task 7, prediction 8, result 2: the score “7” is not a number between 0 and 1 and was left out",
        "task 8: other.mp4 is not in the project; the task was left out",
    ]


def test_without_the_video_frames_are_taken_as_they_are(tmp_path: Path) -> None:
    content = read_label_studio(save(tmp_path / "a.json", foreign()[:1]))
    assert tiers_of(content)[1] == ("faces", Source.IMPORTED, "5", [(199, 199, "fear", "")])
    assert content.videos[0].video == "face video.mp4"


def test_the_short_form_is_read(tmp_path: Path) -> None:
    task = {"id": 3, "video": "/data/local-files/?d=films/face video.mp4", "annotator": 2, "lead_time": 1.5,
            "faces": [{"ranges": [{"start": 1, "end": 5}], "timelinelabels": ["joy"]}]}  # fmt: skip
    content = read_label_studio(save(tmp_path / "a.json", [task]), known)
    assert tiers_of(content) == [("faces", Source.IMPORTED, "2", [(0, 4, "joy", "")])]
    assert content.videos[0].path == Path("films/face video.mp4")


def test_frames_of_another_rate_are_found_by_their_time(tmp_path: Path) -> None:
    document = [{"data": {"video": "face video.mp4"}, "annotations": [{"result": [region(26, 50, "joy")]}]}]
    content = read_label_studio(save(tmp_path / "a.json", document), known, fps=25.0)
    assert tiers_of(content)[0][3] == [(50, 99, "joy", "")]
    assert any("25 frames a second" in remark.text for remark in content.remarks)


def test_what_a_variable_rate_loses_is_told(tmp_path: Path) -> None:
    steps = np.array([1, 1, 1, 1, 1, 40] * 20)
    pts = np.concatenate([[0], np.cumsum(steps[:-1])])
    index = FrameIndex(pts, Fraction(1, 100), 1, pts)
    events = (Event(1, 2, "joy"), Event(3, 4, "fear"))
    video = VideoEvents("a.mp4", "", 0, 0.0, (TierEvents("E", Source.EXPERT, "", events),))
    (remark,) = write_label_studio(tmp_path / "a.json", [video], lambda _: index)
    assert "the video's frame rate varies and Label Studio's does not" in remark.text
    assert any(
        "all the time" in remark.text for remark in read_label_studio(tmp_path / "a.json", lambda _: index).remarks
    )


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (3, "not an export of Label Studio"),
        ([1], "not an export of Label Studio"),
        ([{}], "about videos"),
        ([{"data": {"text": "abc"}}], "about videos"),
        ([{"data": {"video": "face video.mp4"}, "annotations": {"a": 1}}], "task 1: its annotations are not a list"),
        ([{"id": 4, "data": {"video": "face video.mp4"}, "predictions": [{"id": 2, "result": [1]}]}],
         "task 4, prediction 2: its result is not a list"),
        ([{"data": {"video": "face video.mp4"}, "annotations": [{"result": [
            {"type": "timelinelabels", "value": {"ranges": 3, "timelinelabels": ["a"]}}]}]}], "result 1 has no list"),
        ([{"data": {"video": "face video.mp4"}, "annotations": [{"result": [
            {"type": "timelinelabels", "value": {"ranges": [1] * 2000, "timelinelabels": ["a"] * 2000}}]}]}],
         "has 2000 ranges"),
    ],
)  # fmt: skip
def test_another_file_is_refused_with_the_place(document: object, what: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=what):
        read_label_studio(save(tmp_path / "a.json", document), known)
