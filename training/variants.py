"""Variants of a video's faces whose features are cached like the originals': mirrored, moved, lighter or darker.

A window takes one variant for all its frames: what changes from frame to frame would look like an expression.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from fedn.features.align import CROP_SIZE
from fedn.features.backbone_runtime import BackboneRuntime
from fedn.models.resnet import ResNet18
from fedn.progress import Reporter
from training.config import DataConfig
from training.datasets.load import load_samples
from training.datasets.sample import Sample


class Variant(NamedTuple):
    """How the aligned faces of a variant differ: name, mirrored or not, pixels moved of 224, and their values."""

    name: str
    mirror: bool
    right_px: float
    down_px: float
    scale: float
    contrast: float
    brightness: float


VARIANTS = (
    Variant("mirrored", True, 0, 0, 1.0, 1.0, 0),
    Variant("moved-lighter", False, 5, -3, 1.04, 1.1, 12),
    Variant("mirrored-moved-darker", True, -5, 3, 0.97, 0.9, -12),
)


class VariedRuntime(BackboneRuntime):
    """A backbone that sees a variant of every face. Its features have a cache of their own."""

    def __init__(self, backbone: ResNet18, variant: Variant, device: str = "auto") -> None:
        super().__init__(backbone, device)
        self.hash = f"{self.hash}-{variant.name}"
        self._variant = variant

    def __call__(self, crops: NDArray[np.uint8]) -> NDArray[np.float16]:
        return super().__call__(np.stack([varied(crop, self._variant) for crop in crops]))


def varied(crop: NDArray[np.uint8], variant: Variant) -> NDArray[np.uint8]:
    """One face (H, W, 3) as the variant shows it."""
    image = crop[:, ::-1] if variant.mirror else crop
    half, unit = crop.shape[0] / 2, crop.shape[0] / CROP_SIZE
    move = np.array(
        [
            [variant.scale, 0, half * (1 - variant.scale) + variant.right_px * unit],
            [0, variant.scale, half * (1 - variant.scale) + variant.down_px * unit],
        ]
    )
    size = (crop.shape[1], crop.shape[0])
    moved = cv2.warpAffine(np.ascontiguousarray(image), move, size, borderMode=cv2.BORDER_REPLICATE)
    return cv2.convertScaleAbs(moved, alpha=variant.contrast, beta=variant.brightness).astype(np.uint8)


def with_variants(
    samples: Sequence[Sample], count: int, data: DataConfig, backbone: ResNet18, device: str, reporter: Reporter
) -> list[Sample]:
    """The samples, each with the features of its first `count` variants, computed where they are not cached. What is
    replayed has none."""
    features: dict[str, list[NDArray[np.float16]]] = {sample.video: [] for sample in samples}
    for variant in VARIANTS[:count]:
        for other in load_samples(replace(data, replay=""), VariedRuntime(backbone, variant, device), reporter):
            if other.video in features:
                features[other.video].append(other.features)
    return [replace(sample, variants=tuple(features[sample.video])) for sample in samples]
