"""Rooms, lamps and cameras: the conditions under which a rendered person is filmed."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from training.synthetic.renderer import Scene


def draw_scene(rng: np.random.Generator, size: tuple[int, int], eye_distance_px: float) -> Scene:
    """A random room. `eye_distance_px` sets how large the face appears (6.3 cm between the eyes)."""
    distance = rng.uniform(45.0, 120.0)
    warmth = rng.normal(0.0, 0.12)
    tint = np.array([1.0 + warmth, 1.0, 1.0 - warmth]).clip(0.6, 1.4)
    key = rng.uniform(0.3, 0.8)
    ambient = rng.uniform(0.2, 0.6)
    fill_tint = 1.0 + rng.normal(0.0, 0.15, 3)
    return Scene(
        size=size,
        # The eyes lie about 9 cm in front of the middle of the head.
        focal_px=eye_distance_px / 6.3 * (distance - 9.0),
        distance_cm=distance,
        key_direction=_direction(rng.normal(0.0, 0.7), rng.uniform(-0.1, 0.9), 1.0),
        key_color=(key * tint).astype(np.float32),
        fill_direction=_direction(rng.choice([-1.0, 1.0]) * rng.uniform(0.5, 1.5), rng.normal(0.0, 0.3), 0.6),
        fill_color=(rng.uniform(0.0, 0.35) * tint * fill_tint).clip(0, 1).astype(np.float32),
        sky_color=(ambient * 0.6 * tint).astype(np.float32),
        ground_color=(ambient * 0.3 * tint * rng.uniform(0.7, 1.1)).astype(np.float32),
        background=_background(rng),
    )


def _direction(x: float, y: float, z: float) -> NDArray[np.float32]:
    vector = np.array([x, y, z])
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def _background(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A wall, a gradient, blurred furniture or colored noise, (96, 96, 3)."""
    base = rng.uniform(20, 235, 3) * rng.uniform(0.7, 1.0)
    picture: NDArray[Any] = np.full((96, 96, 3), base, np.float32)
    kind = rng.random()
    if kind < 0.3:
        picture += np.linspace(-1, 1, 96)[:, None, None] * rng.uniform(-40, 40, 3)
    elif kind < 0.7:
        for _ in range(rng.integers(2, 9)):
            x, y = rng.integers(0, 96, 2)
            w, h = rng.integers(5, 50, 2)
            picture[y : y + h, x : x + w] = rng.uniform(0, 255, 3)
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.6, 5.0))
    else:
        cells = int(rng.integers(3, 24))
        noise = rng.normal(0, rng.uniform(10, 60), (cells, cells, 3)).astype(np.float32)
        picture += cv2.resize(noise, (96, 96), interpolation=cv2.INTER_CUBIC)
    return picture.clip(0, 255).astype(np.uint8)


def spoil(picture: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
    """What a camera does to one still (uint8): resolution, blur, exposure, noise, compression. Same shape."""
    height, width = picture.shape[:2]
    if rng.random() < 0.4:
        small = rng.uniform(0.3, 0.9)
        shrunk = cv2.resize(picture, None, fx=small, fy=small, interpolation=cv2.INTER_AREA)
        picture = cv2.resize(shrunk, (width, height), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.4:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.5))
    values = picture.astype(np.float32) * rng.uniform(0.65, 1.3) + rng.uniform(-18, 18)
    if rng.random() < 0.6:
        values += rng.uniform(1, 9) * rng.standard_normal(values.shape, np.float32)
    result: Any = values.clip(0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        _, packed = cv2.imencode(".jpg", result, [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(25, 90))])
        result = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    return result
