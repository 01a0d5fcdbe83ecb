"""A look put on the mesh: the person's own vertices, how they move with each expression, and where paint goes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from training.synthetic import facekit
from training.synthetic.facekit import LANDMARKS, FaceKit, Floats, vertex_normals
from training.synthetic.look import Look

_BROWS = (LANDMARKS[[21, 20, 19, 18, 17]], LANDMARKS[[22, 23, 24, 25, 26]])


@dataclass(frozen=True)
class Person:
    """V vertices.

    Attributes:
        base: (V * 3,) vertices without expression; motion: (57, V * 3) displacement per expression.
        base_normals, normal_motion: the same for normals, a first-order approximation that saves recomputing them.
        paint: (V, 4) lips, hair, beard area, distance from the front of the eyeball.
        brow: (V, 2) position along the brow (0 inner to 1 outer) and distance across it in centimeters.
        region: (V,) part number of the head shader.
    """

    look: Look
    base: Floats
    motion: Floats
    base_normals: Floats
    normal_motion: Floats
    paint: Floats
    brow: Floats
    region: Floats

    def shape(self, strengths: Floats) -> tuple[Floats, Floats]:
        """Vertices and normals, both (T, V, 3), for expression strengths (T, 57)."""
        frames = len(strengths)
        vertices = self.base + strengths @ self.motion  # (T, V * 3)
        normals = self.base_normals + strengths @ self.normal_motion  # (T, V * 3)
        return vertices.reshape(frames, -1, 3).astype(np.float32), normals.reshape(frames, -1, 3).astype(np.float32)


def make_person(kit: FaceKit, look: Look) -> Person:
    paint, region = _paint(kit, look), _regions(kit)
    base = (kit.neutral.ravel() + look.identity @ kit.identity).reshape(-1, 3).astype(np.float32)
    base = base + vertex_normals(base, kit.triangles) * _hair_thickness(kit, look, paint[:, 1])[:, None]
    base_normals = vertex_normals(base, kit.triangles)
    normal_motion = np.stack(
        [vertex_normals(base + motion.reshape(-1, 3), kit.triangles) - base_normals for motion in kit.expression]
    )
    return Person(
        look=look,
        base=base.ravel(),
        motion=kit.expression,
        base_normals=base_normals.ravel(),
        normal_motion=normal_motion.reshape(len(kit.expression), -1),
        paint=paint,
        brow=_brow_coordinates(kit),
        region=region,
    )


def _regions(kit: FaceKit) -> Floats:
    region = np.zeros(len(kit.neutral), np.float32)
    parts = [facekit.MOUTH_SOCKET, facekit.EYE_SOCKETS, facekit.GUMS_AND_TONGUE, facekit.TEETH]
    for number, (start, stop) in enumerate(parts, start=1):
        region[start:stop] = number
    for start, stop in (facekit.SCLERA_LEFT, facekit.SCLERA_RIGHT):
        region[start:stop] = 5
    return region


def _smooth(low: float, high: float, x: NDArray) -> NDArray:
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def _paint(kit: FaceKit, look: Look) -> Floats:
    x, y, z = kit.neutral.T
    side = np.abs(x)
    paint = np.zeros((len(x), 4), np.float32)
    skin = np.zeros(len(x), bool)
    skin[slice(*facekit.SKIN)] = True
    paint[:, 0] = np.where(skin & (z > 7.0), _inside_lips(kit), 0.0)
    edge = look.hairline - 0.06 * side**2 * _smooth(4.0, 7.0, side)
    edge = np.where(side > 6.0, np.minimum(edge, 5.0), edge) - (6.0 + 8.0 * look.hair_length) * _smooth(1.0, -3.5, z)
    ear = (side > 7.2) & (y < 6.0) & (z > -3.0) & (z < 4.0)
    hair = _smooth(-0.6, 0.6, y - edge) * ~ear * skin
    paint[:, 1] = 0.0 if look.bald else hair
    cheek = np.maximum(-1.3, -3.4 + 0.75 * (side - 2.2))
    beard = _smooth(0.3, -0.9, y - np.where(side < 2.8, -0.9, cheek)) * _smooth(-13.0, -10.5, y) * _smooth(0.0, 3.0, z)
    paint[:, 2] = beard * skin
    for start, stop in (facekit.SCLERA_LEFT, facekit.SCLERA_RIGHT):
        ball = kit.neutral[start:stop]
        front = ball[ball[:, 2].argmax()]
        paint[start:stop, 3] = np.linalg.norm(ball - front, axis=1)
    return paint


def _inside_lips(kit: FaceKit) -> NDArray:
    """1 inside the outer lip contour, falling to 0 within about 2 mm outside of it."""
    contour = kit.neutral[LANDMARKS[48:60]][:, :2]
    points = kit.neutral[:, :2]
    inside = np.zeros(len(points), bool)
    distance = np.full(len(points), 9.0)
    for a, b in zip(contour, np.roll(contour, -1, axis=0), strict=True):
        crosses = (a[1] > points[:, 1]) != (b[1] > points[:, 1])
        slope = (b[0] - a[0]) / (b[1] - a[1] if b[1] != a[1] else 1e-9)
        inside ^= crosses & (points[:, 0] < a[0] + slope * (points[:, 1] - a[1]))
        along = np.clip(((points - a) @ (b - a)) / ((b - a) @ (b - a)), 0.0, 1.0)
        distance = np.minimum(distance, np.linalg.norm(points - a - along[:, None] * (b - a), axis=1))
    return np.clip(0.5 + np.where(inside, distance, -distance) / 0.2, 0.0, 1.0)


def _brow_coordinates(kit: FaceKit) -> Floats:
    points = kit.neutral[:, :2]
    result = np.full((len(points), 2), 9.0, np.float32)
    for vertices in _BROWS:
        curve = kit.neutral[vertices][:, :2] - np.array([0.0, 0.25], np.float32)
        lengths = np.linalg.norm(np.diff(curve, axis=0), axis=1)
        starts = np.concatenate([[0.0], np.cumsum(lengths)[:-1]])
        best = np.full(len(points), 9.0)
        for i, (a, b) in enumerate(pairwise(curve)):
            low, high = (-0.5 if i == 0 else 0.0), (1.5 if i == len(lengths) - 1 else 1.0)
            t = np.clip(((points - a) @ (b - a)) / lengths[i] ** 2, low, high)
            gap = points - a - t[:, None] * (b - a)
            distance = np.linalg.norm(gap, axis=1)
            nearer = (distance < best) & (distance < 1.6) & (kit.neutral[:, 2] > 4.0)
            best = np.where(nearer, distance, best)
            along = (starts[i] + t * lengths[i]) / lengths.sum()
            result[nearer] = np.stack([along, np.sign(gap[:, 1]) * distance], axis=1)[nearer]
    return result


def _hair_thickness(kit: FaceKit, look: Look, hair: NDArray) -> NDArray:
    """How far hair lifts the surface, in centimeters."""
    x, y, z = kit.neutral.T
    wave = 0.75 + 0.25 * np.sin(1.7 * x + look.seed) * np.cos(1.3 * z + 2.0 * look.seed)
    sides = 0.35 + 0.65 * _smooth(5.0, 11.0, y) + look.hair_length * _smooth(8.0, 2.0, y)
    return hair * look.hair_volume * wave * sides
