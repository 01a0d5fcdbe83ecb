from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.commands.conftest import Main

HEADER = "video,subject,onset,apex,offset,label,score"


@pytest.fixture
def tables(dataset: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Predictions and truth: anna's event found and named right, ben's named wrong, and one false event."""
    predictions = tmp_path / "predictions.csv"
    rows = ["anna1.mp4,anna,4,9,14,happiness,0.9", "ben1.mp4,ben,5,9,14,fear,0.8", "ben1.mp4,ben,18,20,22,fear,0.1"]
    predictions.write_text("\n".join([HEADER, *rows]) + "\n")
    return predictions, dataset / "labels.csv"


def test_numbers_come_with_intervals_over_the_subjects(main: Main, tables: tuple[Path, Path]) -> None:
    predictions, truth = tables
    call = ["evaluate", "--predictions", predictions, "--truth", truth, "--tier", "expert", "--json"]
    told = json.loads(main(*call, "--bootstrap", 200).stdout)
    assert (told["spotting"]["tp"], told["spotting"]["fp"]) == (2, 1)
    assert told["confidence"]["n_subjects"] == 2 and told["confidence"]["unit"] == "subject"
    low, high = told["confidence"]["spotting_f1"]
    assert low == pytest.approx(2 / 3) and high == 1.0
    assert "confidence" not in json.loads(main(*call, "--bootstrap", 0).stdout)


def test_a_threshold_counts_for_f1_and_not_for_average_precision(main: Main, tables: tuple[Path, Path]) -> None:
    predictions, truth = tables
    call = ["evaluate", "--predictions", predictions, "--truth", truth, "--tier", "expert", "--json", "--bootstrap", 0]
    every = json.loads(main(*call).stdout)
    strict = json.loads(main(*call, "--threshold", 0.5).stdout)
    nested = json.loads(main(*call, "--threshold", "nested").stdout)
    assert strict["spotting"]["f1"] == nested["spotting"]["f1"] == 1.0 and every["spotting"]["f1"] < 1.0
    assert strict["spotting"]["ap"] == every["spotting"]["ap"]
    refused = main(*call, "--threshold", "high")
    assert refused.returncode == 2 and "neither a number nor “nested”" in refused.stderr


def test_figures_show_what_was_right_and_wrong(
    main: Main, tables: tuple[Path, Path], dataset: Path, tmp_path: Path
) -> None:
    predictions, truth = tables
    folder = tmp_path / "figures"
    call = ["evaluate", "--predictions", predictions, "--truth", truth, "--tier", "expert", "--json"]
    done = main(*call, "--figures", folder, "--videos", dataset, "--compare", f"twin={predictions}")
    assert done.returncode == 0, done.stderr
    stems = {"ap-against-iou", "detection-ap-by-label", "confusion", "timeline-anna1", "timeline-ben1"}
    expected = {f"{stem}{suffix}" for stem in stems for suffix in (".png", ".svg", ".pdf")}
    assert {path.name for path in folder.iterdir()} == expected
    assert {Path(name).name for name in json.loads(done.stdout)["figures"]} == expected
    texts = (folder / "timeline-ben1.svg").read_text(encoding="utf-8")
    assert "fear ✗" in texts and "happiness ✓" in (folder / "timeline-anna1.svg").read_text(encoding="utf-8")
    assert "twin (mean" in (folder / "ap-against-iou.svg").read_text(encoding="utf-8")
    right, wrong = (share_of_color(folder / f"timeline-{name}.png") for name in ("anna1", "ben1"))
    assert right["green"] > 0.001 and right["red"] < 0.0005 and wrong["red"] > 0.001 and wrong["green"] < 0.0005


def share_of_color(path: Path) -> dict[str, float]:
    """Shares of the picture in the figure's own green and red."""
    picture = cv2.imread(str(path))[:, :, ::-1].astype(int)
    colors = {"green": (0x1D, 0x8A, 0x5B), "red": (0xC8, 0x40, 0x2D)}
    return {name: float((np.abs(picture - color).max(axis=2) < 12).mean()) for name, color in colors.items()}


def test_a_missing_video_leaves_the_timeline_without_pictures_and_says_so(
    main: Main, tables: tuple[Path, Path], tmp_path: Path
) -> None:
    predictions, truth = tables
    (tmp_path / "empty").mkdir()
    call = ["evaluate", "--predictions", predictions, "--truth", truth, "--tier", "expert"]
    done = main(*call, "--figures", tmp_path / "figures", "--videos", tmp_path / "empty")
    assert done.returncode == 0
    assert "the timeline of anna1.mp4 has no pictures: there is no anna1.mp4 in" in done.stderr
