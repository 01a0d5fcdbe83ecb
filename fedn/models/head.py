"""The head: per level two families of predictions, anchor-free and anchor-based, each with interval and label
(FEDN section 3); coupled, or with a branch for the confidence, as in the variations of table 4.

Tensor letters: B batch, C channels, L locations of one level, N locations of all levels, A anchors of a location,
M = N x A, O numbers per prediction about labels (`FednConfig.label_outputs`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from fedn.model_config import FednConfig
from fedn.models.attention import SelfAttention, sinusoids
from fedn.models.dropout import Dropout
from fedn.models.neck import activation, norm_groups


class RawOutput(NamedTuple):
    """What the network says about a batch of windows, levels joined from fine to coarse.

    Attributes:
        free_distances: (B, N, 2) distances to onset and offset in strides, never negative.
        free_logits: (B, N, O).
        free_confidence: (B, N, 1), (B, N, 0) in networks without such a branch.
        anchor_deltas: (B, M, 2) shift in anchor lengths and log of the length ratio.
        anchor_logits: (B, M, O).
        anchor_confidence: (B, M, 1) or (B, M, 0).
    """

    free_distances: Tensor
    free_logits: Tensor
    free_confidence: Tensor
    anchor_deltas: Tensor
    anchor_logits: Tensor
    anchor_confidence: Tensor


class Trunk(nn.Module):
    """Attention and two convolutions, for levels (B, C, L) of any lengths L -> (B, head_width, L) each.

    Levels see nothing of each other; what treats every location alike is done for all of them at once.
    """

    def __init__(self, config: FednConfig) -> None:
        super().__init__()
        width, inner = config.width, config.head_width
        self.has_position = config.head_position
        self.attention = SelfAttention(width, config.head_heads, config.dropout)
        self.dropout = Dropout(config.dropout)
        self.norm = nn.LayerNorm(width)
        layers: list[nn.Module] = []
        for before in (width, inner):
            groups = norm_groups(inner, 16)
            layers += [nn.Conv1d(before, inner, 3, padding=1), nn.GroupNorm(groups, inner), activation(config)]
        self.convolutions = nn.Sequential(*layers)

    def features(self, levels: Sequence[Tensor]) -> list[Tensor]:
        lengths = [level.shape[2] for level in levels]
        rows = torch.cat([level.transpose(1, 2) for level in levels], dim=1)  # (B, N, C)
        if self.has_position:
            positions = [sinusoids(length, rows.shape[2], rows.device) for length in lengths]
            rows = rows + torch.cat(positions)
        mixed = [self.attention.mix(part) for part in self.attention.project(rows).split(lengths, dim=1)]
        rows = self.norm(rows + self.dropout(self.attention.outward(torch.cat(mixed, dim=1))))
        parts = list(rows.transpose(1, 2).split(lengths, dim=2))
        for convolution, norm, active in zip(*(self.convolutions[first::3] for first in range(3)), strict=True):
            parts = [active(norm(part)) for part in convolved(convolution, parts)]
        return parts


def convolved(convolution: nn.Module, levels: Sequence[Tensor]) -> list[Tensor]:
    """A convolution of kernel 3 over each level (B, C, L), in one call: a zero between two levels keeps them apart."""
    gap = levels[0].new_zeros(*levels[0].shape[:2], 1)
    joined = torch.cat([part for level in levels for part in (gap, level)][1:], dim=2)
    lengths = [length for level in levels for length in (1, level.shape[2])][1:]
    return list(convolution(joined).split(lengths, dim=2)[::2])


class Branch(Trunk):
    """A trunk with one output: levels (B, C, L) -> (B, N, outputs)."""

    def __init__(self, config: FednConfig, bias: Tensor) -> None:
        super().__init__(config)
        self.output = output_layer(config, bias)

    def forward(self, levels: Sequence[Tensor]) -> Tensor:
        return torch.cat(convolved(self.output, self.features(levels)), dim=2).transpose(1, 2)


class CoupledBranch(Trunk):
    """A trunk with several outputs, by name: levels (B, C, L) -> (B, N, outputs) each."""

    def __init__(self, config: FednConfig, biases: Mapping[str, Tensor]) -> None:
        super().__init__(config)
        self.outputs = nn.ModuleDict({name: output_layer(config, bias) for name, bias in biases.items()})

    def forward(self, levels: Sequence[Tensor]) -> dict[str, Tensor]:
        features = self.features(levels)
        return {
            name: torch.cat(convolved(layer, features), dim=2).transpose(1, 2) for name, layer in self.outputs.items()
        }


def output_layer(config: FednConfig, bias: Tensor) -> nn.Conv1d:
    """The last convolution, which at first says little more than its bias."""
    layer = nn.Conv1d(config.head_width, len(bias), 3, padding=1)
    nn.init.normal_(layer.weight, std=0.01)
    assert layer.bias is not None
    with torch.no_grad():
        layer.bias.copy_(bias)
    return layer


def first_biases(config: FednConfig, count: int) -> dict[str, Tensor]:
    """Biases of the outputs of `count` predictions per location, by what they are about.

    Everything that says “there is an expression” begins at the prior; what is only asked where there is one, at 1/2.
    """
    prior = -math.log((1 - config.score_prior) / config.score_prior)
    label = torch.full((config.label_outputs,), 0.0 if config.confidence_branch else prior)
    label[list(config.fine_labels)] = 0.0
    biases = {"interval": torch.zeros(2 * count), "label": label.repeat(count)}
    return biases | ({"confidence": torch.full((count,), prior)} if config.confidence_branch else {})


class LevelHead(nn.Module):
    """Both families, at all levels that share it."""

    def __init__(self, config: FednConfig) -> None:
        super().__init__()
        self.is_coupled = config.coupled_head
        self.label_outputs = config.label_outputs
        for family, count in (("free", 1), ("anchor", len(config.anchor_lengths[0]))):
            biases = first_biases(config, count)
            if self.is_coupled:
                self.add_module(family, CoupledBranch(config, biases))
            else:
                for name, bias in biases.items():
                    self.add_module(f"{family}_{name}", Branch(config, bias))
        self.names = tuple(first_biases(config, 1))

    def forward(self, levels: Sequence[Tensor], scales: Tensor) -> RawOutput:
        """Predictions at the levels (B, C, L); `scales` has an entry for each level."""
        distances, free_logits, free_confidence = self._family("free", levels)
        repeats = torch.tensor([level.shape[2] for level in levels], device=scales.device)
        per_location = scales.repeat_interleave(repeats, output_size=distances.shape[1])[:, None]
        return RawOutput(
            functional.softplus(per_location * distances), free_logits, free_confidence, *self._family("anchor", levels)
        )

    def _family(self, family: str, levels: Sequence[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Interval (B, P, 2), label (B, P, O) and confidence (B, P, 1 or 0) of a family's P predictions."""
        if self.is_coupled:
            outputs = self.get_submodule(family)(levels)
        else:
            outputs = {name: self.get_submodule(f"{family}_{name}")(levels) for name in self.names}
        batch = levels[0].shape[0]
        interval = outputs["interval"].float().reshape(batch, -1, 2)
        label = outputs["label"].float().reshape(batch, -1, self.label_outputs)
        if "confidence" not in outputs:
            return interval, label, interval[..., :0]
        return interval, label, outputs["confidence"].float().reshape(batch, -1, 1)


class Head(nn.Module):
    """All levels; one set of branches for all of them, or one each. A learned scale per level adapts the distances."""

    def __init__(self, config: FednConfig) -> None:
        super().__init__()
        levels = len(config.level_strides)
        self.heads = nn.ModuleList(LevelHead(config) for _ in range(levels if config.own_heads else 1))
        self.scales = nn.Parameter(torch.ones(levels))

    def forward(self, levels: list[Tensor]) -> RawOutput:
        if len(self.heads) == 1:
            return self.heads[0](levels, self.scales)
        outputs = [
            head([level], scale) for head, level, scale in zip(self.heads, levels, self.scales.split(1), strict=True)
        ]
        return RawOutput(*(torch.cat(parts, dim=1) for parts in zip(*outputs, strict=True)))
