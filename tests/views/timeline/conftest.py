"""A project of two videos of 300 frames with tiers of known ids, and the timeline alone, shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import theme
from app.document.document import Document
from app.document.edits import AddTier, AddVideo, MarkReviewed, ReplaceEvents
from app.marking import Marking
from app.session import Session
from app.settings import Settings
from app.views.timeline.timeline_view import TimelineView
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video
from tests.conftest import write_video

FRAMES = 300
FIRST, SECOND = "first", "second"
PREDICTED = ((20, 50, "happiness", 0.91), (80, 110, "surprise", 0.64), (150, 175, "happiness", 0.88),
             (200, 214, "anger", 0.34), (250, 280, "sadness", 0.77))  # fmt: skip
EXPERT = ((22, 52, "happiness"), (78, 109, "surprise"), (148, 178, "others"), (252, 284, "sadness"))
SELF_REPORT = ((18, 55, "happiness"), (75, 115, "surprise"), (146, 180, "happiness"), (222, 240, "fear"))
TIERS = (
    ("FEDN", Source.DETECTOR, "fedn-base", PREDICTED),
    ("Expert", Source.EXPERT, "coder A", EXPERT),
    ("Self-report", Source.SELF_REPORT, "subject", SELF_REPORT),
)


@pytest.fixture(scope="session")
def gray_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gray") / "gray.mp4"
    write_video(path, [np.full((48, 64, 3), frame * 255 // FRAMES, dtype=np.uint8) for frame in range(FRAMES)])
    return path


@pytest.fixture
def project_folder(tmp_path: Path, gray_video: Path) -> Path:
    """The project on disk, closed."""
    folder = tmp_path / "study.fedn"
    with Document.create(folder, "Study", who="coder A") as document:
        for name in (FIRST, SECOND):
            video = Video(f"key-{name}", gray_video, name, FRAMES, 30.0, 64, 48, id=name)
            document.do(AddVideo(video))
            for tier_name, source, who, rows in TIERS:
                tier = Tier(name, tier_name, source, who, f"{name}-{tier_name}")
                document.do(AddTier(tier))
                document.do(ReplaceEvents(tier.id, tuple(_event(tier, row) for row in rows)))
        document.do(MarkReviewed(FIRST, Interval(0, 130)))
        _write_curves(folder / "cache" / f"key-{FIRST}" / "curves.npz")
    return folder


def _event(tier: Tier, row: tuple) -> Event:
    onset, offset, label, *score = row
    return Event(
        onset, offset, label, (onset + offset) // 2, score=score[0] if score else None, id=f"{tier.id}-{onset}"
    )


def _write_curves(path: Path) -> None:
    labels = ("happiness", "surprise", "anger", "disgust", "fear", "sadness", "others")
    curves = np.full((len(labels), FRAMES), 0.02, dtype=np.float16)
    for onset, offset, label, score in PREDICTED:
        curves[labels.index(label), onset:offset] = score
    path.parent.mkdir(parents=True)
    np.savez(path, curves=curves, labels=np.array(labels), threshold=0.5)


@pytest.fixture
def session(qapp: QApplication, project_folder: Path, qtbot: QtBot) -> Iterator[Session]:
    theme.apply(qapp, "dark")
    session = Session(who="coder A", settings=Settings(theme="dark"))
    assert session.open_project(project_folder)
    qtbot.waitUntil(lambda: session.frame_index is not None, timeout=20000)
    yield session
    session.close_project()


@pytest.fixture
def timeline(session: Session, qtbot: QtBot) -> Iterator[TimelineView]:
    view = TimelineView(session, Marking(session))
    view.resize(1126, 420)
    view.show()
    qtbot.waitExposed(view)
    yield view
    view.deleteLater()
    QApplication.sendPostedEvents(view, QEvent.Type.DeferredDelete)
