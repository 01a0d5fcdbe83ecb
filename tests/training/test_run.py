import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import training.course
import training.fedn
from fedn.checkpoint import load_model
from fedn.errors import TrainingError
from fedn.progress import Cancelled, Record, Reporter
from training.config import DataConfig, OptimizationConfig, StartConfig, TrainingConfig
from training.control import Control
from training.run import train

from .conftest import LABELS, SampleMaker

EPOCHS = 3


class Listener(Reporter):
    """Keeps records and does something when an epoch has ended."""

    def __init__(self, on_epoch=None) -> None:
        super().__init__()
        self.records: list[Record] = []
        self.on_epoch = on_epoch

    def report(self, record: Record) -> None:
        self.records.append(record)
        if self.on_epoch and record.data.get("stage") == "epoch":
            self.on_epoch(record.data["epoch"])


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch, sample_of: SampleMaker) -> TrainingConfig:
    """A training on made-up features of five subjects."""
    samples = [sample_of(f"v{n}", f"s{n}", frames=400, events=4, seed=n) for n in range(5)]
    monkeypatch.setattr(training.course, "load_samples", lambda *_: samples)
    return TrainingConfig(
        name="tiny",
        checkpoint_s=0,
        data=DataConfig(folder=".", held_out=("s1",), validation=("s2",)),
        start=StartConfig(labels=LABELS, size="small", network={"width": 32, "head_width": 32}),
        optimization=OptimizationConfig(epochs=EPOCHS, batch_size=8, learning_rate=3e-3, bfloat16=False),
    )


def weights(run: Path) -> dict[str, torch.Tensor]:
    return load_model(run / "model").detector.state_dict()


def same(one: Path, other: Path) -> bool:
    first, second = weights(one), weights(other)
    return all(torch.equal(first[name], second[name]) for name in first)


def test_a_run_leaves_its_whole_story_on_disk(config: TrainingConfig, tmp_path: Path):
    listener = Listener()
    report = train(config, tmp_path / "run", listener)
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names == {
        "config.toml",
        "manifest.json",
        "split.json",
        "events.jsonl",
        "status.json",
        "last.safetensors",
        "best.safetensors",
        "model",
    }
    split = json.loads((tmp_path / "run" / "split.json").read_text())
    assert split == {"training": ["s0", "s3", "s4"], "validation": ["s2"], "held_out": ["s1"]}
    lines = (tmp_path / "run" / "events.jsonl").read_text().splitlines()
    epochs = [line for line in map(Record.from_line, lines) if line and line.data.get("stage") == "epoch"]
    assert [record.data["epoch"] for record in epochs] == [1, 2, 3]
    assert {"loss", "val_f1", "val_map", "threshold", "seconds"} <= set(epochs[-1].data)
    assert epochs[-1].data["loss"] < epochs[0].data["loss"]
    assert report.model.metrics["held_out"]["n_truth"] == 4
    assert report.model.provenance.data["subjects"] == ["s0", "s3", "s4"]


def test_the_same_seed_gives_the_same_model_and_another_seed_another(config: TrainingConfig, tmp_path: Path):
    for name, seed in [("one", 4), ("two", 4), ("other", 5)]:
        train(replace(config, seed=seed), tmp_path / name)
    assert same(tmp_path / "one", tmp_path / "two")
    assert not same(tmp_path / "one", tmp_path / "other")


def test_a_run_that_was_interrupted_goes_on_to_the_same_weights(config: TrainingConfig, tmp_path: Path):
    train(config, tmp_path / "whole")
    control = Control()
    with pytest.raises(Cancelled):
        train(config, tmp_path / "parts", Listener(lambda epoch: control.command("cancel")), control)
    assert not (tmp_path / "parts" / "model").exists()
    train(config, tmp_path / "parts", resume=True)
    assert same(tmp_path / "whole", tmp_path / "parts")


def test_stopping_keeps_the_best_epoch_so_far(config: TrainingConfig, tmp_path: Path):
    control = Control()
    report = train(config, tmp_path / "run", Listener(lambda epoch: control.command("stop")), control)
    assert report.stopped and report.model.metrics["epoch"] == 1
    assert load_model(tmp_path / "run" / "model").info.name == "tiny"


def test_a_used_folder_is_refused_and_so_is_resuming_nothing_or_something_else(config: TrainingConfig, tmp_path: Path):
    with pytest.raises(TrainingError, match="no run to resume"):
        train(config, tmp_path / "run", resume=True)
    train(replace(config, optimization=replace(config.optimization, epochs=1)), tmp_path / "run")
    with pytest.raises(TrainingError, match="already holds a run"):
        train(config, tmp_path / "run")
    with pytest.raises(TrainingError, match="differs"):
        train(config, tmp_path / "run", resume=True)


def test_a_loss_that_explodes_ends_the_run_with_a_sentence(config: TrainingConfig, tmp_path: Path):
    wild = replace(config.optimization, learning_rate=0.99, alpha=float("inf"))
    with pytest.raises(TrainingError, match="the loss became"):
        train(replace(config, optimization=wild), tmp_path / "run")


def test_a_bug_leaves_its_traceback_in_the_run_folder(
    config: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(training.fedn, "fit_scale", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        train(config, tmp_path / "run")
    assert "ZeroDivisionError" in (tmp_path / "run" / "stderr.log").read_text()


def test_a_kind_that_nobody_can_train_is_refused(config: TrainingConfig, tmp_path: Path):
    with pytest.raises(TrainingError, match="kind “yolo”"):
        train(replace(config, kind="yolo"), tmp_path / "run")
    assert not (tmp_path / "run").exists()
