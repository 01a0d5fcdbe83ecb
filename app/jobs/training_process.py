"""The process of a training: started so that it outlives the window, and ended when it does not listen."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

OUTPUT = "output.log"


def start_training(arguments: Sequence[str], run: Path) -> subprocess.Popen[bytes]:
    """Starts `sys.executable ARGUMENTS` in a session of its own; what it prints goes into the run's folder.

    Raises:
        OSError: if the folder cannot be written or nothing can be started.
    """
    run.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
    # A pipe would end with the window; records are in the run's own file.
    with (run / OUTPUT).open("ab") as output:
        return subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=output,
            env=environment,
            start_new_session=True,
            creationflags=_windows_flags(),
        )


def _windows_flags() -> int:
    """A console of its own, so that closing that of the window does not end it."""
    if sys.platform != "win32":
        return 0
    return subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW


def end_process(pid: int, *, by_force: bool) -> None:
    """Ends a process with its children; one that is gone already is left alone."""
    try:
        process = psutil.Process(pid)
        for one in [*process.children(recursive=True), process]:
            one.kill() if by_force else one.terminate()
    except psutil.Error:
        return


def output_tail(run: Path, most_bytes: int = 64 * 1024) -> str:
    """What the processes of a run have printed last, with the tracebacks of bugs."""
    try:
        with (run / OUTPUT).open("rb") as stream:
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - most_bytes))
            return stream.read().decode("utf-8", "replace").strip()
    except OSError:
        return ""
