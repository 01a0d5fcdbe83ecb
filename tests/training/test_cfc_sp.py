from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import training.course
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.checkpoint import load_weights
from fedn.model_info import read_model_info
from fedn.progress import Cancelled, Record, Reporter
from fedn.recognizer import load_recognizer
from fedn.video.frame_index import FrameIndex
from training.cfc_sp import balanced_draw, vary_features
from training.config import AugmentationConfig, DataConfig, OptimizationConfig, StartConfig, TrainingConfig
from training.control import Control
from training.datasets.sample import Sample
from training.frame_targets import IGNORED
from training.run import train

from .conftest import SampleMaker

LABELS = ("happiness", "fear", "anger")
STILL = AugmentationConfig(0, 0, 0, 0, 0, 0, 0)


@pytest.fixture
def samples(sample_of: SampleMaker) -> list[Sample]:
    """Two of the three labels are negative, so that there is something for the fine network to do."""
    made = [sample_of(f"v{n}", f"s{n}", frames=300, events=4, seed=n) for n in range(4)]
    return [
        replace(
            sample,
            events=tuple(
                replace(event, label="fear") if event.label == "surprise" else event for event in sample.events
            ),
        )
        for sample in made
    ]


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch, samples: list[Sample]) -> TrainingConfig:
    monkeypatch.setattr(training.course, "load_samples", lambda *_: samples)
    return TrainingConfig(
        name="tiny",
        kind="cfc-sp",
        checkpoint_s=0,
        data=DataConfig(folder=".", held_out=("s1",), validation=("s2",)),
        start=StartConfig(labels=LABELS, network={"hidden": 32, "dropout": 0.0, "reference": "median"}),
        optimization=OptimizationConfig(epochs=3, batch_size=128, learning_rate=3e-3),
    )


def same(one: Path, other: Path) -> bool:
    first, second = load_weights(one / "model"), load_weights(other / "model")
    return all(torch.equal(first[name], second[name]) for name in first)


def test_eight_intervals_are_learned_by_heart(config: TrainingConfig, tmp_path: Path):
    data = replace(config.data, held_out=("s2", "s3"), validation=(), validation_share=0.0)
    how = replace(config.optimization, epochs=8, ema=0.9)
    report = train(replace(config, data=data, optimization=how, augmentation=STILL), tmp_path / "run")
    assert report.model.provenance.data["events"] == 8 and report.model.metrics["named_right"] == 1.0
    lines = (tmp_path / "run" / "events.jsonl").read_text().splitlines()
    epochs = [line for line in map(Record.from_line, lines) if line and line.data.get("stage") == "epoch"]
    assert sum(record.data["steps"] for record in epochs) <= 300
    assert epochs[-1].data["coarse_loss"] < epochs[0].data["coarse_loss"]
    assert epochs[-1].data["fine_loss"] < epochs[0].data["fine_loss"]


def test_what_was_learned_names_the_expressions_of_people_never_seen(config: TrainingConfig, tmp_path: Path):
    report = train(replace(config, optimization=replace(config.optimization, epochs=8)), tmp_path / "run")
    held_out = report.model.metrics["held_out"]
    assert held_out["n_truth"] == 4 and held_out["named_right"] >= 0.75
    assert held_out["spotting"]["f1"] > 0.5
    info = read_model_info(tmp_path / "run" / "model")
    assert info.kind == "cfc-sp" and info.network.to_dict()["hidden"] == 32
    assert load_recognizer(tmp_path / "run" / "model", "cpu").labels == LABELS


def test_an_interrupted_run_goes_on_to_the_same_weights(config: TrainingConfig, tmp_path: Path):
    train(config, tmp_path / "whole")
    control, reporter = Control(), Reporter()

    def cancel_at_the_end_of_an_epoch(record: Record) -> None:
        if record.data.get("stage") == "epoch":
            control.command("cancel")

    reporter.report = cancel_at_the_end_of_an_epoch
    with pytest.raises(Cancelled):
        train(config, tmp_path / "parts", reporter, control)
    train(config, tmp_path / "parts", resume=True)
    assert same(tmp_path / "whole", tmp_path / "parts")


def test_labels_that_are_coarse_already_need_no_fine_network(config: TrainingConfig, tmp_path: Path):
    start = replace(config.start, labels=("happiness", "fear", "others"))
    train(replace(config, start=start), tmp_path / "run")
    assert not any(name.startswith("network.fine.") for name in load_weights(tmp_path / "run" / "model"))


def test_with_the_full_scope_both_networks_train_last_blocks_of_their_own(
    config: TrainingConfig, tmp_path: Path, samples: list[Sample], monkeypatch: pytest.MonkeyPatch
):
    """Maps are made up by laying each feature over all places; a few frames are enough to see what moves."""
    maps = [
        replace(
            sample,
            features=np.repeat(sample.features[:48, :, None], 16, axis=2).reshape(48, -1),
            has_face=np.ones(48, bool),
            frame_index=FrameIndex.regular(48, Fraction(30)),
            events=(Event(8, 39, label),),
            reviewed=(Interval(0, 48),),
        )
        for sample, label in zip(samples, ("fear", "anger"), strict=False)
    ]
    monkeypatch.setattr(training.course, "load_samples", lambda *_: maps)
    how = replace(config.optimization, scope="full", epochs=1, steps_per_epoch=2, batch_size=8)
    data = DataConfig(folder=".", validation_share=0.0)
    report = train(replace(config, optimization=how, data=data), tmp_path / "run")
    assert report.model.folder is not None
    weights = load_weights(report.model.folder)
    name = "block.conv2.weight"
    begun = weights["backbone.layer4.1.conv2.weight"]
    assert torch.equal(weights["network.rest.conv2.weight"], begun)
    for net in ("coarse", "fine"):
        assert not torch.equal(weights[f"network.{net}.{name}"], begun)
    assert not torch.equal(weights[f"network.coarse.{name}"], weights[f"network.fine.{name}"])
    assert torch.equal(weights["network.coarse.block.bn1.running_mean"], weights["backbone.layer4.1.bn1.running_mean"])


@given(st.lists(st.integers(-1, 3), max_size=300), st.integers(0, 2**32 - 1))
def test_rare_targets_are_drawn_more_often_and_none_is_left_out(targets: list[int], seed: int):
    wanted = np.array(targets, dtype=np.int64)
    drawn = balanced_draw(wanted, np.random.default_rng(seed))
    known = np.flatnonzero(wanted != IGNORED)
    assert set(drawn) == set(known)
    for label in set(wanted[known]):
        own = int((wanted == label).sum())
        repeats = max(1.0, np.sqrt(0.15 / (own / len(known))))
        count = int((wanted[drawn] == label).sum())
        assert own * np.floor(repeats) <= count <= own * np.ceil(repeats)


def test_the_root_rule_brings_rare_targets_nearer_to_the_others():
    targets = np.repeat([0, 1], [9850, 150])
    drawn = balanced_draw(targets, np.random.default_rng(0))
    assert (targets[drawn] == 1).sum() == pytest.approx(150 * np.sqrt(10), rel=0.05)
    assert (targets[drawn] == 0).sum() == 9850


def test_variations_leave_features_alone_that_nothing_should_happen_to():
    x = torch.randn(200, 64)
    assert torch.equal(vary_features(x, STILL), x)
    varied = vary_features(x, AugmentationConfig(gain=0.3, noise=0.0, offset=0.0, channel_dropout=0.2))
    silent = varied == 0
    assert 0.15 < silent.float().mean() < 0.25
    ratio = torch.where(silent, torch.nan, varied / x)
    spread = torch.nan_to_num(ratio - ratio.nanmean(dim=1, keepdim=True)).abs()
    assert spread.max() < 1e-3 and (torch.nan_to_num(ratio, nan=1.0) - 1).abs().max() <= 0.3 + 1e-5
