"""The CSV that OpenFace 2 (and 1) writes for a video: `frame, face_id, timestamp, confidence, success`, measurements.

Names in the header may have spaces around them; frames count from 1; a full file has 714 columns. Action unit
intensities (`AU01_r`) are numbers from 0 to 5, presences (`AU01_c`) 0 or 1. Files of several faces have several rows
for a frame, told apart by `face_id`, which version 1 lacks. Frames in which no face was found have success 0.
Source: RecorderCSV.cpp of OpenFace and its wiki, "Output Format".
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from fedn.annotation.formats.content import Remarks
from fedn.annotation.formats.openface import LARGEST_INTENSITY, OpenFaceRecording
from fedn.errors import FormatError

MOST_ROWS = 2_000_000
"""Of all faces: more than eighteen hours of one at 30 frames a second."""
_BLOCK_BYTES = 8 * 1024 * 1024
_LONGEST_LINE = 1024 * 1024
_FAR_BEYOND = 10
_BASICS = ("frame", "face_id", "timestamp", "confidence", "success")
_GAZE = ("gaze_angle_x", "gaze_angle_y")
_POSE = ("pose_Tx", "pose_Ty", "pose_Tz", "pose_Rx", "pose_Ry", "pose_Rz")
_LANDMARK = re.compile(r"([xy])_\d+", re.ASCII)
_UNIT = re.compile(r"AU(0[1-9]|[1-9]\d)_([rc])", re.ASCII)
_NOT_FINITE = ["-nan", "nan(ind)", "-nan(ind)", "nan(snan)", "1.#QNAN", "-1.#IND", "1.#INF", "-1.#INF", "inf", "-inf"]
_NO_NUMBER = [*_NOT_FINITE, *(f" {text}" for text in _NOT_FINITE)]


def read_openface(path: Path, *, face_id: int | None = None, frame_count: int = 0) -> OpenFaceRecording:
    """What OpenFace measured of one face; its `remarks` tell what was chosen and left out.

    The file is read in blocks: memory grows with the frames, not with the columns.

    Args:
        face_id: of the face to take; by default that which was found in most frames.
        frame_count: of the video; rows beyond it are left out, and missing frames at its end are filled in. By default
            the recording ends with the last row.

    Raises:
        FormatError: if it is no such file, of single images, has no rows, or more than MOST_ROWS.
    """
    header = _Header.read(path)
    remarks = Remarks(path)
    face, rows = _one_face(_read_rows(path, header, remarks), face_id, remarks)
    frames, rows = _placed(rows, frame_count, remarks)
    count = frame_count or int(frames.max()) + 1
    return _recording(header, rows, frames, count, face, remarks)


@dataclass(frozen=True, slots=True)
class _Header:
    """Which columns of the file hold what, by their places; action units by their numbers."""

    width: int
    basics: dict[str, int]
    gaze: list[int]
    pose: list[int]
    x: list[int]
    y: list[int]
    intensities: dict[int, int]
    presences: dict[int, int]

    @classmethod
    def read(cls, path: Path) -> _Header:
        with _opened(path) as file:
            line = file.readline(_LONGEST_LINE)
        names = [name.strip() for name in line.decode("utf-8-sig", errors="replace").split(",")]
        places = {name: place for place, name in enumerate(names)}
        if "face" in places and "frame" not in places:
            raise FormatError(f"{path} is of single images, which have no frames; run OpenFace's FeatureExtraction")
        if len(places) < len(names) or not {"frame", "success"} <= places.keys():
            raise FormatError(f"{path} is no CSV of OpenFace: it needs columns frame and success; choose another file")
        units: dict[str, dict[int, int]] = {"r": {}, "c": {}}
        landmarks: dict[str, list[int]] = {"x": [], "y": []}
        for name, place in places.items():
            if found := _UNIT.fullmatch(name):
                units[found[2]][int(found[1])] = place
            elif found := _LANDMARK.fullmatch(name):
                landmarks[found[1]].append(place)
        return cls(
            len(names),
            {name: places[name] for name in _BASICS if name in places},
            _all_or_none(places, _GAZE),
            _all_or_none(places, _POSE),
            landmarks["x"],
            landmarks["y"],
            dict(sorted(units["r"].items())),
            dict(sorted(units["c"].items())),
        )

    @property
    def columns(self) -> list[int]:
        """Those that are read, in the file's order."""
        used = [*self.basics.values(), *self.gaze, *self.pose, *self.x, *self.y]
        return sorted({*used, *self.intensities.values(), *self.presences.values()})


def _all_or_none(places: dict[str, int], names: tuple[str, ...]) -> list[int]:
    return [places[name] for name in names] if all(name in places for name in names) else []


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except FileNotFoundError:
        raise FormatError(f"there is no file {path}; check its name") from None
    except OSError as error:
        raise FormatError(f"{path} cannot be read ({error.strerror}); check the file and its permissions") from None


# Numbers


@dataclass(slots=True)
class _Blocks:
    """Reads a file in blocks of whole lines, and counts what is wrong with them."""

    header: _Header
    rows: int = 0
    too_long: int = 0
    too_short: int = 0
    no_numbers: int = 0

    def read(self, path: Path) -> Iterator[NDArray[np.float64]]:
        """The used columns of some rows at a time, float64 (rows, columns)."""
        with _opened(path) as file:
            file.readline(_LONGEST_LINE)
            while block := file.read(_BLOCK_BYTES):
                block = b"".join((block, file.readline(_LONGEST_LINE)))
                lines = [line for line in map(self._line_of_width, block.splitlines()) if line]
                self.rows += len(lines)
                if self.rows > MOST_ROWS:
                    raise FormatError(f"{path} has more than {MOST_ROWS:,} rows; cut the video into parts")
                if lines:
                    yield self._numbers(b"\n".join(lines))

    def _line_of_width(self, line: bytes) -> bytes:
        """The line with as many cells as the header; empty if it has more, or nothing."""
        missing = self.header.width - 1 - line.count(b",")
        if missing == 0 or not line.strip():
            return line.strip()
        if missing < 0:
            self.too_long += 1
            return b""
        self.too_short += 1
        return line + b"," * missing

    def _numbers(self, lines: bytes) -> NDArray[np.float64]:
        import pandas

        def table(kind: type) -> pandas.DataFrame:
            return pandas.read_csv(
                io.BytesIO(lines),
                header=None,
                usecols=self.header.columns,
                dtype=kind,
                skipinitialspace=kind is str,  # numbers may have it anyway, and it takes twice the time
                skip_blank_lines=False,
                quoting=csv.QUOTE_NONE,
                na_values=_NO_NUMBER,
                encoding_errors="replace",
            )

        try:
            return table(float).to_numpy()
        except (ValueError, OverflowError):
            # Some cell is no number; to read all of them as text is slower by far.
            texts = table(str)
            numbers = texts.apply(pandas.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
            self.no_numbers += int(np.count_nonzero(texts.notna().to_numpy() & np.isnan(numbers)))
            return numbers


@dataclass(slots=True)
class _Rows:
    """R rows of a file: frame and face (R,) int64, and what was measured by name, (R, ...)."""

    frame: NDArray[np.int64]
    face: NDArray[np.int64]
    values: dict[str, NDArray[Any]]

    def only(self, chosen: NDArray[Any]) -> _Rows:
        return _Rows(self.frame[chosen], self.face[chosen], {name: own[chosen] for name, own in self.values.items()})


def _read_rows(path: Path, header: _Header, remarks: Remarks) -> _Rows:
    blocks = _Blocks(header)
    at = {column: place for place, column in enumerate(header.columns)}
    kept: list[dict[str, NDArray[Any]]] = []
    frameless = 0
    for block in blocks.read(path):
        frame = block[:, at[header.basics["frame"]]]
        good = (frame == np.floor(frame)) & (frame >= 0) & (frame <= MOST_ROWS * _FAR_BEYOND)
        frameless += int(np.count_nonzero(~good))
        kept.append(_parts(block[good], at, header))
    if not sum(len(part["frame"]) for part in kept):
        raise FormatError(f"{path} has no rows with frames; export it again")
    for count, text in (
        (frameless, "rows without a frame number were left out"),
        (blocks.too_long, "rows with more values than the header has names were left out"),
        (blocks.too_short, "of rows that end early, what is missing counts as not measured"),
        (blocks.no_numbers, "cells that are no numbers count as not measured"),
    ):
        if count:
            remarks.add("", f"{text} ({count} in all)")
    values = {name: np.concatenate([part[name] for part in kept]) for name in kept[0]}
    frame, face = (values.pop(name).astype(np.int64) for name in ("frame", "face_id"))
    return _Rows(frame, face, values)


def _parts(block: NDArray[np.float64], at: dict[int, int], header: _Header) -> dict[str, NDArray[Any]]:
    """A block's columns by what they are; landmarks become boxes at once, so that they need no memory."""

    def of(columns: list[int]) -> NDArray[np.float32]:
        with np.errstate(over="ignore"):
            values = block[:, [at[column] for column in columns]].astype(np.float32)
        values[np.isinf(values)] = np.nan
        return values

    parts: dict[str, NDArray[Any]] = {
        "face_id": np.zeros(len(block)),
        "timestamp": np.full(len(block), np.nan),
        "confidence": np.full(len(block), np.nan),
        **{name: block[:, at[column]] for name, column in header.basics.items()},
        "gaze": of(header.gaze),
        "pose": of(header.pose),
        "intensities": of(list(header.intensities.values())),
        "presences": of(list(header.presences.values())),
        "boxes": np.empty((len(block), 0), np.float32),
    }
    parts["face_id"] = np.clip(np.nan_to_num(parts["face_id"], nan=-1.0), -1, 2**31 - 1)
    parts["confidence"] = parts["confidence"].astype(np.float32)
    if header.x and header.y:
        x, y = of(header.x), of(header.y)
        parts["boxes"] = np.stack([x.min(axis=1), y.min(axis=1), x.max(axis=1), y.max(axis=1)], axis=1)
    return parts


# From rows to frames


def _one_face(rows: _Rows, wanted: int | None, remarks: Remarks) -> tuple[int, _Rows]:
    """The rows of the wanted face, or of the one that was found most often."""
    faces, which = np.unique(rows.face, return_inverse=True)
    found = np.bincount(which, weights=rows.values["success"] == 1).astype(int)
    if wanted is not None and wanted not in faces:
        raise FormatError(f"{remarks.file} has no face {wanted}; its faces are {', '.join(map(str, faces[:20]))}")
    chosen = int(np.argmax(found)) if wanted is None else int(np.searchsorted(faces, wanted))
    if len(faces) == 1:
        return int(faces[0]), rows
    others = [f"{face} ({count})" for face, count in zip(faces, found, strict=True) if face != faces[chosen]]
    listed = ", ".join(others[:10]) + (" and more" if len(others) > 10 else "")
    remarks.add(
        "", f"of {len(faces)} faces number {faces[chosen]} was taken, found in {found[chosen]} frames, not {listed}"
    )
    return int(faces[chosen]), rows.only(rows.face == faces[chosen])


def _placed(rows: _Rows, frame_count: int, remarks: Remarks) -> tuple[NDArray[np.int64], _Rows]:
    """The rows' frames counted from 0, and the rows of them that have a place."""
    first = 1
    if int(rows.frame.min()) == 0:
        first = 0
        remarks.add("", "frames count from 0 in this file, not from 1")
    frames = rows.frame - first
    inside = frames < (frame_count or _FAR_BEYOND * len(frames) + 1000)
    is_first = np.zeros(len(frames), dtype=bool)
    is_first[np.unique(frames, return_index=True)[1]] = True
    if not inside.all():
        beyond = f"after the video's {frame_count} frames" if frame_count else "far beyond the others"
        remarks.add("", f"rows {beyond} were left out ({np.count_nonzero(~inside)} in all)")
    if not is_first.all():
        remarks.add("", f"of rows for the same frame the first was taken ({np.count_nonzero(~is_first)} rows more)")
    chosen = inside & is_first
    if not chosen.any():
        raise FormatError(f"{remarks.file} has no row for a frame of the video; choose another file")
    return frames[chosen], rows.only(chosen)


def _recording(
    header: _Header, rows: _Rows, frames: NDArray[np.int64], count: int, face: int, remarks: Remarks
) -> OpenFaceRecording:
    success = np.zeros(count, dtype=bool)
    success[frames] = rows.values.pop("success") == 1
    spread = {name: _spread(own, frames, count) for name, own in rows.values.items()}
    # A failed frame's other values are zeros or those of the frame before, depending on the version.
    for name in ("gaze", "pose", "boxes", "intensities", "presences"):
        spread[name][~success] = np.nan
    intensities = spread["intensities"]
    failed = len(frames) - int(np.count_nonzero(success))
    outside = int(np.count_nonzero((intensities < 0) | (intensities > LARGEST_INTENSITY)))
    for number, text in (
        (count - len(frames), "frames without a row count as not measured"),
        (failed, "frames in which OpenFace found no face count as not measured"),
        (outside, "intensities outside of 0 to 5 were kept as they are"),
    ):
        if number:
            remarks.add("", f"{text} ({number} in all)")
    if not header.intensities and not header.presences:
        remarks.add("", "the file has no action units; run OpenFace with -aus")
    return OpenFaceRecording(
        success,
        spread["confidence"],
        spread["timestamp"],
        tuple(header.intensities),
        intensities,
        tuple(header.presences),
        spread["presences"],
        spread["gaze"],
        spread["pose"],
        spread["boxes"],
        face,
        remarks.done(),
    )


def _spread(values: NDArray[Any], frames: NDArray[np.int64], count: int) -> NDArray[Any]:
    """Rows put at their frames; NaN elsewhere."""
    spread = np.full((count, *values.shape[1:]), np.nan, dtype=values.dtype)
    spread[frames] = values
    return spread
