"""Averages of the weights, which are what is evaluated and kept."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn


class WeightAverage:
    """Exponential moving average of a network's weights; early on it follows faster."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.weights = {name: value.detach().clone() for name, value in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """After optimization step `step`, counted from 1."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, value in network.state_dict().items():
            kept = self.weights[name]
            if value.is_floating_point():
                kept.lerp_(value.to(kept), 1 - decay)
            else:
                kept.copy_(value)

    def load(self, weights: dict[str, Tensor]) -> None:
        for name, value in weights.items():
            self.weights[name].copy_(value)


class LateAverage:
    """The mean of the weights at the ends of a training's last epochs; equal shares, whatever lies between them.

    Attributes:
        count: epochs so far; without any there are no `weights`.
    """

    def __init__(self) -> None:
        self.count, self.weights = 0, dict[str, Tensor]()

    @torch.no_grad()
    def add(self, weights: Mapping[str, Tensor]) -> None:
        """The weights at the end of one more epoch."""
        self.count += 1
        for name, value in weights.items():
            if self.count > 1 and value.is_floating_point():
                self.weights[name].lerp_(value, 1 / self.count)
            else:
                self.weights[name] = value.detach().clone()

    def load(self, weights: Mapping[str, Tensor], count: int) -> None:
        self.count, self.weights = count, {name: value.clone() for name, value in weights.items()}
