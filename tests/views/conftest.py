"""A session with a project of four small videos of three subjects, one of them with predictions and labels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import theme
from app.document.edits import AddTier, AddVideo, MarkReviewed, ReplaceEvents
from app.session import Session
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video
from fedn.video.content_key import describe_video
from tests.conftest import write_video

FRAMES = 120


@pytest.fixture(scope="session")
def videos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Frame i of each is a grey of brightness 2 * i, so that the picture says which frame it is."""
    folder = tmp_path_factory.mktemp("videos")
    paths: list[Path] = []
    for place, subject in enumerate(("s1", "s1", "s2", "s10")):
        path = folder / subject / f"{place:02d}_clip.mp4"
        path.parent.mkdir(exist_ok=True)
        images = [np.full((48, 64, 3), 2 * frame, dtype=np.uint8) for frame in range(FRAMES)]
        images[0][:4, :4] = 60 * place + 20
        write_video(path, images)
        paths.append(path)
    return paths


@pytest.fixture
def session(qapp: QApplication, qtbot: QtBot, tmp_path: Path, videos: list[Path]) -> Iterator[Session]:
    theme.apply(qapp, "dark")
    session = Session(who="coder B")
    assert session.create_project(tmp_path / "study.fedn", "Study")
    for path in videos:
        video = describe_video(path, path.parent.name, cache_root=tmp_path / "study.fedn" / "cache")
        assert session.do(AddVideo(video))
    first = all_videos(session)[0]
    put_tier(session, first, "FEDN", Source.DETECTOR, "fedn-base", [Event(20, 40, "happiness", 30, score=0.88)])
    put_tier(session, first, "Expert", Source.EXPERT, "coder A", [Event(22, 40, "others"), Event(60, 80, "fear")])
    put_tier(session, first, "Self-report", Source.SELF_REPORT, "", [Event(20, 41, "happiness")])
    session.select_video(first.id)
    qtbot.waitUntil(lambda: session.frame_index is not None, timeout=20000)
    yield session
    session.close_project()


@pytest.fixture
def told(session: Session) -> list[str]:
    """What the user is told from now on."""
    sentences: list[str] = []
    session.messages.told.connect(lambda _level, text: sentences.append(text))
    return sentences


def all_videos(session: Session) -> list[Video]:
    assert session.project is not None
    return list(session.project.videos.values())


def put_tier(session: Session, video: Video, name: str, source: Source, who: str, events: list[Event]) -> Tier:
    tier = Tier(video.id, name, source, who)
    assert session.do(AddTier(tier)) and session.do(ReplaceEvents(tier.id, tuple(events)))
    return tier


def events_of(session: Session, name: str, place: int = 0) -> list[Event]:
    """The events of the tier of that name on a video; [] if there is none."""
    assert session.project is not None
    tier = session.project.tier_named(all_videos(session)[place].id, name)
    return list(session.project.events(tier.id)) if tier else []


def review(session: Session, place: int, stop: int = FRAMES) -> None:
    assert session.do(MarkReviewed(all_videos(session)[place].id, Interval(0, stop)))
