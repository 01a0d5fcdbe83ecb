"""The models of a project as files: taking one in, giving one away, removing one. No torch."""

from __future__ import annotations

import filecmp
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from fedn.errors import ModelError
from fedn.kept_comparison import forget_comparisons
from fedn.model_archive import remove, unpacked
from fedn.model_info import INFO_FILE, WEIGHTS_FILE, ModelInfo, read_model_info, write_atomically
from fedn.progress import SILENT, Reporter
from fedn.registry import MODELS_FOLDER, free_model_name

RUNS_FOLDER = "runs"


def import_model(
    given: Path, project_folder: Path, check: Callable[[ModelInfo], None], reporter: Reporter = SILENT
) -> ModelInfo:
    """Takes a model out of a folder or a .zip into the project, under a name that is free.

    Args:
        check: loads what is in the folder of its argument, so that nothing gets in that does not run.

    Raises:
        ModelError: if it is no model, is damaged, or cannot be kept; the project is then as it was.
        Cancelled: if it was asked to stop.
    """
    models = project_folder / MODELS_FOLDER
    with unpacked(given, models, reporter) as info:
        assert info.folder is not None
        try:
            check(info)
        except ModelError as error:
            raise ModelError(str(error).replace(str(info.folder), str(given))) from None
        name = free_model_name(info.name, project_folder)
        write_atomically(info.folder / INFO_FILE, replace(info, name=name).to_toml().encode())
        info.folder.rename(models / name)
    return read_model_info(models / name)


def copies_of(info: ModelInfo, project_folder: Path) -> list[Path]:
    """Other folders of the project with the same weights: the model that its run has left."""
    assert info.folder is not None
    mine = info.folder / WEIGHTS_FILE
    others = [*(project_folder / RUNS_FOLDER).glob("*/model"), *(project_folder / MODELS_FOLDER).glob("*")]
    return [
        folder
        for folder in sorted(others)
        if folder != info.folder and not folder.name.startswith(".") and _same(mine, folder / WEIGHTS_FILE)
    ]


def delete_model(info: ModelInfo, project_folder: Path, in_use: str) -> None:
    """Removes a model of the project, with the comparisons that it is in.

    Raises:
        ModelError: if it is in use, comes with the program, or cannot be removed.
    """
    assert info.folder is not None
    if info.name == in_use:
        raise ModelError(f"“{info.name}” is in use; use another model first, then delete it")
    models = (project_folder / MODELS_FOLDER).resolve()
    if info.folder.resolve().parent != models:
        raise ModelError(f"“{info.name}” comes with the program and cannot be deleted")
    # In one step, so that nobody ever meets half of it.
    gone = models / f".deleted-{info.folder.name}"
    try:
        remove(gone)
        info.folder.rename(gone)
    except OSError as error:
        raise ModelError(f"“{info.name}” cannot be deleted ({error.strerror}); check the folder {models}") from None
    remove(gone)
    forget_comparisons(project_folder, info.name)


def _same(first: Path, second: Path) -> bool:
    try:
        return filecmp.cmp(first, second, shallow=False)
    except OSError:
        return False
