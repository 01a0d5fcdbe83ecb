"""Two processes of one training on this machine, started by `torchrun` as `accelerate launch` does on GPUs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from fedn.checkpoint import load_weights
from fedn.progress import Record

from .files_of_people import write_people, write_recipe

ROOT = Path(__file__).parents[2]
TORCHRUN = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]


def trained(recipe: Path, out: Path, *settings: str, two: bool = False) -> subprocess.CompletedProcess:
    before = TORCHRUN if two else []
    command = [sys.executable, *before, str(ROOT / "main.py"), "train", str(recipe), "--out", str(out), "--json"]
    command += [word for setting in settings for word in ("--set", setting)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, timeout=900)
    assert done.returncode == 0, done.stderr[-3000:]
    return done


def epochs(run: Path) -> list[dict]:
    lines = (run / "events.jsonl").read_text().splitlines()
    return [record.data for record in map(Record.from_line, lines) if record and record.data.get("stage") == "epoch"]


@pytest.mark.slow
def test_two_processes_learn_what_one_learns_with_twice_the_batch(tmp_path: Path):
    write_people(tmp_path)
    # Dropout draws other numbers in each process; everything else that is random belongs to a window.
    how = "epochs = 3\nbatch_size = 8\nsteps_per_epoch = 10\nema = 0.9\nbfloat16 = false"
    recipe = write_recipe(tmp_path, network="dropout = 0.0, score_dropout = 0.0", optimization=how)
    trained(recipe, tmp_path / "one")
    trained(recipe, tmp_path / "halves", "optimization.parts=2")
    alone, halves = epochs(tmp_path / "one"), epochs(tmp_path / "halves")
    said = trained(recipe, tmp_path / "two", two=True)
    both = epochs(tmp_path / "two")
    assert [epoch["processes"] for epoch in both] == [2, 2, 2] and len(alone) == 3
    for one, half, two in zip(alone, halves, both, strict=True):
        for name in ("loss", "interval_loss", "label_loss"):
            # Sums in the same order are equal to the last digits; in another order they are not, and Adam makes steps
            # of full length of gradients that are nothing but rounding.
            assert two[name] == pytest.approx(half[name], rel=1e-5), name
            assert two[name] == pytest.approx(one[name], rel=2e-2), name
    weights = load_weights(tmp_path / "halves" / "model")
    for name, value in load_weights(tmp_path / "two" / "model").items():
        torch.testing.assert_close(value.float(), weights[name].float(), atol=1e-3, rtol=1e-2)
    assert json.loads(said.stdout)["model"] == "small", "the first process alone speaks"
    assert alone[2]["loss"] < 0.95 * alone[0]["loss"], "it learned something"
