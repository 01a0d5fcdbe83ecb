from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.document.document import Document
from app.document.edits import AddTier
from fedn.annotation.check import check_project
from fedn.annotation.store import load_project
from fedn.annotation.tier import Source, Tier
from tests.document.endless_editor import EndlessEditor

REPOSITORY = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("endless_editor.py")


def test_killing_the_program_at_any_moment_loses_no_edit_that_had_returned(
    document: Document, pytestconfig: pytest.Config
) -> None:
    """After each kill the disk holds what the same steps make in memory: those that had returned, or one more."""
    rounds = pytestconfig.getoption("--kill-rounds")
    document.do(AddTier(Tier("video", "Many", Source.IMPORTED, id="many")))
    replay, folder = document.project, document.folder
    document.close()
    chance = random.Random(3)
    told, steps, one_more = 0, 0, 0
    for seed in range(rounds):
        returned = edit_until_killed(folder, seed, chance)
        told += bool(returned)
        steps += returned
        stored = load_project(folder)
        editor = EndlessEditor(seed, replay, lambda edit: edit.apply(replay))
        for _ in range(returned):
            editor.step()
        if stored != replay:
            editor.step()
            one_more += 1
        assert stored == replay, f"round {seed}, {returned} steps"
        check_soundness(folder)
    print(f"{rounds} kills, {told} while editing, {steps} steps returned, {one_more} times one more was on disk")
    assert told > rounds / 3 and steps > 5 * rounds
    with Document.open(folder, who="ann") as reopened:
        assert reopened.project == replay


def edit_until_killed(folder: Path, seed: int, chance: random.Random) -> int:
    """Starts an editor, kills it at some moment, and returns how many of its steps had returned."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, str(SCRIPT), str(folder), str(seed)]
    editor = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True)
    assert editor.stdout is not None
    lines = []
    if chance.random() < 0.8:
        lines.append(editor.stdout.readline())  # A step has returned: it is editing now.
        load_project(folder)  # Others can read meanwhile.
        time.sleep(chance.uniform(0.0, 0.5))
    else:
        time.sleep(chance.uniform(0.0, 1.5))  # Perhaps while it is opening the project.
    editor.kill()
    lines += editor.stdout.read().splitlines(keepends=True)
    editor.wait()
    editor.stdout.close()
    complete = [line for line in lines if line.endswith("\n")]  # The kill may cut the last one short.
    return int(complete[-1]) if complete else 0


def check_soundness(folder: Path) -> None:
    """SQLite's own integrity check, foreign keys, and every row as the history's last edit of it left it."""
    findings = check_project(folder)
    assert [one.text for one in findings if one.damage or "another program" in one.text] == []
