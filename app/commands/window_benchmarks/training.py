"""How long the window keeps its user waiting while a training runs and its curves are drawn."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.commands.window_benchmarks.stalls import BUDGET_MS, settle, watch, window_with_demo

if TYPE_CHECKING:
    from app.window import StudioWindow

LONGEST_START_S = 600.0
SHORT_EPOCHS = ("optimization.steps_per_epoch=2", "optimization.batch_size=4")
"""An epoch every second or so: more often than in use does something arrive to be drawn."""


def measure_training(seconds: float, folder: Path | None = None) -> dict[str, Any]:
    """Longest stalls while a retraining looks at the videos, and then in so many seconds of epochs.

    Needs a QApplication.

    Args:
        folder: where the demo's project is made; it is removed again.
    """
    from app.jobs.retrain_options import RetrainOptions

    with tempfile.TemporaryDirectory(dir=folder) as place:
        window = window_with_demo(Path(place) / "demo.fedn", "training")
        view = window.parts.training
        options = RetrainOptions("Expert", epochs=10_000, held_out=("r104",), settings=SHORT_EPOCHS)
        window.parts.trainings.retrain(options)
        figures = {"looking at videos": watch(LONGEST_START_S, enough=lambda: view.progress.epoch > 0)}
        before = view.progress.epoch
        figures["learning"] = watch(seconds) | {"epochs": view.progress.epoch - before}
        _end(window)
        window.leave()
        window.deleteLater()
    return {"budget_ms": BUDGET_MS, **figures}


def _end(window: StudioWindow) -> None:
    window.parts.trainings.cancel()
    end = time.monotonic() + 30
    while window.parts.trainings.is_training and time.monotonic() < end:
        settle(0.05)
