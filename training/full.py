"""The scope "full": face crops are cached once, the backbone learns, features are computed anew with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from fedn.features.backbone_runtime import BackboneRuntime
from fedn.models.resnet import ResNet18
from fedn.progress import Reporter
from training.crops import CropStore, crops_of
from training.datasets.sample import Sample
from training.processes import Processes


class FullScope:
    """The crops of videos, and their features by any backbone.

    Args:
        folder: for crops of samples that have no cache of their own.
        limit_gb: the most that crops may take on the disk.
    """

    def __init__(self, folder: Path, limit_gb: float) -> None:
        self._folder, self._limit_gb = folder, limit_gb
        self._stores: dict[str, CropStore] = {}

    def stores(self, samples: Sequence[Sample], backbone: ResNet18, reporter: Reporter) -> list[CropStore]:
        """The crops of each sample, cut out if they are not there yet, as large as the backbone sees them.

        Raises:
            TrainingError: if a sample has no video, or the crops need more than the limit.
            Cancelled: if `reporter` asked to stop.
        """
        for sample in samples:
            if sample.video not in self._stores:
                self._stores[sample.video] = crops_of(
                    sample,
                    self._folder,
                    reporter,
                    size=int(backbone.input_size),
                    limit_gb=self._limit_gb,
                    in_use=list(self._stores.values()),
                )
        return [self._stores[sample.video] for sample in samples]

    def with_features(
        self,
        samples: Sequence[Sample],
        backbone: ResNet18,
        device: torch.device,
        reporter: Reporter,
        processes: Processes | None = None,
    ) -> list[Sample]:
        """Samples with the features of a backbone.

        Args:
            processes: that share the work; each gets all features.
        """
        stores = self.stores(samples, backbone, reporter)
        runtime = BackboneRuntime(backbone, str(device))
        result = []
        for number, (sample, store) in enumerate(zip(samples, stores, strict=True)):
            features = np.array(sample.features)
            mine = processes is None or number % processes.count == processes.index
            if mine:
                _fill(features, store, runtime, reporter)
            if processes is not None and processes.count > 1:
                own = torch.from_numpy(features).float()
                features = processes.sum(own if mine else torch.zeros_like(own)).numpy().astype(np.float16)
            reporter.progress("Computing features anew", number + 1, len(samples), stage="features")
            result.append(replace(sample, features=features))
        return result


def _fill(features: np.ndarray, store: CropStore, runtime: BackboneRuntime, reporter: Reporter) -> None:
    """Replaces the rows (T, C) of frames that have a crop."""
    frames = store.frames()
    for first in range(0, len(frames), runtime.batch):
        reporter.check()
        chunk = frames[first : first + runtime.batch]
        features[chunk] = runtime(np.stack([crop for crop in map(store.read, chunk) if crop is not None]))
