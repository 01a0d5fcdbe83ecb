"""Faces in one image. The bundled detector is OpenCV's cascade; YuNet is used where its model file is found."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from platformdirs import user_data_path

from fedn.errors import ModelError
from fedn.features.face_points import FacePointNet, find_face_points, load_face_points

YUNET_NAME = "face_detection_yunet_2023mar.onnx"
FACE_POINTS_NAME = "face-points.safetensors"
BUNDLED_MODELS = Path(__file__).resolve().parents[2] / "resources" / "models"

_MEAN_FACE = np.array([[0.34, 0.4], [0.66, 0.4], [0.5, 0.6], [0.37, 0.76], [0.63, 0.76]], np.float32)


@dataclass(frozen=True, slots=True)
class Face:
    """A face in pixels of the image.

    Attributes:
        box: x, y, width, height.
        score: how sure the detector is; comparable only within one detector.
        points: (5, 2) in the order of `face_points.POINT_NAMES`.
    """

    box: NDArray[np.float32]
    score: float
    points: NDArray[np.float32]


class FaceDetector(Protocol):
    """Finds upright faces. `name` goes into the key of cached features: other faces, other features."""

    name: str

    def detect(self, image: NDArray[np.uint8], smallest: int = 24) -> list[Face]:
        """Faces of an RGB image (H, W, 3), best first; those under `smallest` pixels need not be found."""
        ...


class CascadeFaceDetector:
    """OpenCV's frontal face cascade, with the points from a small network.

    Without the network's weights the points are those of a mean face in the box: steady, but blind to head rotation.
    """

    def __init__(self, points: FacePointNet | None = None) -> None:
        path = Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_default.xml"
        self._cascade = cv2.CascadeClassifier(str(path))
        if self._cascade.empty():
            raise ModelError(f"OpenCV's face cascade {path} cannot be read: install opencv-python-headless 4 again.")
        self._points = points
        self.name = "cascade+points" if points is not None else "cascade"

    def detect(self, image: NDArray[np.uint8], smallest: int = 24) -> list[Face]:
        gray = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
        boxes, _, weights = self._cascade.detectMultiScale3(
            gray, scaleFactor=1.2, minNeighbors=4, minSize=(smallest, smallest), outputRejectLevels=True
        )
        faces = []
        for box, weight in zip(np.asarray(boxes, np.float32).reshape(-1, 4), np.ravel(weights), strict=True):
            faces.append(Face(box, float(weight), self._points_in(gray, box)))
        return sorted(faces, key=lambda face: -face.score)

    def _points_in(self, gray: NDArray[np.uint8], box: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._points is None:
            return _MEAN_FACE * box[2:] + box[:2]
        return find_face_points(self._points, gray, box)


class YuNetFaceDetector:
    """OpenCV zoo's YuNet, a small network that finds boxes and points together."""

    def __init__(self, model: Path, smallest_score: float = 0.7) -> None:
        try:
            self._network = cv2.FaceDetectorYN.create(str(model), "", (320, 320), smallest_score, 0.3, 50)
        except cv2.error as error:
            raise ModelError(f"{model} is not a YuNet face detector that OpenCV can read.") from error
        self.name = "yunet"

    def detect(self, image: NDArray[np.uint8], smallest: int = 24) -> list[Face]:
        self._network.setInputSize((image.shape[1], image.shape[0]))
        _, found = self._network.detect(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
        rows = np.zeros((0, 15), np.float32) if found is None else np.asarray(found, np.float32)
        rows = rows[np.argsort(-rows[:, 14])]
        return [
            Face(row[:4], float(row[14]), row[4:14].reshape(5, 2)) for row in rows if max(row[2], row[3]) >= smallest
        ]


def find_face_detector() -> FaceDetector:
    """YuNet if its model is at $FEDN_YUNET, in the user's data folder or bundled; otherwise the cascade."""
    chosen = os.environ.get("FEDN_YUNET")
    if chosen and not Path(chosen).is_file():
        raise ModelError(f"FEDN_YUNET names {chosen}, which is not there: correct the path or remove the variable.")
    places = [Path(chosen)] if chosen else []
    places += [user_data_path("fedn-studio") / YUNET_NAME, BUNDLED_MODELS / YUNET_NAME]
    for place in places:
        if place.is_file():
            return YuNetFaceDetector(place)
    weights = BUNDLED_MODELS / FACE_POINTS_NAME
    return CascadeFaceDetector(load_face_points(weights) if weights.is_file() else None)
