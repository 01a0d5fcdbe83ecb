"""One epoch of training, step by step: load, forward, backward, add up over processes, clip, step, average."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from fedn.errors import TrainingError
from fedn.progress import Reporter
from training.config import TrainingConfig
from training.learner import Learner
from training.loading import Loader
from training.memory import is_out_of_memory, release

LOADED_AHEAD = 2


@dataclass(slots=True)
class EpochState:
    """How far an epoch has come; part of a checkpoint.

    Attributes:
        epoch: its number, from 0.
        done: steps taken.
        sums: of each figure over these steps.
        seconds, waited_s: since the epoch began in this process, and the part of it spent waiting for data.
    """

    epoch: int
    done: int = 0
    sums: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    waited_s: float = 0.0

    def means(self) -> dict[str, float]:
        return {name: value / max(1, self.done) for name, value in self.sums.items()}


AfterStep = Callable[[EpochState, int, float], None]
"""Called after each step with the state, all steps of the epoch, and the step's loss; may raise to end the epoch."""

Loaded = list[tuple[Any, Any]]
"""A step's parts: items and batch of each."""


class Loop:
    """Takes the steps of a learner.

    Attributes:
        parts: each process computes its share of a step in so many parts, one after the other. Grows when memory is
            not enough.
    """

    def __init__(self, learner: Learner, reporter: Reporter, parts: int = 1) -> None:
        self.learner, self.reporter, self.parts = learner, reporter, parts

    def run(self, state: EpochState, after_step: AfterStep) -> dict[str, float]:
        """What is left of an epoch; returns the means of its figures, and the number of "steps".

        Raises:
            TrainingError: if a loss or a gradient is not finite, or memory is not enough for a single item.
        """
        learner, began = self.learner, time.perf_counter()
        # A last batch with fewer items than processes is left out.
        plan = [items for items in learner.plan(state.epoch) if learner.size(items) >= learner.processes.count]
        numbers = range(state.done, len(plan))
        ahead = 0 if learner.device.type == "cpu" else LOADED_AHEAD
        loader = Loader(numbers, lambda number: self._load(plan[number], state.epoch, number), ahead)
        learner.train_mode()
        for number, loaded in zip(numbers, loader, strict=True):
            figures = self._step(plan[number], loaded, state.epoch, number, len(plan))
            for name, value in figures.items():
                state.sums[name] = state.sums.get(name, 0.0) + value
            state.done = number + 1
            state.seconds, state.waited_s = time.perf_counter() - began, loader.waited_s
            after_step(state, len(plan), figures["loss"])
        return {**state.means(), "steps": len(plan)}

    def _load(self, items: Any, epoch: int, number: int) -> Loaded:
        """This process's share of a step, in parts."""
        learner, processes = self.learner, self.learner.processes
        own = learner.share(items, processes.index, processes.count)
        parts = max(1, min(self.parts, learner.size(own)))
        loaded = []
        for part in range(parts):
            chosen = learner.share(own, part, parts)
            random = np.random.default_rng((learner.config.seed, 3, epoch, number, processes.index, part, parts))
            loaded.append((chosen, learner.load(chosen, random)))
        return loaded

    def _step(self, items: Any, loaded: Loaded, epoch: int, number: int, steps: int) -> dict[str, float]:
        while True:
            figures = self._gradients(loaded, epoch, number)
            if not self.learner.processes.any(figures is None):
                break
            self._take_less_memory(items)
            loaded = self._load(items, epoch, number)
        assert figures is not None
        figures = self._over_processes(figures)
        if not all(math.isfinite(value) for value in figures.values()):
            raise TrainingError(self._not_finite(f"the loss became {figures['loss']}", items, epoch, number))
        self._descend(epoch + number / steps, items, epoch, number)
        return figures

    def _gradients(self, loaded: Loaded, epoch: int, number: int) -> dict[str, float] | None:
        """Leaves the gradients of this process's share in the network; None if memory was not enough."""
        learner, processes = self.learner, self.learner.processes
        seeds = np.random.SeedSequence((learner.config.seed, 4, epoch, number, processes.index))
        torch.manual_seed(int(seeds.generate_state(1, np.uint64)[0]))
        learner.optimizer.zero_grad(set_to_none=True)
        totals = torch.stack([learner.totals(batch, items) for items, batch in loaded]).sum(dim=0)
        sizes = torch.tensor([float(learner.size(items)) for items, _ in loaded])
        summed = processes.sum(torch.cat([totals, sizes.sum()[None]]))
        sums: dict[str, float] = {}
        try:
            for (_, batch), size in zip(loaded, sizes.tolist(), strict=True):
                losses = learner.losses(batch, size / max(1.0, float(summed[-1])), summed[:-1])
                learner.precision.backward(losses["loss"])
                learner.after_backward()
                for name, value in losses.items():
                    sums[name] = sums.get(name, 0.0) + float(value.detach())
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            return None
        return sums

    def _take_less_memory(self, items: Any) -> None:
        learner = self.learner
        learner.optimizer.zero_grad(set_to_none=True)
        release(learner.device)
        count = learner.size(items) // learner.processes.count
        if self.parts < count:
            self.parts = min(2 * self.parts, count)
            most = math.ceil(count / self.parts)
            self.reporter.warn(
                f"memory was not enough for the batch, which is halved: each step now goes through in {self.parts} "
                f"parts of {most} at most, whose gradients are added up, so that the training learns the same",
                parts=self.parts,
            )
        elif learner.shrink():
            self.reporter.warn("memory was not enough for one window; fewer of its pictures are computed at once")
        else:
            raise TrainingError(
                "memory is not enough even for a single window; close other programs, choose the scope “detector”, "
                "a smaller network or another device"
            )

    def _over_processes(self, figures: dict[str, float]) -> dict[str, float]:
        summed = self.learner.processes.sum(torch.tensor(list(figures.values()), dtype=torch.float32))
        if self.learner.processes.count == 1:
            return figures
        return dict(zip(figures, summed.tolist(), strict=True))

    def _descend(self, at: float, items: Any, epoch: int, number: int) -> None:
        """One step of the optimizer; `at` is the epoch with the part of it that is done."""
        learner = self.learner
        for group in learner.optimizer.param_groups:
            group["lr"] = group.get("share", 1.0) * learning_rate(at, learner.config)
        learner.processes.sum_gradients(learner.parameters())
        most = learner.config.optimization.gradient_clip
        if not learner.precision.clipped_step(learner.optimizer, learner.clipped, most):
            raise TrainingError(self._not_finite("a gradient is not finite", items, epoch, number))
        learner.step += 1
        learner.average.update(learner.network, learner.step)

    def _not_finite(self, what: str, items: Any, epoch: int, number: int) -> str:
        return (
            f"{what} in step {number + 1} of epoch {epoch + 1}, which learned from {self.learner.name(items)}; "
            "look at these videos, lower learning_rate, or set bfloat16 to false"
        )


def learning_rate(epoch: float, config: TrainingConfig) -> float:
    """Linear warm-up, then a cosine down to a hundredth."""
    how = config.optimization
    warmup = min(how.warmup_epochs, how.epochs / 2)
    if epoch < warmup:
        return how.learning_rate * (0.05 + 0.95 * epoch / warmup)
    share = (epoch - warmup) / max(how.epochs - warmup, 1e-9)
    return how.learning_rate * (0.01 + 0.99 * (1 + math.cos(math.pi * share)) / 2)
