from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.document.document import Document
from app.document.edits import AddTier, AddVideo, MarkReviewed, ReplaceEvents
from fedn.annotation.event import Event, new_id
from fedn.annotation.interval import Interval
from fedn.annotation.learning_material import learning_material, likely_truth, truth_tiers
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video


@pytest.fixture
def document(tmp_path: Path):
    with Document.create(tmp_path / "study.fedn", "Study") as document:
        yield document


def add(document: Document, subject: str, reviewed: int, events: list[Event], name: str = "Expert") -> None:
    video = Video(f"key {subject}", Path(f"{subject}.mp4"), subject, 600, 30.0, 64, 48)
    tier = Tier(video.id, name, Source.EXPERT)
    document.do(AddVideo(video))
    document.do(AddTier(tier))
    document.do(ReplaceEvents(tier.id, tuple(events)))
    if reviewed:
        document.do(MarkReviewed(video.id, Interval(0, reviewed)))


def project_of(document: Document) -> Project:
    return document.project


def test_only_labeled_macro_events_wholly_in_reviewed_time_count(document: Document) -> None:
    events = [Event(0, 20, "fear"), Event(290, 310, "fear"), Event(30, 40, "anger", kind="micro"), Event(50, 60, "")]
    add(document, "s1", 300, events)
    add(document, "s2", 0, [Event(0, 20, "fear")])
    material = learning_material(project_of(document), "Expert")
    assert list(material.subjects) == ["s1"]
    assert material.total().labels == {"fear": 1} and material.total().reviewed_s == pytest.approx(10.0)


def test_every_obstacle_names_the_way_out(document: Document) -> None:
    project = project_of(document)
    assert "Nothing has been reviewed" in learning_material(project, "Expert").obstacle(())
    add(document, "s1", 600, [Event(0, 20, "fear"), Event(30, 40, "fear"), Event(50, 60, "fear")])
    assert "only 3 events" in learning_material(project, "Expert").obstacle(())
    assert "no event of the tier “Other”" in learning_material(project, "Other").obstacle(())
    add(document, "s2", 600, [Event(0, 20, "fear"), Event(100, 120, "anger")])
    add(document, "s3", 600, [])
    material = learning_material(project, "Expert")
    assert "Hold at least one" in material.obstacle(())
    assert "Hold fewer" in material.obstacle(("s1", "s2"))
    assert "Hold another" in material.obstacle(("s3",))
    assert "no subject “s4”" in material.obstacle(("s4",))
    assert material.obstacle(("s1",)) == "" and material.obstacle((), compares=False) == ""
    assert material.suggested_held_out() == ("s2",)
    assert material.suggested_held_out(seen=("s2",)) == ("s1",), "whom the old model knows flatters it"
    assert material.suggested_held_out(seen=("s1", "s2")) == ("s2",), "nobody else is there"
    assert material.total(("s1",)).events == 2


def test_one_person_alone_can_be_learned_from_without_comparing(document: Document) -> None:
    add(document, "s1", 600, [Event(50 * n, 50 * n + 20, "fear") for n in range(4)])
    material = learning_material(project_of(document), "Expert")
    assert "learn without comparing" in material.obstacle(("s1",))
    assert material.obstacle((), compares=False) == ""


def test_what_makes_the_result_doubtful_is_told_with_what_would_help(document: Document) -> None:
    add(document, "s1", 600, [Event(50 * n, 50 * n + 20, "fear") for n in range(6)])
    add(document, "s2", 600, [Event(0, 20, "anger")])
    material = learning_material(project_of(document), "Expert")
    one_label = " ".join(material.doubts(("s2",)))
    assert all(part in one_label for part in ("6 events are few", "one label, fear", "one person with 1 event,"))
    both = " ".join(material.doubts((), ("fear", "joy")))
    assert "fewer than 5 events: anger (1)" in both and "learns them as new ones: anger (1)" in both
    assert material.new_labels((), ()) == {} and material.new_labels((), ("anger", "fear")) == {}
    renamed = learning_material(project_of(document), "Expert", {"anger": "fear"})
    assert renamed.total().labels == {"fear": 7}


def test_events_without_a_label_count_as_expressions_without_a_name(document: Document) -> None:
    add(document, "s1", 600, [Event(0, 20, ""), Event(30, 50, "fear")])
    total = learning_material(project_of(document), "Expert").total()
    assert (total.events, total.unlabeled, dict(total.labels)) == (2, 1, {"fear": 1})


def test_plenty_of_everything_leaves_no_doubt(document: Document) -> None:
    labels = ["fear", "anger"] * 5
    for name in ("s1", "s2", "s3", "s4", "s5", "s6"):
        add(document, name, 600, [Event(50 * n, 50 * n + 20, label) for n, label in enumerate(labels)])
    material = learning_material(project_of(document), "Expert")
    assert material.doubts(("s1", "s2", "s3"), ("fear", "anger")) == []


def test_truth_is_offered_from_people_only_annotators_first(document: Document) -> None:
    add(document, "s1", 0, [])
    video_id = next(iter(project_of(document).videos))
    document.do(AddTier(Tier(video_id, "FEDN", Source.DETECTOR, "fedn-base")))
    document.do(AddTier(Tier(video_id, "Corrections", Source.ANNOTATOR, "me")))
    assert truth_tiers(project_of(document)) == ["Corrections", "Expert"]


def _corrected(document: Document, corrected: list[Event], said: list[Event]) -> None:
    """The expert's and an annotator's events on a video that is reviewed from end to end."""
    add(document, "s1", 600, said)
    video = next(iter(project_of(document).videos.values()))
    tier = Tier(video.id, "Corrections", Source.ANNOTATOR, "me")
    document.do(AddTier(tier))
    document.do(ReplaceEvents(tier.id, tuple(replace(event, id=new_id()) for event in corrected)))


def test_a_truth_that_lacks_what_an_expert_has_marked_is_doubted(document: Document) -> None:
    said = [Event(at, at + 20, "fear") for at in range(0, 600, 60)]
    _corrected(document, [Event(5, 25, "anger"), Event(70, 75, "fear")], said)
    doubts = " ".join(learning_material(project_of(document), "Corrections").doubts(()))
    assert "“Expert” has 8 events in the reviewed time where “Corrections” has nothing" in doubts
    assert "Choose “Expert” as the truth" in doubts
    assert "as the truth" not in " ".join(learning_material(project_of(document), "Expert").doubts(()))


def test_the_likely_truth_is_who_says_most_about_the_reviewed_time(document: Document) -> None:
    assert likely_truth(project_of(document)) == ""
    said = [Event(at, at + 20, "fear") for at in range(0, 600, 60)]
    _corrected(document, said[:2], said)
    assert likely_truth(project_of(document)) == "Expert"


def test_corrections_come_first_among_equals_and_what_was_felt_last(document: Document) -> None:
    said = [Event(at, at + 20, "fear") for at in range(0, 600, 60)]
    _corrected(document, said, said)
    video = next(iter(project_of(document).videos.values()))
    felt = Tier(video.id, "Self-report", Source.SELF_REPORT)
    document.do(AddTier(felt))
    document.do(ReplaceEvents(felt.id, tuple(Event(at, at + 10, "fear") for at in range(0, 600, 30))))
    assert likely_truth(project_of(document)) == "Corrections"
