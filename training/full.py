"""Training of the full network: crops are cached once, the backbone learns, its features are computed anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from fedn.features.backbone_runtime import BackboneRuntime
from fedn.models.fedn import FednDetector
from fedn.models.resnet import ResNet18
from fedn.progress import Reporter
from training.backbone import LiveBackbone
from training.config import TrainingConfig
from training.crops import CropStore, crops_of
from training.datasets.sample import Sample
from training.windows import GridSample, to_grid


class FullScope:
    """What training the backbone needs beside the detector's loop."""

    def __init__(
        self,
        backbone: ResNet18,
        detector: FednDetector,
        samples: Sequence[Sample],
        config: TrainingConfig,
        device: torch.device,
    ) -> None:
        self._backbone, self._detector, self._config, self._device = backbone, detector, config, device
        self._stores: dict[str, CropStore] = {}
        self._samples = list(samples)
        self._folder: Path | None = None
        self.live: LiveBackbone | None = None

    def prepare(self, run: Path, reporter: Reporter) -> None:
        """Caches the crops of the training videos in the run folder."""
        self._folder = run / "crops"
        how = self._config.optimization
        stores = [self._store(sample, reporter) for sample in self._samples]
        self.live = LiveBackbone(
            self._backbone,
            self._detector,
            stores,
            frames=how.gradient_frames,
            device=self._device,
            bfloat16=how.bfloat16,
        )

    def refresh(self, samples: Sequence[GridSample], labels: Sequence[str], reporter: Reporter) -> list[GridSample]:
        """The training samples with the features of the backbone as it is now."""
        fresh = self.with_features([sample.sample for sample in samples], reporter)
        return [to_grid(sample, labels, self._detector) for sample in fresh]

    def with_features(self, samples: Sequence[Sample], reporter: Reporter) -> list[Sample]:
        """Samples with the features of the backbone as it is now."""
        runtime = BackboneRuntime(self._backbone, str(self._device))
        result = []
        for number, sample in enumerate(samples):
            store = self._store(sample, reporter)
            features = np.array(sample.features)
            frames = store.frames()
            for first in range(0, len(frames), runtime.batch):
                reporter.check()
                chunk = frames[first : first + runtime.batch]
                crops = [crop for crop in map(store.read, chunk) if crop is not None]
                features[chunk] = runtime(np.stack(crops))
            reporter.progress("Computing features anew", number + 1, len(samples), stage="features")
            result.append(replace(sample, features=features))
        return result

    def _store(self, sample: Sample, reporter: Reporter) -> CropStore:
        if sample.video not in self._stores:
            assert self._folder is not None
            self._stores[sample.video] = crops_of(sample, self._folder, reporter)
        return self._stores[sample.video]
