"""Training of CEFLNet's recognizer: true intervals of cached features, cross-entropy (its public code's settings).

Boundaries are moved a little each time an interval is seen, because those that a spotter finds are never exact.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.recognition import recognition
from fedn.ceflnet_config import CeflnetConfig
from fedn.errors import FednError, TrainingError
from fedn.features.extract import VideoFeatures
from fedn.model_info import ModelInfo, Provenance
from fedn.models.ceflnet import build_ceflnet
from fedn.predictors.ceflnet import CeflnetModel, clips_of, face_at_rest, save_ceflnet
from fedn.progress import SILENT, Cancelled, Reporter
from training.config import TrainingConfig
from training.control import Control, Watched
from training.datasets.load import load_samples
from training.datasets.sample import Sample
from training.loop import learning_rate
from training.run import MODEL, RunReport, manifest
from training.run_folder import BEST, LAST, RunFolder, RunReporter
from training.splits import Split, split_subjects
from training.start import starting_backbone

MOVED_SHARE = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class NamedInterval:
    """An expression to learn from: its video, where it lies, and its label's number."""

    features: VideoFeatures
    rest: np.ndarray
    event: Event
    label: int


def train_ceflnet(
    config: TrainingConfig,
    out: Path,
    reporter: Reporter = SILENT,
    control: Control | None = None,
    resume: bool = False,
) -> RunReport:
    """Trains a recognizer and writes it to `out / "model"`.

    Raises:
        TrainingError: if the config, the data or the folder do not allow it.
        Cancelled: if it was cancelled; the folder is whole and the run can be resumed.
    """
    folder = RunFolder(out)
    folder.begin(config, resume=resume)
    if config.threads:
        torch.set_num_threads(config.threads)
    run_reporter = RunReporter(out, reporter)
    control = control or Control()
    try:
        with control.interruptible():
            return _Run(config, folder, run_reporter, control).go()
    except (Cancelled, FednError):
        raise
    except Exception:
        folder.note_failure()
        raise
    finally:
        run_reporter.close()


class _Run:
    """The stages of one training, in order."""

    def __init__(self, config: TrainingConfig, folder: RunFolder, reporter: Reporter, control: Control) -> None:
        self.config, self.folder, self.reporter, self.control = config, folder, reporter, control
        self.labels = config.start.labels
        if not self.labels:
            raise TrainingError("the recipe names no labels; add them under [start] labels")
        self.network = build_ceflnet(CeflnetConfig(len(self.labels), **config.start.network), seed=config.seed)
        how = config.optimization
        self.optimizer = torch.optim.Adam(
            self.network.parameters(), lr=how.learning_rate, weight_decay=how.weight_decay
        )
        self.best_score, self.best_epoch = -1.0, -1

    def go(self) -> RunReport:
        self.backbone = starting_backbone(self.config.start.backbone, self.config.seed)
        samples = load_samples(self.config.data, self.backbone, Watched(self.reporter, self.control))
        split = split_subjects(samples, self.config.data, self.config.seed)
        self.folder.write_json("split.json", split.to_json())
        self.folder.write_json("manifest.json", manifest(samples, self.labels))
        self.learned = self._intervals(samples, split.training)
        self.chosen_on = self._intervals(samples, split.validation)
        if not self.learned:
            raise TrainingError(f"no reviewed event has one of the labels {', '.join(self.labels)}; correct the recipe")
        self._fit_scale()
        stopped = self._train()
        return self._finish(samples, split, stopped)

    def _intervals(self, samples: Sequence[Sample], subjects: Sequence[str]) -> list[NamedInterval]:
        found = []
        for sample in samples:
            if sample.subject in subjects:
                features = VideoFeatures(sample.features, sample.has_face, sample.frame_index, {})
                rest = face_at_rest(features, self.network.config)
                known = [event for event in sample.reviewed_events if event.label in self.labels]
                found += [NamedInterval(features, rest, e, self.labels.index(e.label)) for e in known]
        return found

    def _fit_scale(self) -> None:
        parts = [self._clips([one], None) for one in self.learned]
        self.network.fit_scale(torch.cat(parts).reshape(-1, parts[0].shape[-1]))

    def _clips(self, batch: Sequence[NamedInterval], random: np.random.Generator | None) -> Tensor:
        return torch.cat(
            [
                clips_of(one.features, [moved(one.event.interval, random)], self.network.config, one.rest)
                for one in batch
            ]
        )

    def _train(self) -> bool:
        how = self.config.optimization
        first, saved_at = self._load_last(), time.monotonic()
        for epoch in range(first, how.epochs):
            if self.control.stop_requested and self.best_epoch >= 0:
                return True
            figures = self._epoch(epoch)
            self._after_epoch(epoch, figures)
            if epoch + 1 == how.epochs or time.monotonic() - saved_at >= self.config.checkpoint_s:
                self._save_last(epoch + 1)
                saved_at = time.monotonic()
        return False

    def _epoch(self, epoch: int) -> float:
        """One pass over all intervals in random order; depends on seed, epoch and weights alone. Returns the loss."""
        how = self.config.optimization
        torch.manual_seed(self.config.seed * 100_003 + epoch)
        random = np.random.default_rng((self.config.seed, 5, epoch))
        order = random.permutation(len(self.learned))
        self.network.train()
        losses = []
        for first in range(0, len(order), how.batch_size):
            self.control.check(self.reporter)
            for group in self.optimizer.param_groups:
                group["lr"] = learning_rate(epoch + first / len(order), self.config)
            batch = [self.learned[index] for index in order[first : first + how.batch_size]]
            loss = functional.cross_entropy(
                self.network(self._clips(batch, random)), torch.tensor([one.label for one in batch])
            )
            if not torch.isfinite(loss):
                raise TrainingError(f"the loss became {float(loss)} in epoch {epoch + 1}; lower learning_rate")
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), how.gradient_clip)
            self.optimizer.step()
            losses.append(float(loss.detach()))
        return float(np.mean(losses))

    def _after_epoch(self, epoch: int, loss: float) -> None:
        data: dict[str, Any] = {"epoch": epoch + 1, "loss": loss}
        score = float(epoch)
        if self.chosen_on:
            accuracy, uf1 = self._judged(self.chosen_on)
            data |= {"val_accuracy": accuracy, "val_uf1": uf1}
            score = accuracy + uf1
        if score >= self.best_score:
            self.best_score, self.best_epoch = score, epoch
            self.best = {name: value.detach().clone() for name, value in self.network.state_dict().items()}
            self.folder.save(BEST, self.best, {"epochs_done": epoch + 1, "score": score})
        epochs = self.config.optimization.epochs
        self.reporter.progress(f"Epoch {epoch + 1} of {epochs}", epoch + 1, epochs, stage="epoch", **data)

    @torch.inference_mode()
    def _judged(self, intervals: Sequence[NamedInterval]) -> tuple[float, float]:
        """Share of right labels, and the mean of F1 over the labels that occur."""
        self.network.eval()
        said = self.network(self._clips(intervals, None)).argmax(dim=1).tolist()
        named = recognition(
            [(self.labels[one.label], self.labels[label]) for one, label in zip(intervals, said, strict=True)]
        )
        return named.micro_f1 or 0.0, named.uf1 or 0.0

    def _save_last(self, epochs_done: int) -> None:
        tensors = {f"network.{name}": value for name, value in self.network.state_dict().items()}
        for number, parameter in enumerate(self.network.parameters()):
            for key, value in self.optimizer.state.get(parameter, {}).items():
                tensors[f"optimizer.{number}.{key}"] = torch.as_tensor(value)
        tensors = {name: value.detach().contiguous().clone() for name, value in tensors.items()}
        state = {"epochs_done": epochs_done, "best_score": self.best_score, "best_epoch": self.best_epoch}
        self.folder.save(LAST, tensors, state)

    def _load_last(self) -> int:
        found, kept = self.folder.load(LAST), self.folder.load(BEST)
        if found is None or kept is None:
            return 0
        tensors, state = found
        self.best, self.best_score, self.best_epoch = kept[0], state["best_score"], state["best_epoch"]
        self.network.load_state_dict({n.removeprefix("network."): v for n, v in tensors.items() if "network." in n})
        for number, parameter in enumerate(self.network.parameters()):
            prefix = f"optimizer.{number}."
            self.optimizer.state[parameter] = {
                name.removeprefix(prefix): value.clone() for name, value in tensors.items() if name.startswith(prefix)
            }
        return int(state["epochs_done"])

    def _finish(self, samples: list[Sample], split: Split, stopped: bool) -> RunReport:
        self.network.load_state_dict(self.best)
        metrics: dict[str, Any] = {"epoch": self.best_epoch + 1}
        for name, subjects in (("validation", split.validation), ("held_out", split.held_out)):
            if judged := self._intervals(samples, subjects):
                accuracy, uf1 = self._judged(judged)
                metrics[name] = {"recognition": {"n": len(judged), "micro_f1": accuracy, "uf1": uf1}}
        training = [sample for sample in samples if sample.subject in split.training]
        source = Provenance(
            recipe=self.config.name,
            data=manifest(training, self.labels),
            command=" ".join(Path(word).name if index == 0 else word for index, word in enumerate(sys.argv)),
        )
        info = ModelInfo(
            self.config.name,
            self.labels,
            self.network.config,
            kind="ceflnet",
            metrics=metrics,
            provenance=source,
        )
        info = save_ceflnet(self.folder.path / MODEL, CeflnetModel(self.backbone, self.network.eval(), info))
        self.reporter.progress("The model is saved", 1, 1)
        return RunReport(self.folder.path, info, samples, split, stopped)


def moved(interval: Interval, random: np.random.Generator | None) -> Interval:
    """The interval with each boundary moved by up to 15 % of its length; as it is without a generator."""
    if random is None:
        return interval
    by = np.round(random.uniform(-MOVED_SHARE, MOVED_SHARE, 2) * interval.length).astype(int)
    start = max(0, interval.start + int(by[0]))
    return Interval(start, max(start + 1, interval.stop + int(by[1])))
