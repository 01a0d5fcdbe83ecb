"""Pieces of projects for tests of the data."""

from __future__ import annotations

from pathlib import Path

from fedn.annotation.project import Project
from fedn.annotation.store import Store
from fedn.annotation.video import Video


def make_video(name: str = "a.mp4", subject: str = "s1", frames: int = 500) -> Video:
    return Video(f"key of {name}", Path("/videos") / name, subject, frames, 30.0, 640, 480, size_bytes=7)


def commit_all(store: Store, project: Project) -> None:
    """Brings an example project into an empty one on disk, through one recorded edit."""
    target = store.load()
    with target.recording() as changes:
        for vocabulary in project.vocabularies:
            target.put_vocabulary(vocabulary)
        for subject in project.subjects():
            target.put_subject(project.subject(subject))
        for video in project.videos.values():
            target.put_video(video)
            target.set_reviewed(video.id, project.reviewed(video.id))
        for tier in project.tiers.values():
            target.put_tier(tier)
            for event in project.events(tier.id):
                target.put_event(tier.id, event)
                target.set_rejected(event.id, project.is_rejected(event.id))
        target.set_model_in_use(project.model_in_use)
    store.commit(tuple(changes), text="Fill", edit={"edit": "Fill"})
