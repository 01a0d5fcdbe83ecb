"""The convolution of single frames takes part in training: its maps are computed anew from cached face crops.

Statistics of its norms stay fixed: a few intervals are too few to estimate them. Tensor letters: B intervals, T cells
of an interval, N crops, W numbers in the row of a frame.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from fedn.models.resnet_front import ResNetFront
from training.backbone import normalized
from training.crops import CropStore
from training.frame_windows import FrameSample, Place

CHUNK_FRAMES = 16


class LiveMaps:
    """Replaces the cached maps of a batch by live ones and carries the gradient back into the convolutions.

    The gradient passes in two steps, so that memory does not grow with the batch: maps without a graph, then, when the
    gradient at the maps is known, some frames once more with a graph.

    Args:
        crops: for each sample, in their order.
        frames: so many of an interval's frames carry gradient.
    """

    def __init__(self, front: ResNetFront, crops: Sequence[CropStore], *, frames: int, device: torch.device) -> None:
        self.front = front.to(device).eval()
        self._crops, self._frames, self._device = crops, frames, device
        self._images: Tensor | None = None
        self._rows: Tensor | None = None
        self._learning: Tensor | None = None

    def replace(
        self, rows: Tensor, samples: Sequence[FrameSample], places: Sequence[Place], random: np.random.Generator
    ) -> Tensor:
        """Rows (B, T, W) with live maps wherever there is a crop."""
        images, where, learning = [], [], []
        for row, place in enumerate(places):
            cells = place.cells(rows.shape[1]).clip(0, len(samples[place.row].frames) - 1)
            chosen = set(random.permutation(len(cells))[: self._frames].tolist())
            for cell, frame in enumerate(samples[place.row].frames[cells].tolist()):
                image = self._crops[place.row].read(frame)
                if image is not None:
                    images.append(image)
                    where.append((row, cell))
                    learning.append(cell in chosen)
        if not images:
            self._rows = None
            return rows
        self._images, self._learning = torch.from_numpy(np.stack(images)), torch.tensor(learning)
        with torch.no_grad():
            live = torch.cat([self._forward(chunk) for chunk in self._images.split(CHUNK_FRAMES)])
        self._rows = live.float().requires_grad_(True)
        places_of = torch.tensor(where, device=self._device)
        result = rows.to(self._device, torch.float32).clone()
        result[places_of[:, 0], places_of[:, 1]] = self._rows
        return result

    def backward(self) -> None:
        """Carries the gradient at the live maps into the weights."""
        if self._rows is None or self._rows.grad is None or self._images is None or self._learning is None:
            return
        gradients = self._rows.grad[self._learning.to(self._device)].split(CHUNK_FRAMES)
        for chunk, gradient in zip(self._images[self._learning].split(CHUNK_FRAMES), gradients, strict=True):
            self._forward(chunk).backward(gradient)
        self._images = self._rows = self._learning = None

    def _forward(self, images: Tensor) -> Tensor:
        return self.front(normalized(images.to(self._device))).flatten(1)
