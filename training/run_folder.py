"""What a training leaves on disk: config, data, split, events, last and best checkpoint."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor

from fedn.errors import TrainingError
from fedn.model_info import write_atomically
from fedn.progress import Reporter
from training.config import TrainingConfig, read_config
from training.control import Control
from training.run_life import RECIPE, RunReporter, check_free, live_run

LAST = "last.safetensors"
BEST = "best.safetensors"


class RunFolder:
    """A folder of one run. Every file is whole at any moment; a killed run goes on from its last checkpoint.

    Attributes:
        writes: False for further processes of a training, which only read.
        stopped: the run ended early and kept its best.
    """

    def __init__(self, path: Path, *, writes: bool = True) -> None:
        self.path, self.writes, self.stopped = path, writes, False

    def begin(self, config: TrainingConfig, *, resume: bool) -> None:
        """Makes the folder, or checks that it is this training's.

        Raises:
            TrainingError: if the folder holds another run, or there is nothing to resume.
        """
        recipe = self.path / RECIPE
        if resume:
            if not recipe.is_file():
                raise TrainingError(f"there is no run to resume in {self.path}; start it without --resume")
            if read_config(recipe).to_toml() != config.to_toml():
                raise TrainingError(
                    f"{recipe} differs from the recipe given; resume without changes, or choose a new folder"
                )
            return
        try:
            write_atomically(recipe, config.to_toml().encode())
        except OSError as error:
            raise TrainingError(f"{self.path} cannot be written ({error.strerror}); choose another folder") from None

    def write_json(self, name: str, content: Mapping[str, Any]) -> None:
        if self.writes:
            write_atomically(self.path / name, json.dumps(content, ensure_ascii=False, indent=1).encode())

    def read_json(self, name: str) -> dict[str, Any] | None:
        path = self.path / name
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None

    def save(self, name: str, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
        """Writes a checkpoint; `state` are plain values beside the tensors.

        Raises:
            TrainingError: if it cannot be written; the one before it stays.
        """
        if not self.writes:
            return
        try:
            write_atomically(self.path / name, save(dict(tensors), {"state": json.dumps(state)}))
        except OSError as error:
            raise TrainingError(
                f"the checkpoint {self.path / name} cannot be written ({error.strerror}); free space on the disk, "
                "then resume the run"
            ) from None

    def load(self, name: str) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
        """A checkpoint, or None if there is none yet.

        Raises:
            TrainingError: if it is damaged.
        """
        path = self.path / name
        if not path.is_file():
            return None
        try:
            with safe_open(path, framework="pt") as file:
                state = json.loads((file.metadata() or {})["state"])
            return load_file(path), state
        except (SafetensorError, KeyError, ValueError) as error:
            raise TrainingError(f"the checkpoint {path} is damaged ({error}); start the run anew") from None


@contextmanager
def open_run(
    config: TrainingConfig, path: Path, reporter: Reporter, control: Control, *, resume: bool, writes: bool
) -> Iterator[tuple[RunFolder, Reporter]]:
    """The folder and the records of one training; `reporter` may be that of a run that already lives there.

    Args:
        writes: False for further processes of the same training.

    Raises:
        TrainingError: if the folder holds another run, one that is still going on, or there is nothing to resume.
    """
    folder = RunFolder(path, writes=writes)
    if not writes:
        with control.interruptible():
            yield folder, Reporter()
    elif isinstance(reporter, RunReporter) and reporter.run == path:
        folder.begin(config, resume=resume)
        yield folder, reporter
        reporter.stopped = folder.stopped
    else:
        check_free(path, resume=resume)
        folder.begin(config, resume=resume)
        with live_run(path, reporter, control, resume=True) as own:
            yield folder, own
            own.stopped = folder.stopped
