"""The decoupled head: per level four branches, {anchor-free, anchor} x {interval, recognition} (FEDN section 3).

Tensor letters: B batch, C channels, L locations of one level, N locations of all levels, A anchors of a location,
M = N x A, K labels.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from fedn.model_config import FednConfig
from fedn.models.attention import SelfAttention
from fedn.models.neck import norm_groups


class RawOutput(NamedTuple):
    """What the network says about a batch of windows, levels joined from fine to coarse.

    Attributes:
        free_distances: (B, N, 2) distances to onset and offset in strides, never negative.
        free_logits: (B, N, K).
        anchor_deltas: (B, M, 2) shift in anchor lengths and log of the length ratio.
        anchor_logits: (B, M, K).
    """

    free_distances: Tensor
    free_logits: Tensor
    anchor_deltas: Tensor
    anchor_logits: Tensor


class Branch(nn.Module):
    """Attention, two convolutions, outputs: (B, C, L) -> (B, L, outputs)."""

    def __init__(self, config: FednConfig, outputs: int, *, prior: float | None = None) -> None:
        super().__init__()
        width, inner = config.width, config.head_width
        self.attention = SelfAttention(width, config.head_heads, config.dropout)
        self.dropout = nn.Dropout(config.dropout)
        self.norm = nn.LayerNorm(width)
        layers: list[nn.Module] = []
        for before in (width, inner):
            layers += [nn.Conv1d(before, inner, 3, padding=1), nn.GroupNorm(norm_groups(inner, 16), inner), nn.ReLU()]
        self.convolutions = nn.Sequential(*layers)
        self.output = nn.Conv1d(inner, outputs, 3, padding=1)
        nn.init.normal_(self.output.weight, std=0.01)
        bias = 0.0 if prior is None else -math.log((1 - prior) / prior)
        assert self.output.bias is not None
        nn.init.constant_(self.output.bias, bias)

    def forward(self, x: Tensor) -> Tensor:
        rows = x.transpose(1, 2)
        rows = self.norm(rows + self.dropout(self.attention(rows)))  # (B, L, C)
        return self.output(self.convolutions(rows.transpose(1, 2))).transpose(1, 2)


class LevelHead(nn.Module):
    """The four branches."""

    def __init__(self, config: FednConfig) -> None:
        super().__init__()
        anchors, labels = len(config.anchor_lengths[0]), config.label_count
        self.free_interval = Branch(config, 2)
        self.free_label = Branch(config, labels, prior=config.score_prior)
        self.anchor_interval = Branch(config, 2 * anchors)
        self.anchor_label = Branch(config, anchors * labels, prior=config.score_prior)

    def forward(self, x: Tensor, scale: Tensor) -> RawOutput:
        batch, _, locations = x.shape
        anchor_deltas = self.anchor_interval(x)
        anchors = anchor_deltas.shape[-1] // 2
        return RawOutput(
            functional.softplus(scale * self.free_interval(x).float()),
            self.free_label(x).float(),
            anchor_deltas.float().reshape(batch, locations * anchors, 2),
            self.anchor_label(x).float().reshape(batch, locations * anchors, -1),
        )


class Head(nn.Module):
    """All levels; one set of branches for all of them, or one each. A learned scale per level adapts the distances."""

    def __init__(self, config: FednConfig) -> None:
        super().__init__()
        levels = len(config.level_strides)
        self.heads = nn.ModuleList(LevelHead(config) for _ in range(levels if config.own_heads else 1))
        self.scales = nn.Parameter(torch.ones(levels))

    def forward(self, levels: list[Tensor]) -> RawOutput:
        outputs = [
            self.heads[index if len(self.heads) > 1 else 0](level, self.scales[index])
            for index, level in enumerate(levels)
        ]
        return RawOutput(*(torch.cat(parts, dim=1) for parts in zip(*outputs, strict=True)))
