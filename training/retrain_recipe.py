"""The recipe of a retraining, and what people may change about it by hand. Imports no torch."""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import tomli_w

from fedn.annotation.learning_material import LearningMaterial
from fedn.cores import threads_beside_others
from fedn.errors import ModelError, TrainingError
from fedn.model_info import ModelInfo, read_model_info
from fedn.registry import resolve_model
from training.config import (
    REPLAY_FILE,
    AugmentationConfig,
    DataConfig,
    DetectionConfig,
    OptimizationConfig,
    StartConfig,
    TrainingConfig,
    with_settings,
)
from training.retrain_wish import RetrainWish

SECTIONS = ("augmentation", "optimization", "detection")
TOP = ("seed", "threads", "checkpoint_s", "checkpoint_steps", "tensorboard")
ELSEWHERE = {"scope", "epochs", "device", "data", "start", "name", "kind"}
"""Settings that the dialog asks for, or that follow from the project."""


def retrain_config(
    parent: ModelInfo,
    folder: Path,
    material: LearningMaterial,
    wish: RetrainWish,
    held_out: Sequence[str],
    project_folder: Path,
    labels: Path,
) -> TrainingConfig:
    """Gentle settings: the parent knows most already, and corrections are few. From scratch as in the recipe `base`."""
    data = DataConfig(
        kind="project",
        folder=str(project_folder),
        tier=wish.tier,
        held_out=tuple(held_out),
        rename=dict(wish.rename),
        unknown_labels="leave" if wish.unknown_labels == "leave" else "spot",
        snapshot=str(labels),
        replay=_replay(folder, project_folder) if wish.replays else "",
    )
    new = material.new_labels(held_out, parent.labels) if wish.unknown_labels == "learn" else {}
    start = StartConfig(parent=str(folder), new_labels=tuple(new))
    if wish.scope == "full":
        optimization = OptimizationConfig(
            scope="full", epochs=wish.epochs or 3, batch_size=4, learning_rate=1e-4, negatives=1.0, warmup_epochs=0.5
        )
        # Live frames are whole frames of the video, so windows run at their own speed.
        augmentation = AugmentationConfig(speed=0.0)
    else:
        optimization = OptimizationConfig(
            epochs=wish.epochs or 10, learning_rate=2e-4, ema=0.98, negatives=1.0, steps_per_epoch=20
        )
        augmentation = AugmentationConfig()
    if wish.from_scratch:
        network = {
            key: value for key, value in parent.network.to_dict().items() if key not in ("label_count", "fine_labels")
        }
        own = [label for label in parent.labels if label in material.total(held_out).labels or data.replay]
        start = StartConfig(backbone=str(folder), labels=(*own, *new), network=network)
        optimization = replace(
            optimization, epochs=wish.epochs or 30, learning_rate=3e-4, ema=0.99, negatives=3.0, steps_per_epoch=40
        )
    config = TrainingConfig(
        name=f"{parent.name}-retrained",
        seed=wish.seed,
        threads=threads_beside_others(),
        data=data,
        start=start,
        augmentation=augmentation,
        optimization=optimization,
    )
    return with_settings(config, wish.settings)


def _replay(folder: Path, project_folder: Path) -> str:
    """The file with what the model or the nearest of its ancestors learned from, "" if none has kept it."""
    seen: set[Path] = set()
    while folder not in seen:
        seen.add(folder)
        if (folder / REPLAY_FILE).is_file():
            return str(folder / REPLAY_FILE)
        parent = read_model_info(folder).provenance.parent
        try:
            folder = resolve_model(parent, project_folder) if parent else folder
        except ModelError:
            break
    return ""


def editable_text(config: TrainingConfig) -> str:
    """The part of a recipe that people change by hand, as TOML."""
    return tomli_w.dumps(_editable(config))


def changed_settings(text: str, config: TrainingConfig) -> tuple[str, ...]:
    """What a text that was made with `editable_text` says otherwise than the recipe, as for `with_settings`.

    Raises:
        TrainingError: if it is no TOML, or a setting is unknown, has no sense, or is not for here.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TrainingError(f"this is not valid TOML ({error}); correct that line") from None
    own, settings = _editable(config), []
    for name, value in content.items():
        rows = [(name, value)] if name not in SECTIONS else []
        if name in SECTIONS:
            if not isinstance(value, Mapping):
                raise TrainingError(f"[{name}] must be a section with settings")
            rows = [(f"{name}.{key}", entry) for key, entry in value.items()]
        for key, entry in rows:
            last = key.rpartition(".")[2]
            if last in ELSEWHERE:
                raise TrainingError(f"“{last}” is not changed here; choose it in the dialog before")
            section = own[name] if name in SECTIONS else own
            if last not in section or type(entry) is not type(section[last]) or entry != section[last]:
                settings.append(f"{key}={_literal(entry)}")
    with_settings(config, settings)
    return tuple(settings)


def meanings() -> dict[str, str]:
    """What each setting of a recipe is, as its class says it."""
    told: dict[str, str] = {}
    for kind in (TrainingConfig, AugmentationConfig, OptimizationConfig, DetectionConfig):
        _, _, rows = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:\n")
        for names, text in re.findall(r"^    (\w[\w, ]*): ((?:.|\n(?!    \w))*)", rows, re.MULTILINE):
            alike, parts = names.split(", "), " ".join(text.split()).rstrip(".").split("; ")
            told |= (
                zip(alike, parts, strict=True) if len(parts) == len(alike) else dict.fromkeys(alike, "; ".join(parts))
            )
    return told


def _editable(config: TrainingConfig) -> dict[str, Any]:
    everything = asdict(config)
    sections = {
        name: {key: value for key, value in everything[name].items() if key not in ELSEWHERE} for name in SECTIONS
    }
    return {**{name: everything[name] for name in TOP}, **sections}


def _literal(value: Any) -> str:
    """The value as TOML writes it in one line."""
    return tomli_w.dumps({"value": value}).partition("=")[2].strip()
