from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from fedn.annotation.event import Event
from fedn.annotation.formats.content import TierEvents, VideoEvents
from fedn.errors import FormatError
from tests.annotation.programs.every_format import FORMATS, Format, index_of
from tests.annotation.programs.made_events import full_event, full_video

SAID = {
    "origin": "(its origin) is not kept",
    "vocabulary": "that its labels are from the vocabulary “six-and-others” is not kept",
    "note": "line breaks of a text became spaces",
    "subject": "the subject “s1” is not kept",
}
"""What a remark says about a field that is lost."""


def event_by_frames(tier: TierEvents) -> dict[tuple[int, int], Event]:
    return {(event.onset, event.offset): event for event in tier.events}


def lost_fields(before: VideoEvents, after: VideoEvents) -> set[str]:
    """Names of the fields that are not what they were."""
    lost = set() if before.subject == after.subject else {"subject"}
    tiers = [sorted(video.tiers, key=lambda tier: tier.name) for video in (before, after)]
    for own, back in zip(*tiers, strict=True):
        assert (own.name, own.source, own.who) == (back.name, back.source, back.who)
        events, found = event_by_frames(own), event_by_frames(back)
        assert set(found) == set(events)
        for frames, event in events.items():
            names = [field.name for field in fields(Event) if field.name != "id"]
            lost |= {name for name in names if getattr(event, name) != getattr(found[frames], name)}
        if {events[key].id in own.rejected for key in events} != {found[key].id in back.rejected for key in events}:
            lost.add("rejected")
        if own.vocabulary != back.vocabulary:
            lost.add("vocabulary")
    return lost


def test_the_example_has_every_field_set() -> None:
    event, empty = full_event(), Event(10, 40, "")
    assert all(getattr(event, field.name) != getattr(empty, field.name) for field in fields(Event)[2:])
    assert {field.name for field in fields(TierEvents)} == {"name", "source", "who", "events", "rejected", "vocabulary"}


@pytest.mark.parametrize("form", FORMATS, ids=str)
def test_every_field_that_does_not_come_back_is_named(form: Format, tmp_path: Path) -> None:
    path, video = tmp_path / form.file, full_video()
    texts = [remark.text for remark in form.write(path, [video], index_of)]
    content = form.read(path, index_of)
    assert content.remarks == ()
    assert lost_fields(video, content.videos[0]) == form.lost
    for name in form.lost:
        assert any(SAID[name] in text for text in texts), name
    # Nothing else is told: a remark that is always there is not read.
    assert len(texts) == sum(
        any(text.startswith(SAID[name]) or SAID[name] in text for name in form.lost) for text in texts
    )


@pytest.mark.parametrize("form", FORMATS, ids=str)
def test_an_event_beyond_the_end_of_the_video_is_left_out_and_told(form: Format, tmp_path: Path) -> None:
    video = full_video()
    tier = replace(video.tiers[1], events=(Event(5, 60, "fear"), Event(150, 200, "joy")))
    remarks = form.write(tmp_path / form.file, [replace(video, tiers=(tier,), subject="")], index_of)
    assert [remark.text for remark in remarks] == [
        "the event at frames 150 to 200 was left out: the video has 200 frames"
    ]
    (back,) = form.read(tmp_path / form.file, index_of).videos[0].tiers
    assert [event.label for event in back.events] == ["fear"]


@pytest.mark.parametrize("form", FORMATS, ids=str)
def test_a_folder_that_is_not_there_gets_a_sentence(form: Format, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be written"):
        form.write(tmp_path / "none" / form.file, [full_video()], index_of)
    with pytest.raises(FormatError, match="there is no file"):
        form.read(tmp_path / "none" / form.file, index_of)
