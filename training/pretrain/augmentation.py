"""What happens to a face on its way to the backbone that must not change what is seen in it."""

from __future__ import annotations

import math

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from fedn.features.backbone_runtime import MEAN, STD

SCALE, TURN, SHIFT = 0.07, math.radians(5), 0.05
"""Standard deviations of what a detector's alignment gets wrong: share of the size, angle, share of the side."""


def normalized(crops: Tensor) -> Tensor:
    """uint8 (B, S, S, 3) -> float32 (B, 3, S, S), channels last in memory."""
    values = crops.permute(0, 3, 1, 2).float().div_(255.0)
    return values.sub_(torch.tensor(MEAN).view(1, 3, 1, 1)).div_(torch.tensor(STD).view(1, 3, 1, 1))


def resized(crops: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """(N, S, S, 3) -> (N, size, size, 3), averaged over areas; the same array if that is its size."""
    if crops.shape[1] == size:
        return crops
    small = np.empty((len(crops), size, size, 3), np.uint8)
    for row, crop in enumerate(crops):
        cv2.resize(crop, (size, size), dst=small[row], interpolation=cv2.INTER_AREA)
    return small


def augmented(crops: Tensor, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Moved, mirrored, lit otherwise, blurred, noisy and partly covered faces.

    Args:
        crops: uint8 (B, S, S, 3). size: side of the result.

    Returns:
        Normalized (B, 3, size, size), and (B,) whether each was mirrored.
    """
    values = normalized(crops)
    mirrored = torch.rand(len(values), generator=generator) < 0.5
    values = _moved(values, mirrored, size, generator)
    values = _lit(values, generator)
    values = _worn(values, generator)
    return _covered(values, generator).contiguous(memory_format=torch.channels_last), mirrored


def _normal(shape: tuple[int, ...], deviation: float, generator: torch.Generator) -> Tensor:
    return torch.randn(shape, generator=generator) * deviation


def _moved(values: Tensor, mirrored: Tensor, size: int, generator: torch.Generator) -> Tensor:
    count = len(values)
    zoom = torch.exp(_normal((count,), SCALE, generator))
    angle = _normal((count,), TURN, generator)
    shift = 2 * _normal((count, 2), SHIFT, generator)
    flip = 1.0 - 2.0 * mirrored.float()
    matrix = torch.stack(
        [
            torch.stack([zoom * torch.cos(angle) * flip, -zoom * torch.sin(angle), shift[:, 0]], dim=1),
            torch.stack([zoom * torch.sin(angle) * flip, zoom * torch.cos(angle), shift[:, 1]], dim=1),
        ],
        dim=1,
    )
    grid = F.affine_grid(matrix, [count, 3, size, size], align_corners=False)
    return F.grid_sample(values, grid, padding_mode="border", align_corners=False)


def _lit(values: Tensor, generator: torch.Generator) -> Tensor:
    count = len(values)
    gain = 1 + _normal((count, 1, 1, 1), 0.18, generator) + _normal((count, 3, 1, 1), 0.06, generator)
    values = values * gain + _normal((count, 1, 1, 1), 0.25, generator) + _normal((count, 3, 1, 1), 0.12, generator)
    gray = torch.rand(count, generator=generator) < 0.15
    if gray.any():
        values[gray] = values[gray].mean(dim=1, keepdim=True).expand(-1, 3, -1, -1)
    return values


def _worn(values: Tensor, generator: torch.Generator) -> Tensor:
    """A third loses half its resolution, a third gets noise: small faces and dark rooms."""
    count, size = len(values), values.shape[-1]
    blurred = torch.rand(count, generator=generator) < 0.33
    if blurred.any():
        small = F.avg_pool2d(values[blurred], 2)
        values[blurred] = F.interpolate(small, size=(size, size), mode="bilinear", align_corners=False)
    noisy = torch.rand(count, generator=generator) < 0.33
    if noisy.any():
        own = values[noisy]
        deviation = 0.2 * torch.rand((len(own), 1, 1, 1), generator=generator)
        values[noisy] = own + torch.randn(own.shape, generator=generator) * deviation
    return values


def _covered(values: Tensor, generator: torch.Generator) -> Tensor:
    """A rectangle of one color over 3 in 10 faces, for hands and whatever else comes in between."""
    _, _, height, width = values.shape
    for row in torch.nonzero(torch.rand(len(values), generator=generator) < 0.3).flatten().tolist():
        share = 0.08 + 0.27 * torch.rand(2, generator=generator)
        h, w = int(share[0] * height), int(share[1] * width)
        y = int(torch.randint(height - h, (1,), generator=generator))
        x = int(torch.randint(width - w, (1,), generator=generator))
        values[row, :, y : y + h, x : x + w] = _normal((3, 1, 1), 0.8, generator)
    return values
