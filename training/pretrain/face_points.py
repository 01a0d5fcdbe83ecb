"""Teaches the point network where eyes, nose and mouth are, from rendered faces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F

from fedn.features.face_points import FacePointNet
from fedn.progress import SILENT, Reporter
from training.synthetic.stills import Stills

# Under mirroring, left and right change places.
_MIRRORED = [1, 0, 2, 4, 3]


def train_face_points(
    training: list[Stills],
    validation: Stills,
    out: Path,
    epochs: int = 12,
    batch: int = 128,
    seed: int = 0,
    reporter: Reporter = SILENT,
) -> float:
    """Trains, writes `out` (half precision) and returns the median error on `validation` in eye distances."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    grays = torch.from_numpy(np.concatenate([s.grays for s in training]))
    points = torch.from_numpy(np.concatenate([s.points for s in training]))
    network = FacePointNet()
    steps = epochs * len(grays) // batch
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps, pct_start=0.1)
    for step in range(steps):
        rows = torch.from_numpy(rng.integers(0, len(grays), batch))
        crops, target = grays[rows].float()[:, None], points[rows]
        if rng.random() < 0.5:
            crops, target = crops.flip(3), (target * torch.tensor([-1.0, 1.0]) + torch.tensor([1.0, 0.0]))[:, _MIRRORED]
        loss = F.smooth_l1_loss(network(_spoiled(crops, rng)), target, beta=0.02)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 50 == 0:
            reporter.progress("face points", step, steps, loss=loss.item())
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: _half(value) for name, value in network.state_dict().items()}, out)
    return point_error(network, validation)


def _half(value: Tensor) -> Tensor:
    return value.half().contiguous() if value.is_floating_point() else value


@torch.no_grad()
def point_error(network: FacePointNet, stills: Stills) -> float:
    """Median distance to the truth, in eye distances."""
    network.eval()
    found = network(_standardized(torch.from_numpy(stills.grays).float()[:, None]))
    truth = torch.from_numpy(stills.points)
    eyes = (truth[:, 0] - truth[:, 1]).norm(dim=1, keepdim=True)
    return float(((found - truth).norm(dim=2) / eyes).median())


def _standardized(crops: Tensor) -> Tensor:
    """(B, 1, 64, 64) with zero mean and unit variance each, as detection does it."""
    center = crops.mean(dim=(2, 3), keepdim=True)
    return (crops - center) / (crops.std(dim=(2, 3), keepdim=True, correction=0) + 1e-3)


def _spoiled(crops: Tensor, rng: np.random.Generator) -> Tensor:
    """Noise and covered parts."""
    count = len(crops)
    crops = crops + torch.randn_like(crops) * torch.from_numpy(rng.uniform(0, 8, (count, 1, 1, 1))).float()
    for row in np.flatnonzero(rng.random(count) < 0.25):
        y, x, h, w = rng.integers(0, 44, 2).tolist() + rng.integers(6, 20, 2).tolist()
        crops[row, :, y : y + h, x : x + w] = float(rng.uniform(0, 255))
    return _standardized(crops)
