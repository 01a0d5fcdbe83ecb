from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.document.clipboard import Clipboard
from app.document.document import Document
from app.document.edits import AddEvents, AddTier, AddVideo
from fedn.annotation.action_unit import ActionUnit
from fedn.annotation.event import Event, Origin
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video
from fedn.annotation.vocabulary import shipped_vocabulary
from fedn.errors import EditError, FormatError
from tests.document.conftest import VIDEO

NOTED = Event(30, 60, "fear", apex=44, note='=1+1\nsaid "no"', intensity="C", action_units=(ActionUnit(4),), id="noted")


@pytest.fixture
def study(document: Document) -> Document:
    """With a second, shorter video, and labels of a person on the first."""
    document.do(AddEvents("own", (NOTED,)))
    document.do(AddVideo(replace(VIDEO, id="other", key="k2", path=Path("/videos/b.mp4"), frame_count=300)))
    document.do(AddTier(Tier("other", "corrections", Source.EXPERT, id="there")))
    document.do(AddTier(Tier("other", "FEDN", Source.DETECTOR, "fedn-base", id="found")))
    return document


def placed(project: Project, tier_id: str) -> list[tuple[int, int | None, int, str]]:
    return [(event.onset, event.apex, event.offset, event.label) for event in project.events(tier_id)]


def test_events_keep_their_distances_on_another_tier_of_another_video(study: Document) -> None:
    clipboard = Clipboard()
    text = clipboard.copy(study.project, ("second", "noted", "first"))
    study.do(clipboard.paste(study.project, "other", 100, text, tier_id="there"))
    assert placed(study.project, "there") == [
        (100, 110, 130, "happiness"),
        (120, 134, 150, "fear"),
        (190, 210, 230, "anger"),
    ]
    origins = [event.origin for event in study.project.events("there")]
    assert origins == [Origin("fedn-base", 10, 40, "happiness", 0.9), None, Origin("fedn-base", 100, 140, "anger", 0.6)]


def test_without_a_tier_events_go_to_the_one_of_a_person_that_is_called_like_theirs(study: Document) -> None:
    clipboard = Clipboard()
    text = clipboard.copy(study.project, ("noted",))
    study.do(clipboard.paste(study.project, "other", 0, text))
    assert study.project.events("there") == (
        replace(NOTED, onset=0, apex=14, offset=30, id=study.project.events("there")[0].id),
    )
    with pytest.raises(EditError, match=r"b\.mp4 has no tier “FEDN” of a person"):
        clipboard.paste(study.project, "other", 0, clipboard.copy(study.project, ("first",)))


def test_a_spreadsheet_gets_a_table_without_formulas_and_gives_it_back(study: Document) -> None:
    text = Clipboard().copy(study.project, ("first", "noted"))
    assert text.splitlines()[0].split("\t")[:6] == ["video", "subject", "tier", "onset", "apex", "offset"]
    assert "\t=" not in text and "'=1+1" in text
    from_spreadsheet = text.replace("\n", "\r\n").rstrip() + "\r\n\r\n"
    study.do(Clipboard().paste(study.project, "other", 10, from_spreadsheet, tier_id="there"))
    first, second = study.project.events("there")
    assert (first.label, first.origin, first.score) == ("happiness", None, None)
    assert replace(second, id="noted") == replace(NOTED, onset=30, apex=44, offset=60)


def test_a_text_that_was_changed_meanwhile_counts_as_it_is_now(study: Document) -> None:
    clipboard = Clipboard()
    text = clipboard.copy(study.project, ("noted",)).replace("fear", "anger")
    assert [one.event.label for one in clipboard.events(text)] == ["anger"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no column onset"),
        ("hello", "copy the row with the names"),
        ("onset\toffset\tlabel\n5\tx\tfear\n", "row 2: the offset “x”"),
        ("onset\toffset\tlabel\n5\t4\tfear\n", "row 2: an event cannot end"),
        ("onset\toffset\tlabel\n5\t9\tfear\tmore\n", "row 2: it has more values"),
        ("video\tonset\toffset\tlabel\na\t1\t2\t\nb\t1\t2\t\n", "several videos"),
        ('onset\toffset\tlabel\n5\t9\t"fear\n', "is not CSV"),
    ],
)
def test_a_text_that_is_no_event_table_is_told_where(text: str, sentence: str, study: Document) -> None:
    with pytest.raises(FormatError, match=sentence):
        Clipboard().paste(study.project, "other", 0, text, tier_id="there")


def test_what_cannot_be_pasted_changes_nothing(study: Document) -> None:
    clipboard, start = Clipboard(), study.history()
    study.do(AddEvents("there", (Event(1, 2, "", id="far"),)))
    several = clipboard.copy(study.project, ("first", "far"))
    assert len(several.splitlines()) == 3
    with pytest.raises(FormatError, match="several videos"):
        clipboard.paste(study.project, "other", 0, several, tier_id="there")
    with pytest.raises(EditError, match="no event is selected"):
        clipboard.copy(study.project, ())
    text = clipboard.copy(study.project, ("first", "second"))
    for frame, tier, sentence in ((250, "there", "the last frame of b.mp4 is 299"), (0, "found", "a detector found")):
        with pytest.raises(EditError, match=sentence):
            study.do(clipboard.paste(study.project, "other", frame, text, tier_id=tier))
    with pytest.raises(EditError, match="nothing to paste"):
        clipboard.paste(study.project, "other", 0, "onset\toffset\tlabel\n", tier_id="there")
    assert len(study.project.events("there")) == 1 and len(study.history()) == len(start) + 1


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=12).map(str.strip)


@given(
    st.lists(
        st.builds(
            lambda onset, length, label, note, score: Event(onset, onset + length, label, note=note, score=score),
            st.integers(0, 400),
            st.integers(0, 50),
            TEXT,
            TEXT,
            st.none() | st.integers(0, 1000).map(lambda number: number / 1000),
        ),
        min_size=1,
        max_size=6,
    ),
    TEXT.filter(bool),
)
def test_the_table_gives_back_every_event(events: list[Event], tier_name: str) -> None:
    project = Project(Path("study"), "study", shipped_vocabulary())
    video = Video("key", Path("/videos/a.mp4"), "s1", 500, 30.0, 640, 480, id="video")
    project.put_video(video)
    project.put_tier(Tier("video", tier_name, Source.ANNOTATOR, "ann", id="tier"))
    for event in events:
        project.put_event("tier", event)
    text = Clipboard().copy(project, [event.id for event in events])
    found = Clipboard().events(text)
    assert {one.tier for one in found} == {tier_name}
    assert [replace(one.event, id="") for one in found] == [replace(event, id="") for event in sorted(
        events, key=lambda event: (event.onset, event.offset)
    )]  # fmt: skip
