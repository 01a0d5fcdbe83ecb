"""Networks from their configs."""

from __future__ import annotations

import torch

from fedn.model_config import FednConfig
from fedn.models.fedn import FednDetector


def build_detector(config: FednConfig, *, seed: int | None = None) -> FednDetector:
    """A freshly initialized detector; the same seed gives the same weights and leaves torch's generator as it was."""
    if seed is None:
        return FednDetector(config)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return FednDetector(config)
