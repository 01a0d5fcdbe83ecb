"""What lens, sensor and compression make of a drawn picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_BANK = 1 << 20  # drawn once: fresh noise for every pixel of every frame would cost as much as the face


class Grain:
    """Sensor noise from a bank, at another place of it every time."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._bank = (rng.standard_normal(_BANK, np.float32) * 32).clip(-127, 127).astype(np.int8)

    def noise(self, shape: tuple[int, ...], amount: float) -> NDArray[np.int16]:
        """Integers of standard deviation `amount` (gray levels)."""
        count = int(np.prod(shape))
        reach = min(count, _BANK)
        start = int(self._rng.integers(0, _BANK - reach + 1))
        taken = self._bank[start : start + reach]
        if reach < count:
            taken = np.resize(taken, count)
        return np.rint(taken.astype(np.float32) * np.float32(amount / 32)).astype(np.int16).reshape(shape)


@dataclass(frozen=True)
class Camera:
    """How one clip is taken. `noise` in gray levels, `blur` in pixels, `flicker` as a share of the brightness.

    `trail`: how much of the picture before is still seen (exposure time); `fps`: pictures a second.
    """

    noise: float
    blur: float
    flicker: float
    trail: float
    scale: float
    crf: int
    fps: int


def draw_camera(rng: np.random.Generator, fps: int | None = None, crf: int | None = None) -> Camera:
    """A random camera, from a webcam in the dark to a good one."""
    drawn = int(rng.choice([25, 30, 30, 50, 60]))
    quality = int(rng.integers(18, 31))
    return Camera(
        noise=float(rng.uniform(0.4, 1.0) * rng.choice([1.5, 3.0, 6.0])),
        blur=float(rng.uniform(0.0, 0.9)),
        flicker=float(rng.choice([0.0, rng.uniform(0.0, 0.012)])),
        trail=float(rng.uniform(0.0, 0.35)),
        scale=float(rng.choice([1.0, rng.uniform(0.5, 0.9)], p=[0.75, 0.25])),
        crf=quality if crf is None else crf,
        fps=drawn if fps is None else fps,
    )


class Sensor:
    """Pictures of one clip, one after the other."""

    def __init__(self, camera: Camera, rng: np.random.Generator) -> None:
        self._camera, self._rng, self._grain = camera, rng, Grain(rng)
        self._before: NDArray[np.uint8] | None = None

    def take(self, picture: NDArray[Any]) -> NDArray[np.uint8]:
        """The picture (H, W, 3) uint8 as the camera delivers it."""
        camera = self._camera
        seen: Any = picture
        if camera.trail > 0.05 and self._before is not None:
            seen = cv2.addWeighted(picture, 1 - camera.trail, self._before, camera.trail, 0)
        self._before = picture
        if camera.scale < 1.0:
            small = cv2.resize(seen, None, fx=camera.scale, fy=camera.scale, interpolation=cv2.INTER_AREA)
            seen = cv2.resize(small, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
        if camera.blur > 0.25:
            seen = cv2.GaussianBlur(seen, (0, 0), camera.blur)
        gain = 1.0 + self._rng.normal(0.0, camera.flicker) if camera.flicker else 1.0
        if gain != 1.0:
            seen = cv2.convertScaleAbs(seen, alpha=gain)
        noise = self._grain.noise(seen.shape, camera.noise)
        return cv2.add(seen, noise, dtype=cv2.CV_8U)  # pyright: ignore[reportReturnType]


def spoil(picture: NDArray[Any], rng: np.random.Generator, grain: Grain) -> NDArray[np.uint8]:
    """What any camera may do to one still (uint8): resolution, blur, motion, exposure, noise, compression."""
    height, width = picture.shape[:2]
    result: Any = picture
    if rng.random() < 0.35:
        small = rng.uniform(0.3, 0.9)
        shrunk = cv2.resize(result, None, fx=small, fy=small, interpolation=cv2.INTER_AREA)
        result = cv2.resize(shrunk, (width, height), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.35:
        result = cv2.GaussianBlur(result, (0, 0), rng.uniform(0.4, 1.4))
    if rng.random() < 0.08:
        result = _smear(result, rng)
    result = cv2.convertScaleAbs(result, alpha=rng.uniform(0.75, 1.2))
    if rng.random() < 0.3:
        curve = (np.linspace(0, 1, 256) ** rng.uniform(0.7, 1.4) * 255).astype(np.uint8)
        result = cv2.LUT(result, curve)
    if rng.random() < 0.6:
        result = cv2.add(result, grain.noise(result.shape, rng.uniform(0.8, 8.0)), dtype=cv2.CV_8U)
    if rng.random() < 0.5:
        _, packed = cv2.imencode(".jpg", result, [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(22, 92))])
        result = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    return result


def _smear(picture: Any, rng: np.random.Generator) -> Any:
    """Motion blur along a line."""
    length, angle = int(rng.integers(3, 8)), rng.uniform(0, np.pi)
    kernel = np.zeros((length, length), np.float32)
    middle = (length - 1) / 2
    reach = np.array([np.cos(angle), np.sin(angle)]) * middle
    ends = [tuple(np.rint(middle + sign * reach).astype(int).tolist()) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], (1.0,), 1)
    return cv2.filter2D(picture, -1, kernel / kernel.sum())
