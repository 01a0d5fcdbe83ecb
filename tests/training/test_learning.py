"""Steps of a training: parts, memory, numbers that are not finite, early ends, curves."""

import resource
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import training.course
from fedn.checkpoint import load_model
from fedn.errors import TrainingError
from fedn.progress import Cancelled, Record, Reporter
from training.config import AugmentationConfig, DataConfig, OptimizationConfig, StartConfig, TrainingConfig
from training.control import Control
from training.fedn import FednLearner
from training.loading import Loader
from training.loop import Loop
from training.memory import is_out_of_memory
from training.run import train

from .conftest import LABELS, SampleMaker

CPU = torch.device("cpu")
WITHOUT_DROPOUT = {"width": 32, "head_width": 32, "dropout": 0.0, "score_dropout": 0.0}


class Listener(Reporter):
    def __init__(self, on_record: Callable[[Record], None] | None = None) -> None:
        super().__init__()
        self.records: list[Record] = []
        self.on_record = on_record

    def report(self, record: Record) -> None:
        self.records.append(record)
        if self.on_record is not None:
            self.on_record(record)

    @property
    def warnings(self) -> list[str]:
        return [record.text for record in self.records if record.kind == "warning"]

    @property
    def epochs(self) -> list[dict]:
        return [record.data for record in self.records if record.data.get("stage") == "epoch"]


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch, sample_of: SampleMaker) -> TrainingConfig:
    samples = [sample_of(f"v{n}", f"s{n}", frames=400, events=4, seed=n) for n in range(4)]
    monkeypatch.setattr(training.course, "load_samples", lambda *_: samples)
    return TrainingConfig(
        name="tiny",
        device="cpu",
        data=DataConfig(folder=".", validation=("s2",)),
        start=StartConfig(labels=LABELS, size="small", network=WITHOUT_DROPOUT),
        optimization=OptimizationConfig(epochs=2, batch_size=8, learning_rate=3e-3, bfloat16=False, window_step=16),
    )


def learner_of(config: TrainingConfig, sample_of: SampleMaker) -> FednLearner:
    learner = FednLearner(config, CPU)
    samples = [sample_of(f"v{n}", f"s{n}", frames=400, events=4, seed=n) for n in range(3)]
    learner.begin(samples, Path(), Reporter())
    learner.train_mode()
    return learner


@pytest.mark.parametrize(
    "network",
    [{}, {"confidence_branch": True}, {"fine_labels": [0, 2]}],
    ids=["plain", "with confidence", "with fine labels"],
)
def test_a_batch_in_parts_has_the_gradient_of_the_whole(config: TrainingConfig, sample_of: SampleMaker, network: dict):
    config = replace(config, start=replace(config.start, network={**WITHOUT_DROPOUT, **network}))
    learner = learner_of(config, sample_of)
    items = learner.plan(0)[0]
    found = []
    for parts in (1, 2, 3, 8):
        loop = Loop(learner, Reporter(), parts)
        loaded = loop._load(items, 0, 0)
        assert len(loaded) == parts and sum(len(part) for part, _ in loaded) == 8
        figures = loop._gradients(loaded, 0, 0)
        found.append((figures, [value.grad.clone() for value in learner.parameters()]))
    assert any(batch.assignment.anchors.ge(0).any() for _, batch in loaded), "there is an event to learn"
    (figures, whole), *others = found
    for other_figures, parts in others:
        assert other_figures == pytest.approx(figures, rel=1e-5)
        for one, other in zip(whole, parts, strict=True):
            torch.testing.assert_close(other, one, atol=1e-4, rtol=1e-3)


class TooSmall(nn.Module):
    """Stands before the detector and runs out of memory, as the allocator of a graphics card says it, at batches that
    are larger than `windows`."""

    def __init__(self, windows: int) -> None:
        super().__init__()
        self.windows, self.seen = windows, []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.seen.append(len(x))
        if len(x) > self.windows:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
        return x


def test_out_of_memory_halves_the_batch_says_so_and_learns_the_same(
    config: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    train(config, tmp_path / "whole")
    small = TooSmall(2)
    attend = FednLearner.attend

    def with_little_memory(self: FednLearner, network: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        attend(self, network, optimizer)
        self.detector.project.register_forward_pre_hook(
            lambda _, given: small(*given) if self.detector.training else None
        )

    monkeypatch.setattr(FednLearner, "attend", with_little_memory)
    listener = Listener()
    train(config, tmp_path / "parts", listener)
    assert small.seen[:7] == [8, 4, 2, 2, 2, 2, 2], "eight, then in two parts, then in four, and it stays so"
    assert len(listener.warnings) == 2
    assert "halved" in listener.warnings[0] and "2 parts of 4" in listener.warnings[0]
    assert "4 parts of 2" in listener.warnings[1]
    whole, parts = (load_model(tmp_path / name / "model").detector.state_dict() for name in ("whole", "parts"))
    apart = [float((whole[name].float() - parts[name].float()).abs().mean()) for name in whole]
    assert max(apart) < 0.01 and apart != [0.0] * len(apart)


def test_a_window_that_does_not_fit_alone_ends_the_run_with_a_sentence(
    config: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def losses(*_) -> dict:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(FednLearner, "losses", losses)
    listener = Listener()
    with pytest.raises(TrainingError, match="not enough even for a single window"):
        train(config, tmp_path / "run", listener)
    assert len(listener.warnings) == 3, "8, 4, 2, 1"


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of a process's memory is Linux's")
def test_a_processor_that_is_out_of_memory_is_understood():
    def allocate() -> None:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        before = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (used + 2**28, before[1]))
        try:
            torch.empty(2**31, dtype=torch.uint8)
        finally:
            resource.setrlimit(resource.RLIMIT_AS, before)

    with pytest.raises(RuntimeError) as caught:
        allocate()
    assert is_out_of_memory(caught.value)
    assert is_out_of_memory(RuntimeError("MPS backend out of memory (MPS allocated: 8.00 GB)"))
    assert is_out_of_memory(MemoryError()) and is_out_of_memory(torch.OutOfMemoryError())
    assert not is_out_of_memory(RuntimeError("shapes (2, 3) and (4, 5) do not fit"))
    assert not is_out_of_memory(ValueError("out of memory"))


def test_a_number_that_is_not_finite_ends_the_run_and_names_the_video(
    config: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample_of: SampleMaker
):
    samples = [sample_of(f"v{n}", f"s{n}", frames=400, events=4, seed=n) for n in range(4)]
    samples[3].features[200:203] = np.inf
    monkeypatch.setattr(training.course, "load_samples", lambda *_: samples)
    start = replace(config.start, network={**WITHOUT_DROPOUT, "reference": "none"})
    one_by_one = replace(config.optimization, batch_size=1)
    with pytest.raises(TrainingError, match=r"the loss became nan in step \d+ of epoch 1.* v3 from frame \d+"):
        monkeypatch.setattr("training.fedn.fit_scale", lambda *_: None)
        train(replace(config, start=start, optimization=one_by_one, augmentation=still()), tmp_path / "run")


def still() -> AugmentationConfig:
    return AugmentationConfig(0, 0, 0, 0, 0, 0, 0)


def test_a_gradient_that_is_not_finite_never_reaches_the_weights(config: TrainingConfig, sample_of: SampleMaker):
    learner = learner_of(config, sample_of)
    learner.parameters()[3].register_hook(lambda gradient: gradient * float("nan"))
    loop, items = Loop(learner, Reporter()), learner.plan(0)[0]
    before = [value.detach().clone() for value in learner.parameters()]
    with pytest.raises(TrainingError, match="a gradient is not finite in step 1 of epoch 1"):
        loop._step(items, loop._load(items, 0, 0), 0, 0, 1)
    assert all(torch.equal(one, other) for one, other in zip(before, learner.parameters(), strict=True))


def test_a_run_ends_when_nothing_has_improved_for_long_enough(
    config: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    scores = iter([0.2, 0.5, 0.4, 0.45, 0.1, 0.9])
    measure = training.course._Course._measure
    monkeypatch.setattr(training.course._Course, "_measure", lambda self: {**measure(self), "score": next(scores)})
    how = replace(config.optimization, epochs=6, steps_per_epoch=1)
    listener = Listener()
    report = train(replace(config, optimization=replace(how, patience=2)), tmp_path / "run", listener)
    assert len(listener.epochs) == 4 and report.model.metrics["epoch"] == 2 and not report.stopped
    assert any("Nothing has improved for 2 epochs" in record.text for record in listener.records)


def test_curves_for_tensorboard_are_written_when_asked_for(config: TrainingConfig, tmp_path: Path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    train(replace(config, tensorboard=True), tmp_path / "run")
    events = EventAccumulator(str(tmp_path / "run" / "tensorboard")).Reload()
    assert {"step/loss", "step/learning_rate", "epoch/loss", "epoch/val_map"} <= set(events.Tags()["scalars"])
    assert len(events.Scalars("epoch/loss")) == 2 < len(events.Scalars("step/loss"))


def test_without_tensorboard_one_is_told_before_anything_is_computed(
    config: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    monkeypatch.setattr(training.course, "load_samples", lambda *_: pytest.fail("it went on"))
    with pytest.raises(TrainingError, match="TensorBoard is not installed"):
        train(replace(config, tensorboard=True), tmp_path / "run")


def test_a_run_cancelled_within_an_epoch_goes_on_to_the_same_weights_and_figures(
    config: TrainingConfig, tmp_path: Path
):
    often = replace(config, checkpoint_steps=1, checkpoint_s=1e9, augmentation=AugmentationConfig())
    whole = Listener()
    train(often, tmp_path / "whole", whole)
    control = Control()
    cut = Listener()
    steps = [0]
    check = control.check

    def cancel_later(reporter: Reporter) -> None:
        steps[0] += 1
        if steps[0] == 3:
            control.command("cancel")
        check(reporter)

    control.check = cancel_later
    with pytest.raises(Cancelled):
        train(often, tmp_path / "parts", cut, control)
    assert not cut.epochs
    rest = Listener()
    train(often, tmp_path / "parts", rest, resume=True)
    one, other = (load_model(tmp_path / name / "model").detector.state_dict() for name in ("whole", "parts"))
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert [epoch["loss"] for epoch in rest.epochs] == [epoch["loss"] for epoch in whole.epochs]


def test_an_epoch_tells_where_its_time_and_memory_went(config: TrainingConfig, tmp_path: Path):
    listener = Listener()
    train(config, tmp_path / "run", listener)
    for epoch in listener.epochs:
        assert 0 <= epoch["waiting_share"] < 1 and epoch["windows_per_s"] > 0 and epoch["peak_mib"] > 100
        assert epoch["device"] == "cpu" and epoch["processes"] == 1


@pytest.mark.parametrize("ahead", [0, 1, 3])
def test_a_loader_gives_every_step_in_order_and_passes_errors_on(ahead: int):
    def load(number: int) -> int:
        if number == 7:
            raise ValueError("seven")
        return 10 * number

    assert list(Loader(range(5), load, ahead)) == [0, 10, 20, 30, 40]
    found = []
    with pytest.raises(ValueError, match="seven"):
        for value in Loader(range(9), load, ahead):
            found.append(value)
    assert found == [0, 10, 20, 30, 40, 50, 60]


def test_a_loader_that_is_left_early_loads_no_more():
    loaded = []
    for value in Loader(range(1000), lambda number: loaded.append(number) or number, 2):
        if value == 3:
            break
    assert len(loaded) <= 8
