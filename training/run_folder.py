"""What a training leaves on disk: config, data, split, events, last and best checkpoint."""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor

from fedn.errors import TrainingError
from fedn.model_info import write_atomically
from fedn.progress import Record, Reporter
from training.config import TrainingConfig, read_config

LAST = "last.safetensors"
BEST = "best.safetensors"


class RunFolder:
    """A folder of one run. Every file is whole at any moment; a killed run goes on from its last checkpoint."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self, config: TrainingConfig, *, resume: bool) -> None:
        """Makes the folder, or checks that it is this training's.

        Raises:
            TrainingError: if the folder holds another run, or there is nothing to resume.
        """
        recipe = self.path / "config.toml"
        if resume:
            if not recipe.is_file():
                raise TrainingError(f"there is no run to resume in {self.path}; start it without --resume")
            if read_config(recipe).to_toml() != config.to_toml():
                raise TrainingError(
                    f"{recipe} differs from the recipe given; resume without changes, or choose a new folder"
                )
            return
        if recipe.exists():
            raise TrainingError(f"{self.path} already holds a run; resume it or choose a new folder")
        try:
            write_atomically(recipe, config.to_toml().encode())
        except OSError as error:
            raise TrainingError(f"{self.path} cannot be written ({error.strerror}); choose another folder") from None

    def write_json(self, name: str, content: Mapping[str, Any]) -> None:
        write_atomically(self.path / name, json.dumps(content, ensure_ascii=False, indent=1).encode())

    def read_json(self, name: str) -> dict[str, Any] | None:
        path = self.path / name
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None

    def save(self, name: str, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
        """Writes a checkpoint; `state` are plain values beside the tensors."""
        write_atomically(self.path / name, save(dict(tensors), {"state": json.dumps(state)}))

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

    def note_failure(self) -> None:
        """Adds the traceback of the exception being handled to stderr.log."""
        with (self.path / "stderr.log").open("a", encoding="utf-8") as stream:
            stream.write(traceback.format_exc() + "\n")


class RunReporter(Reporter):
    """Keeps every record in events.jsonl and hands it on."""

    def __init__(self, folder: Path, onward: Reporter) -> None:
        self._onward = onward
        super().__init__((folder / "events.jsonl").open("a", encoding="utf-8"))

    def report(self, record: Record) -> None:
        super().report(record)
        self._onward.report(record)

    @property
    def stop_requested(self) -> bool:  # type: ignore[override]
        return self._onward.stop_requested

    @stop_requested.setter
    def stop_requested(self, value: bool) -> None:
        if value:
            self._onward.stop_requested = True

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None
