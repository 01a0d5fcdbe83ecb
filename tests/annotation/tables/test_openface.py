"""OpenFace's CSV files and the recordings that are made of them; all numbers are invented."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curves import load_curves
from fedn.annotation.action_unit import ActionUnit
from fedn.annotation.formats.openface import (
    OpenFaceRecording,
    as_curves,
    load_recording,
    presence_tier,
    recording_path,
    save_recording,
)
from fedn.annotation.formats.openface_csv import read_openface
from fedn.annotation.tier import Source
from fedn.errors import FormatError
from tests.annotation.tables.any_videos import assert_never_fails_otherwise, damaged, relaxed

INTENSITIES = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 45)
PRESENCES = tuple(sorted((*INTENSITIES, 28)))


def full_header() -> list[str]:
    """The 714 names that FeatureExtraction writes when everything is asked for."""
    names = ["frame", "face_id", "timestamp", "confidence", "success"]
    names += [f"gaze_{eye}_{axis}" for eye in (0, 1) for axis in "xyz"] + ["gaze_angle_x", "gaze_angle_y"]
    names += [f"eye_lmk_{axis}_{point}" for axis in "xyXYZ" for point in range(56)]
    names += [f"pose_{what}{axis}" for what in "TR" for axis in "xyz"]
    names += [f"{axis}_{point}" for axis in "xyXYZ" for point in range(68)]
    names += ["p_scale", "p_rx", "p_ry", "p_rz", "p_tx", "p_ty", *(f"p_{number}" for number in range(34))]
    return names + [f"AU{unit:02d}_r" for unit in INTENSITIES] + [f"AU{unit:02d}_c" for unit in PRESENCES]


def some_rows(header: list[str], frames: int, seed: int = 0) -> list[dict[str, Any]]:
    chance = np.random.default_rng(seed)
    rows = []
    for frame in range(frames):
        row: dict[str, Any] = {name: f"{chance.uniform(-300, 300):.3f}" for name in header}
        row |= {name: f"{chance.uniform(0, 5):.2f}" for name in header if name.endswith("_r") and name.startswith("AU")}
        row |= {name: f"{chance.integers(0, 2):.2f}" for name in header if name.endswith("_c")}
        row |= {"frame": frame + 1, "face_id": 0, "timestamp": f"{frame / 30:.3f}", "confidence": 0.98, "success": 1}
        rows.append(row)
    return rows


def write(path: Path, header: list[str], rows: list[dict[str, Any]], separator: str = ", ") -> Path:
    lines = [separator.join(header), *(separator.join(str(row[name]) for name in header) for row in rows)]
    path.write_text("\n".join(lines) + "\n")
    return path


SMALL = ["frame", "face_id", "timestamp", "confidence", "success", "gaze_angle_x", "gaze_angle_y", "x_0", "x_1", "y_0",
         "y_1", "AU01_r", "AU12_r", "AU12_c", "AU28_c"]  # fmt: skip


@pytest.mark.parametrize("separator", [", ", ","])
def test_a_full_file_is_read_as_the_csv_module_reads_it(tmp_path: Path, separator: str) -> None:
    header = full_header()
    assert len(header) == 714
    path = write(tmp_path / "full.csv", header, some_rows(header, 30), separator)
    recording = read_openface(path)
    with path.open() as file:
        rows = [{name.strip(): float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    assert recording.remarks == ()
    assert (recording.frame_count, recording.face_id) == (30, 0)
    assert (recording.intensity_units, recording.presence_units) == (INTENSITIES, PRESENCES)
    for frame, row in enumerate(rows):
        assert recording.timestamps_s[frame] == row["timestamp"]
        units = [row[f"AU{unit:02d}_r"] for unit in INTENSITIES]
        assert recording.intensities[frame] == pytest.approx(units)
        assert recording.presences[frame].tolist() == [row[f"AU{unit:02d}_c"] for unit in PRESENCES]
        assert recording.gaze_rad[frame] == pytest.approx([row["gaze_angle_x"], row["gaze_angle_y"]])
        assert recording.pose[frame] == pytest.approx([row[f"pose_{what}{axis}"] for what in "TR" for axis in "xyz"])
        x, y = ([row[f"{axis}_{point}"] for point in range(68)] for axis in "xy")
        assert recording.boxes_px[frame] == pytest.approx([min(x), min(y), max(x), max(y)])
    assert recording.success.all()


def test_frames_without_a_face_or_a_row_are_not_measured(tmp_path: Path) -> None:
    rows = some_rows(SMALL, 6)
    rows[2] |= {"success": 0, "confidence": 0.2, "AU12_r": 0, "AU12_c": 0}
    recording = read_openface(write(tmp_path / "a.csv", SMALL, [rows[0], rows[2], rows[5]]))
    assert recording.success.tolist() == [True, False, False, False, False, True]
    measured = [recording.intensities, recording.presences, recording.gaze_rad, recording.boxes_px]
    for values in measured:
        assert np.isnan(values).all(axis=1).tolist() == [False, True, True, True, True, False]
    assert recording.confidence[:3].tolist() == pytest.approx([0.98, math.nan, 0.2], nan_ok=True)
    assert recording.pose.shape == (6, 0)
    assert [remark.text for remark in recording.remarks] == [
        "frames without a row count as not measured (3 in all)",
        "frames in which OpenFace found no face count as not measured (1 in all)",
    ]


def test_the_recording_is_as_long_as_the_video_if_that_is_known(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", SMALL, some_rows(SMALL, 6))
    assert read_openface(path, frame_count=8).success.tolist() == [True] * 6 + [False] * 2
    recording = read_openface(path, frame_count=4)
    assert recording.success.tolist() == [True] * 4
    assert recording.remarks[0].text == "rows after the video's 4 frames were left out (2 in all)"


def test_version_one_has_no_face_id(tmp_path: Path) -> None:
    header = ["frame", "timestamp", "confidence", "success", "AU12_r", "AU12_c"]
    recording = read_openface(write(tmp_path / "a.csv", header, some_rows(header, 3)))
    assert (recording.frame_count, recording.face_id, recording.intensity_units) == (3, 0, (12,))


def test_of_several_faces_the_one_found_most_often_is_taken_and_told(tmp_path: Path) -> None:
    first, second = some_rows(SMALL, 6), some_rows(SMALL, 5, seed=1)
    for row in second:
        row["face_id"] = 1
    for row in first[2:]:
        row["success"] = 0
    rows = sorted(first + second, key=lambda row: (row["frame"], row["face_id"]))
    path = write(tmp_path / "a.csv", SMALL, rows)
    recording = read_openface(path)
    assert recording.face_id == 1
    assert recording.intensities[:, 1] == pytest.approx([float(row["AU12_r"]) for row in second])
    assert recording.remarks[0].text == "of 2 faces number 1 was taken, found in 5 frames, not 0 (2)"
    assert read_openface(path, face_id=0).success.tolist() == [True, True, False, False, False, False]
    with pytest.raises(FormatError, match="has no face 7; its faces are 0, 1"):
        read_openface(path, face_id=7)


def test_whatever_is_odd_about_the_rows_is_told(tmp_path: Path) -> None:
    rows = some_rows(SMALL, 8)
    rows[1]["frame"] = "x"
    rows[2]["frame"] = 1
    rows[3]["frame"] = 999_999
    rows[4]["AU12_r"] = "-nan(ind)"
    rows[5]["AU12_r"] = "??"
    rows[6]["AU12_r"] = "7.5"
    path = write(tmp_path / "a.csv", SMALL, rows)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:-1], lines[-1] + ", 5", "", "9, 0, 0.3, 0.9, 1, 0.1"]))
    recording = read_openface(path)
    assert [remark.text for remark in recording.remarks] == [
        "rows without a frame number were left out (1 in all)",
        "rows with more values than the header has names were left out (1 in all)",
        "of rows that end early, what is missing counts as not measured (1 in all)",
        "cells that are no numbers count as not measured (2 in all)",
        "rows far beyond the others were left out (1 in all)",
        "of rows for the same frame the first was taken (1 rows more)",
        "frames without a row count as not measured (4 in all)",
        "intensities outside of 0 to 5 were kept as they are (1 in all)",
    ]
    assert np.isnan(recording.intensities[[4, 5], 1]).all()
    assert recording.gaze_rad[8, 0] == pytest.approx(0.1)
    assert np.isnan(recording.gaze_rad[8, 1])


def test_a_file_that_counts_from_zero_is_read_and_told(tmp_path: Path) -> None:
    rows = some_rows(SMALL, 3)
    for row in rows:
        row["frame"] -= 1
    recording = read_openface(write(tmp_path / "a.csv", SMALL, rows))
    assert recording.frame_count == 3
    assert recording.remarks[0].text == "frames count from 0 in this file, not from 1"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("face, confidence, AU01_r\n0, 0.9, 1.0\n", "is of single images"),
        ("video,onset,offset,label\n", "is no CSV of OpenFace"),
        ("frame, success, frame\n1, 1, 1\n", "is no CSV of OpenFace"),
        ("frame, success\n", "has no rows with frames"),
        ("frame, success\nx, 1\n", "has no rows with frames"),
        ("", "is no CSV of OpenFace"),
    ],
)
def test_other_files_are_refused(text: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text(text)
    with pytest.raises(FormatError, match=sentence):
        read_openface(path)
    with pytest.raises(FormatError, match="there is no file"):
        read_openface(tmp_path / "none.csv")


def test_more_rows_than_one_block_are_all_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.csv", SMALL, some_rows(SMALL, 500))
    whole = read_openface(path)
    monkeypatch.setattr("fedn.annotation.formats.openface_csv._BLOCK_BYTES", 1000)
    parts = read_openface(path)
    assert np.array_equal(whole.intensities, parts.intensities)
    assert parts.frame_count == 500


def test_damaged_files_give_a_sentence(tmp_path: Path) -> None:
    path = write(tmp_path / "damaged.csv", SMALL, some_rows(SMALL, 12))
    assert_never_fails_otherwise(path, path.read_bytes(), read_openface)


# Recordings


@st.composite
def recordings(draw: st.DrawFn) -> OpenFaceRecording:
    frames, units, boxes = draw(st.integers(1, 30)), draw(st.integers(0, 4)), draw(st.sampled_from([0, 4]))
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    success = chance.random(frames) < 0.7

    def values(width: int) -> Any:
        own = np.round(chance.uniform(0, 5, (frames, width)), 2).astype(np.float32)
        own[~success] = np.nan
        return own

    return OpenFaceRecording(
        success,
        np.round(chance.random(frames), 2).astype(np.float32),
        np.round(np.arange(frames) / 30, 3),
        INTENSITIES[:units],
        values(units),
        PRESENCES[:units],
        np.where(np.isnan(values(units)), np.nan, chance.integers(0, 2, (frames, units))).astype(np.float32),
        values(draw(st.sampled_from([0, 2]))),
        values(draw(st.sampled_from([0, 6]))),
        values(boxes),
    )


def assert_same(one: OpenFaceRecording, two: OpenFaceRecording) -> None:
    for name in ("success", "confidence", "timestamps_s", "intensities", "presences", "gaze_rad", "pose", "boxes_px"):
        first, second = getattr(one, name), getattr(two, name)
        assert first.dtype == second.dtype and np.array_equal(first, second, equal_nan=True), name
    for name in ("intensity_units", "presence_units", "face_id"):
        assert getattr(one, name) == getattr(two, name)


@relaxed
@given(recording=recordings(), face=st.integers(0, 9))
def test_a_saved_recording_is_loaded_unchanged(tmp_path: Path, recording: OpenFaceRecording, face: int) -> None:
    recording = replace(recording, face_id=face)
    path = recording_path(tmp_path, "0123abcd")
    save_recording(path, recording)
    assert path == tmp_path / "imported" / "0123abcd" / "openface.npz"
    assert_same(load_recording(path), recording)


@relaxed
@given(recording=recordings())
def test_a_recording_written_as_openface_would_is_read_back(tmp_path: Path, recording: OpenFaceRecording) -> None:
    columns: dict[str, Any] = {
        "frame": np.arange(1, recording.frame_count + 1),
        "face_id": np.zeros(recording.frame_count, int),
        "timestamp": recording.timestamps_s,
        "confidence": recording.confidence,
        "success": recording.success.astype(int),
    }
    for names, values in (
        (["gaze_angle_x", "gaze_angle_y"], recording.gaze_rad),
        ([f"pose_{what}{axis}" for what in "TR" for axis in "xyz"], recording.pose),
        ([f"AU{unit:02d}_r" for unit in recording.intensity_units], recording.intensities),
        ([f"AU{unit:02d}_c" for unit in recording.presence_units], recording.presences),
    ):
        columns |= dict(zip(names, np.nan_to_num(values).T, strict=False))
    rows = [{name: own[frame] for name, own in columns.items()} for frame in range(recording.frame_count)]
    again = read_openface(write(tmp_path / "a.csv", list(columns), rows))
    assert_same(again, replace(recording, boxes_px=np.empty((recording.frame_count, 0), np.float32)))


def test_damaged_recordings_give_a_sentence_and_nothing_is_unpickled(tmp_path: Path) -> None:
    path = tmp_path / "openface.npz"
    recording = read_openface(write(tmp_path / "a.csv", SMALL, some_rows(SMALL, 5)))
    save_recording(path, recording)
    content = path.read_bytes()
    refused = 0
    for changed in damaged(content, 500):
        path.write_bytes(changed)
        try:
            load_recording(path)
        except FormatError:
            refused += 1
    assert refused > 250
    np.savez(path, version=np.array([{"a": 1}], dtype=object))
    with pytest.raises(FormatError, match="is damaged"):
        load_recording(path)
    with pytest.raises(FormatError, match="there is no recording"):
        load_recording(tmp_path / "none.npz")


def test_intensities_become_curves_that_the_window_can_show(tmp_path: Path) -> None:
    rows = some_rows(SMALL, 4)
    rows[1]["success"] = 0
    recording = read_openface(write(tmp_path / "a.csv", SMALL, rows))
    path = tmp_path / "curves.npz"
    np.savez(path, **as_curves(recording))
    curves = load_curves(path)
    assert curves.labels == ("AU01", "AU12")
    assert curves.values.shape == (2, 4)
    strengths = [float(row["AU12_r"]) / 5 if row["success"] else 0.0 for row in rows]
    assert curves.values[1] == pytest.approx(strengths)
    assert curves.threshold == pytest.approx(0.2)


def test_presences_become_events_only_when_they_are_asked_for(tmp_path: Path) -> None:
    rows = some_rows(SMALL, 8)
    seen = [(0, 1), (1, 2), (1, 4), (1, 3), (0, 1), (1, 5), (1, 5), (1, 1)]
    for row, (twelve, strength) in zip(rows, seen, strict=True):
        row |= {"AU12_c": twelve, "AU12_r": strength, "AU28_c": 0}
    rows[6]["success"] = 0
    rows[7]["AU28_c"] = 1
    tier = presence_tier(read_openface(write(tmp_path / "a.csv", SMALL, rows)))
    assert (tier.name, tier.source, tier.who) == ("OpenFace", Source.DETECTOR, "OpenFace")
    assert [(event.onset, event.apex, event.offset, event.action_units) for event in tier.events] == [
        (1, 2, 3, (ActionUnit(12),)),
        (5, 5, 5, (ActionUnit(12),)),
        (7, 7, 7, (ActionUnit(12),)),
        (7, None, 7, (ActionUnit(28),)),
    ]
    tier = presence_tier(read_openface(tmp_path / "a.csv"), shortest=3)
    assert [(event.onset, event.offset) for event in tier.events] == [(1, 3)]
