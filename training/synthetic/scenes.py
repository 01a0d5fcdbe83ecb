"""Rooms, lamps and cameras: the conditions under which a rendered person is filmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from training.synthetic.facekit import Floats

_PIVOT = np.array([0.0, -7.0, 0.0], np.float32)  # where the head turns on the neck, centimeters
_EYES_CM = 6.3  # between the eyes
_EYES_DEPTH_CM = 9.0  # the eyes lie in front of the middle of the head


@dataclass(frozen=True)
class Scene:
    """Camera, light and background of one clip. Colors are linear RGB.

    Attributes:
        size: (width, height) in pixels.
        focal_px: focal length in pixels; distance_cm: from the camera to the middle of the face.
        elevation: angle of the camera above the face in radians, negative from below.
        lights, light_colors: (3, 3) directions to the lights in camera coordinates; what is dark is (0, 0, 0).
        sky, ground: soft light from above and below. exposure, saturation, tint: of the camera.
        background: (h, w, 3) uint8 picture, stretched over the frame.
    """

    size: tuple[int, int]
    focal_px: float
    distance_cm: float
    elevation: float
    lights: Floats
    light_colors: Floats
    sky: Floats
    ground: Floats
    exposure: float
    saturation: float
    tint: Floats
    background: NDArray[np.uint8]


def rotation(yaw: float, pitch: float, roll: float) -> Floats:
    cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
    around_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    around_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    around_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return (around_y @ around_x @ around_z).astype(np.float32)


def body_view(pose: Floats, scene: Scene) -> Floats:
    """4x4 matrix from body to camera coordinates (camera looks along -z). Pose: (6,) as in Motion."""
    view = np.eye(4, dtype=np.float32)
    view[:3, :3] = rotation(0.25 * pose[0], 0.0, 0.15 * pose[2])
    view[:3, 3] = pose[3:]
    camera = np.eye(4, dtype=np.float32)
    camera[:3, :3] = rotation(0.0, scene.elevation, 0.0)
    camera[2, 3] = -scene.distance_cm
    return camera @ view


def head_view(pose: Floats, scene: Scene) -> Floats:
    """4x4 matrix from head to camera coordinates."""
    turn = rotation(*pose[:3])
    view = np.eye(4, dtype=np.float32)
    view[:3, :3] = turn
    view[:3, 3] = _PIVOT - turn @ _PIVOT + pose[3:]
    camera = np.eye(4, dtype=np.float32)
    camera[:3, :3] = rotation(0.0, scene.elevation, 0.0)
    camera[2, 3] = -scene.distance_cm
    return camera @ view


def project(points: Floats, view: Floats, scene: Scene) -> Floats:
    """Pixels (N, 2) of head points (N, 3), origin at the top left corner."""
    camera = points @ view[:3, :3].T + view[:3, 3]
    width, height = scene.size
    depth = -camera[:, 2:]
    pixels = camera[:, :2] / depth * scene.focal_px * [1, -1] + [width / 2, height / 2]
    return pixels.astype(np.float32)


def draw_scene(rng: np.random.Generator, size: tuple[int, int], eye_distance_px: float) -> Scene:
    """A random room. `eye_distance_px` sets how large the face appears."""
    distance = float(np.exp(rng.uniform(np.log(38.0), np.log(160.0))))
    sky = rng.uniform(0.15, 0.55) * _white(rng, 0.10)
    ground = sky * rng.uniform(0.25, 0.8) * _white(rng, 0.06)
    lights, colors = _lamps(rng)
    received = (colors * np.maximum(lights[:, 2:] * 0.8 + 0.1, 0.05)).sum(0).mean() + 0.5 * float((sky + ground).mean())
    brightness, cast = float(np.exp(rng.normal(0.0, 0.20))), _white(rng, 0.035)
    white = (colors.sum(0) + sky + ground) ** -0.8  # the camera's white balance takes out most of the lamps' color
    return Scene(
        size=size,
        focal_px=eye_distance_px / _EYES_CM * (distance - _EYES_DEPTH_CM),
        distance_cm=distance,
        elevation=float(rng.normal(0.03, 0.10)),
        lights=lights,
        light_colors=colors,
        sky=sky.astype(np.float32),
        ground=ground.astype(np.float32),
        exposure=0.62 / received * brightness,
        saturation=float(rng.uniform(0.82, 1.12)),
        tint=(white / white.mean() * cast).astype(np.float32),
        background=_background(rng),
    )


def _white(rng: np.random.Generator, spread: float) -> NDArray[np.float32]:
    """Light between warm and cold, (3,)."""
    warmth = rng.normal(0.0, spread)
    return np.array([1.0 + warmth, 1.0 + rng.normal(0, 0.02), 1.0 - 1.3 * warmth], np.float32).clip(0.5, 1.5)


def _lamps(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """One to three lights, and their colors: windows, ceiling lamps, a screen in front of the face, a lamp behind."""
    directions, colors = np.zeros((3, 3), np.float32), np.zeros((3, 3), np.float32)
    directions[:, 2] = 1.0
    for row in range(int(rng.choice([1, 2, 3], p=[0.3, 0.4, 0.3]))):
        strength = rng.uniform(0.5, 1.3) if row == 0 else rng.uniform(0.1, 0.7)
        kind = rng.random() if row else rng.uniform(0.0, 0.85)
        side = rng.choice([-1.0, 1.0])
        if kind < 0.35:  # window
            direction, color = (
                (side * rng.uniform(0.4, 1.6), rng.uniform(-0.1, 0.7), rng.uniform(0.3, 1.0)),
                _white(rng, 0.10),
            )
        elif kind < 0.65:  # ceiling
            direction, color = (rng.normal(0, 0.5), rng.uniform(0.7, 1.6), rng.uniform(0.4, 1.2)), _white(rng, 0.16)
        elif kind < 0.85:  # camera or screen
            direction, color = (rng.normal(0, 0.25), rng.normal(0.05, 0.25), 1.0), _white(rng, 0.12)
        else:  # behind
            direction, color = (
                (side * rng.uniform(0.8, 1.5), rng.uniform(0.0, 0.8), -rng.uniform(0.2, 1.0)),
                _white(rng, 0.15),
            )
        directions[row] = np.array(direction) / np.linalg.norm(direction)
        colors[row] = strength * color
    return directions, colors


def _background(rng: np.random.Generator) -> NDArray[np.uint8]:
    """(160, 160, 3): a wall lit from one side with what hangs or stands there, out of focus."""
    size = 160
    wall = rng.uniform(0.15, 0.92) * (1 + rng.normal(0, 0.07, 3))
    if rng.random() < 0.2:
        wall = 0.5 * rng.uniform(0.05, 0.9, 3) + 0.5 * rng.uniform(0.1, 0.8)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size - 0.5
    angle = rng.uniform(0, 2 * np.pi)
    light = 1 + rng.uniform(0, 0.6) * (x * np.cos(angle) + y * np.sin(angle))
    picture: NDArray[Any] = (wall * light[..., None]).astype(np.float32)
    kind = rng.random()
    if kind < 0.30:
        pass
    elif kind < 0.65:
        _furnish(picture, rng)
    elif kind < 0.80:
        for _ in range(int(rng.integers(3, 9))):  # curtains, panels, shelves
            at, wide = rng.uniform(0, size), rng.uniform(2, 30)
            band = np.exp(-((np.arange(size) - at) ** 2) / wide**2) * rng.uniform(-0.35, 0.35)
            picture += band[None, :, None] if rng.random() < 0.7 else band[:, None, None]
    else:
        for octave in (3, 8, 20):  # leaves, crowds, anything
            grain = (
                1
                + rng.normal(0, 0.3 / np.sqrt(octave / 3), (octave, octave, 1))
                + rng.normal(0, 0.03, (octave, octave, 3))
            )
            picture *= cv2.resize(grain.astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
    blur = float(np.exp(rng.uniform(np.log(0.6), np.log(9.0))))
    picture = cv2.GaussianBlur(picture, (0, 0), blur)
    picture += rng.normal(0, 0.008, picture.shape)
    return (picture.clip(0, 1) * 255).astype(np.uint8)


def _furnish(picture: NDArray[Any], rng: np.random.Generator) -> None:
    size = len(picture)
    for _ in range(int(rng.integers(1, 5))):
        left, top = int(rng.uniform(-0.2, 0.9) * size), int(rng.uniform(-0.2, 0.8) * size)
        wide, high = int(rng.uniform(0.12, 0.55) * size), int(rng.uniform(0.12, 0.8) * size)
        color = (rng.uniform(0.03, 0.95) * (1 + rng.normal(0, 0.12, 3))).clip(0, 1).tolist()
        cv2.rectangle(picture, (left, top), (left + wide, top + high), color, -1)
        if rng.random() < 0.5:  # a frame, a door, a window with bars
            edge = (np.array(color) * rng.uniform(0.3, 1.6)).clip(0, 1).tolist()
            cv2.rectangle(picture, (left, top), (left + wide, top + high), edge, int(rng.uniform(1, 6)))
        if rng.random() < 0.3:  # books, boxes
            for at in np.arange(left, left + wide, rng.uniform(4, 10)):
                book = (rng.uniform(0.05, 0.8) * (1 + rng.normal(0, 0.18, 3))).clip(0, 1).tolist()
                top_of_book = top + int(rng.uniform(0.1, 0.4) * high)
                cv2.rectangle(picture, (int(at), top_of_book), (int(at) + 5, top + high), book, -1)
