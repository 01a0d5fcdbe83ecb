"""Leaving one subject out with real processes, on tiny videos whose features come from files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.commands.command_line import run_command
from fedn.annotation.event import Event
from fedn.annotation.thresholds import GRID, threshold_counts
from fedn.errors import TrainingError
from tests.conftest import REPOSITORY, write_video
from training.config import read_config
from training.loso import PLAN, run_loso
from training.loso_results import LosoResults, VideoResult, best_epoch_by_subject, read_results

from .conftest import LABELS, make_sample

FRAMES = 300
PEOPLE = ("anna", "ben", "Doe, Jane")


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recipe for the smallest network on three people with a video each."""
    folder = tmp_path_factory.mktemp("people")
    entries, rows = [], ["video,subject,tier,onset,apex,offset,label"]
    pictures = [np.full((48, 64, 3), 40 + number % 150, np.uint8) for number in range(FRAMES)]
    (folder / "features").mkdir()
    for number, subject in enumerate(PEOPLE):
        sample = make_sample(f"v{number}", subject, frames=FRAMES, events=4, seed=number)
        name = f"v{number}.mp4"
        write_video(folder / name, pictures)
        np.save(folder / "features" / f"v{number}.npy", sample.features[::2])
        entries.append({"file": name, "subject": subject, "frames": FRAMES, "fps": 30})
        for event in sample.events:
            rows.append(f'{name},"{subject}",expert,{event.onset},{event.apex},{event.offset},{event.label}')
    (folder / "manifest.json").write_text(json.dumps({"videos": entries}))
    (folder / "labels.csv").write_text("\n".join(rows) + "\n")
    path = folder / "tiny.toml"
    path.write_text(
        f"""
        name = "tiny"
        device = "cpu"
        threads = 1
        checkpoint_s = 0.0
        [data]
        folder = "{folder.as_posix()}"
        features = "{(folder / "features").as_posix()}"
        [start]
        size = "small"
        labels = {json.dumps(LABELS)}
        network = {{ feature_step = 2, feature_center = 1.0, width = 32, head_width = 32 }}
        [optimization]
        epochs = 3
        batch_size = 4
        learning_rate = 5e-3
        bfloat16 = false
        """
    )
    return path


@pytest.fixture(scope="module")
def finished(recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an uninterrupted run leaves, with the report."""
    out = tmp_path_factory.mktemp("whole") / "loso"
    assert run_command(["loso", str(recipe), "--out", str(out), "--no-pictures", "--workers", "2"]) == 0
    return out


def numbers_of(out: Path) -> list[dict]:
    return [json.loads((out / "tiny" / f"fold-{fold}" / "held-out.json").read_text()) for fold in (1, 2, 3)]


def test_everybody_is_held_out_once_and_reported(finished: Path):
    folds = numbers_of(finished)
    assert sorted(name for fold in folds for name in fold["subjects"]) == sorted(PEOPLE)
    for fold in folds:
        assert {video["subject"] for video in fold["videos"]} == set(fold["subjects"])
        assert sorted(fold["epochs"], key=int) == ["1", "2", "3"] and fold["gflop"] > 0
        number = folds.index(fold) + 1
        split = json.loads((finished / "tiny" / f"fold-{number}" / "run" / "split.json").read_text())
        assert split["held_out"] == fold["subjects"] and not split["validation"]
        assert set(split["training"]) == set(PEOPLE) - set(fold["subjects"])
    report = (finished / "report.html").read_text()
    for text in ("Doe, Jane", "Nested", "C: epoch by subject", "tables 2 and 3", "table 4", "data:image/png"):
        assert text in report
    assert (finished / "table.csv").read_text().splitlines()[1].startswith("tiny,12,")
    assert len((finished / "subjects.csv").read_text().splitlines()) == 4
    figures = {path.name for path in (finished / "tiny" / "figures").iterdir()}
    assert {"ap-against-iou.pdf", "confusion.pdf", "detection-ap-by-label.svg"} <= figures
    assert any(name.startswith("timeline-") and name.endswith(".pdf") for name in figures)


def test_a_run_killed_in_the_middle_goes_on_without_repeating_finished_folds(
    recipe: Path, finished: Path, tmp_path: Path
):
    out = tmp_path / "loso"
    command = [sys.executable, str(REPOSITORY / "main.py"), "loso", str(recipe), "--out", str(out), "--no-pictures"]
    process = subprocess.Popen([*command, "--json"], cwd=REPOSITORY, start_new_session=True)
    first, second = out / "tiny" / "fold-1" / "held-out.json", out / "tiny" / "fold-2" / "run" / "events.jsonl"
    wait_for(lambda: first.is_file() and second.is_file() and '"epoch": 1,' in second.read_text(), process)
    # The program alone, as when its window crashes: the fold's process has to notice and end by itself.
    children = children_of(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    wait_for(lambda: not any(is_running(child) for child in children))
    kept, was = first.stat().st_mtime_ns, first.read_bytes()
    assert not (out / "tiny" / "fold-2" / "held-out.json").exists()
    assert subprocess.run([*command, "--json"], cwd=REPOSITORY, check=True, capture_output=True).returncode == 0
    assert first.stat().st_mtime_ns == kept and first.read_bytes() == was
    epochs = [json.loads(line)["data"].get("epoch") for line in second.read_text().splitlines()]
    assert [epoch for epoch in epochs if epoch].count(1) == 1, "the epoch before the kill was not trained again"
    assert numbers_of(out) == numbers_of(finished), "as if it had never been killed"


def wait_for(what: Callable[[], bool], process: subprocess.Popen | None = None, timeout_s: float = 240.0) -> None:
    began = time.monotonic()
    while not what():
        assert process is None or process.poll() is None, "it ended before"
        assert time.monotonic() - began < timeout_s
        time.sleep(0.02)


def children_of(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def is_running(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_what_is_finished_is_reported_again_without_any_training(
    recipe: Path, finished: Path, capsys: pytest.CaptureFixture[str]
):
    files = [finished / "tiny" / f"fold-{fold}" / "held-out.json" for fold in (1, 2, 3)]
    before = [path.stat().st_mtime_ns for path in files]
    capsys.readouterr()
    assert run_command(["loso", str(recipe), "--out", str(finished), "--no-pictures", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [path.stat().st_mtime_ns for path in files] == before
    assert [row["method"] for row in told["rows"]] == ["tiny"] and told["rows"][0]["n_true"] == 12
    assert set(told["protocols"]["tiny"]) == {
        "Nested",
        "A: one threshold",
        "B: epoch and threshold",
        "C: epoch by subject",
    }
    assert {row["subject"] for row in told["subjects"]["tiny"]} == set(PEOPLE)


def test_folds_of_another_recipe_are_not_mixed_in(recipe: Path, finished: Path):
    from dataclasses import replace

    other = replace(read_config(recipe), seed=7)
    with pytest.raises(TrainingError, match="another recipe"):
        run_loso(other, finished / "tiny")
    assert (finished / "tiny" / PLAN).is_file()


def test_a_fold_that_fails_says_why(recipe: Path, tmp_path: Path):
    from training.config import with_settings

    ill = with_settings(read_config(recipe), ["optimization.learning_rate=0.9", "optimization.epochs=400"])
    with pytest.raises(TrainingError, match=r"holds out anna failed: the loss became"):
        run_loso(ill, tmp_path / "ill")


def results_of(people: dict[str, tuple[list[int], list[tuple[int, float]]]], epochs: dict | None = None) -> LosoResults:
    """Each subject's true onsets, and predicted onsets with scores."""
    videos = []
    for name, (true, found) in people.items():
        truth = tuple(Event(onset, onset + 30, "joy") for onset in true)
        events = tuple(Event(onset, onset + 30, "joy", score=score) for onset, score in found)
        videos.append(VideoResult(f"{name}.mp4", name, "", 900, 30.0, truth, events, events))
    return LosoResults("made", tuple(videos), epochs or {}, None, None)


def test_nobody_is_judged_at_a_threshold_chosen_on_them():
    people = {
        "low": ([0, 100, 200], [(0, 0.3), (100, 0.3), (200, 0.3), (400, 0.1)]),
        "high": ([0, 100, 200], [(0, 0.9), (100, 0.9), (200, 0.9), (400, 0.7)]),
        "higher": ([0, 100, 200], [(0, 0.9), (100, 0.9), (200, 0.9), (400, 0.72)]),
    }
    results = results_of(people)
    chosen = results.thresholds()
    others = [results.counts()[name] for name in ("high", "higher")]
    assert chosen["low"] == (others[0] + others[1]).best()
    assert chosen["low"] > 0.72, "what suits the two others, though nothing of “low” is then found"
    nested, best, *_ = results.protocols()
    assert nested.f1 is not None and best.f1 is not None and nested.f1 < best.f1
    assert nested.f1 == pytest.approx(results.evaluation().spotting.f1)
    row = next(row for row in results.subject_rows() if row["subject"] == "low")
    assert row["tp"] == 0 and row["recall"] == 0.0 and row["threshold"] == chosen["low"]


def test_protocols_of_the_field_are_ordered_by_how_much_they_look_at_who_they_measure():
    """Brute force over epochs and thresholds is the reference."""
    random = np.random.default_rng(4)
    truth = {name: [Event(100 * n, 100 * n + 30, "joy") for n in range(6)] for name in "abc"}
    epochs = {}
    for epoch in range(1, 5):
        own = {}
        for name, events in truth.items():
            found = [
                Event(e.onset + int(random.integers(-20, 21)) + 20, e.offset + 20, "joy", score=float(random.random()))
                for e in events
            ]
            own[name] = threshold_counts({name: events}, {name: found})
        epochs[epoch] = own
    last = results_of({name: ([], []) for name in "abc"}, epochs)
    by_hand_epoch = max(
        float(sum(own.values(), start=zero()).f1()[p]) for own in epochs.values() for p in range(len(GRID))
    )
    assert last.protocols()[2].f1 == pytest.approx(by_hand_epoch)
    by_hand = 0.0
    for place in range(len(GRID)):
        chosen = [max((own[name] for own in epochs.values()), key=lambda c: c.f1()[place]) for name in "abc"]
        by_hand = max(by_hand, float(sum(chosen, start=zero()).f1()[place]))
    assert best_epoch_by_subject(epochs) == pytest.approx(by_hand)
    assert by_hand >= by_hand_epoch
    assert best_epoch_by_subject({}) is None


def zero():
    return threshold_counts({}, {})


def test_intervals_hold_the_value_and_a_damaged_fold_is_named(finished: Path):
    results = read_results(finished / "tiny", "tiny", 3)
    for name, interval in results.intervals(200).items():
        assert interval.low <= interval.high, name
    with pytest.raises(TrainingError, match="fold-4"):
        read_results(finished / "tiny", "tiny", 4)
