"""The whole loop with real child processes: correct, retrain, compare, use the new model, detect with it."""

from __future__ import annotations

import csv
import itertools
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from safetensors.numpy import load_file

from app.dialogs.retrain_dialog import RetrainDialog
from app.document.document import Document
from app.document.project_content import create_from_dataset
from app.session import Session
from app.window import StudioWindow
from fedn.annotation.event import Event
from fedn.annotation.store import load_project
from fedn.model_info import read_model_info
from fedn.registry import DEFAULT_MODEL, bundled_models_dir
from tests.conftest import REPOSITORY
from tests.window.conftest import Told, wait_until

DEMO = REPOSITORY / "resources" / "demo"
SUBJECTS = ("r101", "r102", "r103")
HELD_OUT = "r103"
FRAMES = 350
TIMEOUT_S = 300.0

pytestmark = pytest.mark.skipif(
    not (bundled_models_dir() / DEFAULT_MODEL / "weights.safetensors").exists(), reason="the bundled model is not here"
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first seconds of the demo's videos of three people, with the events in them."""
    folder = tmp_path_factory.mktemp("short")
    with (DEMO / "labels.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["subject"] in SUBJECTS and int(row["offset"]) < FRAMES]
    with (folder / "labels.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, rows[0].keys())
        table.writeheader()
        table.writerows(rows)
    videos = []
    for subject in SUBJECTS:
        name = f"videos/{subject}/{subject}_1.mp4"
        _cut(DEMO / name, folder / name)
        videos.append({"file": name, "subject": subject, "frames": FRAMES, "fps": 30})
    (folder / "manifest.json").write_text(json.dumps({"subjects": SUBJECTS, "videos": videos, "seed": 0}))
    return folder


def _cut(source: Path, target: Path) -> None:
    """The first frames, encoded anew."""
    target.parent.mkdir(parents=True)
    with av.open(str(source)) as read, av.open(str(target), "w") as written:
        stream = written.add_stream("libx264", rate=Fraction(30), options={"preset": "ultrafast", "crf": "20"})
        stream.width, stream.height = read.streams.video[0].width, read.streams.video[0].height
        stream.pix_fmt = "yuv420p"
        for frame in itertools.islice(read.decode(video=0), FRAMES):
            image = frame.to_ndarray(format="rgb24")
            written.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        written.mux(stream.encode())


@pytest.fixture
def project_folder(dataset: Path, tmp_path: Path) -> Path:
    """Takes the place of the small drawn project: the window opens this one."""
    folder = tmp_path / "short.fedn"
    create_from_dataset(folder, "Short", dataset).close()
    return folder


@dataclass
class Hands:
    """What a user does with mouse and keyboard."""

    window: StudioWindow
    session: Session
    qtbot: QtBot

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(QApplication.focusWidget() or self.window, key, held)

    def events(self, tier: str) -> tuple[Event, ...]:
        assert self.session.project is not None
        return self.session.project.events(next(found.id for found in self.session.tiers() if found.name == tier))

    def height(self, tier: str) -> int:
        place = [found.name for found in self.session.tiers()].index(tier)
        return self.window.parts.timeline.areas.tier(place).center().y()

    def click_event(self, tier: str, event: Event) -> None:
        timeline = self.window.parts.timeline
        x = round(timeline.scale.center_x((event.onset + event.offset) // 2))
        self.qtbot.mouseClick(timeline.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, self.height(tier)))

    def drag_offset(self, tier: str, event: Event, frames: int) -> None:
        timeline = self.window.parts.timeline
        held, y = Qt.KeyboardModifier.AltModifier, self.height(tier)
        begin, end = (
            QPoint(round(timeline.scale.x(frame)) - 1, y) for frame in (event.offset + 1, event.offset + 1 + frames)
        )
        self.qtbot.mousePress(timeline.viewport(), Qt.MouseButton.LeftButton, held, begin)
        self.qtbot.mouseMove(timeline.viewport(), end)
        self.qtbot.mouseRelease(timeline.viewport(), Qt.MouseButton.LeftButton, held, end)

    def detect(self) -> None:
        self.press(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
        self.wait_for_jobs()

    def start_retraining(self, epochs: int, *, settings: tuple[str, ...] = (), scope: int = 0) -> None:
        """Fills the dialog in and starts: the expert is the truth, one person is held out.

        `settings` are changes to the recipe; `scope` is 1 for the full network.
        """
        problems: list[str] = []

        def fill() -> None:
            dialog = QApplication.activeModalWidget()
            assert isinstance(dialog, RetrainDialog)
            dialog.tier.setCurrentText("Expert")
            people = dialog.held_out
            for item in (people.item(row) for row in range(people.count())):
                wanted = item.data(Qt.ItemDataRole.UserRole) == HELD_OUT
                if (item.checkState() == Qt.CheckState.Checked) != wanted:
                    box = people.visualItemRect(item)
                    at = QPoint(box.left() + 12, box.center().y())
                    self.qtbot.mouseClick(people.viewport(), Qt.MouseButton.LeftButton, pos=at)
            self.qtbot.mouseClick(dialog.scope.button(scope), Qt.MouseButton.LeftButton)
            dialog.settings = settings
            dialog.epochs.selectAll()
            self.qtbot.keyClicks(dialog.epochs, str(epochs))
            problems.append(dialog.obstacle_text)
            if dialog.start_button.isEnabled():
                self.qtbot.mouseClick(dialog.start_button, Qt.MouseButton.LeftButton)
            else:
                dialog.reject()

        QTimer.singleShot(200, fill)
        self.press(Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
        assert problems == [""]
        assert self.window.parts.trainings.is_training

    def wait_for_jobs(self) -> None:
        parts = self.window.parts
        wait_until(lambda: not (parts.trainings.is_training or parts.detections.is_running), TIMEOUT_S)


@pytest.fixture
def hands(window: StudioWindow, session: Session, qtbot: QtBot) -> Iterator[Hands]:
    window.parts.timeline.setFocus()
    yield Hands(window, session, qtbot)


def test_corrections_lead_to_a_new_model_that_the_user_chooses_and_detects_with(
    hands: Hands, told: Told, project_folder: Path, dataset: Path
):
    session, comparison = hands.session, hands.window.parts.comparison
    video = session.current_video
    assert video is not None
    before = hands.events("Expert")[0]
    hands.drag_offset("Expert", before, 6)
    hands.press(Qt.Key.Key_4)
    stored = load_project(project_folder).event(before.id)
    assert (stored.onset, stored.offset, stored.label) == (before.onset, before.offset + 6, "disgust")

    hands.detect()
    assert [tier.who for tier in session.tiers() if tier.name == "FEDN"] == [DEFAULT_MODEL]
    found = hands.events("FEDN")[0]
    hands.click_event("FEDN", found)
    hands.press(Qt.Key.Key_6)
    (corrected,) = hands.events("Corrections")
    assert (corrected.onset, corrected.offset, corrected.label) == (found.onset, found.offset, "sadness")
    assert hands.events("FEDN")[0] == found

    nudged = _nudge_others(hands, before)
    assert len(nudged) >= 10
    stored = load_project(project_folder)
    assert all(stored.event(event.id).offset == event.offset - 1 for event in nudged)

    hands.start_retraining(epochs=1)
    hands.wait_for_jobs()
    assert told.errors == []
    assert comparison.choice.isVisibleTo(comparison)
    assert f"on subject {HELD_OUT}," in comparison.choice.heading.text()
    (made,) = (project_folder / "models").iterdir()
    truth = sum(row["subject"] == HELD_OUT and row["tier"] == "expert" for row in _rows(dataset))
    for figures in (comparison.result["before"], comparison.result["after"]):
        assert figures["n_truth"] == truth
    assert _differing(made, bundled_models_dir() / DEFAULT_MODEL)
    assert session.project is not None and session.project.model_in_use in ("", DEFAULT_MODEL)

    hands.qtbot.mouseClick(comparison.choice.use_button, Qt.MouseButton.LeftButton)
    assert load_project(project_folder).model_in_use == made.name == read_model_info(made).name
    # Without a window manager nobody gives the keyboard back to the window after the dialog.
    hands.window.activateWindow()
    wait_until(hands.window.isActiveWindow)
    hands.window.parts.timeline.setFocus()
    hands.detect()
    assert made.name in [tier.who for tier in load_project(project_folder).tiers_of(video.id)]

    kept = comparison.choice.kept
    assert kept is not None and sum(row.n_truth for row in kept.labels) == truth and kept.new == made.name
    hands.qtbot.mouseClick(comparison.choice.videos[0], Qt.MouseButton.LeftButton)
    assert session.current_video is not None and session.current_video.subject == HELD_OUT
    shown = {tier.who: tier for tier in session.shown_tiers() if tier.name == "FEDN"}
    assert set(shown) == {DEFAULT_MODEL, made.name}
    assert len(session.project.events(shown[made.name].id)) == len(kept.videos[0].new)
    assert told.errors == []


def test_a_training_that_is_killed_is_told_in_one_sentence_and_nothing_is_lost(
    hands: Hands, told: Told, project_folder: Path
):
    hands.start_retraining(epochs=50)
    trainings = hands.window.parts.trainings
    wait_until(lambda: hands.window.parts.training.progress.total > 0, TIMEOUT_S)
    assert trainings.running_pid
    os.kill(trainings.running_pid, signal.SIGKILL)
    hands.wait_for_jobs()
    (sentence,) = told.errors
    assert sentence.startswith("The training ended unexpectedly (SIGKILL)")
    assert not (project_folder / "models").exists()
    event = hands.events("Expert")[0]
    hands.drag_offset("Expert", event, 4)
    assert load_project(project_folder).event(event.id).offset == event.offset + 4


def test_closing_the_window_during_a_job_asks_and_ends_the_child(hands: Hands, told: Told, project_folder: Path):
    hands.press(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    pid = hands.window.parts.detections.running_pid
    assert pid
    told.answers["A job is running"] = "Keep it running"
    assert not hands.window.close()
    assert hands.window.parts.detections.is_running
    told.answers["A job is running"] = "Cancel it and go on"
    assert hands.window.close()
    assert told.questions == ["A job is running", "A job is running"]
    assert not _is_alive(pid)
    with Document.open(project_folder):
        pass


def _nudge_others(hands: Hands, but: Event) -> list[Event]:
    """Goes through all videos and ends every other human event a frame earlier; they are told as they were."""
    assert hands.session.project is not None and hands.session.current_video is not None
    first, nudged = hands.session.current_video.id, []
    for video_id in hands.session.project.videos:
        hands.session.select_video(video_id)
        wait_until(lambda: hands.window.parts.player.picture.image is not None)
        human = [(tier, event) for tier in ("Expert", "Self-report") for event in hands.events(tier)]
        for tier, event in human:
            if event.id != but.id:
                hands.click_event(tier, event)
                hands.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier)
                nudged.append(event)
    hands.session.select_video(first)
    return nudged


def _rows(dataset: Path) -> list[dict[str, str]]:
    with (dataset / "labels.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def _differing(one: Path, other: Path) -> list[str]:
    """Names of the detector's weights that two models do not share."""
    first, second = (load_file(folder / "weights.safetensors") for folder in (one, other))
    return [name for name in first if name.startswith("detector.") and not (first[name] == second[name]).all()]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
