import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import training.course
import training.crops
from fedn.checkpoint import load_weights
from fedn.errors import TrainingError
from fedn.model_info import read_model_info
from fedn.predictor import load_predictor
from fedn.progress import Cancelled, Record, Reporter
from fedn.registry import DEFAULT_MODEL, resolve_model
from training.config import AugmentationConfig, DataConfig, OptimizationConfig, StartConfig, TrainingConfig
from training.control import Control
from training.run import train

from .conftest import LABELS
from .map_samples import map_sample

EPOCHS = 3
SMALL = {"width": 16, "side": 3, "time_width": 8, "blocks": 2, "window_frames": 32}


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
def config(monkeypatch: pytest.MonkeyPatch) -> TrainingConfig:
    """A training of a small FESNet on made-up maps of five subjects."""
    samples = [map_sample(f"v{n}", f"s{n}", frames=160, events=2, seed=n) for n in range(5)]
    monkeypatch.setattr(training.course, "load_samples", lambda *_: samples)
    return TrainingConfig(
        name="tiny",
        kind="fesnet",
        checkpoint_s=0,
        data=DataConfig(folder=".", held_out=("s1",), validation=("s2",)),
        start=StartConfig(labels=LABELS, network=SMALL),
        optimization=OptimizationConfig(epochs=EPOCHS, batch_size=8, learning_rate=3e-3),
    )


def crops(*_, **__) -> Iterator[tuple[int, np.ndarray | None]]:
    """A smooth picture in most frames, whose brightness changes. Smaller than real ones, for speed."""
    slope = np.linspace(0, 90, 32)
    for frame in range(60):
        picture = (slope[:, None] + slope + 2 * frame % 70).astype(np.uint8)
        yield frame, np.stack([picture] * 3, axis=2) if frame % 7 else None


def read_bundled() -> dict[str, torch.Tensor]:
    return load_weights(resolve_model(DEFAULT_MODEL))


def same(one: Path, other: Path) -> bool:
    first, second = load_weights(one / "model"), load_weights(other / "model")
    return all(torch.equal(first[name], second[name]) for name in first)


def test_a_run_leaves_its_whole_story_on_disk(config: TrainingConfig, tmp_path: Path):
    listener = Listener()
    report = train(config, tmp_path / "run", listener)
    assert {path.name for path in (tmp_path / "run").iterdir()} == {
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
    epochs = [record for record in listener.records if record.data.get("stage") == "epoch"]
    assert [record.data["epoch"] for record in epochs] == [1, 2, 3]
    assert {"loss", "frame_loss", "smooth_loss", "label_loss", "val_f1", "val_map", "threshold", "seconds"} <= set(
        epochs[-1].data
    )
    assert epochs[-1].data["loss"] < epochs[0].data["loss"]
    info = read_model_info(tmp_path / "run" / "model")
    assert info.kind == "fesnet" and info.metrics["held_out"]["n_truth"] == 2
    assert (info.name, info.threshold, info.network) == ("tiny", report.model.threshold, report.model.network)
    assert info.provenance.data["subjects"] == ["s0", "s3", "s4"] and info.network.to_dict()["width"] == 16
    assert load_predictor(tmp_path / "run" / "model", "cpu").info.labels == LABELS


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
    assert read_model_info(tmp_path / "run" / "model").name == "tiny"


def test_a_trained_model_can_be_trained_further(config: TrainingConfig, tmp_path: Path):
    train(config, tmp_path / "first")
    further = replace(config, name="second", start=StartConfig(parent=str(tmp_path / "first" / "model")))
    report = train(replace(further, seed=1), tmp_path / "second")
    assert report.model.provenance.parent == "tiny" and report.model.labels == LABELS
    first, second = (load_weights(tmp_path / name / "model") for name in ("first", "second"))
    assert torch.equal(first["network.space.map_mean"], second["network.space.map_mean"])
    assert not torch.equal(first["network.propose.weight"], second["network.propose.weight"])


def test_without_validation_the_last_epoch_is_kept(config: TrainingConfig, tmp_path: Path):
    data = replace(config.data, validation=(), validation_share=0.0)
    report = train(replace(config, data=data), tmp_path / "run")
    assert report.model.metrics["epoch"] == EPOCHS and "training" in report.model.metrics


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"start": StartConfig(network=SMALL)}, "no labels"),
        ({"start": StartConfig(labels=LABELS, network={"depth": 3})}, "unknown network setting"),
        ({"augmentation": AugmentationConfig(variants=1)}, "variants of faces"),
        ({"data": DataConfig(folder=".", features="i3d")}, "features of files"),
        ({"optimization": OptimizationConfig(learning_rate=0.99, alpha=float("inf"))}, "the loss became"),
    ],
)
def test_what_cannot_be_trained_is_told_in_a_sentence(
    config: TrainingConfig, change: dict, sentence: str, tmp_path: Path
):
    with pytest.raises(TrainingError, match=sentence):
        train(replace(config, **change), tmp_path / "run")


def test_a_training_without_any_expression_is_refused(
    config: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    empty = [replace(map_sample(f"v{n}", f"s{n}", frames=80, events=1), events=()) for n in range(3)]
    monkeypatch.setattr(training.course, "load_samples", lambda *_: empty)
    with pytest.raises(TrainingError, match="no expression"):
        train(replace(config, data=DataConfig(folder=".", validation_share=0)), tmp_path / "run")


def test_a_bug_leaves_its_traceback_in_the_run_folder(
    config: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(training.course, "choose_threshold", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        train(config, tmp_path / "run")
    assert "ZeroDivisionError" in (tmp_path / "run" / "stderr.log").read_text()


def test_end_to_end_the_convolutions_learn_too_and_are_saved(
    config: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    samples = [
        replace(map_sample(f"v{n}", f"s{n}", frames=60, events=1, seed=n), path=tmp_path / f"v{n}.mp4")
        for n in range(2)
    ]
    monkeypatch.setattr(training.course, "load_samples", lambda *_: samples)
    monkeypatch.setattr(training.crops, "aligned_faces", crops)
    full = replace(
        config,
        data=DataConfig(folder=".", validation=("s1",)),
        augmentation=AugmentationConfig(),
        optimization=replace(
            config.optimization, scope="full", epochs=1, batch_size=2, gradient_frames=4, steps_per_epoch=1
        ),
    )
    report = train(full, tmp_path / "run")
    assert report.model.folder is not None
    before, after = read_bundled(), load_weights(report.model.folder)
    assert not torch.equal(before["backbone.layer3.1.conv2.weight"], after["backbone.layer3.1.conv2.weight"])
    assert not torch.equal(before["backbone.conv1.weight"], after["backbone.conv1.weight"])
    assert torch.equal(before["backbone.bn1.running_mean"], after["backbone.bn1.running_mean"])
    assert not any(name.startswith("backbone.layer4") for name in after)
