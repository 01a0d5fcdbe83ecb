from __future__ import annotations

import contextlib
import multiprocessing
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.document.document import Document
from app.document.edits import AddTier, AddVideo, ReplaceEvents
from fedn.annotation.check import check_project
from fedn.annotation.project import Project
from fedn.annotation.store import load_project
from tests.document.conftest import FEDN, OWN, PREDICTED, VIDEO
from tests.document.endless_editor import EndlessEditor, edit_endlessly

ROUNDS_A_PROJECT = 40
# Where processes can be forked, one that has imported everything is: hundreds of kills then take minutes.
PROCESSES: Any = multiprocessing.get_context(
    "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
)
if hasattr(PROCESSES, "set_forkserver_preload"):
    PROCESSES.set_forkserver_preload(["tests.document.endless_editor"])


def test_killing_the_program_at_any_moment_loses_no_edit_that_had_returned(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """After each kill the disk holds what the same steps make in memory: those that had returned, or one more."""
    rounds = int(pytestconfig.getoption("--kill-rounds") or 0)
    chance = random.Random(3)
    kills = Kills()
    for first in range(0, rounds, ROUNDS_A_PROJECT):
        seeds = range(first, min(first + ROUNDS_A_PROJECT, rounds))
        kill_again_and_again(small_project(tmp_path / f"{first}.fedn"), seeds, chance, kills)
    print(kills)
    assert kills.while_editing > rounds / 3 and kills.steps_returned > 5 * rounds


@dataclass
class Kills:
    """What came about: `one_more` counts kills between an edit's being on disk and its return."""

    rounds: int = 0
    while_editing: int = 0
    steps_returned: int = 0
    one_more: int = 0


def small_project(folder: Path) -> Project:
    with Document.create(folder, "study", who="ann") as document:
        for edit in (AddVideo(VIDEO), AddTier(FEDN), AddTier(OWN), ReplaceEvents("fedn", PREDICTED)):
            document.do(edit)
    return document.project


def kill_again_and_again(replay: Project, seeds: Iterable[int], chance: random.Random, kills: Kills) -> None:
    """`replay` is never read again: it makes the steps of all the killed editors in memory."""
    folder = replay.folder
    for seed in seeds:
        returned = edit_until_killed(folder, seed, chance)
        stored = load_project(folder)
        editor = EndlessEditor(seed, replay, lambda edit: edit.apply(replay))
        for _ in range(returned):
            editor.step()
        one_more = stored != replay
        if one_more:
            editor.step()
        assert stored == replay, f"round {seed}, {returned} steps"
        check_soundness(folder)
        kills.rounds += 1
        kills.while_editing += bool(returned)
        kills.steps_returned += returned
        kills.one_more += one_more
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
