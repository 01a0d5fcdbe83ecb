"""Training of CEFLNet's recognizer: true intervals of cached features, cross-entropy (its public code's settings).

Boundaries are moved a little each time an interval is seen, because those that a spotter finds are never exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.ceflnet_config import CeflnetConfig
from fedn.errors import TrainingError
from fedn.features.extract import VideoFeatures
from fedn.model_info import ModelInfo
from fedn.models.ceflnet import build_ceflnet
from fedn.predictors.ceflnet import CeflnetModel, CeflnetRecognizer, clips_of, face_at_rest, save_ceflnet
from fedn.progress import Reporter
from training.config import TrainingConfig
from training.datasets.sample import Sample
from training.evaluation import Predicted
from training.learner import Learner, pretrained_backbone, starting_labels

MOVED_SHARE = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class NamedInterval:
    """An expression to learn from: its video with the face at rest, where it lies, and its label's number."""

    features: VideoFeatures
    rest: NDArray[np.float32]
    event: Event
    label: int


class CeflnetLearner(Learner):
    """All intervals in random order, each with its boundaries moved."""

    def __init__(self, config: TrainingConfig, device: torch.device) -> None:
        super().__init__(config, device)
        labels = starting_labels(config)
        self.backbone = self._backbone = pretrained_backbone(config)
        self._network = build_ceflnet(CeflnetConfig(len(labels), **config.start.network), seed=config.seed)
        self.info = ModelInfo(config.name, labels, self._network.config, kind="ceflnet")
        how, parameters = config.optimization, self._network.parameters()
        self.attend(self._network, torch.optim.Adam(parameters, lr=how.learning_rate, weight_decay=how.weight_decay))

    def begin(self, samples: Sequence[Sample], folder: Path, reporter: Reporter) -> None:
        self._learned = self._intervals(samples)
        if not self._learned:
            labels = ", ".join(self.info.labels)
            raise TrainingError(f"no reviewed event has one of the labels {labels}; correct the recipe")
        self._network.fit_scale(self._clips(self._learned, None).flatten(0, 2).to(self.device))
        scale = {"feature_mean": self._network.feature_mean, "feature_scale": self._network.feature_scale}
        self.average.load(scale)

    def _intervals(self, samples: Sequence[Sample]) -> list[NamedInterval]:
        found = []
        for sample in samples:
            features = VideoFeatures(sample.features, sample.has_face, sample.frame_index, {})
            rest = face_at_rest(features, self._network.config)
            known = [event for event in sample.reviewed_events if event.label in self.info.labels]
            found += [NamedInterval(features, rest, e, self.info.labels.index(e.label)) for e in known]
        return found

    def _clips(self, batch: Sequence[NamedInterval], random: np.random.Generator | None) -> Tensor:
        config = self._network.config
        rows = [clips_of(one.features, [moved(one.event.interval, random)], config, one.rest) for one in batch]
        return torch.cat(rows)

    def plan(self, epoch: int) -> list[list[NamedInterval]]:
        how = self.config.optimization
        order = np.random.default_rng((self.config.seed, 2, epoch)).permutation(len(self._learned))
        firsts = range(0, len(order), how.batch_size)
        return [[self._learned[index] for index in order[first : first + how.batch_size]] for first in firsts]

    def load(self, items: Sequence[NamedInterval], random: np.random.Generator) -> tuple[Tensor, Tensor]:
        return self._clips(items, random), torch.tensor([one.label for one in items])

    def losses(self, batch: tuple[Tensor, Tensor], share: float, totals: Tensor) -> dict[str, Tensor]:
        clips, labels = (values.to(self.device) for values in batch)
        return {"loss": share * functional.cross_entropy(self._network(clips), labels)}

    def _model(self, weights: Mapping[str, Tensor], info: ModelInfo) -> CeflnetModel:
        network = build_ceflnet(self._network.config, seed=0)
        network.load_state_dict(dict(weights))
        return CeflnetModel(self._backbone, network.eval(), info)

    def predict(self, weights: Mapping[str, Tensor], samples: Sequence[Sample], reporter: Reporter) -> Predicted:
        """The true intervals with the labels that it gives them: whatever is wrong, is wrong with the labels."""
        recognizer = CeflnetRecognizer(self._model(weights, self.info), str(self.device))
        result = Predicted({}, {}, {})
        for sample in samples:
            true = [event for event in sample.reviewed_events if event.kind == "macro"]
            features = VideoFeatures(sample.features, sample.has_face, sample.frame_index, {})
            said = recognizer.recognize_features(features, [event.interval for event in true])
            named = [
                replace(event, label=self.info.labels[int(row.argmax())], score=float(row.max()))
                for event, row in zip(true, said, strict=True)
            ]
            result.truth[sample.video], result.events[sample.video] = true, named
            result.candidates[sample.video] = named
        return result

    def save(self, folder: Path, weights: Mapping[str, Tensor], info: ModelInfo) -> ModelInfo:
        return save_ceflnet(folder, self._model(weights, info))


def moved(interval: Interval, random: np.random.Generator | None) -> Interval:
    """The interval with each boundary moved by up to 15 % of its length; as it is without a generator."""
    if random is None:
        return interval
    by = np.round(random.uniform(-MOVED_SHARE, MOVED_SHARE, 2) * interval.length).astype(int)
    start = max(0, interval.start + int(by[0]))
    return Interval(start, max(start + 1, interval.stop + int(by[1])))


LEARNER = CeflnetLearner
