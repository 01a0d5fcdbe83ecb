"""Aligned faces: a similarity transform puts eyes and mouth of every frame at the same place of a 224 x 224 crop.

The jitter of the crop is the largest motion that is not an expression, therefore the points are smoothed over time and
only three steady ones are used: the two eye centers and the center between the mouth corners.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

ALIGNMENT_VERSION = 1
"""Part of the name of every cached feature file: raise it whenever the same video would give other crops."""

CROP_SIZE = 224
TEMPLATE = np.array([[76.0, 84.0], [148.0, 84.0], [112.0, 160.0]])
"""Where eye centers (image left, image right) and mouth center lie in the crop, as (x, y)."""

_BOX_MARGIN = 24.0
"""Of the crop, in its pixels: the crop shows more than the face."""

SMOOTHING_S = 0.15
"""Standard deviation of the Gaussian over time: its full width at half height is a third of a second."""


def anchor_points(points: NDArray[np.float32]) -> NDArray[np.float64]:
    """Eye, eye and mouth center (..., 3, 2) from five face points (..., 5, 2)."""
    exact = np.asarray(points, np.float64)
    mouth = exact[..., 3:5, :].mean(axis=-2, keepdims=True)
    return np.concatenate([exact[..., 0:2, :], mouth], axis=-2)


def similarity(anchors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Least-squares similarity (..., 2, 3) from image to crop coordinates for anchors (..., 3, 2)."""
    center, target_center = anchors.mean(axis=-2, keepdims=True), TEMPLATE.mean(axis=0)
    source, target = anchors - center, TEMPLATE - target_center
    power = np.maximum((source**2).sum(axis=(-2, -1)), 1e-9)
    a = (source * target).sum(axis=(-2, -1)) / power
    b = (source[..., 0] * target[:, 1] - source[..., 1] * target[:, 0]).sum(axis=-1) / power
    rotation = np.stack([np.stack([a, -b], -1), np.stack([b, a], -1)], -2)  # (..., 2, 2)
    shift = target_center - (rotation @ center[..., 0, :, None])[..., 0]
    return np.asarray(np.concatenate([rotation, shift[..., None]], axis=-1), np.float64)


def face_box(anchors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Left, top, right and bottom (4,) of the upright box around the inner part of the crop of anchors (3, 2)."""
    corners = np.array([[_BOX_MARGIN, _BOX_MARGIN], [CROP_SIZE - _BOX_MARGIN, CROP_SIZE - _BOX_MARGIN]], np.float64)
    across = np.array([corners[0], [corners[1, 0], corners[0, 1]], corners[1], [corners[0, 0], corners[1, 1]]])
    matrix = similarity(anchors)
    points = np.linalg.solve(matrix[:, :2], (across - matrix[:, 2]).T).T
    return np.concatenate([points.min(axis=0), points.max(axis=0)])


def smooth_at(
    time_s: float, times_s: NDArray[np.float64], points: NDArray[np.float64], sigma_s: float = SMOOTHING_S
) -> NDArray[np.float64]:
    """Where points (N, P, 2) measured at `times_s` are at another time, as (P, 2): measured less often than shown.

    A straight line through the measurements with Gaussian weights. A plain weighted mean would lag behind a moving
    head where a face comes or goes. At least one measurement is needed.
    """
    since = times_s - time_s
    weights = np.exp(-0.5 * (since / sigma_s) ** 2)
    total = weights.sum()
    if total < 1e-6:
        return points[int(np.argmin(np.abs(since)))]
    weights /= total
    center = float(weights @ since)
    spread = float(weights @ (since - center) ** 2)
    if spread > 1e-6:
        weights = weights * (1 - center * (since - center) / spread)
    return np.asarray(np.tensordot(weights, points, 1), np.float64)


def warp_face(image: NDArray[np.uint8], matrix: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The aligned crop (224, 224, 3) of an image (H, W, 3); outside of the image it is black.

    Large faces are first shrunk by a whole number with area averaging: plain bilinear sampling would skip pixels, and
    the crop would shimmer.
    """
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    factor = int(1 / scale) if scale > 0 else 1
    if factor < 2:
        return _warp(image, matrix)
    height, width = image.shape[:2]
    inverse = cv2.invertAffineTransform(matrix)
    corners = np.array([[0, 0, 1], [CROP_SIZE, 0, 1], [0, CROP_SIZE, 1], [CROP_SIZE, CROP_SIZE, 1]]) @ inverse.T
    left, top = np.clip(np.floor(corners.min(axis=0)).astype(int) - 2, 0, [width - 1, height - 1])
    right, bottom = np.clip(np.ceil(corners.max(axis=0)).astype(int) + 2, [left + 1, top + 1], [width, height])
    columns, rows = max(1, (right - left) // factor), max(1, (bottom - top) // factor)
    right, bottom = min(right, left + columns * factor), min(bottom, top + rows * factor)
    small = cv2.resize(image[top:bottom, left:right], (columns, rows), interpolation=cv2.INTER_AREA)
    # Pixel centers: x_image = left + (x_small + 0.5) * step - 0.5.
    step = np.array([(right - left) / columns, (bottom - top) / rows])
    to_image = np.array([[step[0], 0, left + 0.5 * step[0] - 0.5], [0, step[1], top + 0.5 * step[1] - 0.5], [0, 0, 1]])
    return _warp(small, matrix @ to_image)


def _warp(image: NDArray, matrix: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.asarray(cv2.warpAffine(image, matrix, (CROP_SIZE, CROP_SIZE), flags=cv2.INTER_LINEAR), np.uint8)
