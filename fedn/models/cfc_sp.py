"""CFC-SP: a coarse network and a fine one, each judging single frames (arXiv 2203.13052).

The published networks are two Swin-S, pre-trained on millions of faces. Here each is a small head of its own on the
backbone's features, or with `own_block` a last ResNet block of its own and that head; what the method is about, the two
independent steps and the smooth predicting, is as published. Tensor letters: N frames, W numbers in the row of a frame,
C channels of a feature, G groups, F labels of the negative group.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fedn.cfc_sp_config import CfcSpConfig
from fedn.coarse_fine import CoarseFine
from fedn.models.resnet import FEATURE_CHANNELS, BasicBlock
from fedn.models.resnet_front import LAST_BUT_ONE, SHAPES

MAX_REFERENCE_FRAMES = 256


class CfcSpOutput(NamedTuple):
    """Logits: `coarse` (N, 1 + G), neutral first; `fine` (N, F), where F may be 0."""

    coarse: Tensor
    fine: Tensor


class FrameNet(nn.Module):
    """One of the two networks: rows of frames -> features -> logits."""

    def __init__(self, outputs: int, config: CfcSpConfig) -> None:
        super().__init__()
        self.block = BasicBlock(FEATURE_CHANNELS, FEATURE_CHANNELS) if config.own_block else None
        self.head = nn.Sequential(
            nn.Dropout(config.dropout),
            nn.Linear(FEATURE_CHANNELS, config.hidden),
            nn.GELU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.hidden, outputs),
        )

    def features(self, rows: Tensor) -> Tensor:
        """Rows (N, W) of features, or of the maps before the last block -> (N, C)."""
        return block_features(self.block, rows)

    def train(self, mode: bool = True) -> FrameNet:
        """The statistics of the block's norms stay those of the pre-training."""
        super().train(mode)
        if self.block is not None:
            self.block.eval()
        return self


class CfcSp(nn.Module):
    """Both networks and the statistics of what they read.

    Attributes:
        grouping: of the labels.
        rest: the backbone's own last block, which never learns: the face at rest is measured behind it.
        shares: (K,) what each label makes up of its group, where no network tells them apart.
    """

    feature_mean: Tensor
    feature_scale: Tensor
    shares: Tensor

    def __init__(self, config: CfcSpConfig, grouping: CoarseFine) -> None:
        super().__init__()
        self.config, self.grouping = config, grouping
        self.register_buffer("feature_mean", torch.zeros(FEATURE_CHANNELS))
        self.register_buffer("feature_scale", torch.ones(FEATURE_CHANNELS))
        self.register_buffer("shares", torch.tensor(grouping.shares()))
        self.coarse = FrameNet(1 + len(grouping.coarse), config)
        self.fine = FrameNet(len(grouping.fine), config) if grouping.fine else None
        self.rest = BasicBlock(FEATURE_CHANNELS, FEATURE_CHANNELS).eval() if config.own_block else None
        if self.rest is not None:
            self.rest.requires_grad_(False)

    @property
    def nets(self) -> list[FrameNet]:
        return [self.coarse] if self.fine is None else [self.coarse, self.fine]

    @property
    def row_size(self) -> int:
        """W: a feature, or the maps before the last block."""
        return SHAPES[LAST_BUT_ONE].size if self.config.own_block else FEATURE_CHANNELS

    def start_from(self, block: nn.Module) -> None:
        """Every block begins as the backbone's last one."""
        for own in (self.rest, *(net.block for net in self.nets)):
            if own is not None:
                own.load_state_dict(block.state_dict())

    def train(self, mode: bool = True) -> CfcSp:
        super().train(mode)
        if self.rest is not None:
            self.rest.eval()
        return self

    @torch.no_grad()
    def reference(self, rows: NDArray[np.float16], has_face: NDArray[np.bool_]) -> Tensor:
        """The feature (C,) of a video's face at rest: the median over frames with a face, or zero if there are none.

        Args:
            rows: (T, W) of the video's frames; has_face: (T,).
        """
        device, seen = self.feature_mean.device, np.flatnonzero(has_face)
        if self.config.reference == "none" or len(seen) == 0:
            return torch.zeros(FEATURE_CHANNELS, device=device)
        some = seen[np.linspace(0, len(seen) - 1, min(len(seen), MAX_REFERENCE_FRAMES)).astype(int)]
        return block_features(self.rest, torch.from_numpy(rows[some]).to(device).float()).median(dim=0).values

    @torch.no_grad()
    def fit_scale(self, rows: Tensor, references: Tensor) -> None:
        """Sets the statistics of features from rows (N, W) of training frames and their references (N, C)."""
        features = block_features(self.rest, rows.float()) - references
        deviation = features.std(dim=0)
        self.feature_mean.copy_(features.mean(dim=0))
        self.feature_scale.copy_(deviation.clamp_min(0.1 * float(deviation.mean()) + 1e-6))

    def standard(self, net: FrameNet, rows: Tensor, references: Tensor) -> Tensor:
        """What a network's head reads (N, C): features without the face at rest, standardized."""
        return (net.features(rows.float()) - references - self.feature_mean) / self.feature_scale

    def forward(self, rows: Tensor, references: Tensor) -> CfcSpOutput:
        """Rows (N, W) and the references (N, C) or (C,) of their videos."""
        coarse = self.coarse.head(self.standard(self.coarse, rows, references))
        if self.fine is None:
            return CfcSpOutput(coarse, coarse[:, :0])
        return CfcSpOutput(coarse, self.fine.head(self.standard(self.fine, rows, references)))


def block_features(block: nn.Module | None, rows: Tensor) -> Tensor:
    """Means (N, C) of what a block makes of maps in rows (N, W); without a block, the rows."""
    if block is None:
        return rows
    shape = SHAPES[LAST_BUT_ONE]
    return block(rows.reshape(-1, shape.channels, shape.side, shape.side)).mean(dim=(2, 3))


def build_cfc_sp(config: CfcSpConfig, grouping: CoarseFine, *, seed: int) -> CfcSp:
    """Freshly initialized networks; torch's generator stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return CfcSp(config, grouping)
