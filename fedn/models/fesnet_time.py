"""FESNet's multi-scale temporal aggregation module: a stage that sees the frames, and stages that correct each other.

Only the abstract of the paper is known; the stages follow MS-TCN, which its words describe. Tensor letters: B
intervals, T frames, C channels, R kinds.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fedn.fesnet_config import FesnetConfig


class MultiScaleBlock(nn.Module):
    """Parallel convolutions of several lengths, joined and added: (B, C, T) -> (B, C, T)."""

    def __init__(self, width: int, kernels: tuple[int, ...], dilation: int, dropout: float) -> None:
        super().__init__()
        self.scales = nn.ModuleList(
            nn.Conv1d(width, width, kernel, padding=dilation * (kernel // 2), dilation=dilation) for kernel in kernels
        )
        self.fuse = nn.Conv1d(len(kernels) * width, width, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        scales = torch.relu(torch.cat([scale(x) for scale in self.scales], dim=1))
        return x + self.dropout(self.fuse(scales))


class Stage(nn.Module):
    """(B, C, T) -> logits of the kinds (B, R, T)."""

    def __init__(self, channels: int, kinds: int, config: FesnetConfig) -> None:
        super().__init__()
        width = config.time_width
        self.inward = nn.Conv1d(channels, width, 1)
        self.blocks = nn.Sequential(
            *(MultiScaleBlock(width, config.kernels, 2**level, config.dropout) for level in range(config.blocks))
        )
        self.outward = nn.Conv1d(width, kinds, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.outward(self.blocks(self.inward(x)))


class TemporalAggregation(nn.Module):
    """Discrepancies (B, T, C) and proposals (B, T, R) -> the logits of every stage, each (B, T, R).

    The first stage sees both; each refinement sees the probabilities of the stage before it.
    """

    def __init__(self, kinds: int, config: FesnetConfig) -> None:
        super().__init__()
        self.refine_features = config.refine_features
        seen = kinds + (config.width if config.refine_features else 0)
        self.first = Stage(config.width + kinds, kinds, config)
        self.refinements = nn.ModuleList(Stage(seen, kinds, config) for _ in range(config.refinements))

    def forward(self, frames: Tensor, proposals: Tensor) -> list[Tensor]:
        features = frames.transpose(1, 2)
        stages = [self.first(torch.cat([features, proposals.transpose(1, 2)], dim=1))]
        for refinement in self.refinements:
            said = torch.softmax(stages[-1], dim=1)
            stages.append(refinement(torch.cat([features, said], dim=1) if self.refine_features else said))
        return [stage.transpose(1, 2) for stage in stages]
