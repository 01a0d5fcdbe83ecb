"""Events as JSON: everything comes back, and a damaged file never reaches a project."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedn.annotation.event import Event, Origin
from fedn.annotation.formats.content import TierEvents, VideoEvents
from fedn.annotation.formats.event_json import read_event_json, read_json_content, write_event_json
from fedn.annotation.tier import Source
from fedn.errors import FormatError
from tests.annotation.tables.any_videos import assert_never_fails_otherwise, relaxed, videos

PREDICTION = Event(3, 9, "fear", apex=5, score=0.5, origin=Origin("base", 3, 9, "fear", 0.5), id="e1")
VIDEO = VideoEvents(
    "a.mp4", "s1", 100, 30.0, (TierEvents("FEDN", Source.DETECTOR, "base", (PREDICTION,), frozenset({"e1"}), "ekman"),)
)


def document_of(path: Path) -> dict[str, Any]:
    write_event_json(path, [VIDEO])
    return json.loads(path.read_text())


@relaxed
@given(own=st.lists(videos(st.text(max_size=8)), max_size=3))
def test_everything_comes_back_ids_and_rejections_included(tmp_path: Path, own: list[VideoEvents]) -> None:
    path = tmp_path / "events.json"
    assert write_event_json(path, own) == ()
    content = read_json_content(path)
    assert list(content.videos) == own
    assert content.remarks == ()


def test_half_letters_become_question_marks_and_are_told(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    own = VideoEvents("a\ud800.mp4", "", 0, 0.0, ())
    (remark,) = write_event_json(path, [own])
    assert "half a letter" in remark.text
    assert read_event_json(path)[0].video == "a?.mp4"


def test_files_from_before_action_units_rejections_and_vocabularies_are_read(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    document = document_of(path)
    tier = document["videos"][0]["tiers"][0]
    del tier["rejected"], tier["vocabulary"], tier["events"][0]["action_units"], tier["events"][0]["id"]
    path.write_text(json.dumps(document))
    (video,) = read_event_json(path)
    assert video.tiers[0].events[0].action_units == ()
    assert (video.tiers[0].rejected, video.tiers[0].vocabulary) == (frozenset(), "")


def test_entries_of_a_newer_program_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    document = document_of(path)
    document["videos"][0]["weather"] = "rain"
    document["videos"][0]["tiers"][0]["events"][0]["mood"] = 3
    path.write_text(json.dumps(document))
    content = read_json_content(path)
    assert list(content.videos) == [VIDEO]
    assert [remark.place for remark in content.remarks] == ["video 1", "video 1, tier 1, event 1"]
    assert "“mood”" in content.remarks[1].text


def change(*place: Any, to: Any) -> Callable[[Any], None]:
    def apply(document: Any) -> None:
        for step in place[:-1]:
            document = document[step]
        if to is ...:
            del document[place[-1]]
        else:
            document[place[-1]] = to

    return apply


TIER = ("videos", 0, "tiers", 0)
EVENT = (*TIER, "events", 0)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (change("videos", to=...), "“videos” is missing"),
        (change("videos", to={}), "“videos” is of the wrong kind"),
        (change("videos", 0, to="a.mp4"), "at video 1: it is not an object"),
        (change("videos", 0, "video", to=5), "“video” is of the wrong kind"),
        (change("videos", 0, "frame_count", to=-1), "frame_count is beyond"),
        (change("videos", 0, "fps", to=10**400), "fps is not a number that it can be"),
        (change("videos", 0, "fps", to="30"), "“fps” is of the wrong kind"),
        (change(*TIER, "source", to="robot"), "source “robot” is not one of detector"),
        (change(*TIER, "rejected", to=["e2"]), "rejects the event “e2”"),
        (change(*TIER, "vocabulary", to=1), "“vocabulary” is of the wrong kind"),
        (change(*EVENT, "onset", to=True), "“onset” is of the wrong kind"),
        (change(*EVENT, "onset", to=1.5), "“onset” is of the wrong kind"),
        (change(*EVENT, "offset", to=2**31), "offset is beyond"),
        (change(*EVENT, "apex", to=90), "the apex at frame 90 is not between"),
        (change(*EVENT, "score", to="0.5"), "“score” is of the wrong kind"),
        (change(*EVENT, "score", to=1.5), "the score 1.5 is not between"),
        (change(*EVENT, "label", to=None), "“label” is missing"),
        (change(*EVENT, "label", to="\ud800"), "“label” holds half a letter"),
        (change(*EVENT, "id", to=""), "its id “” is empty"),
        (change(*EVENT, "origin", to=[]), "origin: it is not an object"),
        (change(*EVENT, "origin", "score", to=...), "“score” is missing"),
        (change(*EVENT, "action_units", to=[{"number": 0}]), "no action unit 0"),
        (change(*EVENT, "action_units", to=["AU4"]), "it is not an object"),
        (change("version", to=2), "has version 2; this program reads version 1"),
        (change("format", to="other"), "holds no events of this program"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_its_place(
    damage: Callable[[Any], None], sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "events.json"
    document = document_of(path)
    damage(document)
    path.write_text(json.dumps(document))
    with pytest.raises(FormatError, match=sentence) as caught:
        read_json_content(path)
    assert "events.json" in str(caught.value)


def test_two_events_may_not_share_an_id(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    document = document_of(path)
    document["videos"].append(document["videos"][0])
    path.write_text(json.dumps(document))
    with pytest.raises(FormatError, match="video 2, tier 1, event 1: its id “e1” is empty or that of another event"):
        read_json_content(path)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, '{"format": NaN}', "1" * 5000, "\0", ""])
def test_what_is_nested_too_deeply_or_no_json_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    path.write_text(text)
    with pytest.raises(FormatError, match=r"events\.json"):
        read_json_content(path)


def test_damaged_files_give_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "damaged.json"
    write_event_json(path, [VIDEO])
    assert_never_fails_otherwise(path, path.read_bytes(), read_json_content)
