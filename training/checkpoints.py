"""What a run goes on from: the last state of everything that changes, within an epoch too, and the best weights."""

from __future__ import annotations

import time
from collections.abc import Mapping

from torch import Tensor

from training.config import TrainingConfig
from training.learner import Learner
from training.loop import EpochState, Loop
from training.run_folder import BEST, LAST, RunFolder

Best = tuple[dict[str, Tensor], float, int]
"""The best weights, their score and their epoch."""


class Checkpoints:
    """Writes and reads the two checkpoints of a run.

    Weights, their average, the optimizer's moments, the scaler, how far the epoch has come and what its figures add up
    to are kept. Random numbers need not be: they follow from seed, epoch and step.
    """

    def __init__(self, folder: RunFolder, learner: Learner, loop: Loop, config: TrainingConfig) -> None:
        self._folder, self._learner, self._loop, self._config = folder, learner, loop, config
        self._saved_at, self._saved_step = time.monotonic(), 0

    def save_if_due(self, state: EpochState, best_score: float, best_epoch: int, *, now: bool = False) -> None:
        """Writes the last state if enough seconds or steps have passed, or `now`."""
        steps = self._config.checkpoint_steps
        due = bool(steps) and self._learner.step - self._saved_step >= steps
        if now or due or time.monotonic() - self._saved_at >= self._config.checkpoint_s:
            content = {"epoch": state.epoch, "done": state.done, "sums": state.sums, "step": self._learner.step}
            content |= {"best_score": best_score, "best_epoch": best_epoch, "parts": self._loop.parts}
            content["scaler"] = self._learner.precision.state()
            self._folder.save(LAST, self._learner.state(), content)
            self._saved_at, self._saved_step = time.monotonic(), self._learner.step

    def save_best(self, weights: Mapping[str, Tensor], epoch: int, score: float) -> None:
        self._folder.save(BEST, weights, {"epoch": epoch, "score": score})

    def load(self) -> tuple[EpochState, Best | None]:
        """Brings the learner to the last state; without one, the beginning."""
        found, kept = self._folder.load(LAST), self._folder.load(BEST)
        if found is None:
            return EpochState(0), None
        tensors, state = found
        self._learner.load_state(tensors, state["step"])
        self._learner.precision.load_state(state["scaler"])
        self._loop.parts, self._saved_step = state["parts"], state["step"]
        at = EpochState(state["epoch"], state["done"], state["sums"])
        # The best weights are written first: those of an epoch that this state has not seen the end of come again.
        if kept is None or state["best_epoch"] < 0:
            return at, None
        return at, (kept[0], kept[1]["score"], kept[1]["epoch"])
