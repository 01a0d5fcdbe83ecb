"""The first blocks of ResNet-18: for networks that look at the places of a face, or that train its last blocks.

Letters: B batch, C channels, S side of the maps.
"""

from __future__ import annotations

import copy
from typing import NamedTuple

import torch.nn.functional as nnf
from torch import Tensor, nn

from fedn.models.resnet import ResNet18, shrink


class MapShape(NamedTuple):
    """Maps (channels, side, side) of one frame."""

    channels: int
    side: int

    @property
    def size(self) -> int:
        """Numbers in the maps of a frame."""
        return self.channels * self.side * self.side


LAYER_3 = 6
LAST_BUT_ONE = 7
SHAPES = {LAYER_3: MapShape(256, 7), LAST_BUT_ONE: MapShape(512, 4)}
"""By number of blocks: what comes out for a face of 112 pixels."""


class ResNetFront(ResNet18):
    """Normalized face crops (B, 3, 224, 224) -> maps (B, C, S, S) behind the first `blocks` of the eight blocks.

    The weights have the names of the whole network. Where the backbone sees more than 112 pixels, its larger maps are
    averaged down to the same side.
    """

    def __init__(self, backbone: ResNet18 | None = None, *, blocks: int) -> None:
        super().__init__()
        self.blocks, self.shape = blocks, SHAPES[blocks]
        self.layer4 = nn.Sequential(*list(self.layer4)[: blocks - LAYER_3])
        if backbone is not None:
            own = self.state_dict()
            given = {name: value for name, value in backbone.state_dict().items() if name in own}
            self.load_state_dict(copy.deepcopy(given))

    def forward(self, x: Tensor) -> Tensor:
        x = shrink(x, int(self.input_size))
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        return fit_maps(self.layer4(self.layer3(self.layer2(self.layer1(x)))), self.shape.side)


def fit_maps(maps: Tensor, side: int) -> Tensor:
    """Maps (B, C, H, W) averaged over areas to (B, C, side, side)."""
    return maps if maps.shape[-2:] == (side, side) else nnf.adaptive_avg_pool2d(maps, side)
