"""The backbone takes part in training: live features of some frames of each window, from cached face crops.

Statistics of its norms stay fixed: a few windows are too few to estimate them. Tensor letters: B windows, F frames a
window reads, C channels, N live frames.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from fedn.features.backbone_runtime import MEAN, STD
from fedn.models.fedn import FednDetector
from fedn.models.resnet import ResNet18
from training.crops import CropStore
from training.windows import Batch, GridSample, Place, read_cells

CHUNK_FRAMES = 16


class LiveBackbone:
    """Replaces cached features of a batch by live ones and carries the gradient back into the backbone.

    The gradient passes in two steps, so that memory does not grow with the batch: features without a graph, then, when
    the gradient at the features is known, each chunk once more with a graph.
    """

    def __init__(
        self,
        backbone: ResNet18,
        detector: FednDetector,
        crops: Sequence[CropStore],
        *,
        frames: int,
        device: torch.device,
        bfloat16: bool,
    ) -> None:
        self.backbone = backbone.to(device).eval()
        self.backbone.requires_grad_(True)
        self._detector, self._crops, self._frames = detector, crops, frames
        self._device, self._bfloat16 = device, bfloat16
        self._images: Tensor | None = None
        self._features: Tensor | None = None

    def parameters(self) -> list[nn.Parameter]:
        return list(self.backbone.parameters())

    def replace(self, batch: Batch, samples: Sequence[GridSample], places: Sequence[Place], seed: int) -> Batch:
        """The batch with live features in up to `frames` random positions of every window."""
        random = np.random.default_rng((seed, 3))
        images, windows, positions = [], [], []
        for window, place in enumerate(places):
            sample, crops = samples[place.row], self._crops[place.row]
            cells = np.round(read_cells(place, self._detector.config)).astype(np.int64)
            for position in sorted(random.permutation(len(cells))[: self._frames]):
                cell = int(cells[position].clip(0, len(sample.frames) - 1))
                image = crops.read(int(sample.frames[cell]))
                if image is not None:
                    images.append(image)
                    windows.append(window)
                    positions.append(int(position))
        if not images:
            self._features = None
            return batch
        self._images = torch.from_numpy(np.stack(images))  # (N, 224, 224, 3) uint8
        with torch.no_grad():
            live = torch.cat([self._forward(chunk) for chunk in self._images.split(CHUNK_FRAMES)])
        self._features = live.float().requires_grad_(True)
        references = torch.stack([samples[places[window].row].reference for window in windows]).to(self._device)
        prepared = (self._features - references - self._detector.feature_mean) / self._detector.feature_scale
        frames = batch.frames.to(self._device).clone()
        frames[torch.tensor(windows), torch.tensor(positions)] = prepared
        return Batch(frames, batch.truth)

    def backward(self) -> None:
        """Carries the gradient at the live features into the backbone's weights."""
        if self._features is None or self._features.grad is None or self._images is None:
            return
        gradients = self._features.grad.split(CHUNK_FRAMES)
        for chunk, gradient in zip(self._images.split(CHUNK_FRAMES), gradients, strict=True):
            self._forward(chunk).float().backward(gradient)
        nn.utils.clip_grad_norm_(self.backbone.parameters(), 1.0)
        self._features = self._images = None

    def _forward(self, images: Tensor) -> Tensor:
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._bfloat16):
            return self.backbone(normalized(images.to(self._device)))


def normalized(images: Tensor) -> Tensor:
    """Bytes (N, H, W, 3) -> what the backbone was pre-trained on, (N, 3, H, W)."""
    mean, deviation = torch.tensor(MEAN, device=images.device), torch.tensor(STD, device=images.device)
    return ((images.float() / 255 - mean) / deviation).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
