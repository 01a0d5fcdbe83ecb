from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.document.document import Document
from app.document.edits import (
    AcceptPredictions,
    AddTier,
    AddVideo,
    ChangeVideo,
    CopyToTier,
    CreateEvent,
    DeleteEvents,
    DeleteTier,
    Edit,
    Group,
    MarkReviewed,
    MergeEvents,
    MoveApex,
    MoveBoundary,
    MoveEvent,
    Relabel,
    RemoveVideo,
    RenameTier,
    ReplaceEvents,
    SetAttributes,
    SplitEvent,
    UnmarkReviewed,
    UseModel,
    correction_of,
)
from fedn.annotation.event import Event, Origin
from fedn.annotation.interval import Interval
from fedn.annotation.store import load_project
from fedn.annotation.tier import Source, Tier
from fedn.errors import EditError

EVERY_EDIT: list[tuple[Edit, str]] = [
    (MoveEvent("first", 5), "Move happiness to 15"),
    (MoveBoundary("first", "onset", 15), "Move onset of happiness to 15"),
    (MoveBoundary("first", "offset", 60), "Move offset of happiness to 60"),
    (MoveApex("first", 30), "Move apex of happiness to 30"),
    (MoveApex("first", None), "Remove apex of happiness"),
    (Relabel(("first", "second"), "fear"), "Label 2 events as fear"),
    (Relabel(("first",), ""), "Remove label of happiness"),
    (
        SetAttributes("first", note="wry", intensity="B", kind="micro"),
        "Change note and intensity and kind of happiness",
    ),
    (SplitEvent("first", 25), "Split happiness at 25"),
    (MergeEvents(("first", "second")), "Merge 2 events"),
    (DeleteEvents(("first",)), "Delete happiness"),
    (CreateEvent("own", Event(200, 220, "fear")), "Create fear at 200"),
    (CopyToTier(("first",), "own"), "Copy happiness to Corrections"),
    (AcceptPredictions(("first", "second"), "own"), "Accept 2 events"),
    (ReplaceEvents("fedn", (Event(1, 2, "anger"),)), "Replace events of FEDN by 1"),
    (MarkReviewed("video", Interval(0, 100)), "Mark frames 0 to 99 reviewed"),
    (RenameTier("own", "Ann"), "Rename tier Corrections to Ann"),
    (DeleteTier("fedn"), "Delete tier FEDN"),
    (RemoveVideo("video"), "Remove a.mp4"),
    (UseModel("mine"), "Use model mine"),
    (AddTier(Tier("video", "Second", Source.EXPERT)), "Add tier Second"),
]


@pytest.mark.parametrize(("edit", "text"), EVERY_EDIT, ids=[text for _, text in EVERY_EDIT])
def test_every_edit_is_on_disk_is_undone_exactly_and_is_done_again(edit: Edit, text: str, document: Document) -> None:
    start = load_project(document.folder)
    undo = document.do(edit)
    after = load_project(document.folder)
    assert undo.text == text
    assert after == document.project
    assert after != start
    redo = document.do(undo)
    assert load_project(document.folder) == document.project == start
    assert redo.text == text
    document.do(redo)
    assert load_project(document.folder) == document.project == after
    assert [row["text"] for row in document.history(3)] == [f"Redo: {text}", f"Undo: {text}", text]
    assert json.loads(document.history(3)[2]["edit"])["edit"] == type(edit).__name__


REFUSED: list[tuple[Edit, str]] = [
    (MoveEvent("first", -11), "the first frame is 0"),
    (MoveEvent("second", 360), "the last frame of a.mp4 is 499"),
    (MoveBoundary("first", "onset", 41), "after the offset at 40"),
    (MoveBoundary("first", "offset", 9), "before the onset at 10"),
    (MoveBoundary("first", "middle", 9), "no edge “middle”"),  # type: ignore[arg-type]
    (MoveApex("first", 41), "not between"),
    (Relabel(("first",), "boredom"), "not in the vocabulary"),
    (Relabel((), "fear"), "no event is selected"),
    (SetAttributes("first", intensity="F"), "not one of A to E"),
    (SplitEvent("first", 10), "does not divide"),
    (SplitEvent("first", 41), "does not divide"),
    (MergeEvents(("first",)), "two events or more"),
    (CreateEvent("own", Event(1, 2, "boredom")), "not in the vocabulary"),
    (CreateEvent("own", Event(490, 500, "fear")), "the last frame of a.mp4 is 499"),
    (DeleteEvents(("first", "first")), "may have been deleted"),
    (CopyToTier(("first",), "fedn"), "already on the tier"),
    (AcceptPredictions(("first",), "fedn"), "a detector's tier"),
    (ReplaceEvents("fedn", (Event(1, 2, "fear"), Event(1, 999, "fear"))), "the last frame"),
    (RenameTier("own", " "), "without a name"),
    (UnmarkReviewed("nothing", Interval(0, 9)), "there is no video"),
    (Group((DeleteEvents(("first",)), MoveEvent("first", 1))), "may have been deleted"),
]


@pytest.mark.parametrize(("edit", "sentence"), REFUSED, ids=[sentence for _, sentence in REFUSED])
def test_a_refused_edit_says_why_and_changes_nothing(edit: Edit, sentence: str, document: Document) -> None:
    start, entries = load_project(document.folder), document.history()
    with pytest.raises(EditError, match=sentence):
        document.do(edit)
    assert document.project == load_project(document.folder) == start
    assert document.history() == entries


def test_a_boundary_takes_the_apex_along(document: Document) -> None:
    document.do(MoveBoundary("first", "onset", 30))
    assert document.project.event("first").apex == 30
    document.do(MoveBoundary("second", "offset", 110))
    assert document.project.event("second").apex == 110


def test_splitting_and_merging_gives_the_event_back(document: Document) -> None:
    before = document.project.event("first")
    split = SplitEvent("first", 25)
    document.do(split)
    first, second = document.project.event("first"), document.project.event(split.second_id)
    assert (first.onset, first.offset, first.apex) == (10, 24, 20)
    assert (second.onset, second.offset, second.apex) == (25, 40, None)
    document.do(MergeEvents((split.second_id, "first")))
    assert document.project.event("first") == before


def test_an_accepted_prediction_keeps_its_origin_and_loses_its_score(document: Document) -> None:
    accept = AcceptPredictions(("first",), "own")
    document.do(accept)
    copy = document.project.event(accept.new_ids[0])
    assert copy == replace(
        document.project.event("first"),
        id=copy.id,
        score=None,
        origin=Origin("fedn-base", 10, 40, "happiness", 0.9),
    )
    assert document.history(1)[0]["origin"] == "fedn-base"


def test_a_prediction_is_accepted_once_and_found_again_after_a_correction(document: Document) -> None:
    accept = AcceptPredictions(("first",), "own")
    document.do(Group((accept, MoveBoundary(accept.new_ids[0], "offset", 77)), "Correct happiness"))
    assert document.history(1)[0]["text"] == "Correct happiness"
    with pytest.raises(EditError, match="already been accepted into “Corrections”"):
        document.do(AcceptPredictions(("first",), "own"))
    found = correction_of(document.project, "first", "own")
    assert found is not None and found.offset == 77
    assert correction_of(document.project, "second", "own") is None
    document.do(AcceptPredictions(("first", "second"), "own"))
    assert len(document.project.events("own")) == 2


def test_unmarking_takes_a_range_out(document: Document) -> None:
    document.do(MarkReviewed("video", Interval(0, 100)))
    document.do(UnmarkReviewed("video", Interval(20, 30)))
    assert document.project.reviewed("video") == (Interval(0, 20), Interval(30, 100))


def test_the_same_content_is_added_once(document: Document) -> None:
    video = document.project.video("video")
    with pytest.raises(EditError, match=r"already in the project, as a.mp4 of subject s1"):
        document.do(AddVideo(replace(video, id="other", path=video.path.with_name("b.mp4"))))
    document.do(ChangeVideo(replace(video, subject="s2")))
    assert document.project.subjects() == ["s2"]


def test_an_edit_that_changes_nothing_writes_nothing(document: Document) -> None:
    entries = document.history()
    undo = document.do(MoveEvent("first", 0))
    assert undo.changes == () and document.history() == entries


def test_the_inverse_says_what_to_repaint(document: Document) -> None:
    touched = document.do(AcceptPredictions(("first",), "own", ("copy",))).touched(document.project)
    assert touched.events == {("video", "own"): frozenset({"copy"})}
    assert not (touched.videos or touched.tiers or touched.reviewed or touched.settings)
    touched = document.do(RemoveVideo("video")).touched(document.project)
    assert touched.videos == touched.tiers == {"video"}
    assert touched.events == {("video", "fedn"): {"first", "second"}, ("video", "own"): {"copy"}}


def test_undoing_out_of_turn_is_refused_instead_of_damaging(document: Document) -> None:
    undo = document.do(MoveEvent("first", 1))
    document.do(MoveEvent("first", 1))
    start = load_project(document.folder)
    with pytest.raises(EditError, match="no longer fits"):
        document.do(undo)
    assert document.project == start
