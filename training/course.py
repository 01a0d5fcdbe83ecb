"""The course of a training, the same for every kind of model: data, epochs, checkpoints, the choice of the best epoch
and threshold, figures, and what is left on disk."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from fedn.errors import TrainingError
from fedn.model_info import ModelInfo, Provenance, utc_now
from fedn.progress import Reporter
from training.board import Board
from training.checkpoints import Checkpoints
from training.config import TrainingConfig
from training.control import Control, Stopped, Watched
from training.datasets.load import load_samples
from training.datasets.sample import Sample
from training.evaluation import Predicted, choose_threshold
from training.learner import Learner
from training.loop import EpochState, Loop
from training.memory import peak_mib
from training.processes import Processes
from training.run_folder import RunFolder, open_run
from training.splits import Split, split_subjects

MODEL = "model"
MakeLearner = Callable[[TrainingConfig, torch.device], Learner]
Watch = Callable[[int, Callable[[], Predicted]], None]
"""Called after each epoch with its number, from 0, and what predicts the held-out samples with its averaged weights."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """What came out of a training.

    Attributes:
        folder: of the run; the model lies in `folder / "model"`.
        model: its description.
        samples: all samples, with the features the model started from.
        split: who was trained on, chosen on, measured on.
        stopped: it was ended early and kept its best epoch.
    """

    folder: Path
    model: ModelInfo
    samples: list[Sample]
    split: Split
    stopped: bool


def run_course(
    config: TrainingConfig,
    out: Path,
    make_learner: MakeLearner,
    *,
    reporter: Reporter,
    control: Control | None,
    resume: bool,
    watch: Watch | None = None,
) -> RunReport:
    """Trains a model and writes it to `out / "model"`.

    Raises:
        TrainingError: if the config, the data or the folder do not allow it.
        Cancelled: if it was cancelled; the folder is whole and the run can be resumed.
    """
    if config.kind != "fedn" and (config.data.features or config.augmentation.variants):
        raise TrainingError(
            f"models of the kind {config.kind} learn from neither features of files nor variants of faces; "
            "leave out features and variants in the recipe"
        )
    if config.threads:
        torch.set_num_threads(config.threads)
    processes, control = Processes.join(config.device), control or Control()
    with open_run(config, out, reporter, control, resume=resume, writes=processes.is_first) as (folder, own):
        board = Board(out / "tensorboard") if config.tensorboard and processes.is_first else None
        learner = make_learner(config, processes.device)
        learner.processes = processes
        report = _Course(config, folder, own, control, learner, board, watch).go()
        if board is not None:
            board.close()
    processes.leave()
    return report


class _Course:
    def __init__(
        self,
        config: TrainingConfig,
        folder: RunFolder,
        reporter: Reporter,
        control: Control,
        learner: Learner,
        board: Board | None,
        watch: Watch | None,
    ) -> None:
        self.config, self.folder, self.reporter, self.control = config, folder, reporter, control
        self.learner, self.board, self.watch = learner, board, watch
        self.processes = learner.processes
        self.loop = Loop(learner, reporter, config.optimization.parts)
        self.checkpoints = Checkpoints(folder, learner, self.loop, config)
        self.best_score, self.best_epoch = -1.0, -1
        self.best: dict[str, Tensor] = {}
        self.stopped = False

    def go(self) -> RunReport:
        learner, watched = self.learner, Watched(self.reporter, self.control)
        with self.processes.first_one_first():
            samples = load_samples(self.config.data, learner.backbone, watched, learner.info.labels)
        split = split_subjects(samples, self.config.data, self.config.seed)
        self.folder.write_json("split.json", split.to_json())
        self.folder.write_json("manifest.json", manifest(samples, learner.info.labels))
        self.training = [sample for sample in samples if sample.subject in split.training]
        self.validation = [sample for sample in samples if sample.subject in split.validation]
        with self.processes.first_one_first():
            learner.begin(self.training, self.folder.path, watched)
        self.held_out = [sample for sample in samples if sample.subject in split.held_out]
        self._train()
        self.folder.stopped = self.stopped
        self.processes.wait()
        info = self._finish() if self.processes.is_first else learner.info
        self.processes.wait()
        self.reporter.progress("The model is saved", 1, 1, stage="saved")
        return RunReport(self.folder.path, info, samples, split, self.stopped)

    def _train(self) -> None:
        how = self.config.optimization
        state = self._load_last()
        while state.epoch < how.epochs:
            if not state.done and state.epoch and self._is_over(state.epoch):
                return
            self.learner.begin_epoch(state.epoch, self.reporter)
            try:
                figures = self.loop.run(state, self._after_step)
            except Stopped:
                self.stopped = True
                if self.best_epoch < 0:
                    self._keep(state.epoch, 0.0)
                return
            self.learner.end_epoch(state.epoch)
            self._after_epoch(state, figures)
            state = EpochState(state.epoch + 1)
            last = state.epoch == how.epochs or self.control.stop_requested
            self.checkpoints.save_if_due(state, self.best_score, self.best_epoch, now=last)

    def _is_over(self, epoch: int) -> bool:
        """Whether the training ends before an epoch: it was told to, or nothing has improved for long enough."""
        patience = self.config.optimization.patience
        self.stopped = bool(self.processes.from_first(self.control.stop_requested))
        waited = epoch - 1 - self.best_epoch
        if not self.stopped and patience and self.validation and waited >= patience:
            self.reporter.progress(f"Nothing has improved for {waited} epochs; the best one is kept", 1, 1)
            return True
        return self.stopped

    def _after_step(self, state: EpochState, total: int, loss: float) -> None:
        self.control.check_all(self.reporter, self.processes)
        if self.board is not None:
            rate = self.learner.optimizer.param_groups[0]["lr"]
            self.board.add({"loss": loss, "learning_rate": rate}, self.learner.step, "step")
        if state.done < total:
            self.checkpoints.save_if_due(state, self.best_score, self.best_epoch)
        epochs = self.config.optimization.epochs
        done, everything = state.epoch * total + state.done, epochs * total
        self.reporter.progress(
            f"Epoch {state.epoch + 1} of {epochs}", done, everything, stage="training", step_loss=loss, epochs=epochs
        )

    def _after_epoch(self, state: EpochState, figures: dict[str, float]) -> None:
        """Measures the averaged weights on the validation subjects; keeps them if they are the best so far."""
        epoch, steps = state.epoch, int(figures["steps"])
        windows = steps * self.config.optimization.batch_size
        data: dict[str, Any] = {"epoch": epoch + 1, **figures, "seconds": state.seconds}
        data |= {"windows_per_s": windows / max(state.seconds, 1e-9), "device": str(self.learner.device)}
        data |= {"waiting_share": state.waited_s / max(state.seconds, 1e-9)}
        data |= {"peak_mib": round(peak_mib(self.learner.device), 1), "processes": self.processes.count}
        score = float(epoch)
        if self.validation:
            measured = self._measure() if self.processes.is_first else {}
            score = measured.pop("score", 0.0)
            data |= measured
        if self.watch is not None and self.processes.is_first:
            weights = self.learner.kept()
            self.watch(epoch, lambda: self.learner.predict(weights, self.held_out, self.reporter))
        # All processes end early together, so all have to know how good the first one found it.
        score = self.processes.from_first(round(score * 1e9)) / 1e9
        if score > self.best_score:
            self._keep(epoch, score)
        if self.board is not None:
            self.board.add(data, self.learner.step, "epoch")
        epochs = self.config.optimization.epochs
        self.reporter.progress(
            f"Epoch {epoch + 1} of {epochs}", (epoch + 1) * steps, epochs * steps, stage="epoch", epochs=epochs, **data
        )

    def _measure(self) -> dict[str, Any]:
        weights = self.learner.kept()
        predicted = self.learner.predict(weights, self.validation, self.reporter)
        threshold = choose_threshold(predicted, self.learner.info.threshold)
        found, further = predicted.evaluation(threshold), self.learner.judge(weights, self.validation)
        data = {"val_f1": found.spotting.f1, "val_map": found.spotting.map, "threshold": threshold}
        data |= {"val_detection_map": found.detection.map, **{f"val_{name}": it for name, it in further.items()}}
        return {**data, "score": found.spotting.map + (found.detection.map or 0.0) + sum(further.values())}

    def _keep(self, epoch: int, score: float) -> None:
        self.best_score, self.best_epoch, self.best = score, epoch, self.learner.kept()
        self.checkpoints.save_best(self.best, epoch, score)

    def _load_last(self) -> EpochState:
        state, best = self.checkpoints.load()
        if best is not None:
            self.best, self.best_score, self.best_epoch = best
        return state

    def _finish(self) -> ModelInfo:
        """Saves the model of the best epoch, with the threshold that suits it and its figures."""
        learner, parent = self.learner, self.config.start.parent
        chosen_on = self.validation or [sample for sample in self.training if not sample.is_replay]
        predicted = learner.predict(self.best, chosen_on, self.reporter)
        threshold = learner.info.threshold
        # Scores on what was just learned are too high to choose a threshold from; the parent's was chosen on others.
        if self.validation or not parent:
            threshold = choose_threshold(predicted, threshold)
        key = "validation" if self.validation else "training"
        metrics: dict[str, Any] = {key: predicted.evaluation(threshold).to_json(), "epoch": self.best_epoch + 1}
        metrics |= learner.judge(self.best, chosen_on)
        if self.held_out:
            measured = learner.predict(self.best, self.held_out, self.reporter).evaluation(threshold).to_json()
            metrics["held_out"] = {**measured, **learner.judge(self.best, self.held_out)}
        source = Provenance(
            parent=learner.info.name if parent else "",
            recipe=self.config.name,
            data=manifest(self.training, learner.info.labels),
            command=" ".join(Path(word).name if index == 0 else word for index, word in enumerate(sys.argv)),
        )
        info = replace(
            learner.info,
            name=self.config.name,
            created=utc_now(),
            threshold=threshold,
            metrics=metrics,
            provenance=source,
            folder=None,
        )
        return learner.save(self.folder.path / MODEL, self.best, info)


def manifest(samples: Sequence[Sample], labels: Sequence[str]) -> dict[str, Any]:
    """What was learned from, in numbers."""
    events = [event for sample in samples for event in sample.reviewed_events]
    return {
        "videos": [sample.video for sample in samples],
        "subjects": sorted({sample.subject for sample in samples}),
        "events": len(events),
        "events_by_label": {label: sum(e.label == label for e in events) for label in (*labels,)},
        "reviewed_frames": sum(interval.length for sample in samples for interval in sample.reviewed),
    }
