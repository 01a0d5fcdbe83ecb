"""Where the followed face is in every frame, kept beside a video's other caches for whoever shows it."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fedn.annotation.video import FaceChoice

FACE_BOXES_NAME = "face-track{}.npz"


def face_suffix(face: FaceChoice | None) -> str:
    """For the names of files that hold what was read from a chosen face; "" for the largest."""
    return "" if face is None else f"-face{face.frame}-{face.x:.3f}-{face.y:.3f}"


def save_face_boxes(folder: Path, boxes: NDArray[np.float32], face: FaceChoice | None = None) -> None:
    """Writes boxes (T, 4): left, top, right and bottom in pixels of the upright frame, NaN without a face."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FACE_BOXES_NAME.format(face_suffix(face))
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            np.savez_compressed(file, boxes=np.asarray(boxes, np.float32))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def load_face_boxes(folder: Path, frame_count: int, face: FaceChoice | None = None) -> NDArray[np.float32] | None:
    """Boxes (T, 4) as `save_face_boxes` wrote them; None if there are none, or of another number of frames."""
    try:
        with np.load(folder / FACE_BOXES_NAME.format(face_suffix(face)), allow_pickle=False) as content:
            boxes = np.asarray(content["boxes"], np.float32)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return boxes if boxes.shape == (frame_count, 4) else None
