"""Whatever has happened to a file: it is read as far as it can be or refused in a sentence, soon and in little memory.

The long run:  python -m pytest tests/annotation/fuzzing --fuzz 20000 --fuzz-seed 2
One case:      python -m tests.annotation.fuzzing.worker FORMAT SEED NUMBER NUMBER+1 --keep .
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from fedn.annotation.formats.known_formats import READABLE
from tests.annotation.fuzzing.corpus import MAPPED
from tests.annotation.fuzzing.worker import RECOGNIZE
from tests.conftest import REPOSITORY

SUITE_COUNT = 200
PATIENCE_S = 60.0
NAMES = (*READABLE, MAPPED, RECOGNIZE)


class Worker:
    """A process that reads damaged files, and is replaced by another when a case ends or hangs it."""

    def __init__(self, name: str, seed: int) -> None:
        self._name, self._seed = name, seed

    def failures(self, count: int) -> Iterator[dict[str, Any]]:
        first = 0
        while first < count:
            reached = first - 1
            for record in self._records(first, count):
                reached = record["at"]
                if "failed" in record:
                    yield record
            first = reached + 1

    def _records(self, first: int, stop: int) -> Iterator[dict[str, Any]]:
        module = "tests.annotation.fuzzing.worker"
        call = [sys.executable, "-m", module, self._name, str(self._seed), str(first), str(stop)]
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        process = subprocess.Popen(call, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True)
        lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        reader = threading.Thread(target=_read_lines, args=(process, lines))
        reader.start()
        last = first
        try:
            while line := lines.get(timeout=PATIENCE_S):
                record = json.loads(line)
                last = record["at"]
                yield record
            if process.wait() != 0:
                yield {"at": last, "failed": f"the process ended with {process.returncode}"}
        except queue.Empty:
            yield {"at": last, "failed": f"it hung for {PATIENCE_S:.0f} s"}
        finally:
            process.kill()
            process.wait()
            reader.join()


def _read_lines(process: subprocess.Popen[str], lines: queue.SimpleQueue[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put("")


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_file_is_read_or_refused_in_a_sentence(name: str, request: pytest.FixtureRequest) -> None:
    total: int = request.config.getoption("--fuzz", default=0) or 0
    seed: int = request.config.getoption("--fuzz-seed", default=1) or 1
    count = -(-total // len(NAMES)) if total else SUITE_COUNT
    failures = [f"{name} {seed} {record['at']}: {record['failed']}" for record in Worker(name, seed).failures(count)]
    assert not failures, f"{len(failures)} of {count} cases failed:\n" + "\n\n".join(failures[:10])
