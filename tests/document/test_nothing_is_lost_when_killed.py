from __future__ import annotations

import contextlib
import multiprocessing
import random
import time
from pathlib import Path

import pytest

from app.document.document import Document
from app.document.edits import AddTier
from fedn.annotation.check import check_project
from fedn.annotation.store import load_project
from fedn.annotation.tier import Source, Tier
from tests.document.endless_editor import EndlessEditor, edit_endlessly

# Where processes can be forked, one that has imported everything is: hundreds of kills then take minutes.
PROCESSES = multiprocessing.get_context(
    "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
)
if hasattr(PROCESSES, "set_forkserver_preload"):
    PROCESSES.set_forkserver_preload(["tests.document.endless_editor"])


def test_killing_the_program_at_any_moment_loses_no_edit_that_had_returned(
    document: Document, pytestconfig: pytest.Config
) -> None:
    """After each kill the disk holds what the same steps make in memory: those that had returned, or one more."""
    rounds = pytestconfig.getoption("--kill-rounds")
    document.do(AddTier(Tier("video", "Many", Source.IMPORTED, id="many")))
    replay, folder = document.project, document.folder
    document.close()
    chance = random.Random(3)
    editing, steps, one_more = 0, 0, 0
    for seed in range(rounds):
        returned = edit_until_killed(folder, seed, chance)
        editing += bool(returned)
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
    print(f"{rounds} kills, {editing} while editing, {steps} steps returned, {one_more} times one more was on disk")
    assert editing > rounds / 3 and steps > 5 * rounds
    with Document.open(folder, who="ann") as reopened:
        assert reopened.project == replay


def edit_until_killed(folder: Path, seed: int, chance: random.Random) -> int:
    """Starts an editor in a process of its own, kills it at some moment, returns how many of its steps had returned."""
    told, telling = PROCESSES.Pipe(duplex=False)
    editor = PROCESSES.Process(target=edit_endlessly, args=(folder, seed, telling))
    editor.start()
    telling.close()
    numbers = [0]
    if chance.random() < 0.8:
        numbers.append(told.recv())  # It is editing now.
        load_project(folder)  # Others can read meanwhile.
        time.sleep(chance.uniform(0.0, 0.5))
    else:
        time.sleep(chance.uniform(0.0, 0.3))  # Perhaps while it is opening the project.
    editor.kill()
    with told, contextlib.suppress(EOFError, OSError):  # The kill may have cut the last message short.
        while True:
            numbers.append(told.recv())
    editor.join()
    return numbers[-1]


def check_soundness(folder: Path) -> None:
    """SQLite's own integrity check, foreign keys, and every row as the history's last edit of it left it."""
    findings = check_project(folder)
    assert [one.text for one in findings if one.damage or "another program" in one.text] == []
