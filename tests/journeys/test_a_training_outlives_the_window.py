"""Real trainings in processes of their own: killed, left alone by a killed window, stopped by a full disk, resumed."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from safetensors.numpy import load_file

from app.session import Session
from app.settings import Settings
from app.window import StudioWindow
from fedn.annotation.store import load_project
from fedn.model_info import read_model_info
from fedn.registry import DEFAULT_MODEL, bundled_models_dir
from tests.journeys.test_corrections_retrain_the_model_and_the_new_one_detects import (
    HELD_OUT,
    TIMEOUT_S,
    Hands,
    dataset,
    hands,
    project_folder,
)
from tests.window.conftest import Told, dispose, wait_until
from training.run_status import RunState, read_status

__all__ = ["dataset", "hands", "project_folder"]

SMALL = ("optimization.steps_per_epoch=1", "optimization.batch_size=2", "checkpoint_steps=1")
LEFT = Qt.MouseButton.LeftButton

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (bundled_models_dir() / DEFAULT_MODEL / "weights.safetensors").exists(),
        reason="the bundled model is not here",
    ),
]


def wait_for_an_epoch(window: StudioWindow, epoch: int = 1) -> None:
    wait_until(lambda: window.parts.training.progress.epoch >= epoch, TIMEOUT_S)


def wait_for_the_end(window: StudioWindow) -> None:
    wait_until(lambda: not window.parts.trainings.is_training, TIMEOUT_S)


def run_of(project: Path) -> Path:
    (run,) = (project / "runs").iterdir()
    return run


def test_a_training_that_is_killed_goes_on_from_its_checkpoint_and_ends_with_a_model(
    hands: Hands, told: Told, project_folder: Path
):
    window = hands.window
    hands.start_retraining(epochs=4, settings=SMALL)
    wait_for_an_epoch(window)
    os.kill(window.parts.trainings.running_pid, signal.SIGKILL)
    wait_for_the_end(window)
    (sentence,) = told.errors
    assert sentence.startswith("The training ended unexpectedly (SIGKILL)") and "Resume goes on" in sentence
    assert not (project_folder / "models").exists()
    steps = len(window.parts.training.progress.loss)
    assert window.parts.training.resume_button.isVisibleTo(window.parts.training)
    hands.qtbot.mouseClick(window.parts.training.resume_button, LEFT)
    wait_for_the_end(window)
    assert told.errors == [sentence]
    (made,) = (project_folder / "models").iterdir()
    assert read_model_info(made).provenance.parent == DEFAULT_MODEL
    epochs = [epoch for epoch, _ in window.parts.training.progress.loss]
    assert epochs == [1, 2, 3, 4] and steps >= 1
    assert run_of(project_folder).name, "it went on in the same folder"
    assert window.parts.comparison.choice.isVisibleTo(window.parts.comparison)


def test_a_window_that_is_killed_leaves_the_training_and_the_next_one_brings_it_to_its_end(
    qapp: QApplication, qtbot: QtBot, project_folder: Path
):
    script = Path(__file__).with_name("window_that_trains.py")
    first = subprocess.Popen([sys.executable, str(script), str(project_folder), HELD_OUT, "500", *SMALL])
    try:
        wait_until(lambda: (project_folder / "runs").exists() and _state(project_folder) is RunState.RUNNING, TIMEOUT_S)
        events = run_of(project_folder) / "events.jsonl"
        wait_until(lambda: events.exists() and '"stage": "epoch"' in events.read_text(), TIMEOUT_S)
    finally:
        first.kill()
        first.wait()
    status = read_status(run_of(project_folder))
    assert status is not None and status.state is RunState.RUNNING and psutil.pid_exists(status.pid)
    session = Session(who="coder A", settings=Settings(theme="dark"))
    window = StudioWindow(session)
    window.show()
    told = Told(session.messages)
    try:
        assert session.open_project(project_folder)
        wait_for_an_epoch(window)
        assert window.parts.trainings.running_pid == status.pid
        wait_until(window.parts.training.stop_button.isEnabled, TIMEOUT_S)
        qtbot.mouseClick(window.parts.training.stop_button, LEFT)
        wait_for_the_end(window)
        assert told.errors == [] and _state(project_folder) is RunState.STOPPED
        assert window.parts.comparison.choice.isVisibleTo(window.parts.comparison)
        (made,) = (project_folder / "models").iterdir()
        qtbot.mouseClick(window.parts.comparison.choice.use_button, LEFT)
        assert load_project(project_folder).model_in_use == made.name
        wait_until(lambda: _is_gone(status.pid), TIMEOUT_S)
    finally:
        dispose(window)
        session.close_project()


def test_a_full_disk_is_told_the_project_is_whole_and_the_training_resumes(
    hands: Hands, told: Told, project_folder: Path
):
    window = hands.window
    with files_smaller_than(4 * 1024 * 1024):
        hands.start_retraining(epochs=2, settings=SMALL)
    wait_for_the_end(window)
    (sentence,) = told.errors
    assert "cannot be written" in sentence and "free space on the disk" in sentence
    assert _state(project_folder) is RunState.FAILED and not (project_folder / "models").exists()
    assert list(load_project(project_folder).videos) == list(window.session.project.videos)
    event = hands.events("Expert")[0]
    hands.drag_offset("Expert", event, 4)
    assert load_project(project_folder).event(event.id).offset == event.offset + 4
    hands.qtbot.mouseClick(window.parts.training.resume_button, LEFT)
    wait_for_the_end(window)
    assert told.errors == [sentence] and len(list((project_folder / "models").iterdir())) == 1


def test_the_full_network_learns_when_the_dialog_says_so(hands: Hands, told: Told, project_folder: Path):
    # What is replayed has no pictures, so that a single step might teach the backbone nothing.
    few = (
        "data.replay=''",
        "optimization.gradient_frames=2",
        "optimization.steps_per_epoch=1",
        "optimization.batch_size=1",
    )
    hands.start_retraining(epochs=1, settings=few, scope=1)
    wait_for_the_end(hands.window)
    assert told.errors == []
    (made,) = (project_folder / "models").iterdir()
    before, after = (
        load_file(folder / "weights.safetensors") for folder in (bundled_models_dir() / DEFAULT_MODEL, made)
    )
    learned = load_file(run_of(project_folder) / "last.safetensors")
    name = "backbone.layer1.0.conv1.weight"
    # A single step is smaller than what the saved half precision can show.
    assert before[name].shape == after[name].shape and (learned[f"network.{name}"] != before[name]).any()


def _is_gone(pid: int) -> bool:
    """Also where nobody has asked for the exit code of a process that has lost its parent."""
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def _state(project: Path) -> RunState | None:
    status = read_status(run_of(project))
    return status.state if status else None


@contextmanager
def files_smaller_than(most: int) -> Iterator[None]:
    """For the processes that are started meanwhile, to which a disk looks full then."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
