"""Recordings of OpenFace (Baltrušaitis et al., FG 2018): what it measured in every frame of a video.

A project keeps one as `imported/<video key>/openface.npz` in its folder. Reading OpenFace's own file is openface_csv's.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fedn.annotation.action_unit import ActionUnit
from fedn.annotation.event import Event
from fedn.annotation.formats.content import Remark, TierEvents
from fedn.annotation.formats.foreign_file import write_foreign
from fedn.annotation.tier import Source
from fedn.errors import FormatError

LARGEST_INTENSITY = 5.0
FILE_NAME = "openface.npz"
_VERSION = 1


@dataclass(frozen=True, slots=True, eq=False)
class OpenFaceRecording:
    """Measurements of one face; N frames of the video, from 0. What was not measured in a frame is NaN there.

    Attributes:
        success: (N,) bool, whether the face was found; False too where the file has no row for the frame.
        confidence: (N,) float32 in [0, 1], NaN without a row.
        timestamps_s: (N,) float64, as the file has them, NaN without a row.
        intensity_units, intensities: numbers of action units, and (N, U) float32 in [0, 5].
        presence_units, presences: numbers of action units, and (N, P) float32, 0 or 1.
        gaze_rad: (N, 2) float32, right and down; of shape (N, 0) if the file has none, like the next two.
        pose: (N, 6) float32: place of the head in mm from the camera, and its rotation in rad, about x, y and z.
        boxes_px: (N, 4) float32: left, top, right and bottom of the landmarks.
        face_id: of the file's faces; 0 if it does not count them.
        remarks: what was found and done while reading; they are not saved.
    """

    success: NDArray[np.bool_]
    confidence: NDArray[np.float32]
    timestamps_s: NDArray[np.float64]
    intensity_units: tuple[int, ...]
    intensities: NDArray[np.float32]
    presence_units: tuple[int, ...]
    presences: NDArray[np.float32]
    gaze_rad: NDArray[np.float32]
    pose: NDArray[np.float32]
    boxes_px: NDArray[np.float32]
    face_id: int = 0
    remarks: tuple[Remark, ...] = ()

    @property
    def frame_count(self) -> int:
        return len(self.success)


def recording_path(project: Path, video_key: str) -> Path:
    """Where the project in this folder keeps the recording of a video."""
    return project / "imported" / video_key / FILE_NAME


_ARRAYS = {
    "success": (np.bool_, ()),
    "confidence": (np.float32, ()),
    "timestamps_s": (np.float64, ()),
    "intensities": (np.float32, (None,)),
    "presences": (np.float32, (None,)),
    "gaze_rad": (np.float32, (None,)),
    "pose": (np.float32, (None,)),
    "boxes_px": (np.float32, (None,)),
}

_UNITS = {"intensity_units": "intensities", "presence_units": "presences"}


def save_recording(path: Path, recording: OpenFaceRecording) -> None:
    """Writes a recording, whole or not at all; its folder is made.

    Raises:
        FormatError: if it cannot be written.
    """
    content = io.BytesIO()
    arrays: dict[str, Any] = {name: getattr(recording, name) for name in _ARRAYS}
    arrays |= {name: np.array(getattr(recording, name), dtype=np.int32) for name in _UNITS}
    arrays |= {"version": np.int32(_VERSION), "face_id": np.int32(recording.face_id)}
    np.savez_compressed(content, **arrays)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FormatError(f"the folder {path.parent} cannot be made ({error.strerror}); choose another one") from error
    write_foreign(path, content.getvalue())


def load_recording(path: Path) -> OpenFaceRecording:
    """A recording that `save_recording` wrote.

    Raises:
        FormatError: if there is none, or it is damaged; the file can be imported again.
    """
    try:
        with np.load(path, allow_pickle=False) as content:
            values = {name: content[name] for name in content.files}
        if int(values["version"]) != _VERSION:
            raise ValueError(f"it has version {int(values['version'])}")
        return _checked(values)
    except FileNotFoundError:
        raise FormatError(f"there is no recording {path}; import the OpenFace file again") from None
    except Exception as error:  # Damaged archives fail in as many ways as there are compressors.
        raise FormatError(f"the recording {path} is damaged ({error}); import the OpenFace file again") from error


def _checked(values: dict[str, Any]) -> OpenFaceRecording:
    count = len(values["success"])
    for name, (kind, more) in _ARRAYS.items():
        if values[name].dtype != kind or values[name].shape[:1] != (count,) or values[name].ndim != 1 + len(more):
            raise ValueError(f"{name} has another shape than it should")
    units = {}
    for name, of in _UNITS.items():
        units[name] = tuple(int(unit) for unit in values[name])
        if len(units[name]) != values[of].shape[1]:
            raise ValueError(f"{name} and {of} do not fit")
    known = {one.name for one in fields(OpenFaceRecording)} - {"remarks"}
    rest = {name: values[name] for name in known - units.keys() - {"face_id"}}
    return OpenFaceRecording(**rest, **units, face_id=int(values["face_id"]))


# What a recording is used for


def as_curves(recording: OpenFaceRecording) -> dict[str, NDArray[Any]]:
    """Intensities as score curves, in the layout of the files that detections leave: to be saved with `np.savez`.

    Returns:
        `labels` (U,) "AU04"; `curves` (U, N) float32, intensities divided by 5, 0 where nothing was measured;
        `threshold`, that of intensity 1, the least that counts as seen.
    """
    values = np.clip(recording.intensities.T / LARGEST_INTENSITY, 0.0, 1.0)
    return {
        "labels": np.array([f"AU{unit:02d}" for unit in recording.intensity_units], dtype=str),
        "curves": np.nan_to_num(values, nan=0.0).astype(np.float32),
        "threshold": np.array(1.0 / LARGEST_INTENSITY, dtype=np.float32),
    }


def presence_tier(recording: OpenFaceRecording, *, shortest: int = 1, name: str = "OpenFace") -> TierEvents:
    """Every unbroken run of frames in which OpenFace saw an action unit, as an event without a label.

    Nothing makes this tier unless it is asked for: OpenFace reports single frames, which are no expressions.

    Args:
        shortest: frames that a run needs to have.
    """
    found: list[Event] = []
    for column, unit in enumerate(recording.presence_units):
        seen = np.concatenate([[False], recording.presences[:, column] == 1.0, [False]])
        edges = np.flatnonzero(np.diff(seen.astype(np.int8)))
        for onset, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if stop - onset >= shortest:
                apex = _strongest(recording, unit, onset, stop)
                found.append(Event(onset, stop - 1, "", apex=apex, action_units=(ActionUnit(unit),)))
    found.sort(key=lambda event: (event.onset, event.offset, event.action_units[0].number))
    return TierEvents(name, Source.DETECTOR, "OpenFace", tuple(found))


def _strongest(recording: OpenFaceRecording, unit: int, onset: int, stop: int) -> int | None:
    """The frame of the greatest intensity, if OpenFace measured any."""
    if unit not in recording.intensity_units:
        return None
    part = recording.intensities[onset:stop, recording.intensity_units.index(unit)]
    return onset + int(np.nanargmax(part)) if np.any(np.isfinite(part)) else None
