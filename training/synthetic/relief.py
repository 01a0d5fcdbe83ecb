"""Furrows that expressions fold and age leaves: where they run, and how the surface tilts there.

Two sets of regions that do not overlap within a set, so that one strength per pixel and set is enough. Heights are in
centimeters for a furrow at full strength; maps hold slopes (height per centimeter).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from training.synthetic.atlas import Atlas, smooth
from training.synthetic.facekit import FaceKit

Values = NDArray[Any]  # floats; single precision where they are kept

# Regions in the order of their strengths; sides are the person's (left is x > 0).
REGIONS = (
    "forehead_R", "forehead_L", "fold_R", "fold_L", "chin", "under_eye_R", "under_eye_L",
    "glabella", "nose", "crow_R", "crow_L", "bracket_R", "bracket_L", "lips",
)  # fmt: skip
SECOND_SET = 7  # number of the first region of the second set
# What folds each region: shapes with weights.
_DRIVERS: dict[str, dict[str, float]] = {
    "forehead_R": {"browInnerUp_R": 0.6, "browOuterUp_R": 0.7},
    "forehead_L": {"browInnerUp_L": 0.6, "browOuterUp_L": 0.7},
    "fold_R": {"mouthSmile_R": 0.8, "mouthUpperUp_R": 0.6, "noseSneer_R": 0.8, "cheekSquint_R": 0.3},
    "fold_L": {"mouthSmile_L": 0.8, "mouthUpperUp_L": 0.6, "noseSneer_L": 0.8, "cheekSquint_L": 0.3},
    "chin": {"mouthShrugLower": 0.9, "mouthFrown_L": 0.25, "mouthFrown_R": 0.25, "mouthPress_L": 0.1},
    "under_eye_R": {"cheekSquint_R": 0.7, "eyeSquint_R": 0.5, "cheekRaiser_R": 0.5, "eyeBlink_R": 0.1},
    "under_eye_L": {"cheekSquint_L": 0.7, "eyeSquint_L": 0.5, "cheekRaiser_L": 0.5, "eyeBlink_L": 0.1},
    "glabella": {"browDown_L": 0.55, "browDown_R": 0.55, "noseSneer_L": 0.15, "noseSneer_R": 0.15},
    "nose": {"noseSneer_L": 0.6, "noseSneer_R": 0.6},
    "crow_R": {"cheekSquint_R": 0.6, "eyeSquint_R": 0.5, "cheekRaiser_R": 0.6, "mouthSmile_R": 0.2},
    "crow_L": {"cheekSquint_L": 0.6, "eyeSquint_L": 0.5, "cheekRaiser_L": 0.6, "mouthSmile_L": 0.2},
    "bracket_R": {"mouthSmile_R": 0.6, "mouthDimple_R": 0.9, "mouthStretch_R": 0.6},
    "bracket_L": {"mouthSmile_L": 0.6, "mouthDimple_L": 0.9, "mouthStretch_L": 0.6},
    "lips": {"mouthPucker": 0.8, "mouthPress_L": 0.2, "mouthPress_R": 0.2, "mouthRollUpper": 0.3},
}
# How much of a region's furrows age leaves on a face at rest.
_AT_REST = np.array([0.45, 0.45, 0.65, 0.65, 0.15, 0.55, 0.55, 0.4, 0.1, 0.5, 0.5, 0.25, 0.25, 0.35], np.float32)


@dataclass(frozen=True)
class Relief:
    """`slopes`: (S, S, 4) du and dv of the first set, then of the second; `depth`: (S, S, 2) how deep, 0 to 1."""

    slopes: Values
    depth: Values


def region_strengths(kit: FaceKit, strengths: Values, wrinkles: float) -> Values:
    """(T, regions) how strongly each region is furrowed, for shapes (T, 57); `wrinkles` in [0, 1] comes with age."""
    result = np.empty((len(strengths), len(REGIONS)), np.float32)
    for column, region in enumerate(REGIONS):
        names = _DRIVERS[region]
        result[:, column] = strengths[:, [kit.index(name) for name in names]] @ np.array(list(names.values()))
    return _AT_REST * wrinkles + np.minimum(result, 1.2) * (0.65 + 0.6 * wrinkles)


def vertex_regions(points: Values) -> Values:
    """(N, 2) numbers of the regions of both sets that a point of the neutral face (N, 3) belongs to."""
    x, y = points[:, 0], points[:, 1]
    left = (x > 0).astype(int)
    first = np.where(y > 5.4, left, np.where(y > 1.15, 5 + left, np.where(y > -4.7, 2 + left, 4)))
    eye = (np.abs(x) > 2.2) & (y > 0.8)
    middle = np.where(y > 4.5, 7, np.where(y > 0.0, 8, 13))
    second = np.where(eye, 9 + left, np.where((np.abs(x) > 2.75) & (y < 0.8), 11 + left, middle))
    return np.stack([first, second], axis=1).astype(np.float32)


def make_relief(atlas: Atlas, rng: np.random.Generator) -> Relief:
    """One person's furrows: the same places for everybody, courses, numbers and depths of their own."""
    x, y = atlas.position[..., 0], atlas.position[..., 1]
    front = smooth(-1.0, 2.0, atlas.position[..., 2])
    wobble = _wobble(atlas.size, rng)
    first = _forehead(x, y, wobble, rng) + _folds(x, y, wobble, rng) + _under_eyes(x, y, wobble, rng) + _chin(x, y, rng)
    second = _glabella(x, y, wobble, rng) + _nose(x, y, wobble) + _crow(x, y, wobble, rng) + _mouth(x, y, wobble, rng)
    slopes, depths = [], []
    for height in (first * front, second * front):
        du, dv = (cv2.Scharr(height, cv2.CV_32F, *axis, scale=1 / 32) for axis in ((1, 0), (0, 1)))
        slopes += [du * atlas.texels_per_cm, dv * atlas.texels_per_cm]
        depths.append(np.clip(-height / 0.05, 0.0, 1.0))
    return Relief(np.stack(slopes, axis=2), np.stack(depths, axis=2))


def _wobble(size: int, rng: np.random.Generator) -> Values:
    coarse = rng.normal(0, 1, (size // 40, size // 40)).astype(np.float32)
    return cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)


def _groove(distance: NDArray, width: float | NDArray) -> NDArray:
    """A furrow with the skin pushed up beside it, at `distance` (cm) from its line; -1 at the bottom."""
    t = distance / width
    return -np.exp(-t * t) + 0.45 * np.exp(-((np.abs(t) - 2.0) ** 2) / 1.2)


def _forehead(x: NDArray, y: NDArray, wobble: NDArray, rng: np.random.Generator) -> NDArray:
    count, height = int(rng.integers(2, 6)), np.zeros_like(x)
    for line in range(count):
        level = 7.0 + (line + rng.uniform(0.2, 0.8)) * 3.2 / count
        curve = level + 0.012 * x * x * rng.uniform(-0.5, 1.2) + 0.16 * wobble
        reach = rng.uniform(2.2, 4.8)
        height += (
            rng.uniform(0.5, 1.0) * _groove(y - curve, rng.uniform(0.09, 0.16)) * smooth(reach, reach - 1.6, np.abs(x))
        )
    return 0.075 * height * smooth(6.3, 7.0, y) * smooth(11.5, 10.0, y)


def _folds(x: NDArray, y: NDArray, wobble: NDArray, rng: np.random.Generator) -> NDArray:
    t = np.clip((0.9 - y) / 4.8, 0.0, 1.0)
    fold = 1.75 + 1.75 * t**0.8 + rng.uniform(-0.15, 0.25)
    ends = smooth(1.3, 0.3, y) * smooth(-4.5, -3.0, y)
    return 0.11 * rng.uniform(0.7, 1.2) * _groove(np.abs(x) - fold - 0.08 * wobble, 0.20 + 0.10 * t) * ends


def _under_eyes(x: NDArray, y: NDArray, wobble: NDArray, rng: np.random.Generator) -> NDArray:
    side, height = np.abs(x), np.zeros_like(x)
    for level in (2.35, 2.0, 1.6)[: int(rng.integers(1, 4))]:
        curve = level + rng.uniform(-0.1, 0.1) + 0.10 * (side - 3.1) ** 2 + 0.05 * wobble
        height += rng.uniform(0.5, 1.0) * _groove(y - curve, 0.10)
    return 0.035 * height * smooth(1.5, 2.2, side) * smooth(5.0, 4.2, side) * (y > 1.2) * (y < 3.0)


def _chin(x: NDArray, y: NDArray, rng: np.random.Generator) -> NDArray:
    dents = cv2.GaussianBlur(rng.normal(0, 1, x.shape).astype(np.float32), (0, 0), 4.0)
    crease = _groove(y + 5.0 + 0.05 * x * x, 0.22) * smooth(1.9, 0.9, np.abs(x))
    pebbles = (
        dents
        / max(float(dents.std()), 1e-6)
        * smooth(-7.6, -6.8, y)
        * smooth(-5.0, -5.6, y)
        * smooth(1.9, 1.0, np.abs(x))
    )
    return 0.07 * crease + 0.02 * pebbles


def _glabella(x: NDArray, y: NDArray, wobble: NDArray, rng: np.random.Generator) -> NDArray:
    lean = rng.uniform(-0.15, 0.15)
    pair = _groove(np.abs(x - 0.1 * wobble) - rng.uniform(0.6, 0.9) - 0.10 * (y - 5.5), rng.uniform(0.11, 0.17))
    single = rng.uniform(0.0, 0.9) * _groove(x - lean - 0.1 * wobble, 0.13)
    return 0.13 * (pair + single) * smooth(4.5, 5.3, y) * smooth(7.9, 6.6, y) * smooth(2.2, 1.4, np.abs(x))


def _nose(x: NDArray, y: NDArray, wobble: NDArray) -> NDArray:
    lines = sum(_groove(y - level - 0.35 * np.abs(x) - 0.08 * wobble, 0.10) for level in (2.7, 3.2, 3.7))
    return 0.05 * np.asarray(lines) * smooth(1.7, 0.7, np.abs(x)) * smooth(2.2, 2.7, y) * smooth(4.8, 4.2, y)


def _crow(x: NDArray, y: NDArray, wobble: NDArray, rng: np.random.Generator) -> NDArray:
    across, up = np.abs(x) - 4.3, y - 3.2
    angle, far = np.arctan2(up, across), np.hypot(across, up)
    height = np.zeros_like(x)
    for ray in rng.uniform(-0.75, 0.6, int(rng.integers(2, 6))):
        height += rng.uniform(0.5, 1.0) * _groove((angle - ray - 0.08 * wobble) * far, 0.10)
    return 0.05 * height * smooth(0.4, 0.9, far) * smooth(2.7, 1.5, far) * (across > 0)


def _mouth(x: NDArray, y: NDArray, wobble: NDArray, rng: np.random.Generator) -> NDArray:
    side = np.abs(x)
    bracket = _groove(side - rng.uniform(3.3, 3.9) + 0.10 * (y + 3.3) ** 2 - 0.06 * wobble, 0.16)
    bracket = bracket * smooth(-5.4, -4.4, y) * smooth(-1.4, -2.3, y) * smooth(2.7, 3.0, side)
    lines = np.cos(x * rng.uniform(11.0, 15.0) + 1.5 * wobble) * smooth(2.4, 1.6, side)
    lines = lines * (
        smooth(-1.3, -1.8, y) * smooth(-2.6, -2.2, y) + 0.5 * smooth(-5.6, -5.1, y) * smooth(-4.3, -4.7, y)
    )
    return 0.08 * bracket + 0.012 * lines
