"""Maps of frames instead of averaged features, so that later parts of a network can be trained without any pixels."""

from __future__ import annotations

from torch import Tensor

from fedn.features.backbone_runtime import BackboneRuntime
from fedn.models.resnet_front import ResNetFront, fit_maps


class MapRuntime(BackboneRuntime):
    """A frozen copy of the first blocks of a backbone: aligned faces -> rows (B, C * S * S), channel by channel."""

    def __init__(self, front: ResNetFront, device: str = "auto") -> None:
        super().__init__(front, device)
        self.shape = front.shape
        self.width = front.shape.size

    def _rows(self, maps: Tensor) -> Tensor:
        return fit_maps(maps, self.shape.side).flatten(1)
