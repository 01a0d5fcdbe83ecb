"""Training of FESNet (re-implementation from the abstract), on cached maps or end to end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from fedn.errors import ModelError, TrainingError
from fedn.features.map_runtime import MapRuntime
from fedn.fesnet_config import FesnetConfig
from fedn.model_info import ModelInfo, read_model_info
from fedn.models.fesnet import KINDS, build_fesnet
from fedn.models.resnet_front import LAYER_3, SHAPES, ResNetFront
from fedn.predictors.fesnet import FesnetModel, FesnetPredictor, load_fesnet, save_fesnet
from fedn.progress import Reporter
from training.config import AugmentationConfig, TrainingConfig
from training.crops import CropStore, crops_of
from training.datasets.sample import Sample
from training.evaluation import Predicted, predict
from training.fesnet_losses import fesnet_loss
from training.frame_targets import IGNORED, NEUTRAL, inverse_root_weights
from training.frame_windows import FrameSample, IntervalBatch, Place, collate, draw_intervals
from training.learner import Learner, below, decayed_groups, pretrained_backbone, starting_labels
from training.live_maps import LiveMaps

SCALE_FRAMES = 1024


class LoadedIntervals(NamedTuple):
    """Intervals and their places, with what each is compared with, and the generator for what varies them."""

    intervals: IntervalBatch
    places: Sequence[Place]
    references: Tensor
    random: np.random.Generator


class FesnetLearner(Learner):
    """`network` holds the parts "network" and, where the convolutions learn too (scope "full"), "front".

    Of the augmentation shift, speed, gain and channel dropout are used. Everything is computed in float32: small
    differences from the first frame would drown in the rounding of bfloat16.
    """

    def __init__(self, config: TrainingConfig, device: torch.device) -> None:
        super().__init__(config, device)
        start = starting_fesnet(config)
        self.info, self.front = start.info, start.front
        self.backbone = MapRuntime(start.front, str(device))
        self._full = config.optimization.scope == "full"
        parts: dict[str, nn.Module] = {"network": start.network}
        how = config.optimization
        groups = decayed_groups(start.network, decay=how.weight_decay)
        if self._full:
            parts["front"] = start.front
            groups += decayed_groups(start.front, decay=how.weight_decay, share=how.backbone_rate)
        self.attend(nn.ModuleDict(parts), torch.optim.AdamW(groups, lr=how.learning_rate))
        self._core = start.network
        self._stores: dict[str, CropStore] = {}
        self._live: LiveMaps | None = None

    def begin(self, samples: Sequence[Sample], folder: Path, reporter: Reporter) -> None:
        self.samples = [FrameSample.of(sample, self.info.labels) for sample in samples]
        kinds = np.concatenate([sample.targets.kinds for sample in self.samples])
        if not (kinds > NEUTRAL).any():
            raise TrainingError("no expression with a visible face was found in the reviewed time to learn from")
        counts = np.bincount(kinds[kinds != IGNORED], minlength=len(KINDS))
        self.weights = torch.from_numpy(inverse_root_weights(counts)).to(self.device)
        if not self.config.start.parent:
            self._core.space.fit_scale(_some_maps(samples).to(self.device))
            self.begin_average()
        self._crop_folder = folder / "crops"
        if self._full:
            how = self.config.optimization
            stores = [self._store(sample, reporter) for sample in samples]
            self._live = LiveMaps(self.front, stores, frames=how.gradient_frames, device=self.device)

    def train_mode(self) -> None:
        # Statistics of the backbone's norms stay as they are.
        self._core.train()

    def plan(self, epoch: int) -> list[list[Place]]:
        how = self.config.optimization
        places = draw_intervals(
            self.samples,
            length=self._core.config.window_frames,
            step=how.window_step,
            augmentation=self.config.augmentation,
            random=np.random.default_rng((self.config.seed, 2, epoch)),
        )
        batches = [places[first : first + how.batch_size] for first in range(0, len(places), how.batch_size)]
        return batches[: how.steps_per_epoch] if how.steps_per_epoch else batches

    def name(self, items: Sequence[Place]) -> str:
        return ", ".join(sorted({self.samples[place.row].sample.video for place in items}))

    def load(self, items: Sequence[Place], random: np.random.Generator) -> LoadedIntervals:
        batch = collate(self.samples, items, self._core.config.window_frames)
        return LoadedIntervals(batch, items, references(batch.kinds, self._core.config, random), random)

    def losses(self, batch: LoadedIntervals, share: float, totals: Tensor) -> dict[str, Tensor]:
        rows = batch.intervals.rows
        if self._live is not None:
            rows = self._live.replace(rows, self.samples, batch.places, batch.random)
        rows = vary_maps(rows.to(self.device).float(), self.config.augmentation, batch.random)
        output = self._core(rows, batch.references.to(self.device))
        kinds = batch.intervals.kinds.to(self.device)
        known = batch.intervals.expressions
        expressions = type(known)(*(column.to(self.device) for column in known))
        losses = fesnet_loss(output, kinds, expressions, self.weights, self.config.optimization)
        return {
            name: share * value
            for name, value in zip(("loss", "frame_loss", "smooth_loss", "label_loss"), losses, strict=True)
        }

    def after_backward(self) -> None:
        if self._live is not None:
            self._live.backward()

    def predict(self, weights: Mapping[str, Tensor], samples: Sequence[Sample], reporter: Reporter) -> Predicted:
        model = self._model(weights, self.info)
        predictor = FesnetPredictor(model, str(self.device))
        found = Predicted({}, {}, {})
        for sample in samples:
            fresh = self._with_maps(sample, model.front, reporter) if self._full else sample
            one = predict(predictor, [fresh], reporter)
            for everything, own in zip(
                (found.truth, found.events, found.candidates), (one.truth, one.events, one.candidates), strict=True
            ):
                everything.update(own)
        return found

    def save(self, folder: Path, weights: Mapping[str, Tensor], info: ModelInfo) -> ModelInfo:
        return save_fesnet(folder, self._model(weights, info))

    def _model(self, weights: Mapping[str, Tensor], info: ModelInfo) -> FesnetModel:
        network = build_fesnet(self._core.config, seed=0)
        network.load_state_dict(below(weights, "network."))
        front = ResNetFront(self.front, blocks=LAYER_3)
        if self._full:
            front.load_state_dict(below(weights, "front."))
        return FesnetModel(front.cpu().eval(), network.eval(), info)

    def _with_maps(self, sample: Sample, front: ResNetFront, reporter: Reporter) -> Sample:
        """The sample with the maps of the convolutions as they are now."""
        runtime, store = MapRuntime(front, str(self.device)), self._store(sample, reporter)
        rows, frames = np.array(sample.features), store.frames()
        for first in range(0, len(frames), runtime.batch):
            reporter.check()
            chunk = frames[first : first + runtime.batch]
            rows[chunk] = runtime(np.stack([crop for crop in map(store.read, chunk) if crop is not None]))
        return replace(sample, features=rows)

    def _store(self, sample: Sample, reporter: Reporter) -> CropStore:
        if sample.video not in self._stores:
            self._stores[sample.video] = crops_of(sample, self._crop_folder, reporter)
        return self._stores[sample.video]


def starting_fesnet(config: TrainingConfig) -> FesnetModel:
    """The parent, or a new network behind the first layers of a backbone.

    Raises:
        TrainingError: if the recipe names neither a parent nor labels, or its network cannot be.
        ModelError: if parent or backbone cannot be used.
    """
    start = config.start
    if start.parent:
        return load_fesnet(read_model_info(Path(start.parent)))
    labels = starting_labels(config)
    try:
        network = FesnetConfig.from_dict({"label_count": len(labels), **start.network})
    except ModelError as error:
        raise TrainingError(f"[start] in the recipe: {error}") from None
    front = ResNetFront(pretrained_backbone(config), blocks=LAYER_3).eval()
    info = ModelInfo(config.name, labels, network, kind="fesnet", **asdict(config.detection))
    return FesnetModel(front, build_fesnet(network, seed=config.seed), info)


def references(kinds: Tensor, config: FesnetConfig, random: np.random.Generator) -> Tensor:
    """(B,) what the frames of each training interval are compared with: the first one, or a neutral one."""
    chosen = torch.zeros(len(kinds), dtype=torch.int64)
    if config.reference == "calm":
        for row, known in enumerate(kinds):
            calm = torch.nonzero(known == NEUTRAL).flatten().tolist()
            chosen[row] = int(random.choice(calm)) if calm else 0
    return chosen


def vary_maps(rows: Tensor, how: AugmentationConfig, random: np.random.Generator) -> Tensor:
    """Rows (B, T, W) of maps, stronger or weaker and without some channels, the same in all frames of an interval."""
    shape = SHAPES[LAYER_3]
    if how.gain == 0 and how.channel_dropout == 0:
        return rows
    gain = 1 + how.gain * random.uniform(-1, 1, (len(rows), 1))
    factors = gain * (random.random((len(rows), shape.channels)) >= how.channel_dropout)
    spread = torch.from_numpy(np.repeat(factors, shape.side**2, axis=1).astype(np.float32)).to(rows.device)
    return rows * spread.unsqueeze(1)


def _some_maps(samples: Sequence[Sample]) -> Tensor:
    """Maps (N, C, S, S) of frames with a face, spread over the samples."""
    share, parts = max(1, SCALE_FRAMES // len(samples)), []
    for sample in samples:
        seen = np.flatnonzero(sample.has_face)
        parts.append(sample.features[seen[np.linspace(0, len(seen) - 1, min(share, len(seen))).astype(int)]])
    shape = SHAPES[LAYER_3]
    return torch.from_numpy(np.concatenate(parts)).reshape(-1, shape.channels, shape.side, shape.side)


LEARNER = FesnetLearner
