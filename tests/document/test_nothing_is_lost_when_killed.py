from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from app.document.document import Document
from fedn.annotation.store import load_project

REPOSITORY = Path(__file__).parents[2]
ROUNDS = 5


def test_killing_the_program_loses_no_edit_that_had_returned(document: Document) -> None:
    folder = document.folder
    document.close()
    chance = random.Random(3)
    returned: dict[int, int] = {}
    first = 1
    for _ in range(ROUNDS):
        command = [sys.executable, str(Path(__file__).with_name("endless_editor.py")), str(folder), str(first)]
        editor = subprocess.Popen(command, cwd=REPOSITORY, env=environment(), stdout=subprocess.PIPE, text=True)
        assert editor.stdout is not None
        lines = [editor.stdout.readline()]  # The first edit has returned: it is editing now.
        load_project(folder)  # Others can read meanwhile.
        time.sleep(chance.uniform(0.05, 0.5))
        editor.kill()
        lines += editor.stdout.read().splitlines(keepends=True)
        editor.wait()
        complete = [line.split() for line in lines if line.endswith("\n")]  # The kill may cut the last one short.
        returned.update({int(number): int(onset) for number, onset in complete})
        first = max(returned) + 1000
        project = load_project(folder)
        by_id = {event.id: event for event in project.events("own")}
        assert {number: by_id[f"e{number}"].onset for number in returned} == returned
        # A large edit is there whole or not at all.
        assert len(project.events("fedn")) in (2, 200)
    assert len(returned) > 3 * ROUNDS
    with Document.open(folder, who="ann") as reopened:
        assert reopened.project == load_project(folder)


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(REPOSITORY)}
