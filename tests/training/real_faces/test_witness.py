"""What an independent witness of real faces says, how our strengths are compared with it, and the rule built on it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fedn.errors import FormatError, TrainingError
from training.real_faces.agreement import correlations, load_expression_net, medians
from training.real_faces.blendshapes import GROUPS, group_strengths, read_blendshapes
from training.real_faces.rule import events_by_rule

SHAPES = [shape for shapes in GROUPS.values() for shape in shapes]
STILL = np.full(100, 0.1, np.float32)


def _write(path: Path, rows: list[list[object]], columns: list[str]) -> Path:
    lines = [",".join(map(str, row)) for row in [["frame", "found", *columns], *rows]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_group_is_the_mean_of_its_shapes_and_a_frame_without_a_face_is_unknown(tmp_path: Path) -> None:
    values = [0.2 if shape == "mouthSmileLeft" else 0.6 for shape in SHAPES]
    path = _write(tmp_path / "a.csv", [[0, 1, *values], [1, 0, *[""] * len(SHAPES)]], SHAPES)

    groups = read_blendshapes(path)

    assert groups["smile"][0] == pytest.approx(0.4)
    assert groups["jaw"][0] == pytest.approx(0.6)
    assert all(np.isnan(own[1]) for own in groups.values())


def test_a_video_without_any_face_is_unknown_throughout(tmp_path: Path) -> None:
    groups = read_blendshapes(_write(tmp_path / "a.csv", [[0, 0], [1, 0]], []))
    assert all(len(own) == 2 and np.isnan(own).all() for own in groups.values())


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "frame,found,jawOpen\n0,1,0.5\n"])
def test_another_file_is_refused_by_name(tmp_path: Path, content: str) -> None:
    (tmp_path / "odd.csv").write_text(content)
    with pytest.raises(FormatError, match=r"odd\.csv"):
        read_blendshapes(tmp_path / "odd.csv")


def test_strengths_of_the_face_model_fall_into_the_same_groups() -> None:
    names = ["browInnerUp_L", "browInnerUp_R", "browOuterUp_L", "browOuterUp_R", "jawOpen", "browDown_L", "browDown_R"]
    names += ["mouthSmile_L", "mouthSmile_R", "eyeBlink_L", "eyeBlink_R", "noseSneer_L", "noseSneer_R"]
    names += ["mouthFrown_L", "mouthFrown_R", "PupilDilate_L"]
    strengths = np.tile(np.arange(len(names), dtype=np.float32), (3, 1))

    groups = group_strengths(strengths, names)

    assert groups["brow raise"].tolist() == [1.5] * 3
    assert groups["jaw"].tolist() == [4.0] * 3
    assert groups["lip corners down"].tolist() == [13.5] * 3


def test_correlation_is_that_of_numpy_over_the_frames_both_know() -> None:
    rng = np.random.default_rng(1)
    theirs = rng.uniform(0, 1, 60).astype(np.float32)
    ours = (theirs + rng.normal(0, 0.3, 60)).astype(np.float32)
    ours[:5], theirs[10:20] = np.nan, np.nan
    known = np.r_[5:10, 20:59]

    found = correlations({"smile": ours[:59]}, {"smile": theirs})

    assert found["smile"] == pytest.approx(np.corrcoef(ours[known], theirs[known])[0, 1], abs=5e-4)


def test_a_group_that_does_not_move_has_no_correlation() -> None:
    ramp = np.linspace(0, 1, 100, dtype=np.float32)
    found = correlations({"smile": ramp, "jaw": ramp}, {"smile": STILL, "jaw": ramp})
    assert found == {"smile": None, "jaw": 1.0}
    assert medians([found, {"smile": None, "jaw": 0.5}]) == {"smile": None, "jaw": 0.75}


def test_a_clip_in_which_nobody_is_seen_has_no_correlation() -> None:
    nobody = np.full(100, np.nan, np.float32)
    assert correlations({"smile": nobody}, {"smile": STILL}) == {"smile": None}


def test_the_rule_finds_a_smile_closes_its_gap_and_leaves_a_twitch_out() -> None:
    groups = {name: STILL.copy() for name in GROUPS}
    groups["smile"][20:30] = groups["smile"][34:50] = 0.8
    groups["smile"][70:75] = 0.9

    (event,) = events_by_rule(groups, 0.3)

    assert (event.onset, event.offset, event.label) == (20, 49, "happiness")
    assert event.score == pytest.approx(0.7, abs=1e-6)


def test_of_overlapping_stretches_the_rule_keeps_the_stronger() -> None:
    groups = {name: STILL.copy() for name in GROUPS}
    groups["smile"][20:40], groups["nose wrinkle"][30:60] = 0.6, 0.9
    assert [event.label for event in events_by_rule(groups, 0.3)] == ["disgust"]


def test_weights_of_another_network_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "other.safetensors").write_bytes(b"no weights")
    with pytest.raises(TrainingError, match=r"other\.safetensors"):
        load_expression_net(tmp_path / "other.safetensors")
