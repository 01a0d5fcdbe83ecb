from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.document.document import Document
from app.document.edits import (
    AcceptPredictions,
    AddEvents,
    AddTier,
    AddVideo,
    ChangeTier,
    ChangeVideo,
    CopyToTier,
    CorrectPrediction,
    CreateEvent,
    DeleteEvents,
    DeleteTier,
    Edit,
    Group,
    MarkReviewed,
    MergeEvents,
    MergeTiers,
    MoveApex,
    MoveBoundary,
    MoveEvent,
    PasteEvents,
    PutSubject,
    PutVocabulary,
    RejectPredictions,
    Relabel,
    RemoveVideo,
    RemoveVocabulary,
    RenameSubject,
    RenameTier,
    ReorderTiers,
    ReplaceEvents,
    SetAttributes,
    SplitEvent,
    UnmarkReviewed,
    UnrejectPredictions,
    UseModel,
    correction_of,
)
from fedn.annotation.action_unit import ActionUnit, parse_action_units
from fedn.annotation.event import Event, Origin
from fedn.annotation.interval import Interval
from fedn.annotation.store import load_project
from fedn.annotation.subject import Subject
from fedn.annotation.tier import Source, Tier
from fedn.annotation.vocabulary import LabelDef, Vocabulary
from fedn.errors import EditError
from tests.document.conftest import PREDICTED

VALENCE = Vocabulary("valence", (LabelDef("positive", "Pos", "#ffffff"), LabelDef("negative", "Neg", "#000000")))

EVERY_EDIT: list[tuple[Edit, str]] = [
    (MoveEvent("first", 5), "Move happiness to 15"),
    (MoveBoundary("first", "onset", 15), "Move onset of happiness to 15"),
    (MoveBoundary("first", "offset", 60), "Move offset of happiness to 60"),
    (MoveApex("first", 30), "Move apex of happiness to 30"),
    (MoveApex("first", None), "Remove apex of happiness"),
    (Relabel(("first", "second"), "fear"), "Label 2 events as fear"),
    (Relabel(("first",), ""), "Remove label of happiness"),
    (
        SetAttributes(("first",), note="wry", intensity="B", kind="micro"),
        "Change note and intensity and kind of happiness",
    ),
    (
        SetAttributes(("first", "second"), note="both", action_units=(ActionUnit(12, "left", "C"),)),
        "Change note and action units of 2 events",
    ),
    (SplitEvent("first", 25), "Split happiness at 25"),
    (MergeEvents(("first", "second")), "Merge 2 events"),
    (DeleteEvents(("first",)), "Delete happiness"),
    (CreateEvent("own", Event(200, 220, "fear")), "Create fear at 200"),
    (CopyToTier(("first",), "own"), "Copy happiness to Corrections"),
    (AcceptPredictions(("first", "second"), "own"), "Accept 2 events"),
    (CorrectPrediction("first", "own", onset=12, label="fear"), "Correct happiness"),
    (RejectPredictions(("first", "second")), "Reject 2 events"),
    (PasteEvents("own", (Event(10, 20, "fear"), Event(30, 40, "anger")), 100), "Paste 2 events into Corrections"),
    (AddEvents("own", (Event(10, 20, "unheard of"),)), "Add event to Corrections"),
    (MergeTiers(("fedn", "own"), "own"), "Merge 2 tiers into Corrections"),
    (ReorderTiers("video", ("own", "fedn")), "Reorder tiers of a.mp4"),
    (ChangeTier(Tier("video", "Ann", Source.EXPERT, "Ann", id="own")), "Change tier Ann"),
    (PutSubject(Subject("s1", "control", "left-handed")), "Change subject s1"),
    (RenameSubject("s1", "anna"), "Rename subject s1 to anna"),
    (PutVocabulary(VALENCE), "Add vocabulary valence"),
    (PutVocabulary(VALENCE, instead_of="six-and-others"), "Change vocabulary valence"),
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
    (SetAttributes(("first",), intensity="F"), "not one of A to E"),
    (SetAttributes((), note="x"), "no event is selected"),
    (AddEvents("own", (Event(1, 2, "fear", id="first"),)), "already in the project"),
    (ReplaceEvents("own", (Event(1, 2, "fear", id="x"), Event(3, 4, "fear", id="x"))), "already in the project"),
    (PasteEvents("own", (), 5), "nothing to paste"),
    (PasteEvents("own", (Event(0, 9, "fear"), Event(20, 29, "fear")), 480), "the last frame of a.mp4 is 499"),
    (PasteEvents("fedn", (Event(0, 9, "fear"),), 5), "paste into a tier of a person"),
    (CopyToTier(("first",), "own", ("second",)), "already in the project"),
    (CorrectPrediction("first", "own", offset=5), "would lie before the onset"),
    (CorrectPrediction("first", "own", label="boredom"), "not in the vocabulary"),
    (CorrectPrediction("first", "fedn", label="fear"), "a detector's tier"),
    (RejectPredictions(()), "no event is selected"),
    (RejectPredictions(("first", "gone")), "may have been deleted"),
    (MergeTiers(("own",), "own"), "two tiers or more"),
    (MergeTiers(("own",), "fedn"), "merge into a tier of a person"),
    (ReorderTiers("video", ("own",)), "have changed meanwhile"),
    (ChangeTier(Tier("video", "Mine", Source.EXPERT, id="fedn")), "records what fedn-base found"),
    (ChangeTier(Tier("video", "Mine", Source.EXPERT, vocabulary="gone", id="own")), "no vocabulary “gone”"),
    (RenameSubject("nobody", "x"), "no subject “nobody”"),
    (RenameSubject("s1", " "), "without a name"),
    (RemoveVocabulary("six-and-others"), "only vocabulary"),
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


def test_a_rejected_prediction_stays_and_is_open_again_when_it_is_accepted_or_the_rejection_taken_back(
    document: Document,
) -> None:
    project = document.project
    document.do(RejectPredictions(("first", "second")))
    assert project.is_rejected("first") and project.event("first").label == "happiness"
    document.do(UnrejectPredictions(("first",)))
    document.do(AcceptPredictions(("second",), "own"))
    assert not project.is_rejected("first") and not project.is_rejected("second")
    with pytest.raises(EditError, match="accepted into “Corrections”; delete it there"):
        document.do(RejectPredictions(("first", "second")))
    assert not project.is_rejected("first")
    with pytest.raises(EditError, match="holds no predictions"):
        document.do(RejectPredictions((project.events("own")[0].id,)))


def test_a_rejection_goes_with_its_prediction_and_comes_back_with_it(document: Document) -> None:
    document.do(RejectPredictions(("first",)))
    undo = document.do(ReplaceEvents("fedn", ()))
    document.do(undo)
    assert document.project.is_rejected("first")
    assert load_project(document.folder) == document.project


def test_correcting_accepts_once_and_then_changes_the_same_event(document: Document) -> None:
    document.do(CorrectPrediction("first", "own", onset=25, copy_id="copy"))
    corrected = document.project.event("copy")
    assert (corrected.onset, corrected.apex, corrected.offset, corrected.score) == (25, 25, 40, None)
    document.do(CorrectPrediction("first", "own", apex=30, label="surprise"))
    assert document.project.events("own") == (replace(corrected, apex=30, label="surprise"),)
    assert corrected.origin == Origin("fedn-base", 10, 40, "happiness", 0.9)
    assert document.project.event("first").onset == 10


def test_labels_are_checked_against_the_vocabulary_of_the_tier(document: Document) -> None:
    document.do(PutVocabulary(VALENCE))
    document.do(ChangeTier(replace(document.project.tier("own"), vocabulary="valence")))
    document.do(CreateEvent("own", Event(1, 2, "positive", id="own event")))
    with pytest.raises(EditError, match="not in the vocabulary “valence”; choose one of positive, negative"):
        document.do(Relabel(("first", "own event"), "happiness"))
    document.do(Relabel(("first",), "fear"))
    with pytest.raises(EditError, match="not in the vocabulary “six-and-others”"):
        document.do(Relabel(("first",), "positive"))
    with pytest.raises(EditError, match="has labels from “valence”"):
        document.do(RemoveVocabulary("valence"))


def test_merging_tiers_keeps_every_event_once_with_all_that_is_known_of_it(document: Document) -> None:
    units = parse_action_units("6B+12C")
    document.do(AddTier(Tier("video", "Expert", Source.EXPERT, "Eva", id="eva")))
    document.do(
        AddEvents("own", (Event(10, 40, "happiness", note="mine", id="twin"), Event(50, 60, "fear", id="own1")))
    )
    eva = (
        Event(10, 40, "happiness", apex=22, note="hers", action_units=units, id="eva1"),
        Event(50, 60, "anger", id="eva2"),
    )
    document.do(AddEvents("eva", eva))
    document.do(MergeTiers(("own", "eva", "fedn"), "own"))
    project = document.project
    assert "eva" not in project.tiers and project.events("fedn") == PREDICTED
    by_id = {event.id: event for event in project.events("own")}
    origin = Origin("fedn-base", 10, 40, "happiness", 0.9)
    assert by_id.pop("twin") == Event(
        10, 40, "happiness", apex=22, note="mine; hers", action_units=units, origin=origin, id="twin"
    )
    assert by_id.pop("own1").label == "fear" and by_id.pop("eva2").label == "anger"
    (copy,) = by_id.values()
    assert replace(copy, id="") == replace(
        PREDICTED[1], id="", score=None, origin=Origin("fedn-base", 100, 140, "anger", 0.6)
    )


def test_tiers_keep_their_new_order_beside_those_of_other_videos(document: Document) -> None:
    other = replace(document.project.video("video"), id="other", key="k", path=Path("/videos/b.mp4"))
    document.do(AddVideo(other))
    for tier in (Tier("other", "T", Source.EXPERT, id="t"), Tier("video", "Last", Source.EXPERT, id="last")):
        document.do(AddTier(tier))
    document.do(ReorderTiers("video", ("last", "own", "fedn")))
    assert list(document.project.tiers) == list(load_project(document.folder).tiers) == ["last", "own", "t", "fedn"]


def test_two_people_cannot_have_one_name(document: Document) -> None:
    other = replace(document.project.video("video"), id="other", key="k", subject="s2")
    document.do(AddVideo(other))
    document.do(PutSubject(Subject("s1", "patients")))
    with pytest.raises(EditError, match="two people cannot have one name"):
        document.do(RenameSubject("s1", "s2"))
    document.do(RenameSubject("s1", "anna"))
    assert document.project.subject("anna") == Subject("anna", "patients")
    assert document.project.subject("s1") == Subject("s1")
    assert document.project.subjects() == ["anna", "s2"]


def test_pasted_events_keep_their_distances_and_lose_their_score(document: Document) -> None:
    first, second = document.project.events("fedn")
    paste = PasteEvents("own", (second, first), 200)
    document.do(paste)
    pasted = document.project.events("own")
    assert [(event.onset, event.apex, event.offset, event.score) for event in pasted] == [
        (200, 210, 230, None),
        (290, 310, 330, None),
    ]
    assert {event.id for event in pasted} == set(paste.new_ids)


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
