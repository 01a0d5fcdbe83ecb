"""FESNet's local spatial discrepancy module: what has moved in a face since a reference frame, place by place.

Only the abstract of the paper is known; see `fedn.fesnet_config`. Tensor letters: B intervals, T frames, N places
(tokens) of a frame, C channels, S side of the maps.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fedn.fesnet_config import FesnetConfig
from fedn.models.attention import SelfAttention
from fedn.models.resnet_front import LAYER_3, SHAPES, fit_maps

MLP_RATIO = 2
NORM_GROUPS = 8


class SpatialEncoder(nn.Module):
    """Maps of single frames (N, 256, S, S) -> tokens (N, side * side, width) that know of each other.

    One transformer layer with norms first and a learned position for each place. Without dropout, so that the same
    picture gives the same tokens and its discrepancy from itself is exactly zero.
    """

    map_mean: Tensor
    map_scale: Tensor

    def __init__(self, config: FesnetConfig) -> None:
        super().__init__()
        channels, self.side = SHAPES[LAYER_3].channels, config.side
        self.register_buffer("map_mean", torch.zeros(channels))
        self.register_buffer("map_scale", torch.ones(channels))
        self.project = nn.Linear(channels, config.width) if config.width != channels else nn.Identity()
        self.position = nn.Parameter(0.02 * torch.randn(config.side**2, config.width))
        self.attention_norm, self.mlp_norm = nn.LayerNorm(config.width), nn.LayerNorm(config.width)
        self.attention = SelfAttention(config.width, config.space_heads, 0.0)
        self.mlp = nn.Sequential(
            nn.Linear(config.width, MLP_RATIO * config.width),
            nn.GELU(),
            nn.Linear(MLP_RATIO * config.width, config.width),
        )

    def fit_scale(self, maps: Tensor) -> None:
        """Sets the statistics of the channels from maps (N, 256, S, S) of training frames."""
        values = maps.float().transpose(0, 1).flatten(1)
        deviation = values.std(dim=1)
        self.map_mean.copy_(values.mean(dim=1))
        self.map_scale.copy_(deviation.clamp_min(0.1 * float(deviation.mean()) + 1e-6))

    def forward(self, maps: Tensor) -> Tensor:
        tokens = fit_maps(maps.float(), self.side).flatten(2).transpose(1, 2)
        x = self.project((tokens - self.map_mean) / self.map_scale) + self.position
        x = x + self.attention(self.attention_norm(x))
        return x + self.mlp(self.mlp_norm(x))


def discrepancy(tokens: Tensor, reference: Tensor) -> Tensor:
    """What differs from the reference frame, with its sign, and how much: (B, T, N, C) -> (B, T, N, 2C).

    Args:
        reference: (B,) the frame of each interval that the others are compared with; it gets zeros.
    """
    rows = torch.arange(len(tokens), device=tokens.device)
    moved = tokens - tokens[rows, reference].unsqueeze(1)
    return torch.cat([moved, moved.abs()], dim=-1)


class LocalDiscrepancy(nn.Module):
    """Tokens (B, T, N, C) and a reference frame -> one vector (B, T, C) a frame.

    Places are joined by learned attention, because few places move and a mean would thin them out, and by a maximum.
    """

    def __init__(self, config: FesnetConfig) -> None:
        super().__init__()
        self.fuse = nn.Linear(2 * config.width, config.width)
        self.norm = nn.GroupNorm(NORM_GROUPS, config.width)
        self.score = nn.Linear(config.width, 1, bias=False)

    def forward(self, tokens: Tensor, reference: Tensor) -> Tensor:
        batch, time, places, width = tokens.shape
        x = self.fuse(discrepancy(tokens, reference)).reshape(batch * time, places, width)
        x = torch.relu(self.norm(x.transpose(1, 2))).transpose(1, 2)  # (B * T, N, C)
        attended = (torch.softmax(self.score(x), dim=1) * x).sum(dim=1)
        return (attended + x.amax(dim=1)).reshape(batch, time, width)
