"""Curves of a run for TensorBoard, which is not needed otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fedn.errors import TrainingError


class Board:
    """Writes scalars below a folder.

    Raises:
        TrainingError: if TensorBoard is not installed.
    """

    def __init__(self, folder: Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            raise TrainingError(
                "TensorBoard is not installed: install the package “tensorboard”, or set tensorboard to false in the "
                "recipe; the curves are in the run's events.jsonl either way"
            ) from None
        self._writer: Any = SummaryWriter(str(folder))

    def add(self, figures: Mapping[str, object], step: int, what: str) -> None:
        """The numbers among the figures at an optimizer step, each as "what/name"."""
        for name, value in figures.items():
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                self._writer.add_scalar(f"{what}/{name}", value, step)

    def close(self) -> None:
        self._writer.close()
