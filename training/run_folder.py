"""What a training leaves on disk: config, data, split, events, last and best checkpoint."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor

from fedn.errors import FednError, TrainingError
from fedn.model_info import write_atomically
from fedn.progress import Cancelled, Record, Reporter
from training.config import TrainingConfig, read_config
from training.control import Control
from training.run_status import CommandFile, RunState, StatusFile, read_status

LAST = "last.safetensors"
BEST = "best.safetensors"
SECONDS_BETWEEN_STEPS = 1.0


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
        recipe = self.path / "config.toml"
        status = read_status(self.path)
        if status is not None and status.state.is_alive:
            raise TrainingError(
                f"the run in {self.path} is still being trained by process {status.pid} on {status.host}; "
                "wait for it, or cancel it first"
            )
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

    def note_failure(self) -> None:
        """Adds the traceback of the exception being handled to stderr.log."""
        with (self.path / "stderr.log").open("a", encoding="utf-8") as stream:
            stream.write(traceback.format_exc() + "\n")


class RunReporter(Reporter):
    """Keeps every record in events.jsonl and the last progress in the run's status, and hands all on."""

    def __init__(self, folder: Path, onward: Reporter, status: StatusFile) -> None:
        self._onward, self._status, self._shown = onward, status, 0.0
        super().__init__((folder / "events.jsonl").open("a", encoding="utf-8"))

    def report(self, record: Record) -> None:
        if record.kind == "progress":
            self._status.tell(record.text, record.done, record.total, paused=record.data.get("paused") is True)
            if record.data.get("stage") == "training":
                if time.monotonic() - self._shown < SECONDS_BETWEEN_STEPS:
                    return
                self._shown = time.monotonic()
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


@contextmanager
def open_run(
    config: TrainingConfig, path: Path, reporter: Reporter, control: Control, *, resume: bool, writes: bool
) -> Iterator[tuple[RunFolder, Reporter]]:
    """Everything around the work in a run's folder: records, status, commands from outside, and how it ended.

    Args:
        writes: False for further processes of the same training.

    Raises:
        TrainingError: if the folder holds another run, one that is still going on, or there is nothing to resume.
    """
    folder = RunFolder(path, writes=writes)
    if not writes:
        with control.interruptible():
            yield folder, Reporter()
        return
    folder.begin(config, resume=resume)
    control.follow(CommandFile(path))
    status = StatusFile(path)
    own = RunReporter(path, reporter, status)
    state, text = RunState.FAILED, ""
    try:
        with control.interruptible():
            yield folder, own
        state = RunState.STOPPED if folder.stopped else RunState.FINISHED
    except (Cancelled, KeyboardInterrupt):
        state = RunState.CANCELLED
        raise
    except FednError as error:
        text = str(error)
        raise
    except BaseException as error:
        text = f"an error of the program itself: {error!r}"
        folder.note_failure()
        raise
    finally:
        own.close()
        status.end(state, text)
