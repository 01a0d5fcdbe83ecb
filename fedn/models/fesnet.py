"""FESNet (re-implementation from the abstract): frame by frame neutral, macro- or micro-expression.

Zhang, Lu, Wang, He: FESNet, Computing and Informatics 43(2), 2024. Tensor letters: B intervals, T frames, N places of a
frame, C channels, S side of the maps, R kinds, K labels.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from fedn.fesnet_config import FesnetConfig
from fedn.models.fesnet_space import LocalDiscrepancy, SpatialEncoder
from fedn.models.fesnet_time import TemporalAggregation
from fedn.models.resnet_front import LAYER_3, SHAPES

KINDS = ("neutral", "macro", "micro")


class FesnetOutput(NamedTuple):
    """Logits of a batch of intervals.

    Attributes:
        stages: the proposals of single frames, then those of each temporal stage; each (B, T, R). The last is the
            result.
        labels: (B, T, K), to be averaged over the frames of an expression; None where labels are not told apart.
    """

    stages: list[Tensor]
    labels: Tensor | None


class Fesnet(nn.Module):
    """Residual convolution of each frame is done before: the network begins at the maps of `ResNetFront`.

    The forward pass has two halves, `tokens` and `compare`: intervals of a video overlap, and the tokens of a frame do
    not depend on what it is compared with.
    """

    def __init__(self, config: FesnetConfig) -> None:
        super().__init__()
        self.config = config
        self.space = SpatialEncoder(config)
        self.discrepancy = LocalDiscrepancy(config)
        self.propose = nn.Linear(config.width, len(KINDS))
        self.time = TemporalAggregation(len(KINDS), config)
        self.labels = nn.Linear(config.width, config.label_count) if config.label_count > 1 else None

    def tokens(self, rows: Tensor) -> Tensor:
        """Rows of maps (..., 256 * S * S) as features come from the cache -> tokens (..., N, C)."""
        shape = SHAPES[LAYER_3]
        tokens = self.space(rows.reshape(-1, shape.channels, shape.side, shape.side))
        return tokens.reshape(*rows.shape[:-1], *tokens.shape[1:])

    def compare(self, tokens: Tensor, reference: Tensor) -> FesnetOutput:
        """Tokens (B, T, N, C) of intervals, each compared with its frame `reference` (B,)."""
        frames = self.discrepancy(tokens, reference)
        proposals = self.propose(frames)
        refined = self.time(frames, torch.softmax(proposals, dim=-1))
        return FesnetOutput([proposals, *refined], None if self.labels is None else self.labels(frames))

    def forward(self, rows: Tensor, reference: Tensor | None = None) -> FesnetOutput:
        """Maps (B, T, 256 * S * S), compared with the first frame or with `reference` (B,)."""
        first = torch.zeros(len(rows), dtype=torch.int64, device=rows.device)
        return self.compare(self.tokens(rows), first if reference is None else reference)


def build_fesnet(config: FesnetConfig, *, seed: int) -> Fesnet:
    """A freshly initialized network; torch's generator stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Fesnet(config)
