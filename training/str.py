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
from fedn.progress import SILENT, Reporter
from fedn.str_config import StrConfig
from fedn.time_grid import TimeGrid
from training.config import TrainingConfig
from training.control import Control
from training.course import run_course
from training.datasets.features import VideoOfMany
from training.datasets.sample import Sample
from training.evaluation import Predicted, predict
from training.learner import Learner, OnStep, pretrained_backbone, starting_labels
from training.run import RunReport

NOTHING = -1
SCALE_PICTURES = 4096


def train_str(
    config: TrainingConfig,
    out: Path,
    reporter: Reporter = SILENT,
    control: Control | None = None,
    resume: bool = False,
) -> RunReport:
    """Trains STR and writes it to `out / "model"`.

    Raises:
        TrainingError: if the config, the data or the folder do not allow it.
        Cancelled: if it was cancelled; the run can be resumed.
    """
    return run_course(config, out, reporter, control, resume, StrLearner)


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

    def train_epoch(self, epoch: int, on_step: OnStep) -> dict[str, float]:
        how = self.config.optimization
        random = np.random.default_rng((self.config.seed, 2, epoch))
        torch.manual_seed(self.config.seed * 100_003 + epoch)
        rows = self._draw(random)
        batches = [rows[first : first + how.batch_size] for first in range(0, len(rows), how.batch_size)]
        batches = batches[: how.steps_per_epoch] if how.steps_per_epoch else batches
        self._network.train()
        sums = np.zeros(3)
        for number, chosen in enumerate(batches):
            targets = torch.tensor([int(self.targets[video][row]) for video, row in chosen], device=self.device)
            said = self._network(self._cut(chosen).to(self.device))
            spotting = functional.mse_loss(said.score, (targets >= 0).float())
            named = targets >= 0
            naming = functional.cross_entropy(said.logits[named], targets[named]) if named.any() else spotting * 0
            self.descend(spotting + naming, epoch + number / len(batches))
            sums += [float(spotting.detach() + naming.detach()), float(spotting.detach()), float(naming.detach())]
            on_step(number + 1, len(batches), float(sums[0]) / (number + 1))
        means = dict(zip(("loss", "interval_loss", "label_loss"), sums / max(1, len(batches)), strict=True))
        return {**{name: float(value) for name, value in means.items()}, "steps": len(batches)}

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
