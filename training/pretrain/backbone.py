"""Teaches ResNet-18 what faces do: strengths of the 57 shapes and the emotion, from rendered faces.

Strengths are the richer signal: they tell a raised brow from an open mouth also where both mean the same emotion. Every
batch holds several stills of each of its people in one scene, and two things are learned: the strengths themselves, and
how they differ from the others of the same take, because within one video only that difference counts. The first
epochs see small crops, which is faster; the last ones the size at which detection will use the backbone.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from fedn.errors import TrainingError
from fedn.models.resnet import FEATURE_CHANNELS, ResNet18
from fedn.progress import SILENT, Reporter
from training.average import WeightAverage
from training.pretrain.augmentation import augmented, normalized, resized
from training.synthetic.expressions import EMOTIONS, Shapes
from training.synthetic.stills import Stills

VALIDATION_BATCH = 64


@dataclass(frozen=True)
class Phase:
    """`size`: side of the crops in pixels; `learning_rate`: the peak of a one-cycle schedule."""

    size: int
    epochs: float
    learning_rate: float
    batch: int = 64


@dataclass(frozen=True)
class PretrainConfig:
    """`stills_of_one`: how many stills of each of its takes a batch holds. `save_every`: steps between checkpoints."""

    phases: tuple[Phase, ...] = (Phase(80, 2.5, 1e-3), Phase(112, 1.2, 6e-4))
    weight_decay: float = 0.02
    emotion_weight: float = 0.3
    difference_weight: float = 1.0
    stills_of_one: int = 4
    average_decay: float = 0.998
    save_every: int = 250
    seed: int = 0


class ExpressionNet(nn.Module):
    """Crops (B, 3, S, S) -> standardized strengths (B, 57) and emotion logits (B, 8; the last is neutral).

    A strength is `mean + deviation * output`: weak shapes count as much as strong ones in the loss.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, shapes: int) -> None:
        super().__init__()
        self.backbone = ResNet18()
        self.strengths = nn.Linear(FEATURE_CHANNELS, shapes)
        self.emotion = nn.Linear(FEATURE_CHANNELS, len(EMOTIONS) + 1)
        self.register_buffer("mean", torch.zeros(shapes))
        self.register_buffer("deviation", torch.ones(shapes))

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        features = self.backbone(crops).float()
        return self.strengths(features), self.emotion(features)

    def standardized(self, strengths: Tensor) -> Tensor:
        return (strengths - self.mean) / self.deviation


@dataclass(frozen=True)
class Material:
    """Everything learned from, of N stills in several arrays.

    Attributes:
        pictures: one (n, S, S, 3) uint8 array a folder. strengths: (N, 57), NaN where they are unknown.
        emotions: (N,), -1 where there is none.
        takes: (N,) numbers that are the same for stills of one person in one scene.
    """

    pictures: list[NDArray[np.uint8]]
    strengths: Tensor
    emotions: Tensor
    takes: NDArray[np.int64]

    @classmethod
    def of(cls, stills: list[Stills]) -> Material:
        # Every folder counts its takes from 0.
        takes = [one.takes.astype(np.int64) + 10_000_000 * place for place, one in enumerate(stills)]
        return cls(
            [one.crops for one in stills],
            torch.from_numpy(np.concatenate([one.strengths for one in stills])),
            torch.from_numpy(np.concatenate([one.emotions for one in stills])),
            np.concatenate(takes),
        )

    def gather(self, rows: NDArray[np.int64]) -> Tensor:
        """Crops (B, S, S, 3) uint8 of these rows, in this order."""
        starts = np.cumsum([0] + [len(one) for one in self.pictures])
        source = np.searchsorted(starts, rows, side="right") - 1
        return torch.from_numpy(
            np.stack([self.pictures[at][row - starts[at]] for at, row in zip(source, rows, strict=True)])
        )


def pretrain_backbone(
    training: list[Stills],
    validation: Stills,
    names: tuple[str, ...],
    out: Path,
    config: PretrainConfig,
    start: Path | None = None,
    reporter: Reporter = SILENT,
) -> dict[str, float]:
    """Trains and writes `out` (safetensors: "backbone.*", "strengths.*", "emotion.*") after every epoch.

    A run that was cut off goes on from its last checkpoint, which lies beside `out` until the training is done.

    Returns:
        The validation figures of the last epoch, of the averaged weights (see `validate`).

    Raises:
        TrainingError: if the loss is not a number, or the checkpoint is that of another training.
    """
    material = Material.of(training)
    run = _Pretraining(material, validation, names, out, config, start, reporter)
    return run.train()


class _Pretraining:
    def __init__(
        self,
        material: Material,
        validation: Stills,
        names: tuple[str, ...],
        out: Path,
        config: PretrainConfig,
        start: Path | None,
        reporter: Reporter,
    ) -> None:
        torch.manual_seed(config.seed)
        self._material, self._validation, self._config = material, validation, config
        self._out, self._reporter = out, reporter
        self._checkpoint = out.with_suffix(".checkpoint")
        self._mirror = torch.from_numpy(Shapes(names).mirror)
        known = material.strengths[torch.isfinite(material.strengths).all(dim=1)]
        mean, deviation = (known.mean(dim=0), known.std(dim=0)) if len(known) > 1 else (known.sum(dim=0),) * 2
        self._moving = deviation > 0.02
        self.network = ExpressionNet(len(names))
        if start is not None:
            self.network.load_state_dict({name: value.float() for name, value in load_file(start).items()})
        else:
            self.network.mean.copy_(mean)
            self.network.deviation.copy_(deviation.clamp_min(0.02))
        self.network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        self._average = WeightAverage(self.network, config.average_decay)
        self._figures: dict[str, float] = {}

    def train(self) -> dict[str, float]:
        phase, step = self._resumed()
        for number in range(phase, len(self._config.phases)):
            self._train_phase(number, step if number == phase else 0)
            if self._reporter.stop_requested:
                return self._figures
        self._checkpoint.unlink(missing_ok=True)
        return self._figures

    def _train_phase(self, number: int, first: int) -> None:
        phase = self._config.phases[number]
        self.network.backbone.input_size.fill_(phase.size)
        self._average.weights["backbone.input_size"].fill_(phase.size)
        per_epoch = len(self._material.takes) // phase.batch
        steps = max(1, int(phase.epochs * per_epoch))
        optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=phase.learning_rate, weight_decay=self._config.weight_decay
        )
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, phase.learning_rate, total_steps=steps, pct_start=0.1)
        if first:
            self._load_optimizer(optimizer, schedule)
        order: list[NDArray[np.int64]] = []
        for step in range(first, steps):
            if not order or step % per_epoch == 0:
                order = self._batches(number, step // per_epoch, phase.batch)
            loss = self._step(optimizer, phase.size, order[step % per_epoch], seed=1_000_003 * number + step)
            schedule.step()
            self._average.update(self.network, step + 1)
            if step % 20 == 0:
                self._reporter.progress(f"crops of {phase.size}", step, steps, loss=loss)
            is_last = step + 1 == steps or self._reporter.stop_requested
            if is_last or (step + 1) % self._config.save_every == 0:
                self._save_checkpoint(number, step + 1, optimizer, schedule)
            if is_last or (step + 1) % per_epoch == 0:
                self._validate_and_save(phase.size, step + 1)
            if self._reporter.stop_requested:
                return

    def _step(self, optimizer: torch.optim.Optimizer, size: int, rows: NDArray[np.int64], seed: int) -> float:
        generator = torch.Generator().manual_seed(self._config.seed * 1_000_000_007 + seed)
        self.network.train()
        crops, mirrored = augmented(self._material.gather(rows), size, generator)
        strengths = self._material.strengths[torch.from_numpy(rows)]
        strengths = torch.where(mirrored[:, None], strengths[:, self._mirror], strengths)
        loss = self._loss(crops, strengths, self._material.emotions[torch.from_numpy(rows)])
        if not torch.isfinite(loss):
            raise TrainingError(f"the loss is not a number at crops of {size}; lower the learning rate")
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        optimizer.step()
        return loss.item()

    def _loss(self, crops: Tensor, strengths: Tensor, emotions: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            predicted, logits = self.network(crops)
        loss = self._strength_loss(predicted.float(), self.network.standardized(strengths))
        labelled = emotions >= 0
        if labelled.any():
            loss = loss + self._config.emotion_weight * F.cross_entropy(logits.float()[labelled], emotions[labelled])
        return loss

    def _strength_loss(self, predicted: Tensor, target: Tensor) -> Tensor:
        """Of the groups of stills whose strengths are known; photographs have none."""
        own = self._config.stills_of_one
        known = torch.isfinite(target).all(dim=1).view(-1, own).all(dim=1).repeat_interleave(own)
        if not known.any():
            return predicted.sum() * 0.0
        predicted, target = predicted[known][:, self._moving], target[known][:, self._moving]
        difference = F.smooth_l1_loss(_centered(predicted, own), _centered(target, own))
        return F.smooth_l1_loss(predicted, target) + self._config.difference_weight * difference

    def _batches(self, phase: int, epoch: int, batch: int) -> list[NDArray[np.int64]]:
        """Rows of every batch of an epoch: groups of one take's stills, `stills_of_one` next to each other."""
        rng = np.random.default_rng((self._config.seed, phase, epoch))
        own = self._config.stills_of_one
        shuffled = rng.permutation(len(self._material.takes))
        by_take = shuffled[np.argsort(self._material.takes[shuffled], kind="stable")]
        takes = self._material.takes[by_take]
        starts = np.flatnonzero(np.r_[True, takes[1:] != takes[:-1]])
        groups = [part[at : at + own] for part in np.split(by_take, starts[1:]) for at in range(0, len(part), own)]
        # What does not fill a group is filled with stills that it has.
        groups = [np.resize(group, own) for group in groups]
        chosen = rng.permutation(len(groups))
        rows = np.concatenate([groups[at] for at in chosen])
        count = len(self._material.takes) // batch
        return [rows[at * batch : (at + 1) * batch] for at in range(count)]

    def _validate_and_save(self, size: int, step: int) -> None:
        network = ExpressionNet(len(self.network.mean))
        network.load_state_dict(self._average.weights)
        self._figures = validate(network, resized(self._validation.crops, size), self._validation)
        self._reporter.result(f"crops of {size}, step {step}", **self._figures)
        self._out.parent.mkdir(parents=True, exist_ok=True)
        partial = self._out.with_suffix(".partial")
        save_file({name: value.contiguous() for name, value in self._average.weights.items()}, partial)
        partial.replace(self._out)

    # Going on after a break

    def _identity(self) -> str:
        return json.dumps({**asdict(self._config), "save_every": 0, "stills": len(self._material.takes)})

    def _save_checkpoint(
        self, phase: int, step: int, optimizer: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.OneCycleLR
    ) -> None:
        self._checkpoint.parent.mkdir(parents=True, exist_ok=True)
        partial = self._checkpoint.with_suffix(".unfinished")
        content = {
            "identity": self._identity(),
            "phase": phase,
            "step": step,
            "network": self.network.state_dict(),
            "average": self._average.weights,
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
        }
        torch.save(content, partial)
        partial.replace(self._checkpoint)

    def _resumed(self) -> tuple[int, int]:
        """Phase and step to go on with."""
        if not self._checkpoint.is_file():
            return 0, 0
        content = torch.load(self._checkpoint, weights_only=True)
        if content["identity"] != self._identity():
            raise TrainingError(
                f"{self._checkpoint} is of another training; delete it, or choose another file to write"
            )
        self.network.load_state_dict(content["network"])
        self._average.load(content["average"])
        return int(content["phase"]), int(content["step"])

    def _load_optimizer(self, optimizer: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.OneCycleLR) -> None:
        content = torch.load(self._checkpoint, weights_only=True)
        optimizer.load_state_dict(content["optimizer"])
        schedule.load_state_dict(content["schedule"])


def _centered(values: Tensor, own: int) -> Tensor:
    """(B, 57) minus the mean of each `own` neighboring rows, which are one take's."""
    groups = values[: len(values) // own * own].view(-1, own, values.shape[1])
    return groups - groups.mean(dim=1, keepdim=True)


@torch.no_grad()
def validate(network: ExpressionNet, pictures: NDArray[np.uint8], stills: Stills) -> dict[str, float]:
    """Mean over the shapes of the correlation with the truth, over all and within takes; accuracy of the emotion.

    What the stills do not tell, strengths or emotions, is not among the figures.
    """
    network.eval()
    found, guessed = [], []
    for rows in np.array_split(np.arange(len(pictures)), max(1, len(pictures) // VALIDATION_BATCH)):
        with torch.autocast("cpu", torch.bfloat16):
            strengths, logits = network(normalized(torch.from_numpy(pictures[rows])))
        found.append(strengths.float().numpy())
        guessed.append(logits.argmax(1).numpy())
    predicted, guess = np.concatenate(found), np.concatenate(guessed)
    labelled = stills.emotions >= 0
    figures = {"emotion_accuracy": float((guess == stills.emotions)[labelled].mean())} if labelled.any() else {}
    return figures | _strength_figures(predicted, stills)


def _strength_figures(predicted: NDArray[np.float32], stills: Stills) -> dict[str, float]:
    known = np.isfinite(stills.strengths).all(axis=1)
    if not known.any():
        return {}
    truth, takes = stills.strengths[known], stills.takes[known]
    moving = truth.std(0) > 1e-3
    predicted, truth = predicted[known][:, moving], truth[:, moving]
    return {
        "correlation": _mean_correlation(predicted, truth),
        "within_takes": _mean_correlation(_without_mean(predicted, takes), _without_mean(truth, takes)),
    }


def _mean_correlation(one: NDArray[np.float32], two: NDArray[np.float32]) -> float:
    return float(np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(one.T, two.T, strict=True)]))


def _without_mean(values: NDArray[np.float32], takes: NDArray[np.int32]) -> NDArray[np.float32]:
    """Minus the mean of each take's rows."""
    _, take = np.unique(takes, return_inverse=True)
    sums = np.zeros((take.max() + 1, values.shape[1]), np.float64)
    np.add.at(sums, take, values)
    return (values - (sums / np.bincount(take)[:, None])[take]).astype(np.float32)
