"""Which models there are: those that come with the program and those a project has trained. No torch."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from fedn.errors import ModelError
from fedn.model_info import INFO_FILE, ModelInfo, read_model_info

DEFAULT_MODEL = "fedn-base"
MODELS_FOLDER = "models"


def bundled_models_dir() -> Path:
    """The folder of the models that come with the program; $FEDN_MODELS replaces it."""
    if given := os.environ.get("FEDN_MODELS"):
        return Path(given)
    return Path(__file__).resolve().parent.parent / "resources" / "models"


def _folders(project_folder: Path | None) -> list[Path]:
    roots = [bundled_models_dir()] + ([project_folder / MODELS_FOLDER] if project_folder is not None else [])
    return [
        folder
        for root in roots
        if root.is_dir()
        for folder in sorted(root.iterdir())
        if not folder.name.startswith(".") and (folder / INFO_FILE).is_file()
    ]


def list_models(project_folder: Path | None = None) -> list[ModelInfo]:
    """Every model that can be used, bundled ones first; folders that cannot be read are left out.

    Each has the name of its folder, by which `resolve_model` finds it, also after somebody has renamed the folder.
    """
    models: dict[str, ModelInfo] = {}
    for folder in _folders(project_folder):
        try:
            models[folder.name] = replace(read_model_info(folder), name=folder.name)
        except ModelError:
            continue
    return list(models.values())


def resolve_model(name_or_dir: str | Path, project_folder: Path | None = None) -> Path:
    """The folder of a model given by name or by folder. A project's own model hides a bundled one of that name.

    Raises:
        ModelError: if there is no such model; the text lists those there are.
    """
    for folder in reversed(_folders(project_folder)):
        if folder.name == str(name_or_dir):
            return folder
    given = Path(name_or_dir)
    if (given / INFO_FILE).is_file():
        return given
    if given.is_dir():
        raise ModelError(f"{given} is not a model: it has no {INFO_FILE}; choose a folder made by FEDN Studio")
    names = ", ".join(folder.name for folder in _folders(project_folder)) or "none"
    raise ModelError(f"there is no model “{name_or_dir}”; the models here are: {names}")


def free_model_name(wanted: str, project_folder: Path) -> str:
    """`wanted` made fit for a folder name, numbered if a model of that name exists already."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", wanted).strip("-.") or "model"
    taken = {folder.name for folder in _folders(project_folder)}
    root = project_folder / MODELS_FOLDER
    name, number = stem, 2
    while name in taken or (root / name).exists():
        name, number = f"{stem}-{number}", number + 1
    return name
