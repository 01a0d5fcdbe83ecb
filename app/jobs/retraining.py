"""What a retraining asks of its child process."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from app.jobs.detection import model_name_of
from app.jobs.process_job import MAIN
from app.jobs.retrain_options import RetrainOptions
from fedn.annotation.learning_material import LearningMaterial
from fedn.annotation.project import Project
from fedn.model_info import read_model_info
from fedn.registry import resolve_model
from training.config import TrainingConfig
from training.retrain_recipe import retrain_config
from training.retrain_wish import RetrainWish, Scope, UnknownLabels

MEASURE_S = 30


def retrain_arguments(project_folder: Path, options: RetrainOptions, out: Path) -> list[str]:
    """The child's command line after the interpreter."""
    # One at a time and quoted: a name may have commas.
    held_out = [word for name in options.held_out for word in ("--held-out", quoted(name))]
    settings = [word for setting in options.settings for word in ("--set", setting)]
    return [
        *(str(MAIN), "retrain", str(project_folder)),
        *("--tier", options.tier, "--scope", options.scope, *held_out),
        *(["--unjudged"] if not options.compares else []),
        *(["--from-scratch"] if options.from_scratch else []),
        *("--unknown-labels", options.unknown_labels),
        *("--epochs", str(options.epochs), *settings, "--out", str(out), "--records"),
    ]


def measure_arguments(project_folder: Path, options: RetrainOptions) -> list[str]:
    """As `retrain_arguments`, to measure how fast it would be."""
    words = retrain_arguments(project_folder, options, project_folder)
    return [*words[: words.index("--out")], "--measure", str(MEASURE_S), "--records"]


def recipe_of(project: Project, material: LearningMaterial, options: RetrainOptions) -> TrainingConfig:
    """What a retraining would do.

    Raises:
        ModelError: if the model that it starts from cannot be read.
    """
    folder = resolve_model(model_name_of(project), project.folder)
    wish = RetrainWish(
        tier=options.tier,
        scope=cast(Scope, options.scope),
        epochs=options.epochs,
        from_scratch=options.from_scratch,
        unknown_labels=cast(UnknownLabels, options.unknown_labels),
    )
    info, labels = read_model_info(folder), Path("labels.json")
    return retrain_config(info, folder, material, wish, options.held_out, project.folder, labels)


def resume_arguments(project_folder: Path, run: Path) -> list[str]:
    """As `retrain_arguments`, to go on with a run as it was begun."""
    return [str(MAIN), "retrain", str(project_folder), "--out", str(run), "--resume", "--records"]


def quoted(name: str) -> str:
    """A subject's name as one entry of a list with commas."""
    return f'"{name}"' if "," in name else name
