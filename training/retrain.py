"""Corrections become a new model, which is compared with the old one on people neither was trained on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fedn.annotation.learning_material import LearningMaterial, learning_material
from fedn.annotation.store import load_project_with_revisions
from fedn.checkpoint import Model, load_model, save_model
from fedn.errors import TrainingError
from fedn.features.extract import extract_features
from fedn.kept_comparison import COMPARISON_FILE, comparison_path, write_comparison
from fedn.lineage import LEARNED, people_seen
from fedn.model_config import FednConfig
from fedn.model_info import ModelInfo, read_model_info, write_atomically
from fedn.predictors.fedn import FednPredictor
from fedn.progress import SILENT, Reporter
from fedn.registry import DEFAULT_MODEL, MODELS_FOLDER, free_model_name, resolve_model
from fedn.time_grid import GRID_FPS
from training.compare_in_project import seen_subjects
from training.config import REPLAY_FILE, TrainingConfig, read_config
from training.control import Control
from training.datasets.sample import Sample
from training.datasets.snapshot import labelled_videos, read_snapshot, write_snapshot
from training.evaluation import predict
from training.model_comparison import ModelComparison, compare_models
from training.retrain_recipe import retrain_config
from training.retrain_wish import RetrainWish
from training.run import MODEL, RunReport, train
from training.run_status import new_run_folder
from training.splits import named_subjects

LABELS = "labels.json"
LONG_EVENTS = 3
SLOW_LOOKS = "start.network.speeds=[1, 2, 4]"
"""What a parent is given when so many events are longer than its window; `--set` of the same comes after it."""


@dataclass(frozen=True, slots=True)
class RetrainReport:
    """Old and new model on the same held-out subjects.

    Attributes:
        model: the new model, saved in the project but not yet in use.
        parent: name of the model it was trained from.
        comparison: None if nothing was to be compared.
        edit: number of the project's last edit that it learned from.
        new_labels: labels that the parent did not have.
        run: the run folder.
    """

    model: ModelInfo
    parent: str
    comparison: ModelComparison | None
    edit: int
    new_labels: tuple[str, ...]
    run: Path

    @property
    def sentence(self) -> str:
        if self.comparison is None:
            return f"The new model {self.model.name} was not compared with {self.parent}: look at what it detects"
        return f"The new model {self.model.name} is {self.comparison.verdict}"

    def to_json(self) -> dict[str, Any]:
        compared = self.comparison
        return {
            "model": self.model.name,
            "folder": str(self.model.folder),
            "parent": self.parent,
            "held_out": list(compared.subjects) if compared else [],
            "before": compared.before if compared else None,
            "after": compared.after if compared else None,
            "confidence": compared.intervals_to_json() if compared else {},
            "verdict": compared.verdict if compared else "",
            "edit": self.edit,
            "new_labels": list(self.new_labels),
            "run": str(self.run),
        }


def retrain(
    project_folder: Path,
    wish: RetrainWish,
    *,
    out: Path | None = None,
    reporter: Reporter = SILENT,
    control: Control | None = None,
    resume: bool = False,
) -> RetrainReport:
    """Trains on the reviewed events of a project and saves the new model in the project.

    Args:
        out: run folder; by default a new one in the project. It keeps the labels as they were (labels.json), who was
            learned from and who was held out (split.json), and the recipe (config.toml).
        resume: goes on with the run in `out`, as it was begun: labels, people and recipe are those of the folder.

    Raises:
        TrainingError: if there is too little to learn from or nobody to compare on.
        Cancelled: if it was cancelled; the run folder stays and can be resumed.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    out = out if out is not None else new_run_folder(project_folder)
    if resume and (out / "config.toml").is_file():
        config = read_config(out / "config.toml")
    else:
        config = begun(project_folder, wish, out, reporter)
    run = train(config, out, reporter, control, resume=resume)
    parent = load_model(Path(config.start.parent or config.start.backbone))
    new = load_model(out / MODEL)
    comparison = None
    if config.data.held_out:
        comparison = compare(parent, new, _held_out(run, config), reporter)
        seen = seen_subjects(read_snapshot(out / LABELS), parent.info, project_folder)
        comparison = replace(comparison, seen_by_old=tuple(name for name in comparison.subjects if name in seen))
    name = free_model_name(f"{parent.info.name}-{stamp}", project_folder)
    figures = {"parent_held_out": comparison.before, "held_out": comparison.after} if comparison else {}
    learned_from = {**new.info.provenance.data, LEARNED: _learned(out, config)}
    source = replace(new.info.provenance, parent=parent.info.name, data=learned_from)
    info = replace(new.info, name=name, metrics={**new.info.metrics, **figures}, provenance=source)
    saved = save_model(project_folder / MODELS_FOLDER / name, backbone=new.backbone, detector=new.detector, info=info)
    if (out / MODEL / REPLAY_FILE).is_file() and saved.folder is not None:
        # What was replayed has followed the backbone, and belongs to this one from now on.
        write_atomically(saved.folder / REPLAY_FILE, (out / MODEL / REPLAY_FILE).read_bytes())
    if comparison is not None:
        kept = comparison.kept(parent.info.name, name, config.data.tier)
        for path in (out / COMPARISON_FILE, comparison_path(project_folder, kept.old, kept.new)):
            write_comparison(path, kept)
    new_labels = tuple(label for label in info.labels if label not in parent.info.labels)
    report = RetrainReport(saved, parent.info.name, comparison, _edit(out), new_labels, out)
    reporter.result(report.sentence, **report.to_json())
    return report


def begun(project_folder: Path, wish: RetrainWish, out: Path, reporter: Reporter) -> TrainingConfig:
    """Looks at what there is to learn, tells what is doubtful about it, and keeps the labels in the run folder.

    Raises:
        TrainingError: if it cannot be learned from.
    """
    project, edit, revisions = load_project_with_revisions(project_folder)
    parent_folder = resolve_model(wish.model or project.model_in_use or DEFAULT_MODEL, project_folder)
    parent = read_model_info(parent_folder)
    if not isinstance(parent.network, FednConfig) or parent.network.feature_step:
        raise TrainingError(f"“{parent.name}” is of a kind that cannot be retrained in a project; choose another model")
    videos = labelled_videos(project, wish.tier)
    if not videos:
        names = ", ".join(sorted({tier.name for tier in project.tiers.values()})) or "none"
        raise TrainingError(f"no video of the project has a tier “{wish.tier}”; its tiers are: {names}")
    material = learning_material(project, wish.tier, wish.rename)
    held_out = named_subjects(wish.held_out, list(material.subjects)) or material.suggested_held_out(
        people_seen(project, parent)
    )
    held_out = held_out if wish.compares else ()
    if obstacle := material.obstacle(held_out, compares=wish.compares):
        raise TrainingError(f"{obstacle} Detection goes on with {parent.name}.")
    for doubt in material.doubts(held_out, parent.labels if wish.unknown_labels == "learn" else ()):
        reporter.warn(doubt)
    if (out / "config.toml").exists():
        raise TrainingError(f"{out} already holds a run; resume it or choose a new folder")
    if _needs_slow_looks(parent.network, material, held_out, reporter):
        wish = replace(wish, settings=(SLOW_LOOKS, *wish.settings))
    write_snapshot(out / LABELS, wish.tier, videos, edit, revisions)
    return retrain_config(parent, parent_folder, material, wish, held_out, project_folder, out / LABELS)


def _needs_slow_looks(
    network: FednConfig, material: LearningMaterial, held_out: Sequence[str], reporter: Reporter
) -> bool:
    """Whether there are events to learn that the model cannot see as a whole; tells so."""
    window_s = network.window_frames / GRID_FPS
    long = sum(length > window_s for length in material.total(held_out).lengths_s)
    if long < LONG_EVENTS or len(network.speeds) > 1:
        return False
    reporter.warn(
        f"{long} events last longer than the {window_s:.1f} seconds that the model sees at once; the new model also "
        "looks at every video at half and quarter rate to find them."
    )
    return True


def _learned(out: Path, config: TrainingConfig) -> dict[str, Any]:
    """What the model has learned from in the project, for the list of models and to know whom it has seen."""
    videos = [
        video for video in read_snapshot(out / LABELS) if video.reviewed and video.subject not in config.data.held_out
    ]
    inside = [
        event
        for video in videos
        for event in video.events
        if event.kind == "macro" and any(one.start <= event.onset and event.offset < one.stop for one in video.reviewed)
    ]
    labels = Counter(config.data.rename.get(event.label, event.label) for event in inside)
    return {
        "tier": config.data.tier,
        "scope": config.optimization.scope,
        "edit": _edit(out),
        "subjects": list(dict.fromkeys(video.subject for video in videos)),
        "held_out": list(config.data.held_out),
        "videos": len(videos),
        "events": len(inside),
        "events_by_label": {label: count for label, count in labels.most_common() if label},
        "keys": [video.key for video in videos],
        "run": out.name,
    }


def _edit(out: Path) -> int:
    return int(json.loads((out / LABELS).read_text(encoding="utf-8"))["edit"])


def _held_out(run: RunReport, config: TrainingConfig) -> list[Sample]:
    return [sample for sample in run.samples if sample.subject in config.data.held_out]


def compare(old: Model, new: Model, samples: Sequence[Sample], reporter: Reporter) -> ModelComparison:
    """Both models, each at its own threshold. `samples` have the old backbone's features."""
    before = predict(FednPredictor(old), samples, reporter)
    if new.info.provenance.backbone_hash != old.info.provenance.backbone_hash:
        samples = [_with_backbone(sample, new, reporter) for sample in samples]
    after = predict(FednPredictor(new), samples, reporter)
    return compare_models(before, after, samples, (old.info.threshold, new.info.threshold))


def _with_backbone(sample: Sample, model: Model, reporter: Reporter) -> Sample:
    assert sample.path is not None
    features = extract_features(
        sample.path,
        model.backbone,
        cache_dir=sample.cache,
        image_fps=sample.image_fps,
        reporter=reporter,
        face=sample.face,
    )
    return replace(sample, features=features.features, has_face=features.has_face)
