from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from app.document.document import Document
from app.document.edits import AcceptPredictions, AddEvents, AddTier, AddVideo, RejectPredictions
from app.document.import_content import plan_import
from app.document.import_plan import IfExists, ImportChoices, ImportPlan
from fedn.annotation.event import Event
from fedn.annotation.formats.content import Content, Remark, TierEvents, VideoEvents
from fedn.annotation.interval import Interval
from fedn.annotation.store import load_project
from fedn.annotation.tier import Source, Tier
from fedn.errors import FormatError
from tests.document.conftest import PREDICTED, VIDEO

FILE = Path("labels.csv")
SMILE = Event(10, 40, "happiness", apex=20, id="smile")
FROWN = Event(100, 140, "anger", id="frown")


def file_of(*tiers: TierEvents, video: str = "a.mp4", subject: str = "", frames: int = 0) -> tuple[Path, Content]:
    return FILE, Content((VideoEvents(video, subject, frames, 0.0, tiers),))


def expert(*events: Event, name: str = "Expert", who: str = "") -> TierEvents:
    return TierEvents(name, Source.EXPERT, who, events)


def run(document: Document, *files: tuple[Path, Content], choices: ImportChoices | None = None) -> ImportPlan:
    """Imports, and checks that it is one step that can be undone and done again, on disk too."""
    start, entries = load_project(document.folder), len(document.history())
    plan = plan_import(document.project, files, choices)
    assert document.project == start
    undo = document.do(plan.edit)
    after = load_project(document.folder)
    assert after == document.project and len(document.history()) == entries + bool(undo.changes)
    redo = document.do(undo)
    assert document.project == start
    document.do(redo)
    assert document.project == after
    return plan


def on_tier(document: Document, name: str, video: str = "video") -> list[Event]:
    tier = document.project.tier_named(video, name)
    assert tier is not None
    return list(document.project.events(tier.id))


def said(plan: ImportPlan) -> str:
    return "\n".join(f"{remark.place}: {remark.text}" for remark in plan.remarks)


def test_tiers_come_as_they_are_in_one_step_and_an_experts_video_counts_as_reviewed(document: Document) -> None:
    own = TierEvents("Self-report", Source.SELF_REPORT, "", (FROWN,))
    plan = run(document, file_of(expert(FROWN, SMILE, who="Eva"), own))
    assert on_tier(document, "Expert") == [SMILE, FROWN] and len(on_tier(document, "Self-report")) == 1
    tier = document.project.tier_named("video", "Expert")
    assert tier is not None and (tier.source, tier.who) == (Source.EXPERT, "Eva")
    assert document.project.reviewed("video") == (Interval(0, 500),) and plan.reviewed == ("a.mp4",)
    assert document.history(1)[0]["text"].endswith("Import 3 events from labels.csv")
    assert plan.remarks == () and plan.event_count == 3


def test_ids_that_the_project_has_are_made_anew(document: Document) -> None:
    run(document, file_of(expert(replace(SMILE, id="first"), SMILE)))
    ids = [event.id for event in on_tier(document, "Expert")]
    assert "smile" in ids and "first" not in ids and len(set(ids)) == 2


def test_what_lies_after_the_last_frame_is_cut_or_left_out_and_told(document: Document) -> None:
    events = (Event(480, 520, "fear", apex=510), Event(490, 505, "fear", apex=495), Event(500, 510, "fear"), SMILE)
    plan = run(document, file_of(expert(*events)))
    assert [(event.onset, event.apex, event.offset) for event in on_tier(document, "Expert")] == [
        (10, 20, 40),
        (480, None, 499),
        (490, 495, 499),
    ]
    assert "frames 480 to 520 was ended at the last frame of a.mp4, 499; its apex at 510 was left out" in said(plan)
    assert "frames 490 to 505 was ended at the last frame of a.mp4, 499" in said(plan)
    assert "frames 500 to 510 lies after the last frame of a.mp4, 499, and was left out" in said(plan)
    assert len(plan.remarks) == 3 and all(remark.place == "video “a.mp4”, tier “Expert”" for remark in plan.remarks)


def test_labels_outside_the_vocabulary_stay_and_are_told(document: Document) -> None:
    labels = ("boredom", "boredom", "Happiness", "fear", "")
    plan = run(document, file_of(expert(*(Event(at, at, label) for at, label in enumerate(labels)))))
    assert [event.label for event in on_tier(document, "Expert")] == ["boredom", "boredom", "happiness", "fear", ""]
    assert "the label “boredom” of 2 events is not in the vocabulary “six-and-others”; it was kept" in said(plan)
    assert "the label “Happiness” of 1 event was spelled “happiness”" in said(plan)


def test_a_tier_gets_the_vocabulary_that_the_file_names_and_that_is_added_if_needed(document: Document) -> None:
    tier = TierEvents("Expert", Source.EXPERT, "", (Event(1, 2, "positive"),), vocabulary="casme2-annotated")
    plan = run(document, file_of(tier, replace(tier, name="Other", vocabulary="unheard of")))
    names = [vocabulary.name for vocabulary in document.project.vocabularies]
    assert names == ["six-and-others", "casme2-annotated"]
    found = [document.project.tier_named("video", name) for name in ("Expert", "Other")]
    assert [tier.vocabulary for tier in found if tier] == ["casme2-annotated", "casme2-annotated"]
    assert "“casme2-annotated” was added to the project" in said(plan) and "“unheard of” is not known" in said(plan)


def with_expert(document: Document) -> None:
    document.do(AddTier(Tier("video", "Expert", Source.EXPERT, "Eva", id="eva")))
    document.do(AddEvents("eva", (Event(10, 40, "happiness", note="hers", id="hers"),)))


@pytest.mark.parametrize("name", ["Expert", "expert"])
def test_a_tier_of_the_same_name_stays_unless_it_is_to_be_replaced_or_merged(document: Document, name: str) -> None:
    with_expert(document)
    for choice, onsets in ((IfExists.ADD, [10]), (IfExists.MERGE, [10, 100])):
        plan = run(document, file_of(expert(SMILE, FROWN, name=name)), choices=ImportChoices(if_exists=choice))
        assert [event.onset for event in document.project.events("eva")] == onsets
    assert (plan.tiers[0].how, plan.tiers[0].events, plan.tiers[0].doubles) == ("merged", 1, 1)
    assert "frames 10 to 40 is already there, with another apex and note, which stayed" in said(plan)
    choices = ImportChoices(if_exists=IfExists.REPLACE)
    plan = run(document, file_of(expert(replace(SMILE, id="new"), name=name)), choices=choices)
    assert [event.id for event in document.project.events("eva")] == ["new"]
    assert "what was on the tier “Expert” was replaced: 2 events" in said(plan)
    assert (plan.tiers[0].removed, plan.tiers[0].how) == (2, "replaced")


def test_a_new_tier_beside_one_of_its_name_and_person_gets_a_number(document: Document) -> None:
    with_expert(document)
    for number in (2, 3):
        plan = run(document, file_of(expert(SMILE, who="Eva")))
        assert f"the new one is called “Expert ({number})”" in said(plan)
    assert len(document.project.tiers_of("video")) == 5


def test_replacing_with_the_same_file_again_changes_nothing(document: Document) -> None:
    choices = ImportChoices(if_exists=IfExists.REPLACE)
    for _ in range(2):
        run(document, file_of(expert(SMILE, FROWN)), choices=choices)
    assert on_tier(document, "Expert") == [SMILE, FROWN]


def test_predictions_and_labels_never_share_a_tier(document: Document) -> None:
    choices = ImportChoices(if_exists=IfExists.REPLACE)
    plan = run(document, file_of(expert(FROWN, name="FEDN", who="fedn-base")), choices=choices)
    assert document.project.events("fedn") == PREDICTED
    assert plan.tiers[0].tier == "FEDN (2)"


def test_files_of_one_import_bring_a_tier_together_and_double_nothing(document: Document) -> None:
    first = file_of(expert(SMILE, FROWN))
    second = file_of(expert(replace(SMILE, id="x"), Event(200, 210, "fear"), Event(200, 210, "fear")))
    plan = run(document, first, second)
    assert [event.onset for event in on_tier(document, "Expert")] == [10, 100, 200, 200]
    assert (plan.tiers[0].events, plan.tiers[0].doubles, len(plan.tiers)) == (4, 1, 1)
    assert plan.edit.text == "Import 4 events from 2 files"


def test_rejections_come_along_with_predictions_only(document: Document) -> None:
    rejected = frozenset({"smile"})
    found = TierEvents("Other model", Source.DETECTOR, "other", (replace(SMILE, score=0.5), FROWN), rejected)
    plan = run(document, file_of(found, replace(found, name="Labels", source=Source.IMPORTED)))
    tier = document.project.tier_named("video", "Other model")
    assert tier is not None
    assert [document.project.is_rejected(event.id) for event in document.project.events(tier.id)] == [True, False]
    assert "that predictions were rejected is lost: 1" in said(plan)


def test_a_prediction_that_was_accepted_here_and_rejected_there_stops_no_import(document: Document) -> None:
    document.do(AcceptPredictions(("first",), "own"))
    document.do(RejectPredictions(("second",)))
    found = TierEvents("FEDN", Source.DETECTOR, "fedn-base", PREDICTED, frozenset({"first"}))
    run(document, file_of(found), choices=ImportChoices(if_exists=IfExists.REPLACE))
    assert document.project.is_rejected("first") and not document.project.is_rejected("second")


def test_the_choices_of_the_user_go_before_what_the_file_says(document: Document) -> None:
    choices = ImportChoices(tier="Eva's", source=Source.ANNOTATOR, who="Eva", reviewed=False)
    run(document, file_of(expert(SMILE, who="somebody")), choices=choices)
    tier = document.project.tier_named("video", "Eva's")
    assert tier is not None and (tier.source, tier.who) == (Source.ANNOTATOR, "Eva")
    assert document.project.reviewed("video") == ()


def test_of_several_tiers_only_the_chosen_one_comes(document: Document) -> None:
    file = file_of(expert(SMILE), TierEvents("Other", Source.IMPORTED, "", (FROWN,)))
    plan = run(document, file, choices=ImportChoices(tier="expert"))
    assert [tier.tier for tier in plan.tiers] == ["Expert"]
    assert "tier “Other”: another tier was asked for; 1 event left out" in said(plan)
    with pytest.raises(FormatError, match=r"labels\.csv has several tiers of a\.mp4, but none called X.*Expert, Other"):
        plan_import(document.project, [file], ImportChoices(tier="X"))


def videos(names: Sequence[str]) -> Content:
    return Content(
        tuple(VideoEvents(name, "", 0, 0.0, (expert(SMILE),)) for name in names), (Remark(FILE, "", "read"),)
    )


def test_a_video_that_is_not_there_is_told_with_what_it_would_have_brought(document: Document) -> None:
    plan = run(document, (FILE, videos(["gone.mp4", "a.avi"])))
    assert said(plan).startswith(": read\n")
    assert "video “gone.mp4”: the project has no video “gone.mp4”" in said(plan)
    assert "1 event left out with it" in said(plan) and "“a.avi” was taken for a.mp4" in said(plan)
    assert plan.event_count == 1


def test_a_chosen_video_gets_the_labels_of_a_file_with_one_and_its_own_of_a_file_with_several(
    document: Document,
) -> None:
    document.do(AddVideo(replace(VIDEO, id="b", key="b", path=Path("/videos/b.mp4"))))
    plan = run(document, (FILE, videos(["session 1.avi"])), choices=ImportChoices(video="b.mp4", tier="One"))
    assert "its labels were given to b.mp4, as asked for" in said(plan) and len(on_tier(document, "One", "b")) == 1
    plan = run(document, (FILE, videos(["a.mp4", "b.mp4"])), choices=ImportChoices(video="b", tier="Several"))
    assert "video “a.mp4”: only labels of b.mp4 were asked for; 1 event left out with it" in said(plan)
    assert [tier.video for tier in plan.tiers] == ["b.mp4"]
    with pytest.raises(FormatError, match=r"none called b; choose one of a\.mp4, c\.mp4"):
        plan_import(document.project, [(FILE, videos(["a.mp4", "c.mp4"]))], ImportChoices(video="b"))
    with pytest.raises(FormatError, match=r"no video “gone\.mp4”"):
        plan_import(document.project, [(FILE, videos(["a.mp4"]))], ImportChoices(video="gone.mp4"))


def test_where_a_row_could_not_be_read_the_video_does_not_count_as_reviewed(document: Document) -> None:
    own = VideoEvents("a.mp4", "", 0, 0.0, (expert(SMILE),), doubtful=(Interval(100, 130), Interval(490, 700)))
    run(document, (FILE, Content((own,))))
    assert document.project.reviewed("video") == (Interval(0, 100), Interval(130, 490))


def test_another_frame_count_is_told(document: Document) -> None:
    plan = run(document, file_of(expert(SMILE), frames=499))
    assert "it has 499 frames in the file and 500 in the project" in said(plan)


def test_two_tiers_of_one_name_in_a_file_become_one_and_a_tier_without_a_name_gets_one(document: Document) -> None:
    plan = run(document, file_of(expert(SMILE), expert(SMILE, FROWN), TierEvents(" ", Source.IMPORTED, "", ())))
    assert [(tier.tier, tier.events) for tier in plan.tiers] == [("Expert", 3), ("Imported", 0)]
    assert "another of its tiers is called the same; they became one" in said(plan)


def test_an_empty_file_changes_nothing(document: Document) -> None:
    plan = run(document, (FILE, Content(())))
    assert plan.event_count == 0 and plan.edit.edits == ()
