"""Whatever has happened to a file: it is read as far as it can be or refused in a sentence, soon and in little memory.

The long run:  python -m pytest tests/annotation/fuzzing --fuzz 20000 --fuzz-seed 2
One case:      python -m tests.annotation.fuzzing.worker SEED FORMAT:NUMBER:NUMBER+1 --keep .
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from fedn.annotation.formats.known_formats import READABLE
from tests.annotation.fuzzing.corpus import MAPPED
from tests.annotation.fuzzing.worker import RECOGNIZE
from tests.conftest import REPOSITORY

SUITE_COUNT = 200
PATIENCE_S = 120.0
WORKER = "tests.annotation.fuzzing.worker"
NAMES = (*READABLE, MAPPED, RECOGNIZE)


def failures(names: Sequence[str], seed: int, count: int) -> dict[str, list[str]]:
    """What goes wrong with `count` damaged files of each format; a process that hangs or ends is replaced."""
    found: dict[str, list[str]] = {name: [] for name in names}
    jobs = [(name, 0) for name in names]
    while jobs:
        (name, first), reached = jobs[0], None
        for record in _records(jobs, seed, count):
            name, reached = record.get("format", name), record.get("at", reached)
            if "failed" in record:
                found[name].append(f"{name} {seed} {reached}: {record['failed']}")
        # One that ended before its first file would do so again.
        first = count if reached is None else reached + 1
        later = [(other, 0) for other in names[names.index(name) + 1 :]]
        jobs = [(name, first), *later] if first < count else later
    return found


def _records(jobs: Sequence[tuple[str, int]], seed: int, stop: int) -> Iterator[dict[str, Any]]:
    call = [sys.executable, "-m", WORKER, str(seed), *(f"{name}:{first}:{stop}" for name, first in jobs)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    process = subprocess.Popen(call, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True)
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    reader = threading.Thread(target=_read_lines, args=(process, lines))
    reader.start()
    try:
        while line := lines.get(timeout=PATIENCE_S):
            yield json.loads(line)
        if process.wait() != 0:
            yield {"failed": f"the process ended with {process.returncode}"}
    except queue.Empty:
        yield {"failed": f"it hung for {PATIENCE_S:.0f} s"}
    finally:
        process.kill()
        process.wait()
        reader.join()


def _read_lines(process: subprocess.Popen[str], lines: queue.SimpleQueue[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put("")


@pytest.fixture(scope="module")
def found(request: pytest.FixtureRequest) -> dict[str, list[str]]:
    """The failures of the formats that are tested now, all read by one process, since starting it takes seconds."""
    total: int = request.config.getoption("--fuzz", default=0) or 0
    seed: int = request.config.getoption("--fuzz-seed", default=1) or 1
    names = [name for name in NAMES if any(f"[{name}]" in item.name for item in request.session.items)]
    return failures(names, seed, -(-total // len(names)) if total else SUITE_COUNT)


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_file_is_read_or_refused_in_a_sentence(name: str, found: dict[str, list[str]]) -> None:
    assert not found[name], f"{len(found[name])} files failed:\n" + "\n\n".join(found[name][:10])
