"""One training from config to model, in a run folder."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from fedn.errors import TrainingError
from fedn.model_kinds import KINDS
from fedn.progress import SILENT, Reporter
from training.config import TrainingConfig
from training.control import Control
from training.course import MODEL, MakeLearner, RunReport, Watch, manifest, run_course

__all__ = ["MODEL", "RunReport", "Watch", "manifest", "train"]


def train(
    config: TrainingConfig,
    out: Path,
    reporter: Reporter = SILENT,
    control: Control | None = None,
    *,
    resume: bool = False,
    watch: Watch | None = None,
) -> RunReport:
    """Trains a model and writes it to `out / "model"`.

    The same config, data and machine give the same model, also when the run was interrupted and resumed. Each kind of
    model has a module of its own in this room: what kind "x-y" brings to its training is `training.x_y.LEARNER`.

    Args:
        watch: called after each epoch.

    Raises:
        TrainingError: if the config, the data or the folder do not allow it.
        Cancelled: if it was cancelled; the folder is whole and the run can be resumed.
    """
    make_learner = _learner_of(config.kind)
    return run_course(config, out, make_learner, reporter=reporter, control=control, resume=resume, watch=watch)


def _learner_of(kind: str) -> MakeLearner:
    name = f"training.{kind.replace('-', '_')}"
    if kind not in KINDS or find_spec(name) is None:
        raise TrainingError(f"models of the kind “{kind}” cannot be trained; correct kind in the recipe")
    return import_module(name).LEARNER
