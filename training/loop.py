"""One epoch of training, and the state that a checkpoint holds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from fedn.decoding import geometry
from fedn.errors import TrainingError
from fedn.models.fedn import FednDetector
from training.average import WeightAverage
from training.config import TrainingConfig
from training.losses import Losses, criterion
from training.targets import assign
from training.windows import Batch, GridSample, Place, collate, draw_places, vary


class LiveFeatures(Protocol):
    """Lets a backbone take part: replaces cached features of a batch by live ones and carries the gradient back."""

    def replace(self, batch: Batch, samples: Sequence[GridSample], places: Sequence[Place], seed: int) -> Batch: ...

    def backward(self) -> None: ...

    def parameters(self) -> list[nn.Parameter]: ...


@dataclass(frozen=True, slots=True)
class EpochFigures:
    """Means over an epoch's steps."""

    loss: float
    interval_loss: float
    label_loss: float
    steps: int
    seconds: float


class Trainer:
    """Everything that changes during a training: weights, their average, the optimizer's moments, the step.

    An epoch depends on the seed, its number and this state alone, so that a run that goes on from a checkpoint
    computes the same weights as one that was never interrupted.
    """

    def __init__(
        self,
        detector: FednDetector,
        samples: Sequence[GridSample],
        config: TrainingConfig,
        *,
        device: torch.device,
        live: LiveFeatures | None = None,
    ) -> None:
        how = config.optimization
        self.config, self.samples, self.device, self.live = config, samples, device, live
        self.detector = detector.to(device)
        self.where = geometry(detector.config, device)
        self.average = WeightAverage(detector, how.ema)
        self.parent = {name: value.detach().clone() for name, value in detector.named_parameters()}
        groups = [{"params": list(detector.parameters()), "share": 1.0}]
        if live is not None:
            groups.append({"params": live.parameters(), "share": how.backbone_rate})
        self.optimizer = torch.optim.Adam(groups, lr=how.learning_rate, weight_decay=how.weight_decay, fused=True)
        self.step = 0

    def draw(self, epoch: int) -> list[list[Place]]:
        """The batches of an epoch."""
        how = self.config.optimization
        random = np.random.default_rng((self.config.seed, 2, epoch))
        places = draw_places(
            self.samples,
            self.detector.config,
            step=how.window_step,
            negatives=how.negatives,
            least_negatives=how.least_negatives,
            augmentation=self.config.augmentation,
            random=random,
        )
        batches = [places[first : first + how.batch_size] for first in range(0, len(places), how.batch_size)]
        return batches[: how.steps_per_epoch] if how.steps_per_epoch else batches

    def train_epoch(self, epoch: int, on_step: Callable[[int, int, float], None]) -> EpochFigures:
        """One pass over the windows. `on_step(done, total, loss)` comes after each step and may raise to end it."""
        began = time.perf_counter()
        torch.manual_seed(self.config.seed * 100_003 + epoch)
        generator = torch.Generator().manual_seed(self.config.seed * 100_003 + epoch)
        batches = self.draw(epoch)
        self.detector.train()
        sums = torch.zeros(3, dtype=torch.float64)
        for number, places in enumerate(batches):
            batch = vary(collate(self.samples, places, self.detector.config), self.config.augmentation, generator)
            if self.live is not None:
                batch = self.live.replace(batch, self.samples, places, self.step)
            fraction = epoch + number / len(batches)
            losses = self._step(batch, fraction)
            figures = [float(value) for value in losses]
            if not all(math.isfinite(value) for value in figures):
                raise TrainingError(
                    f"the loss became {figures[0]} in epoch {epoch + 1}; lower learning_rate, or set bfloat16 to false"
                )
            sums += torch.tensor(figures, dtype=torch.float64)
            on_step(number + 1, len(batches), figures[0])
        means = (sums / max(1, len(batches))).tolist()
        return EpochFigures(*means, steps=len(batches), seconds=time.perf_counter() - began)

    def _step(self, batch: Batch, epoch: float) -> Losses:
        how = self.config.optimization
        for group in self.optimizer.param_groups:
            group["lr"] = group["share"] * learning_rate(epoch, self.config)
        frames = batch.frames.to(self.device)
        truth = type(batch.truth)(*(value.to(self.device) for value in batch.truth))
        with torch.autocast(self.device.type, torch.bfloat16, enabled=how.bfloat16):
            raw = self.detector(frames)
        losses = criterion(raw, truth, assign(truth, self.where), self.where, self.detector.config, how)
        self.optimizer.zero_grad(set_to_none=True)
        (losses.total + self._pull()).backward()
        if self.live is not None:
            self.live.backward()
        nn.utils.clip_grad_norm_(self.detector.parameters(), how.gradient_clip)
        self.optimizer.step()
        self.step += 1
        self.average.update(self.detector, self.step)
        return Losses(losses.total.detach(), losses.interval, losses.label)

    def _pull(self) -> Tensor | float:
        """The squared distance from the parent's weights, so that a few corrections do not wash out what it knew."""
        strength = self.config.optimization.parent_pull
        if strength == 0.0:
            return 0.0
        apart = [(value - self.parent[name]).square().sum() for name, value in self.detector.named_parameters()]
        return strength * torch.stack(apart).sum()

    def state(self) -> dict[str, Tensor]:
        """The trainer's tensors by name, to go into a checkpoint. The step is kept beside them."""
        state = {f"detector.{name}": value for name, value in self.detector.state_dict().items()}
        state |= {f"average.{name}": value for name, value in self.average.weights.items()}
        for number, parameter in enumerate(self._parameters()):
            for key, value in self.optimizer.state.get(parameter, {}).items():
                state[f"optimizer.{number}.{key}"] = torch.as_tensor(value)
        return {name: value.detach().cpu().contiguous().clone() for name, value in state.items()}

    def load_state(self, state: dict[str, Tensor], step: int) -> None:
        """The inverse of `state`."""
        self.step = step
        self.detector.load_state_dict(_below(state, "detector."))
        self.average.load(_below(state, "average."))
        for number, parameter in enumerate(self._parameters()):
            moments = _below(state, f"optimizer.{number}.")
            if moments:
                self.optimizer.state[parameter] = {
                    key: value.to(parameter.device, copy=True) for key, value in moments.items()
                }

    def _parameters(self) -> list[nn.Parameter]:
        return [parameter for group in self.optimizer.param_groups for parameter in group["params"]]


def learning_rate(epoch: float, config: TrainingConfig) -> float:
    """Linear warm-up, then a cosine down to a hundredth."""
    how = config.optimization
    warmup = min(how.warmup_epochs, how.epochs / 2)
    if epoch < warmup:
        return how.learning_rate * (0.05 + 0.95 * epoch / warmup)
    share = (epoch - warmup) / max(how.epochs - warmup, 1e-9)
    return how.learning_rate * (0.01 + 0.99 * (1 + math.cos(math.pi * share)) / 2)


def _below(state: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
