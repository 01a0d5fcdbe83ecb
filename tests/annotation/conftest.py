from __future__ import annotations

from pathlib import Path

import pytest

from fedn.annotation.event import Event
from fedn.annotation.project import Project
from fedn.annotation.store import create_project
from fedn.annotation.tier import Source, Tier
from fedn.annotation.vocabulary import shipped_vocabulary
from tests.annotation.example_project import make_video


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """One video with an expert's and a detector's tier of two events each."""
    project = Project(tmp_path, "study", shipped_vocabulary())
    video = make_video()
    project.put_video(video)
    for name, source in (("Expert", Source.EXPERT), ("FEDN", Source.DETECTOR)):
        tier = Tier(video.id, name, source, name)
        project.put_tier(tier)
        project.put_event(tier.id, Event(100, 140, "anger", apex=120))
        project.put_event(tier.id, Event(10, 40, "happiness", apex=20, note="smile"))
    return project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty project on disk."""
    folder = tmp_path / "study.fedn"
    create_project(folder, "study", shipped_vocabulary())
    return folder
