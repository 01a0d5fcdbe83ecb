"""Averages of weights."""

import dataclasses
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import training.course
from fedn.checkpoint import load_weights
from fedn.errors import TrainingError
from fedn.progress import Cancelled
from training.average import LateAverage
from training.config import DataConfig, OptimizationConfig, StartConfig, TrainingConfig
from training.fedn import FednLearner
from training.run import train

from .conftest import LABELS, CancelAtStep, SampleMaker


@given(rows=st.lists(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=3), min_size=1, max_size=9))
def test_the_late_average_is_the_mean_of_what_was_added(rows: list[list[float]]):
    late = LateAverage()
    for number, row in enumerate(rows):
        late.add({"weight": torch.tensor(row), "count": torch.tensor(number)})
    expected = torch.tensor(rows, dtype=torch.float64).mean(dim=0).float()
    torch.testing.assert_close(late.weights["weight"], expected, atol=1e-2, rtol=1e-4)
    assert late.count == len(rows) and int(late.weights["count"]) == len(rows) - 1


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch, sample_of: SampleMaker) -> TrainingConfig:
    samples = [sample_of(f"v{n}", f"s{n}", frames=400, events=4, seed=n) for n in range(2)]
    monkeypatch.setattr(training.course, "load_samples", lambda *_: samples)
    return TrainingConfig(
        device="cpu",
        checkpoint_steps=1,
        checkpoint_s=1e9,
        data=DataConfig(folder=".", validation_share=0.0),
        start=StartConfig(labels=LABELS, size="small", network={"width": 32, "head_width": 32}),
        optimization=OptimizationConfig(
            epochs=5, steps_per_epoch=3, batch_size=4, learning_rate=3e-3, late_share=0.6, bfloat16=False
        ),
    )


def test_the_kept_weights_are_the_mean_over_the_last_epochs(
    config: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    ends: list[dict[str, Tensor]] = []
    real = FednLearner.end_epoch

    def end_epoch(learner: FednLearner, epoch: int) -> None:
        real(learner, epoch)
        ends.append({name: value.clone() for name, value in learner.average.weights.items()})

    monkeypatch.setattr(FednLearner, "end_epoch", end_epoch)
    train(config, tmp_path / "run")
    assert len(ends) == 5
    kept = load_weights(tmp_path / "run" / "model")
    for name, value in ends[0].items():
        if value.is_floating_point():
            mean = torch.stack([end[name].double() for end in ends[-3:]]).mean(dim=0)
            saved = kept[name].double()
            torch.testing.assert_close(saved, mean, atol=1e-3, rtol=2e-3)
            assert not torch.equal(ends[-1][name], ends[-2][name]) or "feature_" in name


def test_a_run_cut_in_its_late_epochs_ends_with_the_same_weights(config: TrainingConfig, tmp_path: Path):
    train(config, tmp_path / "whole")

    with pytest.raises(Cancelled):  # in the last epoch but one, when one late epoch is in the average
        train(config, tmp_path / "cut", control=CancelAtStep(11))
    train(config, tmp_path / "cut", resume=True)
    one, other = (load_weights(tmp_path / name / "model") for name in ("whole", "cut"))
    assert one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_an_impossible_share_is_refused(config: TrainingConfig):
    with pytest.raises(TrainingError, match="late_share"):
        dataclasses.replace(config, optimization=dataclasses.replace(config.optimization, late_share=-0.1))
