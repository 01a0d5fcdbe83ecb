from __future__ import annotations

import json
from pathlib import Path

import pytest

from fedn.errors import TrainingError
from tests.commands.conftest import Main
from training.comparison import RECIPES, Result, markdown, read_methods, table_rows
from training.config import read_config


def result(name: str, seed: int, f1: float, **changes: object) -> Result:
    values = {"name": name, "seed": seed, "spotting_f1": f1, "spotting_map": 0.5, "recognition_f1": 0.5}
    values |= {"detection_map": 0.5, "precision": 0.5, "recall": 0.5, "parameters": 1_000_000, "gflop": 2.0}
    return Result(**{**values, "frames_per_s": 50.0, "training_s": 60.0, "threshold": 0.5, **changes})  # type: ignore[arg-type]


def test_every_shipped_row_has_a_recipe_that_can_be_read() -> None:
    methods = read_methods(RECIPES / "comparison.toml")
    assert len(methods) > 15
    for method in methods:
        if method.recipe:
            assert read_config(RECIPES / method.recipe).start.labels


def test_rows_are_means_over_seeds_with_their_spread() -> None:
    rows = table_rows([result("A", 0, 0.6), result("B", 0, 0.4, recognition_f1=None), result("A", 1, 0.8)])
    assert [row["method"] for row in rows] == ["A", "B"]
    assert rows[0]["spotting_f1"] == pytest.approx(0.7) and rows[0]["spotting_f1_sd"] == pytest.approx(0.1 * 2**0.5)
    assert rows[1]["spotting_f1_sd"] is None and rows[1]["recognition_f1"] is None
    lines = markdown(rows).splitlines()
    assert lines[2].startswith("| A | 0.700 ± 0.141 |") and "| — |" in lines[3]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[method]]\nname = 'A'\n", "exactly one of recipe, cascade and model"),
        ("[[method]]\nname = 'A'\ncascade = ['A', 'B']\n", "combines “B”, which is not there"),
        ("[[method]]\nname = 'A'\nrecipes = 'x'\n", "unknown entry “recipes”"),
        ("name = 1", "is not a comparison"),
    ],
)
def test_rows_that_make_no_sense_are_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "rows.toml").write_text(text)
    with pytest.raises(TrainingError, match=words):
        read_methods(tmp_path / "rows.toml")


def test_a_finished_row_is_not_measured_again(main: Main, dataset: Path, untrained_model: Path, tmp_path: Path) -> None:
    (tmp_path / "rows.toml").write_text(f"[[method]]\nname = 'as it is'\nmodel = '{untrained_model.as_posix()}'\n")
    call = ["bench", "methods", "--train", dataset, "--test", dataset, "--out", tmp_path / "out"]
    call += ["--comparison", tmp_path / "rows.toml", "--json"]
    first = json.loads(main(*call).stdout)
    assert [row["method"] for row in first["rows"]] == ["as it is"] and first["rows"][0]["parameters"] > 11_000_000
    kept = tmp_path / "out" / "seed-0" / "as-it-is" / "result.json"
    content = json.loads(kept.read_text())
    kept.write_text(json.dumps({**content, "spotting_f1": 0.125}))
    assert json.loads(main(*call).stdout)["rows"][0]["spotting_f1"] == 0.125
    assert "| as it is | 0.125 |" in (tmp_path / "out" / "table.md").read_text()
    assert (tmp_path / "out" / "seed-0" / "as-it-is" / "candidates.csv").is_file()
    wrong = main(*call, "--only", "nobody")
    assert wrong.returncode == 2 and "there is no row “nobody”; the rows are as it is" in wrong.stderr
