"""The scope "full": face crops are cached once, the backbone learns, features are computed anew with it.

What is replayed has no pictures: its features follow those of the other videos (see training.drift)."""

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
from training.drift import MOST_FRAMES, Drift
from training.processes import Processes
from training.variants import VARIANTS, VariedRuntime


class FullScope:
    """The crops of videos, and their features by any backbone.

    Args:
        folder: for crops of samples that have no cache of their own.
        limit_gb: the most that crops may take on the disk.
    """

    def __init__(self, folder: Path, limit_gb: float) -> None:
        self._folder, self._limit_gb = folder, limit_gb
        self._stores: dict[str, CropStore] = {}

    def stores(self, samples: Sequence[Sample], backbone: ResNet18, reporter: Reporter) -> list[CropStore | None]:
        """The crops of each sample, cut out if they are not there yet, as large as the backbone sees them; None for
        what is replayed.

        Raises:
            TrainingError: if a sample has no video, or the crops need more than the limit.
            Cancelled: if `reporter` asked to stop.
        """
        for sample in samples:
            if not sample.is_replay and sample.video not in self._stores:
                self._stores[sample.video] = crops_of(
                    sample,
                    self._folder,
                    reporter,
                    size=int(backbone.input_size),
                    limit_gb=self._limit_gb,
                    in_use=list(self._stores.values()),
                )
        return [self._stores.get(sample.video) for sample in samples]

    def with_variants(
        self, samples: Sequence[Sample], count: int, backbone: ResNet18, device: torch.device, reporter: Reporter
    ) -> list[Sample]:
        """The samples, each with the features of its first `count` variants; what is replayed has none."""
        stores = self.stores(samples, backbone, reporter)
        runtimes = [VariedRuntime(backbone, variant, str(device)) for variant in VARIANTS[:count]]
        result = []
        for sample, store in zip(samples, stores, strict=True):
            own = () if store is None else tuple(_filled(sample.features, store, one, reporter) for one in runtimes)
            result.append(replace(sample, variants=own))
        return result

    def drift(
        self, samples: Sequence[Sample], backbone: ResNet18, device: torch.device, reporter: Reporter
    ) -> Drift | None:
        """How the features of filmed videos have moved, on MOST_FRAMES of their frames; None if none has a face."""
        stores = self.stores(samples, backbone, reporter)
        seen = [
            (sample, store, frame)
            for sample, store in zip(samples, stores, strict=True)
            if store
            for frame in store.frames()
        ]
        chosen = seen[:: max(1, -(-len(seen) // MOST_FRAMES))]
        if not chosen:
            return None
        runtime, new = BackboneRuntime(backbone, str(device)), list[np.ndarray]()
        for first in range(0, len(chosen), runtime.batch):
            reporter.check()
            reporter.progress("Looking at how the features have moved", first, len(chosen), stage="features")
            crops = [store.read(frame) for _, store, frame in chosen[first : first + runtime.batch]]
            new.append(runtime(np.stack([crop for crop in crops if crop is not None])))
        return Drift.between(np.stack([sample.features[frame] for sample, _, frame in chosen]), np.concatenate(new))

    def with_features(
        self,
        samples: Sequence[Sample],
        backbone: ResNet18,
        device: torch.device,
        reporter: Reporter,
        processes: Processes | None = None,
    ) -> list[Sample]:
        """Samples with the features of a backbone, also of their variants. What is replayed stays as it is.

        Args:
            processes: that share the work; each gets all features.
        """
        stores = self.stores(samples, backbone, reporter)
        most = max((len(sample.variants) for sample in samples), default=0)
        runtimes = [BackboneRuntime(backbone, str(device))]
        runtimes += [VariedRuntime(backbone, variant, str(device)) for variant in VARIANTS[:most]]
        result = []
        for number, (sample, store) in enumerate(zip(samples, stores, strict=True)):
            mine = processes is None or number % processes.count == processes.index
            rows = [sample.features, *sample.variants]
            if store is not None and mine:
                shown = zip(rows, runtimes[: len(rows)], strict=True)
                rows = [_filled(row, store, runtime, reporter) for row, runtime in shown]
            if store is not None and processes is not None and processes.count > 1:
                rows = [_from_one(row, processes, mine) for row in rows]
            reporter.progress("Computing features anew", number + 1, len(samples), stage="features")
            result.append(replace(sample, features=rows[0], variants=tuple(rows[1:])))
        return result


def _from_one(features: np.ndarray, processes: Processes, mine: bool) -> np.ndarray:
    """Features (T, C) of the process that has computed them."""
    own = torch.from_numpy(features.copy()).float()
    return processes.sum(own if mine else torch.zeros_like(own)).numpy().astype(np.float16)


def _filled(features: np.ndarray, store: CropStore, runtime: BackboneRuntime, reporter: Reporter) -> np.ndarray:
    """The features (T, C), those of frames that have a crop computed anew."""
    frames, result = store.frames(), np.array(features)
    for first in range(0, len(frames), runtime.batch):
        reporter.check()
        chunk = frames[first : first + runtime.batch]
        result[chunk] = runtime(np.stack([crop for crop in map(store.read, chunk) if crop is not None]))
    return result
