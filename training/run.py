"""One training from config to model, in a run folder."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from fedn.errors import TrainingError
from fedn.model_kinds import KINDS
from fedn.progress import SILENT, Reporter
from training.config import TrainingConfig
from training.control import Control
from training.course import MODEL, RunReport, manifest

__all__ = ["MODEL", "RunReport", "manifest", "train"]

Train = Callable[[TrainingConfig, Path, Reporter, Control | None, bool], RunReport]


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
    model has a module of its own in this room: kind "x-y" is trained by `training.x_y.train_x_y`.

    Raises:
        TrainingError: if the config, the data or the folder do not allow it.
        Cancelled: if it was cancelled; the folder is whole and the run can be resumed.
    """
    return _training_of(config.kind)(config, out, reporter, control, resume)


def _training_of(kind: str) -> Train:
    name = kind.replace("-", "_")
    if kind not in KINDS or find_spec(f"training.{name}") is None:
        raise TrainingError(f"models of the kind “{kind}” cannot be trained; correct kind in the recipe")
    return getattr(import_module(f"training.{name}"), f"train_{name}")
