"""Training of STR: its streams learn whether something goes on, and its recognizer to name it from the same streams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from fedn.errors import TrainingError
from fedn.features.flow_pictures import CHANNELS, SIDE, FlowPictures, flow_pictures
from fedn.model_info import ModelInfo
from fedn.models.str_streams import build_str
from fedn.predictors.str_baseline import StrModel, StrPredictor, save_str
from fedn.progress import Reporter
from fedn.str_config import StrConfig
from fedn.time_grid import TimeGrid
from training.config import TrainingConfig
from training.datasets.features import VideoOfMany
from training.datasets.sample import Sample
from training.evaluation import Predicted, predict
from training.learner import Learner, pretrained_backbone, starting_labels

NOTHING = -1
SCALE_PICTURES = 4096


class StrLearner(Learner):
    """Every flow picture is an example: something goes on while its two frames are taken, or not.

    In the published code the recognizer is trained afterwards on frozen streams. Here both learn in the same steps; the
    recognizer's gradient ends before the streams, so that they are as frozen for it.
    """

    def __init__(self, config: TrainingConfig, device: torch.device) -> None:
        super().__init__(config, device)
        labels = starting_labels(config)
        # Features are not read, but the samples of every kind come with them.
        self.backbone = pretrained_backbone(config)
        self._network = build_str(StrConfig(len(labels), **config.start.network), seed=config.seed)
        self.info = ModelInfo(config.name, labels, self._network.config, kind="str")
        how, parameters = config.optimization, self._network.parameters()
        self.attend(self._network, torch.optim.Adam(parameters, lr=how.learning_rate, weight_decay=how.weight_decay))

    def begin(self, samples: Sequence[Sample], folder: Path, reporter: Reporter) -> None:
        half = self._config.half_length or half_mean_length(samples)
        self._network.config = replace(self._config, half_length=half)
        self.info = replace(self.info, network=self._network.config)
        self.pictures: list[FlowPictures] = []
        self.targets: list[NDArray[np.int64]] = []
        for number, sample in enumerate(samples):
            if sample.path is None:
                raise TrainingError(f"{sample.video} has features only, and STR needs its pictures")
            own = VideoOfMany(reporter, sample.path.name, number, len(samples))
            self.pictures.append(
                flow_pictures(
                    sample.path,
                    self._config.flow_gap,
                    cache_dir=sample.cache,
                    image_fps=sample.image_fps,
                    reporter=own,
                    face=sample.face,
                )
            )
            self.targets.append(picture_targets(sample, self.info.labels, self._config.flow_gap))
        if not any((own >= 0).any() for own in self.targets):
            raise TrainingError(f"no reviewed event has one of the labels {', '.join(self.info.labels)}")
        rows = [(video, row) for video, own in enumerate(self.pictures) for row in np.flatnonzero(own.seen).tolist()]
        chosen = np.random.default_rng(self.config.seed).permutation(len(rows))[:SCALE_PICTURES]
        self._network.fit_scale(self._cut([rows[index] for index in chosen]))
        self.average.load({"picture_scale": self._network.picture_scale})

    @property
    def _config(self) -> StrConfig:
        return self._network.config

    def _cut(self, rows: Sequence[tuple[int, int]]) -> Tensor:
        pictures = np.stack([self.pictures[video].pictures[row] for video, row in rows])
        return torch.from_numpy(pictures).reshape(-1, CHANNELS, SIDE, SIDE)

    def _draw(self, random: np.random.Generator) -> list[tuple[int, int]]:
        """All pictures of expressions and, per video, `negatives` times as many without, in random order."""
        rows: list[tuple[int, int]] = []
        for video, (own, targets) in enumerate(zip(self.pictures, self.targets, strict=True)):
            shown = np.flatnonzero(own.seen & (targets >= 0))
            calm = np.flatnonzero(own.seen & (targets == NOTHING))
            most = min(len(calm), round(self.config.optimization.negatives * max(1, len(shown))))
            rows += [(video, int(row)) for row in (*shown, *random.choice(calm, most, replace=False))]
        return [rows[index] for index in random.permutation(len(rows))]

    def plan(self, epoch: int) -> list[list[tuple[int, int]]]:
        how = self.config.optimization
        rows = self._draw(np.random.default_rng((self.config.seed, 2, epoch)))
        batches = [rows[first : first + how.batch_size] for first in range(0, len(rows), how.batch_size)]
        return batches[: how.steps_per_epoch] if how.steps_per_epoch else batches

    def load(self, items: Sequence[tuple[int, int]], random: np.random.Generator) -> tuple[Tensor, Tensor]:
        return self._cut(items), torch.tensor([int(self.targets[video][row]) for video, row in items])

    def losses(self, batch: tuple[Tensor, Tensor], share: float, totals: Tensor) -> dict[str, Tensor]:
        pictures, targets = (values.to(self.device) for values in batch)
        said, named = self._network(pictures), targets >= 0
        spotting = share * functional.mse_loss(said.score, named.float())
        naming = spotting * 0
        if named.any():
            naming = share * functional.cross_entropy(said.logits[named], targets[named])
        return {"loss": spotting + naming, "interval_loss": spotting, "label_loss": naming}

    def _model(self, weights: Mapping[str, Tensor], info: ModelInfo) -> StrModel:
        network = build_str(self._config, seed=0)
        network.load_state_dict(dict(weights))
        return StrModel(network.eval(), info)

    def predict(self, weights: Mapping[str, Tensor], samples: Sequence[Sample], reporter: Reporter) -> Predicted:
        return predict(StrPredictor(self._model(weights, self.info), str(self.device)), samples, reporter)

    def save(self, folder: Path, weights: Mapping[str, Tensor], info: ModelInfo) -> ModelInfo:
        return save_str(folder, self._model(weights, info))


def half_mean_length(samples: Sequence[Sample]) -> int:
    """k': half of the mean length of the reviewed macro-expressions, in cells of the 30 fps grid."""
    lengths = []
    for sample in samples:
        grid = TimeGrid.of(sample.frame_index)
        spans = [grid.to_grid(event.interval) for event in sample.reviewed_events if event.kind == "macro"]
        lengths += [stop - start for start, stop in spans]
    if not lengths:
        raise TrainingError("there is no macro-expression in the reviewed time to learn from; label some first")
    return max(1, round((float(np.mean(lengths)) - 1) / 2))


def picture_targets(sample: Sample, labels: Sequence[str], gap: int) -> NDArray[np.int64]:
    """(G,) for each flow picture the number of the label of the expression that its two cells touch, or -1.

    -2 where nothing is to be learned: beyond what was reviewed, micro-expressions, labels that are not among these.
    """
    grid = TimeGrid.of(sample.frame_index)
    known = np.zeros(grid.cell_count, bool)
    for interval in sample.reviewed:
        start, stop = grid.to_grid(interval)
        known[round(start) : round(stop)] = True
    targets = np.where(known, NOTHING, -2)
    for event in sample.events:
        start, stop = (round(place) for place in grid.to_grid(event.interval))
        learned = event.kind == "macro" and event.label in labels
        touched = slice(max(0, start - gap), stop)
        targets[touched] = labels.index(event.label) if learned else -2
    targets[~known] = -2
    return targets.astype(np.int64)


LEARNER = StrLearner
