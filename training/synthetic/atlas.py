"""The face laid flat: where on the face each texel lies, and the fields that paint is put on by.

Maps cover the face's texture coordinates [0, 1] x [0, 1]; row 0 is v = 0 (the neck), as OpenGL reads them. Positions
are those of the neutral head in centimeters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator

from training.synthetic.facekit import FACE, LANDMARKS, FaceKit

Values = NDArray[Any]  # floats; single precision where they are kept

_COARSE = 224  # positions are smooth: this many texels a side are interpolated up


@dataclass(frozen=True)
class Atlas:
    """S texels a side.

    Attributes:
        position: (S, S, 3) on the neutral head. landmarks: (68, 2) in texels, x then y.
        lips, eyes: (S, S) 1 inside the contours of lips and eye slits, soft at the edge.
        beard: (S, S) 1 where a beard grows. cheeks, nose, under_eyes, lids: (S, S) soft spots in [0, 1].
        ears: (S, S) 1 on the ears. texels_per_cm: on the front of the face.
    """

    position: Values
    landmarks: Values
    lips: Values
    eyes: Values
    beard: Values
    cheeks: Values
    nose: Values
    under_eyes: Values
    lids: Values
    ears: Values
    texels_per_cm: float

    @property
    def size(self) -> int:
        return len(self.position)


def make_atlas(kit: FaceKit, size: int = 640) -> Atlas:
    on_face = kit.part == FACE
    place, points = kit.uv[on_face], kit.neutral[kit.source[on_face]]
    position = cv2.resize(_spread(place, points), (size, size), interpolation=cv2.INTER_LINEAR)
    where = {int(vertex): uv for vertex, uv in zip(kit.source[on_face], place, strict=True)}
    nearest = NearestNDInterpolator(points, place)
    landmarks = np.array([where.get(int(v), nearest(kit.neutral[v])[0]) for v in LANDMARKS]) * size
    x, y, z = (position[..., i] for i in range(3))
    side = np.abs(x)
    cheek_edge = np.maximum(-1.3, -3.4 + 0.75 * (side - 2.2))
    beard = smooth(0.3, -0.9, y - np.where(side < 2.8, -0.9, cheek_edge)) * smooth(-12.5, -9.5, y) * smooth(0.0, 3.0, z)
    scale = float(np.linalg.norm(landmarks[45] - landmarks[36]) / 9.0)
    return Atlas(
        position=position,
        landmarks=landmarks.astype(np.float32),
        lips=_filled([_curve(landmarks[48:60])], size, 0.09 * scale),
        eyes=_filled([_curve(landmarks[36:42]), _curve(landmarks[42:48])], size, 0.03 * scale),
        beard=(beard * (side < 7.6)).astype(np.float32),
        cheeks=spot(side, y, 4.0, 0.2, 1.9, 1.7),
        nose=spot(x, y, 0.0, 0.5, 1.3, 1.2),
        under_eyes=spot(side, y, 2.9, 2.1, 1.6, 0.7),
        lids=spot(side, y, 3.2, 4.15, 1.7, 0.55),
        ears=(side > 7.5).astype(np.float32) * smooth(-2.5, -1.0, y),
        texels_per_cm=scale,
    )


def smooth(low: float | NDArray, high: float | NDArray, x: NDArray) -> NDArray[np.float32]:
    """0 up to `low`, 1 from `high`, smooth between; also falling, with low > high."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return (t * t * (3.0 - 2.0 * t)).astype(np.float32)


def spot(x: NDArray, y: NDArray, at_x: float, at_y: float, wide: float, high: float) -> NDArray[np.float32]:
    return np.exp(-(((x - at_x) / wide) ** 2) - ((y - at_y) / high) ** 2).astype(np.float32)


def _spread(place: Values, points: Values) -> Values:
    """(C, C, 3) points between their places, nearest ones outside."""
    grid = (np.arange(_COARSE) + 0.5) / _COARSE
    u, v = np.meshgrid(grid, grid)
    inside = LinearNDInterpolator(place, points)(u, v)
    outside = np.isnan(inside[..., 0])
    inside[outside] = NearestNDInterpolator(place, points)(u[outside], v[outside])
    return inside.astype(np.float32)


def _curve(corners: NDArray) -> NDArray:
    """A closed smooth curve (Catmull-Rom) through corners (N, 2)."""
    before, after, next_after = (np.roll(corners, k, axis=0) for k in (1, -1, -2))
    t = np.linspace(0, 1, 8, endpoint=False)[:, None, None]
    points = 0.5 * (
        2 * corners
        + (after - before) * t
        + (2 * before - 5 * corners + 4 * after - next_after) * t**2
        + (3 * corners - before - 3 * after + next_after) * t**3
    )
    return points.transpose(1, 0, 2).reshape(-1, 2)


def _filled(curves: list[NDArray], size: int, soft: float) -> Values:
    mask = np.zeros((size, size), np.float32)
    for curve in curves:
        cv2.fillPoly(mask, [np.round(curve * 16).astype(np.int32)], (1.0,), cv2.LINE_AA, 4)
    return cv2.GaussianBlur(mask, (0, 0), max(soft, 0.5))
