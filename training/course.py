"""The course of a training that is the same for every kind of model that judges frames: data, epochs, checkpoints, the
choice of the best epoch and threshold, figures, and what is left on disk."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from fedn.errors import FednError, TrainingError
from fedn.features.backbone_runtime import pick_device
from fedn.model_info import ModelInfo, Provenance, utc_now
from fedn.progress import Cancelled, Reporter
from training.config import TrainingConfig
from training.control import Control, Stopped, Watched
from training.datasets.load import load_samples
from training.datasets.sample import Sample
from training.evaluation import choose_threshold
from training.learner import Learner
from training.run import MODEL, RunReport, manifest
from training.run_folder import BEST, LAST, RunFolder, RunReporter
from training.splits import split_subjects

MakeLearner = Callable[[TrainingConfig, torch.device], Learner]


def run_course(
    config: TrainingConfig,
    out: Path,
    reporter: Reporter,
    control: Control | None,
    resume: bool,
    make_learner: MakeLearner,
) -> RunReport:
    """Trains a model and writes it to `out / "model"`, as `training.run.train` does for FEDN.

    Raises:
        TrainingError: if the config, the data or the folder do not allow it.
        Cancelled: if it was cancelled; the folder is whole and the run can be resumed.
    """
    if config.data.features or config.augmentation.variants:
        raise TrainingError(
            f"models of the kind {config.kind} learn from neither features of files nor variants of faces; "
            "leave out features and variants in the recipe"
        )
    folder = RunFolder(out)
    folder.begin(config, resume=resume)
    if config.threads:
        torch.set_num_threads(config.threads)
    control = control or Control()
    run_reporter = RunReporter(out, reporter)
    try:
        with control.interruptible():
            learner = make_learner(config, pick_device(config.device))
            return _Course(config, folder, run_reporter, control, learner).go()
    except (Cancelled, FednError):
        raise
    except Exception:
        folder.note_failure()
        raise
    finally:
        run_reporter.close()


class _Course:
    def __init__(
        self, config: TrainingConfig, folder: RunFolder, reporter: Reporter, control: Control, learner: Learner
    ) -> None:
        self.config, self.folder, self.reporter, self.control = config, folder, reporter, control
        self.learner = learner
        self.best_score, self.best_epoch = -1.0, -1
        self.best: dict[str, Tensor] = {}
        self.stopped = False

    def go(self) -> RunReport:
        learner, watched = self.learner, Watched(self.reporter, self.control)
        samples = load_samples(self.config.data, learner.backbone, watched)
        split = split_subjects(samples, self.config.data, self.config.seed)
        self.folder.write_json("split.json", split.to_json())
        self.folder.write_json("manifest.json", manifest(samples, learner.info.labels))
        self.training = [sample for sample in samples if sample.subject in split.training]
        self.validation = [sample for sample in samples if sample.subject in split.validation]
        learner.begin(self.training, self.folder.path, watched)
        self._train()
        info = self._finish([sample for sample in samples if sample.subject in split.held_out])
        self.reporter.progress("The model is saved", 1, 1)
        return RunReport(self.folder.path, info, samples, split, self.stopped)

    def _train(self) -> None:
        first, saved_at = self._load_last(), 0.0
        epochs = self.config.optimization.epochs
        for epoch in range(first, epochs):
            if self.control.stop_requested and epoch > first:
                self.stopped = True
                return
            began = time.perf_counter()
            try:
                figures = self.learner.train_epoch(epoch, self._on_step(epoch))
            except Stopped:
                self.stopped = True
                if self.best_epoch < 0:
                    self._keep(epoch, 0.0)
                return
            self._after_epoch(epoch, figures, time.perf_counter() - began)
            last = epoch + 1 == epochs or self.control.stop_requested
            if last or time.monotonic() - saved_at >= self.config.checkpoint_s:
                state = {"epochs_done": epoch + 1, "step": self.learner.step}
                state |= {"best_score": self.best_score, "best_epoch": self.best_epoch}
                self.folder.save(LAST, self.learner.state(), state)
                saved_at = time.monotonic()

    def _on_step(self, epoch: int) -> Callable[[int, int, float], None]:
        shown = 0.0

        def on_step(done: int, total: int, loss: float) -> None:
            nonlocal shown
            self.control.check(self.reporter)
            if self.control.stop_requested:
                raise Stopped
            if time.monotonic() - shown > 1.0:
                shown = time.monotonic()
                epochs = self.config.optimization.epochs
                text = f"Epoch {epoch + 1} of {epochs}"
                self.reporter.progress(text, epoch * total + done, epochs * total, stage="training", step_loss=loss)

        return on_step

    def _after_epoch(self, epoch: int, figures: dict[str, float], seconds: float) -> None:
        """Measures the averaged weights on the validation subjects; keeps them if they are the best so far."""
        data: dict[str, Any] = {"epoch": epoch + 1, **figures, "seconds": seconds, "device": str(self.learner.device)}
        score = float(epoch)
        if self.validation:
            weights = self.learner.kept()
            predicted = self.learner.predict(weights, self.validation, self.reporter)
            threshold = choose_threshold(predicted, self.learner.info.threshold)
            found, further = predicted.evaluation(threshold), self.learner.judge(weights, self.validation)
            data |= {"val_f1": found.spotting.f1, "val_map": found.spotting.map, "threshold": threshold}
            data |= {"val_detection_map": found.detection.map, **{f"val_{name}": it for name, it in further.items()}}
            score = found.spotting.map + (found.detection.map or 0.0) + sum(further.values())
        if score > self.best_score:
            self._keep(epoch, score)
        epochs, steps = self.config.optimization.epochs, int(figures["steps"])
        self.reporter.progress(
            f"Epoch {epoch + 1} of {epochs}", (epoch + 1) * steps, epochs * steps, stage="epoch", **data
        )

    def _keep(self, epoch: int, score: float) -> None:
        self.best_score, self.best_epoch, self.best = score, epoch, self.learner.kept()
        self.folder.save(BEST, self.best, {"epochs_done": epoch + 1, "score": score})

    def _load_last(self) -> int:
        found, kept = self.folder.load(LAST), self.folder.load(BEST)
        if found is None or kept is None:
            return 0
        tensors, state = found
        self.learner.load_state(tensors, state["step"])
        self.best_score, self.best_epoch, self.best = state["best_score"], state["best_epoch"], kept[0]
        return int(state["epochs_done"])

    def _finish(self, held_out: Sequence[Sample]) -> ModelInfo:
        """Saves the model of the best epoch, with the threshold that suits it and its figures."""
        learner, parent = self.learner, self.config.start.parent
        chosen_on = self.validation or self.training
        predicted = learner.predict(self.best, chosen_on, self.reporter)
        threshold = learner.info.threshold
        # Scores on what was just learned are too high to choose a threshold from; the parent's was chosen on others.
        if self.validation or not parent:
            threshold = choose_threshold(predicted, threshold)
        key = "validation" if self.validation else "training"
        metrics: dict[str, Any] = {key: predicted.evaluation(threshold).to_json(), "epoch": self.best_epoch + 1}
        metrics |= learner.judge(self.best, chosen_on)
        if held_out:
            measured = learner.predict(self.best, held_out, self.reporter).evaluation(threshold).to_json()
            metrics["held_out"] = {**measured, **learner.judge(self.best, held_out)}
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
