from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import pytest

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.project import Project
from fedn.annotation.subject import Subject
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import FaceChoice, Video
from fedn.annotation.vocabulary import shipped_vocabulary
from fedn.errors import EditError
from tests.annotation.example_project import make_video


def expert(project: Project) -> Tier:
    return next(tier for tier in project.tiers.values() if tier.source is Source.EXPERT)


def test_events_come_sorted_by_onset(project: Project) -> None:
    assert [event.onset for event in project.events(expert(project).id)] == [10, 100]


def test_lookups_of_unknown_ids_are_refused_with_a_sentence(project: Project) -> None:
    for look_up in (project.video, project.tier, project.events, project.event, project.tier_of, project.reviewed):
        with pytest.raises(EditError, match=r"there is no .* “nothing”"):
            look_up("nothing")


def test_an_event_beyond_the_last_frame_is_refused(project: Project) -> None:
    project.put_event(expert(project).id, Event(490, 499, "fear"))
    with pytest.raises(EditError, match=r"frame 500; the last frame of a.mp4 is 499"):
        project.put_event(expert(project).id, Event(490, 500, "fear"))


def test_a_video_cannot_become_shorter_than_its_events(project: Project) -> None:
    video = next(iter(project.videos.values()))
    with pytest.raises(EditError, match="annotated up to frame 140"):
        project.put_video(replace(video, frame_count=140))
    project.put_video(replace(video, frame_count=141))


def test_two_tiers_of_a_video_cannot_share_name_and_author(project: Project) -> None:
    tier = expert(project)
    with pytest.raises(EditError, match="already has a tier “Expert”"):
        project.put_tier(Tier(tier.video_id, tier.name, Source.EXPERT, tier.who))
    project.put_tier(Tier(tier.video_id, tier.name, Source.EXPERT, "someone else"))


def test_subjects_are_in_the_order_people_count() -> None:
    project = Project.__new__(Project)
    project.videos = {name: make_video(name, name) for name in ("s10", "s2", "S²", "anna")}
    assert project.subjects() == ["S²", "anna", "s2", "s10"]


def test_a_failed_block_leaves_the_project_as_it_was(project: Project) -> None:
    before = project._content()
    kept = [list(part) if isinstance(part, list) else part for part in before]
    with pytest.raises(ZeroDivisionError), project.recording():
        video = next(iter(project.videos.values()))
        project.set_reviewed(video.id, [Interval(0, 50)])
        project.remove_video(video.id)
        raise ZeroDivisionError
    assert list(project._content()) == kept
    assert [event.onset for event in project.events(expert(project).id)] == [10, 100]


def test_a_row_brought_back_by_undo_takes_its_old_place(project: Project) -> None:
    more = [make_video(f"{name}.mp4") for name in "bcd"]
    for video in more:
        project.put_video(video)
    names = [video.name for video in project.videos.values()]
    with project.recording() as changes:
        project.remove_video(more[0].id)
    for change in reversed(changes):
        project.restore(change.inverse())
    assert [video.name for video in project.videos.values()] == names


def test_reviewed_ranges_are_joined_and_stay_inside_the_video(project: Project) -> None:
    video: Video = next(iter(project.videos.values()))
    project.set_reviewed(video.id, [Interval(50, 80), Interval(0, 50)])
    assert project.reviewed(video.id) == (Interval(0, 80),)
    with pytest.raises(EditError, match="beyond the 500 frames"):
        project.set_reviewed(video.id, [Interval(400, 501)])


def test_a_rejection_goes_with_its_event_and_comes_back_with_it(project: Project) -> None:
    event = project.events(expert(project).id)[0]
    project.set_rejected(event.id, True)
    assert project.is_rejected(event.id)
    project.put_event(expert(project).id, replace(event, note="looked at again"))
    assert project.is_rejected(event.id)
    with project.recording() as changes:
        project.remove_event(event.id)
    assert not project.is_rejected(event.id)
    for change in reversed(changes):
        project.restore(change.inverse())
    assert project.is_rejected(event.id)
    with pytest.raises(EditError, match="there is no event"):
        project.set_rejected("nothing", True)


def test_a_subject_is_known_by_its_name_until_more_is_said(project: Project) -> None:
    assert project.subject("s1") == Subject("s1")
    before = copy.deepcopy(project)
    project.put_subject(Subject("s1", group="control"))
    assert project.subject("s1").group == "control" and project != before
    project.put_subject(Subject("s1"))
    assert project == before
    with pytest.raises(EditError, match="has no name"):
        Subject(" ")


def test_tiers_follow_their_vocabulary_when_it_is_renamed_and_keep_it_from_being_removed(project: Project) -> None:
    first, valence = project.vocabulary, shipped_vocabulary("valence")
    tier = expert(project)
    with pytest.raises(EditError, match="has no vocabulary “valence”"):
        project.put_tier(replace(tier, vocabulary="valence"))
    project.put_vocabulary(valence)
    project.put_tier(replace(tier, vocabulary="valence"))
    assert project.vocabulary_of(tier.id) == valence and project.vocabulary == first
    project.put_vocabulary(replace(valence, name="mood"), instead_of="valence")
    assert project.tier(tier.id).vocabulary == "mood" and [one.name for one in project.vocabularies] == [
        first.name,
        "mood",
    ]
    project.put_vocabulary(replace(first, name="emotions"), instead_of=first.name)
    assert [one.name for one in project.vocabularies] == ["emotions", "mood"]
    with pytest.raises(EditError, match="has labels from “mood”"):
        project.remove_vocabulary("mood")
    with pytest.raises(EditError, match="already has a vocabulary “mood”"):
        project.put_vocabulary(replace(first, name="mood"), instead_of="emotions")
    project.put_tier(replace(tier, vocabulary=""))
    project.remove_vocabulary("mood")
    with pytest.raises(EditError, match="is the only vocabulary"):
        project.remove_vocabulary("emotions")
    for name in ("mood", ""):
        with pytest.raises(EditError, match="there is no vocabulary"):
            project.remove_vocabulary(name)


def test_a_face_is_chosen_in_a_frame_of_the_video_and_inside_the_picture(project: Project) -> None:
    video = next(iter(project.videos.values()))
    project.put_video(replace(video, face=FaceChoice(499, 0.0, 1.0)))
    with pytest.raises(EditError, match="has no frame 500"):
        project.put_video(replace(video, face=FaceChoice(500, 0.5, 0.5)))
    for frame, x, y in ((-1, 0.5, 0.5), (0, -0.1, 0.5), (0, 0.5, 1.1), (0, float("nan"), 0.5)):
        with pytest.raises(EditError, match="cannot be chosen"):
            FaceChoice(frame, x, y)


def test_a_video_is_looked_for_beside_the_project_first(project: Project, tmp_path: Path) -> None:
    video = next(iter(project.videos.values()))
    project.put_video(replace(video, relative_path="near/a.mp4"))
    assert project.path_of(video.id) == video.path
    (tmp_path / "near").mkdir()
    (tmp_path / "near" / "a.mp4").touch()
    assert project.path_of(video.id) == tmp_path / "near" / "a.mp4"
