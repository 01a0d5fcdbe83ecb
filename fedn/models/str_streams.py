"""STR's network: three small streams for horizontal flow, vertical flow and strain, joined (Liong, See, Chan 2023).

Spotting regresses whether an expression is going on. Recognition reads the same streams, which it does not change.

Tensor letters: B pictures, C = 3 channels of 42 by 42 pixels, K labels.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from fedn.features.flow_pictures import CHANNELS, SIDE
from fedn.str_config import StrConfig


class StrOutput(NamedTuple):
    """Attributes:
    score: (B,) near 1 within an expression, near 0 outside; not bounded.
    logits: (B, K) of the labels.
    """

    score: Tensor
    logits: Tensor


class StrNetwork(nn.Module):
    """Flow pictures (B, C, 42, 42) -> scores and logits."""

    picture_scale: Tensor

    def __init__(self, config: StrConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("picture_scale", torch.ones(CHANNELS))
        self.streams = nn.ModuleList(_stream(maps, config.dropout) for maps in config.maps)
        self.spot = _joined(config, 1)
        self.recognize = _joined(config, config.label_count)

    def fit_scale(self, pictures: Tensor) -> None:
        """Sets the size of each channel from pictures (B, C, 42, 42) of the training videos."""
        self.picture_scale.copy_(pictures.float().square().mean(dim=(0, 2, 3)).sqrt().clamp_min(1e-3))

    def forward(self, pictures: Tensor) -> StrOutput:
        standard = pictures.float() / self.picture_scale[:, None, None]
        parts = [stream(standard[:, place : place + 1]) for place, stream in enumerate(self.streams)]
        joined = torch.cat(parts, dim=1)  # (B, maps, 14, 14)
        return StrOutput(self.spot(joined).squeeze(1), self.recognize(joined.detach()))


def _stream(maps: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(1, maps, 5, padding=2), nn.BatchNorm2d(maps), nn.ReLU(), nn.MaxPool2d(3), nn.Dropout(dropout)
    )


def _joined(config: StrConfig, outputs: int) -> nn.Sequential:
    left = SIDE // 6
    return nn.Sequential(
        nn.Conv2d(sum(config.maps), config.joined_maps, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(config.joined_maps * left * left, outputs),
    )


def build_str(config: StrConfig, *, seed: int) -> StrNetwork:
    """A freshly initialized network; torch's generator stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return StrNetwork(config)
