from __future__ import annotations

from pathlib import Path

import pytest

from app.document.document import Document
from app.document.edits import AddTier, AddVideo, MarkReviewed, ReplaceEvents
from app.jobs.learning_material import learning_material, truth_tiers
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
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
    add(document, "s1", 600, [Event(0, 20, "fear")])
    assert "another person" in learning_material(project, "Expert").obstacle(())
    assert "no event of the tier “Other”" in learning_material(project, "Other").obstacle(())
    add(document, "s2", 600, [Event(0, 20, "fear"), Event(100, 120, "anger")])
    add(document, "s3", 600, [])
    material = learning_material(project, "Expert")
    assert "Hold at least one" in material.obstacle(())
    assert "Hold fewer" in material.obstacle(("s1", "s2"))
    assert "Hold another" in material.obstacle(("s3",))
    assert material.obstacle(("s1",)) == ""
    assert material.suggested_held_out() == ("s1",)
    assert material.total(("s1",)).events == 2


def test_truth_is_offered_from_people_only_annotators_first(document: Document) -> None:
    add(document, "s1", 0, [])
    video_id = next(iter(project_of(document).videos))
    document.do(AddTier(Tier(video_id, "FEDN", Source.DETECTOR, "fedn-base")))
    document.do(AddTier(Tier(video_id, "Corrections", Source.ANNOTATOR, "me")))
    assert truth_tiers(project_of(document)) == ["Corrections", "Expert"]
