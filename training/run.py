"""One training from config to model, in a run folder."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from fedn.checkpoint import Model, save_model
from fedn.errors import FednError, TrainingError
from fedn.model_info import ModelInfo, Provenance, utc_now
from fedn.model_kinds import KINDS
from fedn.models.build import build_detector
from fedn.predictors.fedn import FednPredictor
from fedn.progress import SILENT, Cancelled, Reporter
from training.config import TrainingConfig
from training.control import Control, Stopped, Watched
from training.datasets.load import load_samples
from training.datasets.sample import Sample
from training.evaluation import choose_threshold, predict
from training.full import FullScope
from training.loop import EpochFigures, Trainer
from training.run_folder import BEST, LAST, RunFolder, RunReporter
from training.splits import Split, split_subjects
from training.start import feature_source, fit_scale, starting_model
from training.variants import with_variants
from training.windows import to_grid

MODEL = "model"


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


def train(
    config: TrainingConfig,
    out: Path,
    reporter: Reporter = SILENT,
    control: Control | None = None,
    *,
    resume: bool = False,
) -> RunReport:
    """Trains a model and writes it to `out / "model"`.

    The same config, data and machine give the same model, also when the run was interrupted and resumed. Each kind of
    model but FEDN has a module of its own in this room: kind "x-y" is trained by `training.x_y.train_x_y`.

    Raises:
        TrainingError: if the config, the data or the folder do not allow it.
        Cancelled: if it was cancelled; the folder is whole and the run can be resumed.
    """
    if config.kind != "fedn":
        return _training_of(config.kind)(config, out, reporter, control, resume)
    folder = RunFolder(out)
    folder.begin(config, resume=resume)
    if config.threads:
        torch.set_num_threads(config.threads)
    control = control or Control()
    run_reporter = RunReporter(out, reporter)
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


def _training_of(kind: str) -> Callable[[TrainingConfig, Path, Reporter, Control | None, bool], RunReport]:
    name = kind.replace("-", "_")
    if kind not in KINDS or find_spec(f"training.{name}") is None:
        raise TrainingError(f"models of the kind “{kind}” cannot be trained; correct kind in the recipe")
    return getattr(import_module(f"training.{name}"), f"train_{name}")


class _Run:
    """The stages of one training, in order."""

    def __init__(self, config: TrainingConfig, folder: RunFolder, reporter: Reporter, control: Control) -> None:
        self.config, self.folder, self.reporter, self.control = config, folder, reporter, control
        device = config.device if config.device != "auto" else ("cuda" if torch.cuda.is_available() else "cpu")
        self.device = torch.device(device)
        self.best_score, self.best_epoch = -1.0, -1
        self.stopped = False

    def go(self) -> RunReport:
        self.start = starting_model(self.config)
        reporter = Watched(self.reporter, self.control)
        source, labels = feature_source(self.config, self.start), self.start.info.labels
        samples = load_samples(self.config.data, source, reporter, labels)
        self.split = split_subjects(samples, self.config.data, self.config.seed)
        self.folder.write_json("split.json", self.split.to_json())
        self.folder.write_json("manifest.json", manifest(samples, self.start.info.labels))
        self.training = [sample for sample in samples if sample.subject in self.split.training]
        if variants := self.config.augmentation.variants:
            if self.config.data.features:
                raise TrainingError("features from files have no variants; set variants to 0 in the recipe")
            self.training = with_variants(
                self.training, variants, self.config.data, self.start.backbone, str(self.device), reporter
            )
        self.validation = [sample for sample in samples if sample.subject in self.split.validation]
        detector = self.start.detector
        if not self.config.start.parent:
            fit_scale(detector, self.training)
        grid = [to_grid(sample, labels, detector) for sample in self.training]
        if not any((sample.roles == 1).any() for sample in grid):
            raise TrainingError(
                f"none of the events to learn from has a label that the model knows ({', '.join(labels)}); "
                "relabel them or choose another model"
            )
        full = None
        if self.config.optimization.scope == "full":
            full = FullScope(self.start.backbone, detector, self.training, self.config, self.device)
            full.prepare(self.folder.path, reporter)
        live = full.live if full else None
        self.trainer = Trainer(detector, grid, self.config, device=self.device, live=live)
        self.full = full
        self._train()
        model = self._finish()
        held_out = [sample for sample in samples if sample.subject in self.split.held_out]
        if held_out and full is None:
            evaluation = predict(FednPredictor(model, self.config.device), held_out).evaluation(model.info.threshold)
            model = replace(
                model, info=replace(model.info, metrics={**model.info.metrics, "held_out": evaluation.to_json()})
            )
        info = save_model(self.folder.path / MODEL, backbone=model.backbone, detector=model.detector, info=model.info)
        self.reporter.progress("The model is saved", 1, 1)
        return RunReport(self.folder.path, info, samples, self.split, self.stopped)

    def _train(self) -> None:
        first = self._load_last()
        epochs = self.config.optimization.epochs
        saved_at = 0.0
        for epoch in range(first, epochs):
            if self.control.stop_requested and epoch > first:
                self.stopped = True
                break
            try:
                figures = self.trainer.train_epoch(epoch, self._on_step(epoch))
            except Stopped:
                self.stopped = True
                if self.best_epoch < 0:
                    self._save_best(epoch, 0.0)
                break
            if self.full is not None:
                self.trainer.samples = self.full.refresh(self.trainer.samples, self.start.info.labels, self.reporter)
            self._after_epoch(epoch, figures)
            last = epoch + 1 == epochs or self.control.stop_requested
            if last or time.monotonic() - saved_at >= self.config.checkpoint_s:
                self._save(LAST, epoch + 1)
                saved_at = time.monotonic()

    def _on_step(self, epoch: int):
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

    def _after_epoch(self, epoch: int, figures: EpochFigures) -> None:
        """Measures the averaged weights on the validation subjects; keeps them if they are the best so far."""
        data: dict[str, Any] = {
            "epoch": epoch + 1,
            "loss": figures.loss,
            "interval_loss": figures.interval_loss,
            "label_loss": figures.label_loss,
            "seconds": figures.seconds,
            "windows_per_s": figures.steps * self.config.optimization.batch_size / max(figures.seconds, 1e-9),
            "device": str(self.device),
        }
        score = float(epoch)
        if self.validation:
            predicted = predict(FednPredictor(self._averaged(), str(self.device)), self._fresh(self.validation))
            threshold = choose_threshold(predicted, self.start.info.threshold)
            evaluation = predicted.evaluation(threshold)
            data |= {"val_f1": evaluation.spotting.f1, "val_map": evaluation.spotting.map, "threshold": threshold}
            data["val_detection_map"] = evaluation.detection.map
            score = evaluation.spotting.map + (evaluation.detection.map or 0.0)
        if score > self.best_score:
            self._save_best(epoch, score)
        epochs = self.config.optimization.epochs
        total = epochs * figures.steps
        self.reporter.progress(
            f"Epoch {epoch + 1} of {epochs}", (epoch + 1) * figures.steps, total, stage="epoch", **data
        )

    def _fresh(self, samples: Sequence[Sample]) -> list[Sample]:
        return self.full.with_features(samples, self.reporter) if self.full is not None else list(samples)

    def _averaged(self) -> Model:
        detector = build_detector(self.start.detector.config)
        detector.load_state_dict(self.trainer.average.weights)
        return Model(self.start.backbone, detector.eval(), self.start.info)

    def _state(self) -> dict[str, Tensor]:
        state = self.trainer.state()
        if self.full is not None:
            backbone = self.start.backbone.state_dict()
            state |= {f"backbone.{name}": value.cpu().contiguous().clone() for name, value in backbone.items()}
        return state

    def _save(self, name: str, epochs_done: int) -> None:
        state = {
            "epochs_done": epochs_done,
            "step": self.trainer.step,
            "best_score": self.best_score,
            "best_epoch": self.best_epoch,
        }
        self.folder.save(name, self._state(), state)

    def _save_best(self, epoch: int, score: float) -> None:
        self.best_score, self.best_epoch = score, epoch
        self.best = {name: value for name, value in self._state().items() if name.startswith(("average.", "backbone."))}
        self.folder.save(BEST, self.best, {"epochs_done": epoch + 1, "score": score})

    def _load_last(self) -> int:
        found = self.folder.load(LAST)
        if found is None:
            return 0
        tensors, state = found
        self.trainer.load_state(tensors, state["step"])
        self.best_score, self.best_epoch = state["best_score"], state["best_epoch"]
        if self.full is not None:
            self._load_backbone(tensors)
            self.trainer.samples = self.full.refresh(self.trainer.samples, self.start.info.labels, self.reporter)
        kept = self.folder.load(BEST)
        if kept is not None:
            self.best = kept[0]
        return int(state["epochs_done"])

    def _load_backbone(self, tensors: dict[str, Tensor]) -> None:
        weights = {n.removeprefix("backbone."): v for n, v in tensors.items() if n.startswith("backbone.")}
        self.start.backbone.load_state_dict(weights)

    def _finish(self) -> Model:
        """The model of the best epoch, with the threshold that suits it."""
        detector = build_detector(self.start.detector.config)
        prefix = "average."
        detector.load_state_dict(
            {name.removeprefix(prefix): value for name, value in self.best.items() if name.startswith(prefix)}
        )
        if self.full is not None:
            self._load_backbone(self.best)
        model = Model(self.start.backbone.eval(), detector.eval(), self.start.info)
        chosen_on = self._fresh(self.validation or self.training)
        predicted = predict(FednPredictor(model, str(self.device)), chosen_on)
        threshold = self.start.info.threshold
        # Scores on what was just learned are too high to choose a threshold from; the parent's was chosen on others.
        if self.validation or not self.config.start.parent:
            threshold = choose_threshold(predicted, threshold)
        key = "validation" if self.validation else "training"
        source = Provenance(
            parent=self.start.info.name if self.config.start.parent else "",
            recipe=self.config.name,
            data=manifest(self.training, self.start.info.labels),
            command=" ".join(Path(word).name if index == 0 else word for index, word in enumerate(sys.argv)),
        )
        info = replace(
            self.start.info,
            name=self.config.name,
            created=utc_now(),
            folder=None,
            threshold=threshold,
            metrics={key: predicted.evaluation(threshold).to_json(), "epoch": self.best_epoch + 1},
            provenance=source,
        )
        return Model(model.backbone, model.detector, info)


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
