"""The backbone takes part in training: live features of frames of each window, from cached face crops.

Statistics of its norms stay fixed: a few windows are too few to estimate them. Tensor letters: B windows, F frames a
window reads, C channels, N live frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fedn.cores import usable_cores
from fedn.features.backbone_runtime import MEAN, STD
from fedn.models.fedn import FednDetector
from fedn.models.resnet import ResNet18
from training.config import OptimizationConfig
from training.crops import CropStore
from training.memory import chunk_frames
from training.precision import Precision
from training.variants import VARIANTS, varied
from training.variation import Drawn
from training.windows import GridSample, Place, whole_cells


class LivePictures(NamedTuple):
    """Frames whose features are computed anew.

    Attributes:
        pictures: (N, H, W, 3) uint8, aligned faces in RGB.
        windows, positions: (N,) the place of each in the batch's frames.
        references: (N, C) what is subtracted from its feature.
    """

    pictures: Tensor
    windows: Tensor
    positions: Tensor
    references: Tensor


class LiveBackbone:
    """Puts live features into a batch and carries the gradient back into the backbone.

    The gradient passes in two steps, so that memory does not grow with the batch: features without a graph, then, when
    the gradient at the features is known, each chunk of pictures once more with a graph (activation checkpointing over
    pictures). Without `recompute` the graph is kept, which is a quarter faster where memory allows it.

    Args:
        crops: for each sample, in their order; None where there are none.
    """

    def __init__(
        self,
        backbone: ResNet18,
        detector: FednDetector,
        crops: Sequence[CropStore | None],
        how: OptimizationConfig,
        precision: Precision,
    ) -> None:
        self.backbone = backbone.eval().requires_grad_(True)
        self.detector, self._crops, self._precision = detector, crops, precision
        self._frames, self._recompute = how.gradient_frames, how.recompute
        self._chunk = chunk_frames(precision.device)
        self._readers = ThreadPoolExecutor(usable_cores(), thread_name_prefix="crops")
        self._pictures: Tensor | None = None
        self._features: Tensor | None = None

    def load(self, samples: Sequence[GridSample], drawn: Sequence[Drawn]) -> LivePictures | None:
        """The pictures of up to `gradient_frames` random positions of every window; None if no frame has a face."""
        wanted = [
            (window, position, one.place, frame)
            for window, one in enumerate(drawn)
            if self._crops[one.place.row] is not None
            for position, frame in self._chosen(samples[one.place.row], one)
        ]
        pictures = list(self._readers.map(lambda row: self._picture(row[2], row[3]), wanted))
        found = [(row, picture) for row, picture in zip(wanted, pictures, strict=True) if picture is not None]
        if not found:
            return None
        return LivePictures(
            torch.from_numpy(np.stack([picture for _, picture in found])),
            torch.tensor([window for (window, *_), _ in found]),
            torch.tensor([position for (_, position, *_), _ in found]),
            torch.stack([samples[place.row].reference_of(place.variant) for (_, _, place, _), _ in found]),
        )

    def _picture(self, place: Place, frame: int) -> NDArray[np.uint8] | None:
        """A frame's face as the window shows it."""
        store = self._crops[place.row]
        picture = store.read(frame) if store is not None else None
        return varied(picture, VARIANTS[place.variant - 1]) if picture is not None and place.variant else picture

    def _chosen(self, sample: GridSample, one: Drawn) -> list[tuple[int, int]]:
        """Positions in the window, and the video's frame at each."""
        cells = whole_cells(one.place, self.detector.config)
        random = np.random.default_rng((one.seed, 5))
        positions: NDArray[np.int64] = np.sort(random.permutation(len(cells))[: self._frames])
        frames = sample.frames[cells[positions].clip(0, len(sample.frames) - 1)]
        return list(zip(positions.tolist(), frames.tolist(), strict=True))

    def with_live(self, frames: Tensor, live: LivePictures | None) -> Tensor:
        """Prepared frames (B, F, C) with live features in their places; everything is on the device."""
        if live is None:
            self._features = None
            return frames
        if self._recompute:
            with torch.no_grad():
                features = torch.cat([self._forward(chunk) for chunk in live.pictures.split(self._chunk)])
            self._pictures, self._features = live.pictures, features.requires_grad_(True)
        else:
            features = torch.cat([self._forward(chunk) for chunk in live.pictures.split(self._chunk)])
        prepared = (features - live.references - self.detector.feature_mean) / self.detector.feature_scale
        frames = frames.clone()
        frames[live.windows, live.positions] = prepared
        return frames

    def carry_back(self) -> None:
        """Carries the gradient at the live features into the backbone's weights."""
        if self._features is None or self._features.grad is None or self._pictures is None:
            return
        gradients = self._features.grad.split(self._chunk)
        for chunk, gradient in zip(self._pictures.split(self._chunk), gradients, strict=True):
            self._forward(chunk).backward(gradient)
        self._pictures = self._features = None

    def shrink(self) -> bool:
        """Half as many pictures at once, if there were several."""
        if not self._recompute:
            self._recompute = True
            return True
        if self._chunk == 1:
            return False
        self._chunk //= 2
        return True

    def _forward(self, pictures: Tensor) -> Tensor:
        with self._precision.computing():
            return self.backbone(normalized(pictures)).float()


def normalized(images: Tensor) -> Tensor:
    """Bytes (N, H, W, 3) -> what the backbone was pre-trained on, (N, 3, H, W)."""
    mean, deviation = torch.tensor(MEAN, device=images.device), torch.tensor(STD, device=images.device)
    return ((images.float() / 255 - mean) / deviation).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
