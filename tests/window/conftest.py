"""A small project: one generated video with a detector's, an expert's and a self-report tier, and score curves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from app import theme
from app.document.document import Document
from app.document.edits import AddTier, AddVideo, CreateEvent, Edit, MarkReviewed
from app.messages import Messages
from app.session import Session
from app.settings import Settings
from app.startup import make_application
from app.window import StudioWindow
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video

FRAMES = 300
PREDICTED = ((20, 50, "happiness", 0.91), (80, 110, "surprise", 0.64), (150, 175, "happiness", 0.88),
             (200, 214, "anger", 0.34), (250, 280, "sadness", 0.77))  # fmt: skip
EXPERT = ((22, 52, "happiness"), (78, 109, "surprise"), (148, 178, "others"), (252, 284, "sadness"))
SELF_REPORT = ((18, 55, "happiness"), (75, 115, "surprise"), (146, 180, "happiness"), (222, 240, "fear"))


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    return QApplication


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    app = make_application()
    theme.apply(app, "dark")
    return app


@pytest.fixture(scope="session")
def face_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 frames of 320x240 at 30 frames a second: a disc whose mouth widens during the events."""
    import cv2

    from tests.conftest import write_video

    images = []
    for frame in range(FRAMES):
        image = np.full((240, 320, 3), (58, 66, 78), dtype=np.uint8)
        smile = max((1 - abs(frame - (on + off) / 2) * 2 / (off - on) for on, off, *_ in PREDICTED), default=0.0)
        cv2.ellipse(image, (160, 120), (70, 92), 0, 0, 360, (214, 168, 138), -1)
        for x in (134, 186):
            cv2.ellipse(image, (x, 100), (10, 6), 0, 0, 360, (40, 44, 52), -1)
        width = 24 + int(20 * max(0.0, smile))
        cv2.ellipse(image, (160, 150), (width, 6 + width // 4), 0, 0, 180, (150, 60, 60), -1)
        images.append(image)
    path = tmp_path_factory.mktemp("face") / "s1_smiles.mp4"
    write_video(path, images)
    return path


@pytest.fixture
def project_folder(tmp_path: Path, face_video: Path) -> Path:
    """The project on disk, closed."""
    folder = tmp_path / "study.fedn"
    with Document.create(folder, "Stimuli study", who="coder A") as document:
        for name, subject in (("0502 funny errors", "15"), ("0401 girl crashing", "16")):
            video = Video(f"key-{subject}", face_video, subject, FRAMES, 30.0, 320, 240, id=name)
            document.do(AddVideo(video))
            for edit in _tiers(video):
                document.do(edit)
        document.do(MarkReviewed("0502 funny errors", Interval(0, 130)))
        _write_curves(folder / "cache" / "key-15" / "curves.npz")
    return folder


def _tiers(video: Video) -> list[Edit]:
    prefix = video.subject
    tiers = (
        (Tier(video.id, "FEDN", Source.DETECTOR, "fedn-base", f"{prefix}-fedn"), PREDICTED),
        (Tier(video.id, "Expert", Source.EXPERT, "coder A", f"{prefix}-expert"), EXPERT),
        (Tier(video.id, "Self-report", Source.SELF_REPORT, "subject", f"{prefix}-self"), SELF_REPORT),
    )
    edits: list[Edit] = []
    for tier, rows in tiers:
        edits.append(AddTier(tier))
        for onset, offset, label, *rest in rows:
            score = rest[0] if rest else None
            event = Event(onset, offset, label, (onset + offset) // 2, score=score, id=f"{tier.id}-{onset}")
            edits.append(CreateEvent(tier.id, event))
    return edits


def _write_curves(path: Path) -> None:
    labels = ("happiness", "surprise", "anger", "disgust", "fear", "sadness", "others")
    curves = np.full((len(labels), FRAMES), 0.02, dtype=np.float16)
    for onset, offset, label, score in PREDICTED:
        at = np.arange(onset - 8, offset + 8)
        bump = score * np.exp(-(((at - (onset + offset) / 2) / ((offset - onset) / 2)) ** 4))
        curves[labels.index(label), at] = np.maximum(curves[labels.index(label), at], bump)
    path.parent.mkdir(parents=True)
    np.savez(path, curves=curves, labels=np.array(labels), threshold=0.5)


class Told:
    """Every sentence that the program has told the user, and what it answers when asked."""

    def __init__(self, messages: Messages) -> None:
        self.sentences: list[tuple[str, str]] = []
        self.questions: list[str] = []
        self.answers: dict[str, str] = {}
        messages.told.connect(lambda level, text: self.sentences.append((level, text)))
        messages.answer_with(self._answer)

    def _answer(self, title: str, _question: str, _choices: object, default: str) -> str:
        self.questions.append(title)
        return self.answers.get(title, default)

    @property
    def errors(self) -> list[str]:
        return [text for level, text in self.sentences if level == "error"]


@pytest.fixture
def session(qapp: QApplication, project_folder: Path, qtbot: object) -> Iterator[Session]:
    """A session with the project open and its first video's frame index read."""
    session = Session(who="coder A", settings=Settings(theme="dark"))
    assert session.open_project(project_folder)
    wait_until(lambda: session.frame_index is not None)
    yield session
    session.close_project()


@pytest.fixture
def told(session: Session) -> Told:
    return Told(session.messages)


@pytest.fixture
def window(session: Session, qapp: QApplication) -> Iterator[StudioWindow]:
    """The whole window at 1440x900, shown."""
    window = StudioWindow(session)
    window.resize(1440, 900)
    window.show()
    window.activateWindow()
    wait_until(lambda: window.parts.player.picture.image is not None)
    yield window
    dispose(window)


def dispose(window: StudioWindow) -> None:
    """Ends and deletes it now: windows left over would be styled again with every change of theme."""
    window.leave()
    window.deleteLater()
    QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)


def wait_until(ready: Callable[[], bool], timeout_s: float = 20.0) -> None:
    """Lets Qt work until it is so."""
    import time

    end = time.monotonic() + timeout_s
    while not ready():
        assert time.monotonic() < end, "it did not happen in time"
        QApplication.processEvents()
        time.sleep(0.005)
