"""Detections with real child processes on short clips: seen as they come, paused, killed, cancelled, asked about."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.dialogs.face_dialog import FaceDialog
from app.document.document import Document
from app.document.edits import AddVideo
from app.jobs.detection_entry import State
from app.session import Session
from app.settings import Settings
from app.window import StudioWindow
from fedn.annotation.store import load_project
from fedn.annotation.tier import Source
from fedn.registry import DEFAULT_MODEL, bundled_models_dir
from fedn.video.content_key import describe_video
from fedn.video.face_boxes import load_face_boxes
from fedn.video.reader import open_video
from tests.conftest import write_video
from tests.window.conftest import Told, dispose, wait_until

TIMEOUT_S = 240.0
FRAMES, SHORT, AWAY = 900, 150, 100
pytestmark = pytest.mark.skipif(
    not (bundled_models_dir() / DEFAULT_MODEL / "model.toml").exists(), reason="the bundled model is not here"
)


def rendered(repository: Path, subject: str, frames: int) -> list[NDArray[np.uint8]]:
    """The beginning of one of the demo's videos, at half its size."""
    with open_video(repository / "resources" / "demo" / "videos" / subject / f"{subject}_1.mp4") as reader:
        return [
            np.ascontiguousarray(image[: image.shape[0] // 4 * 4 : 2, : image.shape[1] // 4 * 4 : 2])
            for _, image in reader.frames(0, frames)
        ]


@pytest.fixture(scope="module")
def clips(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("clips")
    one, other = rendered(repository, "r101", FRAMES), rendered(repository, "r102", SHORT)
    size = min(one[0].shape[0], other[0].shape[0])
    both = [np.concatenate([a[:size], b[:size]], axis=1) for a, b in zip(one, other, strict=False)]
    away = one[: SHORT - AWAY] + [np.full_like(one[0], 96)] * AWAY
    made = {"one": one, "both": both, "away": away}
    for name, images in made.items():
        write_video(folder / f"{name}.mp4", images)
    return {name: folder / f"{name}.mp4" for name in made}


class Bench:
    """The window on a project with one clip."""

    def __init__(self, folder: Path, clip: Path) -> None:
        with Document.create(folder, "Study", who="coder A") as document:
            cache = folder / "cache"
            document.do(AddVideo(describe_video(clip, "s1", project_folder=folder, image_fps=None, cache_root=cache)))
        self.folder = folder
        self.session = Session(who="coder A", settings=Settings(theme="dark"))
        self.told = Told(self.session.messages)
        assert self.session.open_project(folder)
        self.window = StudioWindow(self.session)
        # The window's own dialog answers questions otherwise.
        self.session.messages.answer_with(self.told._answer)
        self.window.resize(1280, 720)
        self.window.show()
        self.window.activateWindow()
        wait_until(lambda: self.session.frame_index is not None and self.window.isActiveWindow())
        self.queue = self.window.parts.detections

    @property
    def video_id(self) -> str:
        assert self.session.current_video is not None
        return self.session.current_video.id

    def detect(self, qtbot: QtBot) -> None:
        self.window.parts.timeline.setFocus()
        qtbot.keyClick(self.window.parts.timeline, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
        assert self.queue.is_running

    def wait_for_part(self) -> None:
        wait_until(lambda: self.session.provisional.of(self.video_id) is not None, TIMEOUT_S)

    def wait(self) -> None:
        wait_until(lambda: not self.queue.is_running, TIMEOUT_S)

    @property
    def detector_tiers(self) -> list[str]:
        """As they are on the disk."""
        return [
            tier.who for tier in load_project(self.folder).tiers_of(self.video_id) if tier.source is Source.DETECTOR
        ]

    @property
    def left_behind(self) -> list[str]:
        return [
            path.name
            for path in (self.folder / "cache").rglob("*")
            if path.name.endswith(".tmp") or "features" in path.name
        ]


@pytest.fixture
def benches(qapp: QApplication, tmp_path: Path) -> Iterator[list[Bench]]:
    made: list[Bench] = []
    yield made
    for bench in made:
        dispose(bench.window)


def test_events_come_as_they_are_found_and_a_killed_detection_leaves_the_project_as_it_was(
    benches: list[Bench], clips: dict[str, Path], tmp_path: Path, qtbot: QtBot
):
    bench = Bench(tmp_path / "study.fedn", clips["one"])
    benches.append(bench)
    steps = bench.session.undo_stack.count()
    bench.detect(qtbot)
    bench.wait_for_part()
    (row,) = bench.window.parts.timeline.rows.all()
    assert row.is_passing and 0 < row.provisional_until <= FRAMES
    curves = bench.session.curves(bench.video_id)
    assert curves is not None and curves.values.shape[1] == FRAMES and curves.values.max() > 0
    assert bench.detector_tiers == [] and bench.session.undo_stack.count() == steps

    panel = bench.window.parts.detection
    bench.window.layouts.show_dock("detection")
    panel.pause.click()
    (entry,) = bench.queue.entries
    assert entry.state is State.PAUSED
    # What was under way when the line arrived still comes.
    qtbot.wait(1500)
    share = entry.share
    qtbot.wait(1500)
    assert entry.share == share and bench.queue.running_pid
    panel.pause.click()
    assert entry.state is State.RUNNING

    os.kill(bench.queue.running_pid, signal.SIGKILL)
    bench.wait()
    assert entry.state is State.FAILED and "of one.mp4 ended unexpectedly" in entry.sentence
    assert bench.detector_tiers == [] and bench.session.undo_stack.count() == steps
    assert bench.session.provisional.of(bench.video_id) is None and bench.window.parts.timeline.rows.all() == []

    assert panel.selected is entry and panel.again.isVisible()
    panel.again.click()
    bench.wait()
    assert entry.state is State.DONE, entry.sentence
    assert bench.detector_tiers == [DEFAULT_MODEL] and bench.session.undo_stack.count() == steps + 1
    assert not any(name.endswith(".tmp") for name in bench.left_behind), "the killed one's half file is swept away"
    bench.session.undo_stack.undo()
    assert bench.detector_tiers == []


def test_a_cancelled_detection_leaves_nothing_behind(
    benches: list[Bench], clips: dict[str, Path], tmp_path: Path, qtbot: QtBot
):
    bench = Bench(tmp_path / "study.fedn", clips["one"])
    benches.append(bench)
    bench.detect(qtbot)
    bench.wait_for_part()
    bench.window.actions_by_name["cancel"].trigger()
    bench.wait()
    assert [entry.state for entry in bench.queue.entries] == [State.CANCELLED]
    assert bench.told.errors == [] and bench.detector_tiers == [] and bench.left_behind == []
    assert bench.session.provisional.of(bench.video_id) is None


def test_of_two_people_the_chosen_one_is_followed_and_remembered(
    benches: list[Bench], clips: dict[str, Path], tmp_path: Path, qtbot: QtBot
):
    bench = Bench(tmp_path / "study.fedn", clips["both"])
    benches.append(bench)
    asked: list[int] = []

    def choose_the_right_one() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, FaceDialog):
            QTimer.singleShot(100, choose_the_right_one)
            return
        asked.append(len(dialog.buttons))
        qtbot.mouseClick(next(one for one in dialog.buttons if "right" in one.text()), Qt.MouseButton.LeftButton)
        qtbot.keyClick(dialog, Qt.Key.Key_Return)

    QTimer.singleShot(100, choose_the_right_one)
    bench.detect(qtbot)
    wait_until(lambda: [entry.state for entry in bench.queue.entries] == [State.DONE], TIMEOUT_S)
    assert asked == [2]
    face = load_project(bench.folder).videos[bench.video_id].face
    video = bench.session.current_video
    assert face is not None and face.x > 0.5 and video is not None
    boxes = load_face_boxes(bench.session.cache_folder(video), SHORT, face)
    assert boxes is not None and np.nanmin(boxes[:, 0]) > video.width / 2
    bench.detect(qtbot)
    bench.wait()
    assert asked == [2], "nobody asks again"
    assert [entry.state for entry in bench.queue.entries] == [State.DONE]


def test_where_no_face_is_seen_is_said_and_shown(
    benches: list[Bench], clips: dict[str, Path], tmp_path: Path, qtbot: QtBot
):
    bench = Bench(tmp_path / "study.fedn", clips["away"])
    benches.append(bench)
    bench.detect(qtbot)
    bench.wait()
    (sentence,) = [text for level, text in bench.told.sentences if level == "warning"]
    assert "no face is seen in away.mp4 from 0:01 to 0:05" in sentence
    (gap,) = bench.session.faceless.of(bench.video_id)
    assert abs(gap.start - (SHORT - AWAY)) <= 12 and gap.stop == SHORT


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 256 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(folder)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("only who may mount can have a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], capture_output=True)


def test_a_full_disk_is_said_in_one_sentence_and_the_project_stays_whole(
    benches: list[Bench], clips: dict[str, Path], tmp_path: Path, qtbot: QtBot, small_disk: Path
):
    folder = tmp_path / "study.fedn"
    bench = Bench(folder, clips["one"])
    benches.append(bench)
    cache = folder / "cache"
    cache.rename(folder / "cache-before")
    cache.symlink_to(small_disk)
    bench.detect(qtbot)
    bench.wait()
    (entry,) = bench.queue.entries
    assert entry.state is State.FAILED and "room left" in entry.sentence and "No space left" in entry.sentence
    assert bench.detector_tiers == [] and not list(small_disk.rglob("*.tmp"))
    cache.unlink()
    bench.queue.again(entry)
    bench.wait()
    assert entry.state is State.DONE, entry.sentence
    assert bench.detector_tiers == [DEFAULT_MODEL]
