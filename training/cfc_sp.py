"""Training of CFC-SP: the coarse and the fine network, side by side and independent of each other, on single frames.

As published: label smoothing, AdamW with decay of matrices only, class-balanced sampling by the root rule, the fine
network on frames of negative labels alone, no smooth predicting. Tensor letters: N frames, W numbers in the row of a
frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as nnf

from fedn.cfc_sp_config import CfcSpConfig
from fedn.coarse_fine import CoarseFine, coarse_fine
from fedn.errors import ModelError, TrainingError
from fedn.features.extract import VideoFeatures
from fedn.model_info import ModelInfo, read_model_info
from fedn.models.cfc_sp import CfcSp, FrameNet, build_cfc_sp
from fedn.predictors.cfc_sp import CfcSpModel, CfcSpPredictor, load_cfc_sp, row_maker, save_cfc_sp
from fedn.progress import Reporter
from fedn.time_grid import TimeGrid
from training.config import AugmentationConfig, TrainingConfig
from training.datasets.sample import Sample
from training.evaluation import Predicted, predict
from training.frame_targets import IGNORED, NEUTRAL, frame_targets
from training.learner import Learner, decayed_groups, pretrained_backbone, starting_labels

LABEL_SMOOTHING = 0.1
OVERSAMPLED_BELOW = 0.15
SCALE_FRAMES = 4096


class Chosen(NamedTuple):
    """Cells by number that the coarse and the fine network learn from in a step."""

    coarse: NDArray[np.int64]
    fine: NDArray[np.int64]


class FrameBatch(NamedTuple):
    """Rows (N, W), references (N, C) and targets (N,) of single frames."""

    rows: Tensor
    references: Tensor
    targets: Tensor


class CfcSpLearner(Learner):
    """Of the augmentation gain, noise, offset and channel dropout are used."""

    network: CfcSp

    def __init__(self, config: TrainingConfig, device: torch.device) -> None:
        super().__init__(config, device)
        start, how = starting_cfc_sp(config), config.optimization
        self.info, self._backbone = start.info, start.backbone
        self.backbone = row_maker(start.backbone, start.network.config, str(device))
        groups = []
        for net in start.network.nets:
            groups += decayed_groups(net.head, decay=how.weight_decay)
            if net.block is not None:
                groups += decayed_groups(net.block, decay=how.weight_decay, share=how.backbone_rate)
        self.attend(start.network, torch.optim.AdamW(groups, lr=how.learning_rate))
        self.clipped = [list(net.parameters()) for net in start.network.nets]

    def begin(self, samples: Sequence[Sample], folder: Path, reporter: Reporter) -> None:
        self.frames = TrainingFrames(samples, self.info.labels, self.network)
        if not (self.frames.coarse > 0).any():
            raise TrainingError("no expression of a known label with a visible face was found in the reviewed time")
        if not self.config.start.parent:
            some = np.linspace(0, len(self.frames.coarse) - 1, min(len(self.frames.coarse), SCALE_FRAMES)).astype(int)
            self.network.fit_scale(*(values.to(self.device) for values in self.frames.rows(some)))
            counts = [sum(event.label == label for s in samples for event in s.events) for label in self.info.labels]
            self.network.shares.copy_(torch.tensor(self.network.grouping.shares(counts)))
            self.begin_average()

    def plan(self, epoch: int) -> list[Chosen]:
        how = self.config.optimization
        random = np.random.default_rng((self.config.seed, 2, epoch))
        coarse = balanced_draw(self.frames.coarse, random)
        fine = balanced_draw(self.frames.fine, random)
        count = max(1, len(coarse) // how.batch_size)
        count = min(count, how.steps_per_epoch) if how.steps_per_epoch else count
        most = how.batch_size
        return [Chosen(coarse[step::count][:most], fine[step::count][:most]) for step in range(count)]

    def share(self, items: Chosen, number: int, count: int) -> Chosen:
        return Chosen(items.coarse[number::count], items.fine[number::count])

    def size(self, items: Chosen) -> int:
        return len(items.coarse)

    def load(self, items: Chosen, random: np.random.Generator) -> tuple[FrameBatch, FrameBatch]:
        coarse = FrameBatch(*self.frames.rows(items.coarse), torch.from_numpy(self.frames.coarse[items.coarse]))
        return coarse, FrameBatch(*self.frames.rows(items.fine), torch.from_numpy(self.frames.fine[items.fine]))

    def losses(self, batch: tuple[FrameBatch, FrameBatch], share: float, totals: Tensor) -> dict[str, Tensor]:
        coarse = share * self._loss(self.network.coarse, batch[0])
        fine = coarse.detach() * 0
        if self.network.fine is not None and len(batch[1].targets):
            fine = share * self._loss(self.network.fine, batch[1])
        return {"loss": coarse + fine, "coarse_loss": coarse, "fine_loss": fine}

    def _loss(self, net: FrameNet, batch: FrameBatch) -> Tensor:
        rows, references, wanted = (values.to(self.device) for values in batch)
        x = vary_features(self.network.standard(net, rows, references), self.config.augmentation)
        return nnf.cross_entropy(net.head(x), wanted, label_smoothing=LABEL_SMOOTHING)

    def predict(self, weights: Mapping[str, Tensor], samples: Sequence[Sample], reporter: Reporter) -> Predicted:
        return predict(self._predictor(weights), samples, reporter)

    def judge(self, weights: Mapping[str, Tensor], samples: Sequence[Sample]) -> dict[str, float]:
        """The share of the true events that get their right label when they are given."""
        predictor = self._predictor(weights)
        right: list[bool] = []
        for sample in samples:
            events = [event for event in sample.reviewed_events if event.label in self.info.labels]
            features = VideoFeatures(sample.features, sample.has_face, sample.frame_index, {})
            named = predictor.recognize_features(features, [event.interval for event in events]).argmax(axis=1)
            right += [self.info.labels[place] == event.label for place, event in zip(named, events, strict=True)]
        return {"named_right": float(np.mean(right))} if right else {}

    def save(self, folder: Path, weights: Mapping[str, Tensor], info: ModelInfo) -> ModelInfo:
        return save_cfc_sp(folder, self._model(weights, info))

    def _predictor(self, weights: Mapping[str, Tensor]) -> CfcSpPredictor:
        return CfcSpPredictor(self._model(weights, self.info), str(self.device))

    def _model(self, weights: Mapping[str, Tensor], info: ModelInfo) -> CfcSpModel:
        network = build_cfc_sp(self.network.config, self.network.grouping, seed=0)
        network.load_state_dict(dict(weights))
        return CfcSpModel(self._backbone, network.eval(), info)


class TrainingFrames:
    """All cells of known truth of the training videos.

    Attributes:
        coarse: (N,) 0 for neutral, 1 + the group of the label.
        fine: (N,) the place of the label in the negative group, IGNORED for other labels.
    """

    def __init__(self, samples: Sequence[Sample], labels: Sequence[str], network: CfcSp) -> None:
        self._samples = samples
        self._references = torch.stack(
            [network.reference(sample.features, np.asarray(sample.has_face)).cpu() for sample in samples]
        )
        owners, frames, coarse, fine = [], [], [], []
        for owner, sample in enumerate(samples):
            grid = TimeGrid.of(sample.frame_index)
            truth = frame_targets(sample, labels, grid)
            groups, places = _lookup(network.grouping)
            known = (truth.kinds == NEUTRAL) | (truth.labels != IGNORED)
            label = truth.labels[known]
            owners.append(np.full(len(label), owner))
            frames.append(grid.frames[known])
            coarse.append(np.where(label == IGNORED, 0, 1 + groups[label]))
            fine.append(np.where(label == IGNORED, IGNORED, places[label]))
        self._owners, self._frames = np.concatenate(owners), np.concatenate(frames)
        self.coarse, self.fine = np.concatenate(coarse), np.concatenate(fine)

    def rows(self, chosen: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """Rows (N, W) and references (N, C) of the chosen cells."""
        owners = self._owners[chosen]
        rows = np.empty((len(chosen), self._samples[0].features.shape[1]), np.float16)
        for owner in np.unique(owners):
            own = owners == owner
            rows[own] = self._samples[owner].features[self._frames[chosen[own]]]
        return torch.from_numpy(rows), self._references[torch.from_numpy(owners)]


def _lookup(grouping: CoarseFine) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return np.array(grouping.coarse_of), np.array(grouping.fine_of)


def balanced_draw(targets: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
    """One epoch's frames in random order, those of rare targets repeated; frames with IGNORED targets are left out.

    The root rule of class-balanced sampling: a target of frequency f counts max(1, sqrt(t / f)) times; the fraction of
    a repetition is drawn.
    """
    known = np.flatnonzero(targets != IGNORED)
    if len(known) == 0:
        return known
    frequency = np.bincount(targets[known]) / len(known)
    repeats = np.maximum(1.0, np.sqrt(OVERSAMPLED_BELOW / np.maximum(frequency, 1e-9)))[targets[known]]
    times = np.floor(repeats + random.random(len(known))).astype(np.int64)
    return random.permutation(np.repeat(known, times))


def vary_features(x: Tensor, how: AugmentationConfig) -> Tensor:
    """Standardized features (N, C), each frame on its own: stronger or weaker, noisy, without some channels."""
    count = len(x)
    if how.gain > 0:
        x = x * (1 + how.gain * (2 * torch.rand(count, 1, device=x.device) - 1))
    if how.noise > 0 or how.offset > 0:
        x = x + (how.noise**2 + how.offset**2) ** 0.5 * torch.randn_like(x)
    if how.channel_dropout > 0:
        x = x * (torch.rand_like(x) >= how.channel_dropout)
    return x


def starting_cfc_sp(config: TrainingConfig) -> CfcSpModel:
    """The parent, or new networks behind a backbone; scope "full" gives them last blocks of their own.

    Raises:
        TrainingError: if the recipe names neither a parent nor labels, or its network cannot be.
        ModelError: if parent or backbone cannot be used.
    """
    start = config.start
    if start.parent:
        return load_cfc_sp(read_model_info(Path(start.parent)))
    labels, full = starting_labels(config), config.optimization.scope == "full"
    try:
        numbers = CfcSpConfig.from_dict({"label_count": len(labels), "own_block": full, **start.network})
    except ModelError as error:
        raise TrainingError(f"[start] in the recipe: {error}") from None
    backbone = pretrained_backbone(config).eval()
    network = build_cfc_sp(numbers, coarse_fine(labels), seed=config.seed)
    network.start_from(backbone.layer4[1])
    info = ModelInfo(config.name, labels, numbers, kind="cfc-sp", **asdict(config.detection))
    return CfcSpModel(backbone, network, info)


LEARNER = CfcSpLearner
