"""Crops of a picture whose 68 landmarks are known: as the backbone sees a face, and as the point network does."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fedn.features.align import anchor_points, similarity, warp_face

POINT_CROP_SIZE = 64
# OpenCV's cascade draws its box about 2.5 eye distances wide, centered 0.2 eye distances below the eyes (measured on
# rendered faces); the point network sees that box 1.3 times as large.
CASCADE_WIDTH, CASCADE_DROP, POINT_MARGIN = 2.5, 0.2, 1.3

Floats = NDArray[np.float32]


def face_points(landmarks: Floats) -> Floats:
    """Eye centers, nose tip and mouth corners (T, 5, 2) of 68 landmarks (T, 68, 2); image left first."""
    eyes = np.stack([landmarks[:, 36:42].mean(1), landmarks[:, 42:48].mean(1)], axis=1)
    return np.concatenate([eyes, landmarks[:, [30, 48, 54]]], axis=1)


def estimated(points: Floats, rng: np.random.Generator) -> Floats:
    """Points (5, 2) as a detector would find them: off by a few percent of the eye distance."""
    eyes = float(np.linalg.norm(points[1] - points[0]))
    common = rng.normal(0.0, 0.04 * eyes, (1, 2))
    return (points + common + rng.normal(0.0, 0.035 * eyes, points.shape)).astype(np.float32)


def aligned_crop(picture: NDArray[np.uint8], points: Floats, size: int) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """The aligned face (size, size, 3) of five points, and the matrix (2, 3) from the picture to it."""
    matrix = similarity(anchor_points(points))
    crop = warp_face(picture, matrix)
    small = cv2.resize(crop, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8), matrix * size / crop.shape[0]


def point_crop(picture: NDArray[np.uint8], points: Floats, rng: np.random.Generator) -> tuple[NDArray[Any], Floats]:
    """Gray (64, 64) of a box about as the cascade would draw it, and the points (5, 2) in it, 0 to 1."""
    eyes = float(np.linalg.norm(points[1] - points[0]))
    vertical = float(np.linalg.norm(points[3:].mean(0) - points[:2].mean(0)))
    reach = max(eyes, 0.95 * vertical)
    side = CASCADE_WIDTH * POINT_MARGIN * reach * rng.uniform(0.82, 1.2)
    center = points[:2].mean(0) + [0.0, CASCADE_DROP * reach] + rng.normal(0.0, 0.09 * reach, 2)
    corner = center - side / 2
    scale = POINT_CROP_SIZE / side
    matrix = np.array([[scale, 0.0, -corner[0] * scale], [0.0, scale, -corner[1] * scale]])
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    crop = cv2.warpAffine(
        gray, matrix, (POINT_CROP_SIZE, POINT_CROP_SIZE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    return crop, ((points - corner) / side).astype(np.float32)
