"""Corrections become a new model, which is compared with the old one on people neither was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from fedn.annotation.store import load_project
from fedn.checkpoint import Model, load_model, save_model
from fedn.errors import TrainingError
from fedn.features.extract import extract_features
from fedn.model_info import ModelInfo
from fedn.predictors.fedn import FednPredictor
from fedn.progress import SILENT, Reporter
from fedn.registry import DEFAULT_MODEL, MODELS_FOLDER, free_model_name, resolve_model
from training.config import (
    AugmentationConfig,
    DataConfig,
    OptimizationConfig,
    StartConfig,
    TrainingConfig,
    with_settings,
)
from training.control import Control
from training.datasets.load import load_samples
from training.datasets.sample import Sample
from training.evaluation import predict
from training.run import MODEL, train
from training.splits import suggest_held_out

RUNS_FOLDER = "runs"
Scope = Literal["detector", "full"]


@dataclass(frozen=True, slots=True)
class RetrainReport:
    """Old and new model on the same held-out subjects.

    Attributes:
        model: the new model, saved in the project but not yet in use.
        parent: name of the model it was trained from.
        held_out: the subjects both were measured on.
        before, after: evaluations as `evaluate --json` prints them.
        run: the run folder.
    """

    model: ModelInfo
    parent: str
    held_out: tuple[str, ...]
    before: dict[str, Any]
    after: dict[str, Any]
    run: Path

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.model.name,
            "folder": str(self.model.folder),
            "parent": self.parent,
            "held_out": list(self.held_out),
            "before": self.before,
            "after": self.after,
            "run": str(self.run),
        }


def retrain(
    project_folder: Path,
    *,
    tier: str,
    scope: Scope = "detector",
    held_out: Sequence[str] = (),
    epochs: int | None = None,
    out: Path | None = None,
    reporter: Reporter = SILENT,
    control: Control | None = None,
    model: str | None = None,
    seed: int = 0,
    resume: bool = False,
    settings: Sequence[str] = (),
) -> RetrainReport:
    """Trains on the reviewed events of a project and saves the new model in the project.

    Args:
        tier: name of the tier that is the truth.
        scope: "detector" learns on cached features; "full" trains the backbone too.
        held_out: subjects to compare on; empty takes about a fifth of them.
        out: run folder; by default a new one in the project.
        model: name or folder of the parent; by default the model the project uses.
        settings: single changes to the recipe, as "optimization.learning_rate=3e-4".

    Raises:
        TrainingError: if there is too little to learn from or nobody to compare on.
        Cancelled: if it was cancelled; the run folder stays and can be resumed.
    """
    project = load_project(project_folder)
    parent_folder = resolve_model(model or project.model_in_use or DEFAULT_MODEL, project_folder)
    parent = load_model(parent_folder)
    if parent.detector.config.feature_step:
        raise TrainingError(f"“{parent.info.name}” reads features from files and cannot be retrained in a project")
    data = DataConfig(kind="project", folder=str(project_folder), tier=tier, held_out=tuple(held_out))
    samples = load_samples(data, parent.backbone, reporter)
    data = replace(data, held_out=tuple(held_out) or suggest_held_out(samples))
    check_held_out(samples, data.held_out)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    out = out if out is not None else project_folder / RUNS_FOLDER / stamp
    config = retrain_config(parent.info, parent_folder, data, scope=scope, epochs=epochs, seed=seed)
    config = with_settings(config, settings)
    run = train(config, out, reporter, control, resume=resume)
    new = load_model(out / MODEL)
    before, after = compare(parent, new, run.samples, data.held_out, reporter)
    name = free_model_name(f"{parent.info.name}-{stamp}", project_folder)
    info = replace(new.info, name=name, metrics={**new.info.metrics, "parent_held_out": before, "held_out": after})
    saved = save_model(project_folder / MODELS_FOLDER / name, backbone=new.backbone, detector=new.detector, info=info)
    report = RetrainReport(saved, parent.info.name, data.held_out, before, after, out)
    reporter.result(_sentence(report), **report.to_json())
    return report


def retrain_config(
    parent: ModelInfo, folder: Path, data: DataConfig, *, scope: Scope, epochs: int | None, seed: int
) -> TrainingConfig:
    """Gentle settings: the parent knows most already, and corrections are few."""
    if scope == "full":
        optimization = OptimizationConfig(
            scope="full", epochs=epochs or 3, batch_size=4, learning_rate=1e-4, negatives=1.0, warmup_epochs=0.5
        )
        # Live frames are whole frames of the video, so windows run at their own speed.
        augmentation = AugmentationConfig(speed=0.0)
    else:
        optimization = OptimizationConfig(epochs=epochs or 12, learning_rate=3e-5, ema=0.99, negatives=2.0)
        augmentation = AugmentationConfig()
    return TrainingConfig(
        name=f"{parent.name}-retrained",
        seed=seed,
        data=data,
        start=StartConfig(parent=str(folder)),
        augmentation=augmentation,
        optimization=optimization,
    )


def check_held_out(samples: Sequence[Sample], held_out: Sequence[str]) -> None:
    """There must be events to compare on and events to learn from.

    Raises:
        TrainingError: if one of the two sides has none.
    """
    measured = sum(len(sample.reviewed_events) for sample in samples if sample.subject in held_out)
    learned = sum(len(sample.reviewed_events) for sample in samples if sample.subject not in held_out)
    who = ", ".join(held_out)
    if measured == 0:
        raise TrainingError(
            f"the held-out subjects ({who}) have no reviewed events to compare the models on; hold out others"
        )
    if learned == 0:
        raise TrainingError(
            f"all reviewed events are of the held-out subjects ({who}); review a video of another person, "
            "or hold out fewer"
        )


def compare(
    old: Model, new: Model, samples: Sequence[Sample], held_out: Sequence[str], reporter: Reporter
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both models, each at its own threshold, on the held-out subjects. `samples` have the old backbone's features."""
    measured = [sample for sample in samples if sample.subject in held_out]
    before = predict(FednPredictor(old), measured).evaluation(old.info.threshold).to_json()
    if new.info.provenance.backbone_hash != old.info.provenance.backbone_hash:
        measured = [_with_backbone(sample, new, reporter) for sample in measured]
    after = predict(FednPredictor(new), measured).evaluation(new.info.threshold).to_json()
    return before, after


def _with_backbone(sample: Sample, model: Model, reporter: Reporter) -> Sample:
    assert sample.path is not None
    features = extract_features(
        sample.path, model.backbone, cache_dir=sample.cache, image_fps=sample.image_fps, reporter=reporter
    )
    return replace(sample, features=features.features, has_face=features.has_face)


def _sentence(report: RetrainReport) -> str:
    before, after = report.before["spotting"]["f1"], report.after["spotting"]["f1"]
    verb = "better than" if after > before else "worse than" if after < before else "as good as"
    return (
        f"On {', '.join(report.held_out)} the new model {report.model.name} is {verb} {report.parent}: "
        f"spotting F1 {after:.3f} after, {before:.3f} before"
    )
