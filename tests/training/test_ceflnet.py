from __future__ import annotations

from pathlib import Path

import pytest
import torch

import training.course
from fedn.checkpoint import load_weights
from fedn.errors import TrainingError
from fedn.progress import Cancelled, Record, Reporter
from training.ceflnet import moved
from training.config import DataConfig, OptimizationConfig, StartConfig, TrainingConfig
from training.control import Control
from training.run import train

from .conftest import LABELS, SampleMaker


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch, sample_of: SampleMaker) -> TrainingConfig:
    """A training on made-up features of five subjects."""
    samples = [sample_of(f"v{n}", f"s{n}", frames=600, events=6, seed=n) for n in range(5)]
    monkeypatch.setattr(training.course, "load_samples", lambda *_: samples)
    return TrainingConfig(
        name="tiny",
        kind="ceflnet",
        checkpoint_s=0,
        data=DataConfig(folder=".", held_out=("s1",), validation=("s2",)),
        start=StartConfig(labels=LABELS, network={"hidden": [32]}),
        optimization=OptimizationConfig(epochs=12, batch_size=8, learning_rate=1e-3, warmup_epochs=1.0),
    )


def test_expressions_of_people_never_seen_are_named(config: TrainingConfig, tmp_path: Path) -> None:
    report = train(config, tmp_path / "run")
    held_out = report.model.metrics["held_out"]["recognition"]
    assert report.model.kind == "ceflnet" and report.split.held_out == ("s1",)
    assert held_out["n"] == 6 and held_out["micro_f1"] > 0.8


class CancelAfter(Reporter):
    def __init__(self, epochs: int, control: Control) -> None:
        super().__init__()
        self.epochs, self.control = epochs, control

    def report(self, record: Record) -> None:
        if record.data.get("epoch") == self.epochs:
            self.control.command("cancel")


def test_a_cancelled_run_goes_on_to_the_same_weights(config: TrainingConfig, tmp_path: Path) -> None:
    train(config, tmp_path / "whole")
    control = Control()
    with pytest.raises(Cancelled):
        train(config, tmp_path / "cut", CancelAfter(3, control), control)
    train(config, tmp_path / "cut", resume=True)
    one, other = (load_weights(tmp_path / name / "model") for name in ("whole", "cut"))
    assert one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_labels_that_nobody_showed_are_refused(config: TrainingConfig, tmp_path: Path) -> None:
    from dataclasses import replace

    with pytest.raises(TrainingError, match="no reviewed event has one of the labels boredom"):
        train(replace(config, start=StartConfig(labels=("boredom",))), tmp_path / "run")


def test_boundaries_move_by_a_small_part_of_the_interval() -> None:
    import numpy as np

    from fedn.annotation.interval import Interval

    random = np.random.default_rng(0)
    drawn = [moved(Interval(100, 140), random) for _ in range(200)]
    assert all(94 <= one.start <= 106 and 134 <= one.stop <= 146 for one in drawn) and len(set(drawn)) > 20
    assert moved(Interval(100, 140), None) == Interval(100, 140)
