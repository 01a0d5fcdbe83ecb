from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedn.annotation.action_unit import ActionUnit
from fedn.annotation.changes import (
    EventRow,
    RejectedRow,
    ReviewedRow,
    Row,
    SettingRow,
    SubjectRow,
    TierRow,
    VideoRow,
    VocabularyRow,
)
from fedn.annotation.event import INTENSITIES, KINDS, Event, Origin
from fedn.annotation.interval import Interval
from fedn.annotation.project import Project
from fedn.annotation.rows import KIND_NAMES, from_json, to_json
from fedn.annotation.store import Store, load_project
from fedn.annotation.subject import Subject
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import FaceChoice, Video
from fedn.annotation.vocabulary import LabelDef, Vocabulary, shipped_vocabulary
from tests.annotation.example_project import commit_all

TEXT = st.text(max_size=8)
NAME = st.text(min_size=1, max_size=8).filter(str.strip)
SHARE = st.floats(0.0, 1.0)
UNITS = st.lists(st.builds(ActionUnit, st.integers(1, 99), st.sampled_from(["", "left"])), max_size=3).map(tuple)
EVENTS = st.builds(
    lambda onset, frames, **fields: Event(onset, onset + frames, apex=onset, **fields),
    st.integers(0, 1000),
    st.integers(0, 100),
    label=TEXT,
    kind=st.sampled_from(KINDS),
    score=st.none() | SHARE,
    intensity=st.none() | st.sampled_from(INTENSITIES),
    note=TEXT,
    origin=st.none() | st.builds(Origin, TEXT, st.integers(0, 9), st.integers(0, 9), TEXT, SHARE),
    action_units=UNITS,
)
FACES = st.none() | st.builds(FaceChoice, st.integers(0, 9), SHARE, SHARE)
VIDEOS = st.builds(
    Video,
    TEXT,
    st.just(Path("/videos/ä b.mp4")),
    TEXT,
    st.integers(1, 99),
    SHARE,
    st.just(640),
    st.just(480),
    relative_path=TEXT,
    image_fps=st.none() | SHARE,
    face=FACES,
)
TIERS = st.builds(Tier, TEXT, NAME, st.sampled_from(Source), TEXT, vocabulary=TEXT)
PARTS = st.lists(st.builds(lambda start: Interval(10 * start, 10 * start + 3), st.integers(0, 9)), min_size=1)
ROWS: st.SearchStrategy[Row] = st.one_of(
    st.builds(VideoRow, st.integers(0, 9), VIDEOS),
    st.builds(TierRow, st.integers(0, 9), TIERS),
    st.builds(EventRow, NAME, EVENTS),
    st.builds(ReviewedRow, NAME, PARTS.map(lambda parts: tuple(sorted(set(parts))))),
    st.builds(SettingRow, NAME, NAME),
    st.builds(SubjectRow, st.builds(Subject, NAME, TEXT, TEXT)),
    st.builds(RejectedRow, NAME, NAME),
    st.builds(VocabularyRow, st.integers(0, 9), st.sampled_from([shipped_vocabulary(), shipped_vocabulary("valence")])),
)


@given(ROWS)
def test_every_row_comes_back_from_the_history_as_it_was(row: Row) -> None:
    assert from_json(KIND_NAMES[type(row)], to_json(row)) == row


def test_the_history_of_an_event_says_who_did_what_when_and_what_it_was(folder: Path, project: Project) -> None:
    origin = Origin("fedn-base", 10, 40, "happiness", 0.9)
    with Store.open(folder, "ann") as store:
        commit_all(store, project)
        memory = store.load()
        tier = next(tier for tier in memory.tiers.values() if tier.source is Source.EXPERT)
        accepted = Event(12, 44, "happiness", origin=origin)

        def commit(text: str, change: object) -> None:
            with memory.recording() as changes:
                change()  # type: ignore[operator]
            store.commit(tuple(changes), text=text, edit={})

        commit("Accept", lambda: memory.put_event(tier.id, accepted))
        store.who = "bob"
        commit("Move", lambda: memory.put_event(tier.id, replace(accepted, onset=11)))
        commit("Reject", lambda: memory.set_rejected(accepted.id, True))
        commit("Delete", lambda: memory.remove_event(accepted.id))
        past = store.history_of(accepted.id)
        assert [(one.text, one.who) for one in past] == [
            ("Delete", "bob"),
            ("Reject", "bob"),
            ("Move", "bob"),
            ("Accept", "ann"),
        ]
        moved = replace(accepted, onset=11)
        assert [one.before for one in past] == [moved, None, accepted, None]
        assert [one.after for one in past] == [None, None, moved, accepted]
        assert past[-1].after is not None and past[-1].after.origin == origin
        assert [one.edit for one in past] == [5, 4, 3, 2]
        assert all(one.time.tzinfo is not None for one in past)
        assert store.history_of("nothing") == ()


def own_vocabulary(name: str, *labels: str) -> Vocabulary:
    return Vocabulary(name, tuple(LabelDef(label, label[:3].ljust(3, "x"), "#123456") for label in labels))


def edit_vocabularies(store: Store, memory: Project) -> None:
    """Adds two, renames the first of the project, in two edits."""
    with memory.recording() as changes:
        memory.put_vocabulary(own_vocabulary("pain", "brow", "eyes"))
        memory.put_vocabulary(own_vocabulary("speech", "talks"))
    store.commit(tuple(changes), text="Add", edit={})
    with memory.recording() as changes:
        memory.put_vocabulary(own_vocabulary("first", "joy"), instead_of=memory.vocabulary.name)
    store.commit(tuple(changes), text="Rename", edit={})


def test_vocabularies_are_kept_in_their_order_and_read_by_people(folder: Path) -> None:
    with Store.open(folder, "ann") as store:
        memory = store.load()
        edit_vocabularies(store, memory)
    assert [one.name for one in memory.vocabularies] == ["first", "pain", "speech"]
    assert load_project(folder) == memory
    assert 'name = "brow"' in (folder / "project.toml").read_text()


@pytest.mark.parametrize("killed_after", [0, 1])
def test_an_edit_of_vocabularies_is_not_lost_between_the_database_and_the_file(folder: Path, killed_after: int) -> None:
    """The state after a kill between the two: the file as it was, the database with the edit."""
    with Store.open(folder, "ann") as store:
        memory = store.load()
        if killed_after == 0:
            before = (folder / "project.toml").read_bytes()
            edit_vocabularies(store, memory)
        else:
            edit_vocabularies(store, memory)
            before = (folder / "project.toml").read_bytes()
            with memory.recording() as changes:
                memory.remove_vocabulary("pain")
            store.commit(tuple(changes), text="Remove", edit={})
    (folder / "project.toml").write_bytes(before)
    assert load_project(folder) == memory
    with Store.open(folder, "ann") as store:
        assert store.load() == memory
    assert (folder / "project.toml").read_bytes() != before
    assert load_project(folder) == memory


def test_what_a_person_writes_into_the_file_counts(folder: Path) -> None:
    with Store.open(folder, "ann") as store:
        edit_vocabularies(store, store.load())
    text = (folder / "project.toml").read_text()
    (folder / "project.toml").write_text(text.replace('name = "brow"', 'name = "forehead"'))
    assert load_project(folder).vocabularies[1].names == ("forehead", "eyes")
    with Store.open(folder, "ann") as store:
        assert store.load().vocabularies[1].names == ("forehead", "eyes")
