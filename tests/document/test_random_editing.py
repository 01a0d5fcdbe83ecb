"""Random scripts of all edits: disk always equals memory, no rule is ever broken, and undo gives the start back."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.document import edits
from app.document.document import Document
from app.document.edits import AddTier, AddVideo, Edit, ReplaceEvents, Restore
from fedn.annotation.event import Event
from fedn.annotation.project import Project
from fedn.annotation.store import load_project
from fedn.annotation.tier import Source, Tier
from fedn.errors import EditError
from tests.document.random_edits import MAKERS, Dice, make_edit

Draw = Callable[[int, int], int]


def test_every_edit_takes_part() -> None:
    named = {getattr(edits, name) for name in edits.__all__}
    assert {kind for kind in named if isinstance(kind, type) and issubclass(kind, Edit)} - {Edit, Restore} == set(
        MAKERS
    )


@contextmanager
def small_study(draw: Draw) -> Iterator[Document]:
    with (
        tempfile.TemporaryDirectory() as folder,
        Document.create(Path(folder) / "study", "study", who="ann") as document,
    ):
        dice = Dice(draw, document.project)
        document.do(AddVideo(dice.new_video()))
        (video_id,) = document.project.videos
        document.do(AddTier(Tier(video_id, "FEDN", Source.DETECTOR, "base", id="fedn")))
        document.do(AddTier(Tier(video_id, "Corrections", Source.ANNOTATOR, "ann")))
        document.do(ReplaceEvents("fedn", (Event(3, 9, "fear", score=0.5), Event(20, 50, "anger", score=0.75))))
        yield document


def check_rules(project: Project) -> None:
    seen: set[str] = set()
    named: set[tuple[str, str, str]] = set()
    known = {"", *(vocabulary.name for vocabulary in project.vocabularies)}
    for tier in project.tiers.values():
        assert tier.vocabulary in known
        place = (tier.video_id, tier.name, tier.who)
        assert place not in named
        named.add(place)
        events, frames = project.events(tier.id), project.video(tier.video_id).frame_count
        assert list(events) == sorted(events, key=lambda event: (event.onset, event.offset, event.id))
        for event in events:
            assert event.id not in seen and project.event(event.id) is event and project.tier_of(event.id) == tier
            seen.add(event.id)
            assert 0 <= event.onset <= event.offset < frames
            assert event.apex is None or event.onset <= event.apex <= event.offset
            assert tier.source is Source.DETECTOR or not project.is_rejected(event.id)
    assert project.event_count == len(seen)
    for video in project.videos.values():
        ranges = project.reviewed(video.id)
        assert all(first.stop < second.start for first, second in pairwise(ranges))
        assert not ranges or (ranges[0].start >= 0 and ranges[-1].stop <= video.frame_count)


def check_disk(document: Document) -> None:
    assert load_project(document.folder) == document.project
    with sqlite3.connect(document.folder / "project.sqlite") as database:
        orphans = "SELECT event_id FROM rejected WHERE event_id NOT IN (SELECT id FROM events)"
        assert database.execute(orphans).fetchall() == []


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_random_editing_breaks_no_rule_and_is_undone_and_redone_exactly(data: st.DataObject) -> None:
    def draw(low: int, high: int) -> int:
        return data.draw(st.integers(low, high))

    with small_study(draw) as document:
        start = load_project(document.folder)
        undo: list[Edit] = []
        redo: list[Edit] = []
        for _ in range(draw(1, 30)):
            step = draw(0, 9)
            if step == 0 and undo:
                redo.append(document.do(undo.pop()))
            elif step == 1 and redo:
                undo.append(document.do(redo.pop()))
            else:
                before, entries = load_project(document.folder), document.history()
                try:
                    undo.append(document.do(make_edit(Dice(draw, document.project))))
                    redo.clear()
                except EditError:
                    assert document.project == before and document.history() == entries
            check_rules(document.project)
            check_disk(document)
        end = load_project(document.folder)
        redo = [document.do(edit) for edit in reversed(undo)]
        assert document.project == load_project(document.folder) == start
        for edit in reversed(redo):
            document.do(edit)
        assert document.project == load_project(document.folder) == end
