"""Multi-head self-attention, shared by the segments and the head."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from fedn.models.dropout import Dropout


def sinusoids(time: int, width: int, device: torch.device) -> Tensor:
    """Fixed positions (T, C): sines and cosines of wavelengths from 2 pi to 20000 pi positions."""
    rates = torch.exp(torch.arange(0, width, 2, device=device) * (-math.log(10_000.0) / width))
    angles = torch.arange(time, device=device)[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], dim=2).reshape(time, -1)[:, :width]


class SelfAttention(nn.Module):
    """Multi-head self-attention over the next-to-last axis: (N, T, C) -> (N, T, C).

    Its three steps are apart, because overlapping segments share their frames' projections, and levels of different
    length share all but the mixing.
    """

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.dropout = Dropout(dropout)
        self.inward = nn.Linear(width, 3 * width)
        self.outward = nn.Linear(width, width)
        nn.init.xavier_uniform_(self.inward.weight)
        nn.init.zeros_(self.inward.bias)
        nn.init.zeros_(self.outward.bias)

    def project(self, x: Tensor) -> Tensor:
        """Queries, keys and values of every row: (..., C) -> (..., 3C)."""
        return self.inward(x)

    def mix(self, projected: Tensor) -> Tensor:
        """Values weighted by attention among the rows of one group: (N, T, 3C) -> (N, T, C)."""
        count, time, width = projected.shape[0], projected.shape[1], projected.shape[2] // 3
        split = projected.reshape(count, time, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)  # each (N, heads, T, C / heads)
        if self.training and self.dropout.share > 0:
            # As below, with a dropout that torch would draw more slowly.
            weight = torch.softmax(query @ key.transpose(2, 3) * (width // self.heads) ** -0.5, dim=-1)
            mixed = self.dropout(weight) @ value
        else:
            mixed = functional.scaled_dot_product_attention(query, key, value)
        return mixed.transpose(1, 2).reshape(count, time, width)

    def attend(self, projected: Tensor) -> Tensor:
        """Attention among the rows of one group: (N, T, 3C) -> (N, T, C)."""
        return self.outward(self.mix(projected))

    def forward(self, x: Tensor) -> Tensor:
        return self.attend(self.project(x))
