"""Training of FEDN: the detector on cached features, or the whole network from cached face crops."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from fedn.checkpoint import Model, save_model
from fedn.decoding import geometry
from fedn.errors import TrainingError
from fedn.model_info import ModelInfo
from fedn.models.build import build_detector
from fedn.models.resnet import ResNet18
from fedn.predictors.fedn import FednPredictor
from fedn.progress import SILENT, Reporter
from training.backbone import LiveBackbone, LivePictures
from training.config import REPLAY_FILE, TrainingConfig
from training.datasets.replay import read_replay, write_replay
from training.datasets.sample import Sample
from training.drift import drift_of, moved
from training.evaluation import Predicted, predict
from training.full import FullScope
from training.learner import Learner, below
from training.losses import Totals, criterion
from training.precision import Precision
from training.start import feature_source, fit_scale, starting_model
from training.targets import TRUE, Assignment, Truth, assign
from training.variants import with_variants
from training.variation import Drawn, Variation, draw_epoch, draw_variation
from training.windows import collate, draw_places, to_grid

EPOCH_BACKBONE = "epoch."
NAMED_WINDOWS = 4


class WindowBatch(NamedTuple):
    """Windows ready for the network (see `training.windows`), and what each prediction is responsible for.

    Attributes:
        live: the pictures of frames whose features are computed anew; None in the scope "detector".
    """

    frames: Tensor
    variation: Variation | None
    truth: Truth
    assignment: Assignment
    live: LivePictures | None


class FednLearner(Learner):
    """`network` holds the parts "detector" and, in the scope "full", "backbone"."""

    def __init__(self, config: TrainingConfig, device: torch.device) -> None:
        super().__init__(config, device)
        how, start = config.optimization, starting_model(config)
        self.start, self.info, self.detector = start, start.info, start.detector
        self.backbone = feature_source(config, start)
        self.precision = Precision(device, how.bfloat16)
        self.full: FullScope | None = None
        self.live: LiveBackbone | None = None
        parts: dict[str, nn.Module] = {"detector": start.detector}
        groups: list[dict[str, Any]] = [{"params": list(start.detector.parameters()), "share": 1.0}]
        if how.scope == "full":
            start.backbone.requires_grad_(True)
            parts["backbone"] = start.backbone
            groups.append({"params": list(start.backbone.parameters()), "share": how.backbone_rate})
        network = nn.ModuleDict(parts).to(device)
        adam = torch.optim.Adam(groups, lr=how.learning_rate, weight_decay=how.weight_decay, fused=True)
        self.attend(network, adam)
        self.clipped = [list(part.parameters()) for part in network.values()]
        self.where, self._near = geometry(start.detector.config, device), geometry(start.detector.config)
        self._parent = {name: value.detach().clone() for name, value in start.detector.named_parameters()}
        self._epoch_backbone: dict[str, Tensor] = {}
        self._first: list[Sample] = []
        self._reporter = SILENT

    def begin(self, samples: Sequence[Sample], folder: Path, reporter: Reporter) -> None:
        config, labels, is_full = self.config, self.info.labels, self.config.optimization.scope == "full"
        if is_full:
            self.full = FullScope(folder / "crops", config.optimization.crop_cache_gb)
            # Kept pictures give slightly other features than the video: all frames of a window have to be of one kind.
            samples = self.full.with_features(samples, self.start.backbone, self.device, reporter, self.processes)
        samples = self._with_variants(samples, reporter)
        if not config.start.parent:
            fit_scale(self.detector, samples)
        self.begin_average()
        self._first, self._reporter = list(samples), reporter
        self.samples = [to_grid(sample, labels, self.detector) for sample in samples]
        if not any((sample.roles == TRUE).any() for sample in self.samples):
            raise TrainingError(
                f"none of the events to learn from has a label that the model knows ({', '.join(labels)}); "
                "relabel them or choose another model"
            )
        if self.full is not None:
            stores = self.full.stores(samples, self.start.backbone, reporter)
            self.live = LiveBackbone(self.start.backbone, self.detector, stores, config.optimization, self.precision)

    def _with_variants(self, samples: Sequence[Sample], reporter: Reporter) -> Sequence[Sample]:
        variants, data, backbone = self.config.augmentation.variants, self.config.data, self.start.backbone
        if not variants:
            return samples
        if data.features:
            raise TrainingError("features from files have no variants; set variants to 0 in the recipe")
        if self.full is not None:
            return self.full.with_variants(samples, variants, backbone, self.device, reporter)
        return with_variants(samples, variants, data, backbone, str(self.device), reporter)

    def begin_epoch(self, epoch: int, reporter: Reporter) -> None:
        """From the second epoch on, features that carry no gradient are those of the backbone at the epoch's start."""
        if self.full is None or epoch == 0:
            return
        backbone, now = self.start.backbone, None
        if self._epoch_backbone:
            now = {name: value.clone() for name, value in backbone.state_dict().items()}
            backbone.load_state_dict(self._epoch_backbone)
        fresh = self.full.with_features(self._first, backbone, self.device, reporter, self.processes)
        drift = drift_of(_filmed(self._first), _filmed(fresh)) if any(one.is_replay for one in fresh) else None
        fresh = [moved([sample], drift)[0] if sample.is_replay else sample for sample in fresh]
        self.samples = [to_grid(sample, self.info.labels, self.detector) for sample in fresh]
        self._epoch_backbone = {name: value.detach().cpu().clone() for name, value in backbone.state_dict().items()}
        if now is not None:
            backbone.load_state_dict(now)

    def train_mode(self) -> None:
        # Statistics of the backbone's norms stay as they are.
        self.detector.train()

    def plan(self, epoch: int) -> list[list[Drawn]]:
        how, augmentation, network = self.config.optimization, self.config.augmentation, self.detector.config
        random = np.random.default_rng((self.config.seed, 2, epoch))
        places = draw_places(
            self.samples,
            network,
            step=how.window_step,
            negatives=how.negatives,
            least_negatives=how.least_negatives,
            augmentation=augmentation,
            random=random,
        )
        drawn = draw_epoch(self.samples, places, network.window_frames, augmentation.mix, random)
        if self.full is not None:
            drawn = self._spread(drawn)
        batches = [drawn[first : first + how.batch_size] for first in range(0, len(drawn), how.batch_size)]
        return batches[: how.steps_per_epoch] if how.steps_per_epoch else batches

    def _spread(self, drawn: Sequence[Drawn]) -> list[Drawn]:
        """Filmed windows evenly among replayed ones, which have no pictures: a batch of these alone would teach the
        backbone nothing. The order within either kind stays as it was drawn."""
        is_replay = [self.samples[one.place.row].sample.is_replay for one in drawn]
        filmed = [one for one, replayed in zip(drawn, is_replay, strict=True) if not replayed]
        others = [one for one, replayed in zip(drawn, is_replay, strict=True) if replayed]
        placed = [(at / len(kind), one) for kind in (filmed, others) for at, one in enumerate(kind)]
        return [one for _, one in sorted(placed, key=lambda pair: pair[0])]

    def name(self, items: Sequence[Drawn]) -> str:
        told = []
        for one in items[:NAMED_WINDOWS]:
            sample = self.samples[one.place.row]
            first = sample.frames[int(np.clip(one.place.start, 0, len(sample.frames) - 1))]
            told.append(f"{sample.sample.video} from frame {first}")
        more = len(items) - len(told)
        return "; ".join(told) + (f" and {more} more windows" if more else "")

    def load(self, items: Sequence[Drawn], random: np.random.Generator) -> WindowBatch:
        network = self.detector.config
        frames, truth = collate(self.samples, [one.place for one in items], network)
        variation = draw_variation(self.samples, items, network, self.config.augmentation)
        live = self.live.load(self.samples, items) if self.live is not None else None
        batch = WindowBatch(frames, variation, truth, assign(truth, self._near), live)
        return _each(batch, Tensor.pin_memory) if self.device.type == "cuda" else batch

    def totals(self, batch: WindowBatch, items: Sequence[Drawn]) -> Tensor:
        return torch.tensor(Totals.of(batch.assignment))

    def losses(self, batch: WindowBatch, share: float, totals: Tensor) -> dict[str, Tensor]:
        batch = _each(batch, lambda tensor: tensor.to(self.device, non_blocking=True))
        frames = batch.frames
        if self.live is not None:
            frames = self.live.with_live(frames, batch.live)
        if batch.variation is not None:
            frames = batch.variation.of(frames)
        with self.precision.computing():
            raw = self.detector(frames)
        network, how = self.detector.config, self.config.optimization
        divided_by = Totals(*totals.tolist())
        losses = criterion(raw, batch.truth, batch.assignment, self.where, network, how, divided_by)
        total = losses.total + share * self._pull() if how.parent_pull else losses.total
        return {"loss": total, "interval_loss": losses.interval, "label_loss": losses.label}

    def after_backward(self) -> None:
        if self.live is not None:
            self.live.carry_back()

    def shrink(self) -> bool:
        return self.live is not None and self.live.shrink()

    def _pull(self) -> Tensor:
        """The squared distance from the parent's weights, so that a few corrections do not wash out what it knew."""
        apart = [(value - self._parent[name]).square().sum() for name, value in self.detector.named_parameters()]
        return self.config.optimization.parent_pull * torch.stack(apart).sum()

    def predict(self, weights: Mapping[str, Tensor], samples: Sequence[Sample], reporter: Reporter) -> Predicted:
        model = self._model(weights)
        if self.full is not None:
            samples = self.full.with_features(samples, model.backbone, self.device, reporter)
        return predict(FednPredictor(model, str(self.device)), samples, reporter)

    def save(self, folder: Path, weights: Mapping[str, Tensor], info: ModelInfo) -> ModelInfo:
        model = self._model(weights)
        saved = save_model(folder, backbone=model.backbone, detector=model.detector.cpu(), info=info)
        if self.full is not None and self.config.data.replay:
            self._save_replay(folder / REPLAY_FILE, model.backbone, self.full)
        return saved

    def _save_replay(self, path: Path, backbone: ResNet18, full: FullScope) -> None:
        """What was replayed, as the new backbone would see it: for the next retraining of this model."""
        # The file belongs to the backbone as it was before it learned.
        before = starting_model(self.config).backbone
        kept = read_replay(Path(self.config.data.replay), before, about=sys.maxsize)
        if kept:
            drift = full.drift(_filmed(self._first), backbone, self.device, self._reporter)
            write_replay(moved(kept, drift), path, backbone)

    def _model(self, weights: Mapping[str, Tensor]) -> Model:
        detector = build_detector(self.detector.config)
        detector.load_state_dict(below(weights, "detector."))
        backbone = self.start.backbone
        if self.full is not None:
            backbone = ResNet18()
            backbone.load_state_dict(below(weights, "backbone."))
        return Model(backbone.eval(), detector.eval(), self.info)

    def state(self) -> dict[str, Tensor]:
        return super().state() | {f"{EPOCH_BACKBONE}{name}": value for name, value in self._epoch_backbone.items()}

    def load_state(self, state: Mapping[str, Tensor], step: int) -> None:
        super().load_state(state, step)
        self._epoch_backbone = below(state, EPOCH_BACKBONE)


def _filmed(samples: Sequence[Sample]) -> list[Sample]:
    """Those that are not replayed."""
    return [sample for sample in samples if not sample.is_replay]


def _each(value: Any, change: Any) -> Any:
    """Nested tuples with every tensor changed."""
    if isinstance(value, Tensor):
        return change(value)
    return type(value)(*(_each(entry, change) for entry in value)) if isinstance(value, tuple) else value


LEARNER = FednLearner
