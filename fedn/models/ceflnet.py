"""CEFLNet's recognizer on features of frames: clips, attention in each clip, attention among clips, maximum, labels.

The part inside a clip is the one that FEDN's segment attention was made from; the global vector is pooled by maximum.
Facts of the network from its authors' public code.

Tensor letters: B intervals, P clips, J frames of a clip, C channels, K labels.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fedn.ceflnet_config import CeflnetConfig
from fedn.model_config import FednConfig
from fedn.models.resnet import FEATURE_CHANNELS
from fedn.models.segment_attention import SegmentAttention


def clip_places(config: CeflnetConfig) -> NDArray[np.float64]:
    """(P, J): where the frames of each clip lie, as shares of the interval between 0 and 1."""
    starts = np.arange(config.clips) * config.hop_share
    inside = (np.arange(config.clip_frames) + 0.5) / config.clip_frames * config.clip_share
    return starts[:, None] + inside


class Ceflnet(nn.Module):
    """Features of the clips of an interval (B, P, J, C) -> logits (B, K)."""

    feature_mean: Tensor
    feature_scale: Tensor

    def __init__(self, config: CeflnetConfig) -> None:
        super().__init__()
        self.config = config
        width = FEATURE_CHANNELS
        self.register_buffer("feature_mean", torch.zeros(width))
        self.register_buffer("feature_scale", torch.ones(width))
        inside = FednConfig(1, width, segment_frames=config.clip_frames, segment_heads=config.heads, segment_pool="max")
        self.clip = SegmentAttention(inside)
        self.clip_score = nn.Conv1d(width, 1, 1, bias=False)
        layers: list[nn.Module] = []
        for before, after in pairwise((width, *config.hidden)):
            layers += [nn.Linear(before, after), nn.ReLU(), nn.Dropout(config.dropout)]
        self.label = nn.Sequential(
            *layers, nn.Linear(config.hidden[-1] if config.hidden else width, config.label_count)
        )

    def fit_scale(self, features: Tensor) -> None:
        """Sets mean and scale from features (N, C) of training data from which the reference is already subtracted."""
        deviation = features.float().std(dim=0)
        self.feature_mean.copy_(features.float().mean(dim=0))
        self.feature_scale.copy_(deviation.clamp_min(0.1 * float(deviation.mean()) + 1e-6))

    def forward(self, clips: Tensor) -> Tensor:
        batch, count, frames, width = clips.shape
        standard = (clips.float() - self.feature_mean) / self.feature_scale
        together = self.clip(standard.reshape(batch * count, frames, width)).reshape(batch, count, width)
        weight = torch.softmax(self.clip_score(together.transpose(1, 2)), dim=-1)  # (B, 1, P)
        strongest = (together.transpose(1, 2) * weight).amax(dim=-1)  # (B, C)
        return self.label(strongest)


def build_ceflnet(config: CeflnetConfig, *, seed: int) -> Ceflnet:
    """A freshly initialized network; torch's generator stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Ceflnet(config)
