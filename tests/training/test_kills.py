"""Trainings in processes of their own, killed at any moment."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from fedn.checkpoint import load_weights
from fedn.errors import TrainingError
from fedn.progress import Record
from training.run_status import RunState, read_status, send

from .files_of_people import write_people, write_recipe

MAIN = Path(__file__).parents[2] / "main.py"


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    write_people(folder)
    how = "epochs = 8\nbatch_size = 8\nsteps_per_epoch = 20\nema = 0.9"
    return write_recipe(folder, settings="checkpoint_steps = 3\ncheckpoint_s = 1e9", optimization=how)


def started(recipe: Path, out: Path, *more: str) -> subprocess.Popen:
    command = [sys.executable, str(MAIN), "train", str(recipe), "--out", str(out), "--records", *more]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def wait_for(what, seconds: float = 600.0):
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


def checkpoint_of(run: Path) -> int:
    last = run / "last.safetensors"
    return last.stat().st_mtime_ns if last.exists() else 0


@pytest.mark.slow
def test_a_run_killed_at_random_moments_and_resumed_ends_with_the_same_weights_bit_for_bit(
    recipe: Path, tmp_path: Path
):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert started(recipe, whole).wait(timeout=900) == 0
    random, kills = np.random.default_rng(), 0
    while kills < 4:
        before, resume = checkpoint_of(parts), ["--resume"] if parts.exists() else []
        child = started(recipe, parts, *resume)
        wait_for(lambda: checkpoint_of(parts) != before or child.poll() is not None)  # noqa: B023
        time.sleep(random.uniform(0.0, 0.5))
        child.kill()
        if child.wait() == 0:
            break
        kills += 1
        status = read_status(parts)
        assert status is not None and status.state is RunState.DIED and status.state.can_resume
    assert kills >= 2, "it ended before it could be killed"
    if not (parts / "model").exists():
        assert started(recipe, parts, "--resume").wait(timeout=900) == 0
    one, other = load_weights(whole / "model"), load_weights(parts / "model")
    assert one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)
    losses = [epoch_losses(run) for run in (whole, parts)]
    assert len(losses[0]) == 8 and losses[0] == losses[1]
    status = read_status(parts)
    assert status is not None and status.state is RunState.FINISHED


def epoch_losses(run: Path) -> dict[int, float]:
    """The last loss told of each epoch."""
    lines = (run / "events.jsonl").read_text().splitlines()
    records = [record for record in map(Record.from_line, lines) if record and record.data.get("stage") == "epoch"]
    return {record.data["epoch"]: record.data["loss"] for record in records}


@pytest.mark.slow
def test_somebody_else_sees_a_run_speaks_to_it_and_cannot_train_in_its_folder(recipe: Path, tmp_path: Path):
    run = tmp_path / "run"
    assert read_status(run) is None
    child = started(recipe, run)
    try:
        wait_for(lambda: checkpoint_of(run))
        status = read_status(run)
        assert status is not None and status.state is RunState.RUNNING and status.pid == child.pid
        send(run, "pause")
        paused = wait_for(lambda: (found := read_status(run)) and found.state is RunState.PAUSED and found)
        assert paused.state.is_alive
        second = subprocess.run(
            [sys.executable, str(MAIN), "train", str(recipe), "--out", str(run), "--resume"],
            capture_output=True,
            text=True,
        )
        assert second.returncode == 2 and f"still being trained by process {child.pid}" in second.stderr
        send(run, "stop")
        assert child.wait(timeout=900) == 0
    finally:
        child.kill()
        child.wait()
    status = read_status(run)
    assert status is not None and status.state is RunState.STOPPED and (run / "model" / "model.toml").is_file()
    with pytest.raises(TrainingError, match="no training runs"):
        send(run, "stop")


@pytest.mark.slow
def test_a_training_goes_on_when_the_window_that_started_it_is_gone(recipe: Path, tmp_path: Path):
    run = tmp_path / "run"
    child = started(recipe, run)
    wait_for(lambda: checkpoint_of(run))
    child.stdout.close()
    child.stdin.close()
    assert child.wait(timeout=900) == 0
    assert (run / "model" / "model.toml").is_file()


@pytest.mark.slow
def test_a_cancelled_run_says_so_and_can_be_resumed(recipe: Path, tmp_path: Path):
    run = tmp_path / "run"
    child = started(recipe, run)
    wait_for(lambda: checkpoint_of(run))
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=900) == 130
    status = read_status(run)
    assert status is not None and status.state is RunState.CANCELLED and status.state.can_resume
    assert not (run / "model").exists()
