"""A hand that touches or hides the face: palm and five fingers of rounded tubes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.synthetic.garments import Piece
from training.synthetic.look import Color

Values = NDArray[Any]  # floats; single precision where they are kept


def hand(color: Color, rng: np.random.Generator) -> Piece:
    """A hand in its own coordinates: the palm's middle at the origin, fingers up (+y), its back to the viewer (+z)."""
    spread, bend = rng.uniform(0.04, 0.22), rng.uniform(0.1, 0.9)
    tubes = [
        _tube(
            np.array([[0.0, -9.0, 0.4], [0.0, -4.0, 0.2], [0.0, -1.0, 0.0], [0.0, 3.6, 0.0]]),
            np.array([2.4, 2.6, 3.7, 3.9]),
            0.34,
        )
    ]
    for number, (x, length, thick) in enumerate(
        ((-2.9, 6.6, 0.78), (-1.0, 7.6, 0.84), (0.9, 7.3, 0.82), (2.7, 5.8, 0.70))
    ):
        turn = (number - 1.5) * -spread
        tubes.append(
            _tube(
                _finger(np.array([x, 3.4, 0.0]), turn, length, bend * rng.uniform(0.7, 1.3)),
                np.array([1.0, 0.97, 0.9, 0.82, 0.5]) * thick,
            )
        )
    tubes.append(
        _tube(
            _finger(np.array([-3.4, -0.6, -0.2]), 0.85, 6.0, 0.5 * bend), np.array([1.25, 1.05, 1.0, 0.85, 0.5]) * 0.9
        )
    )
    vertices, normals, triangles, count = [], [], [], 0
    for points, directions, faces in tubes:
        vertices.append(points)
        normals.append(directions)
        triangles.append(faces + count)
        count += len(points)
    placed = np.concatenate(vertices)
    return Piece(
        vertices=placed,
        normals=np.concatenate(normals),
        shade=np.full(len(placed), 0.9, np.float32),
        triangles=np.concatenate(triangles).astype(np.int32),
        color=color,
        on_head=True,
        gloss=0.12,
        pattern=-0.001,
    )


def _finger(root: Values, turn: float, length: float, bend: float) -> Values:
    """Five points along a finger that bends away from the viewer."""
    share = np.array([0.0, 0.35, 0.62, 0.85, 1.0])
    angle = bend * share
    up = np.concatenate([[0.0], np.cumsum(np.diff(share) * np.cos(angle[1:]))]) * length
    back = -np.concatenate([[0.0], np.cumsum(np.diff(share) * np.sin(angle[1:]))]) * length
    return root + np.stack([np.sin(turn) * -up, np.cos(turn) * up, back], axis=1)


def _tube(path: Values, radius: Values, flat: float = 0.85) -> tuple[Values, Values, np.ndarray]:
    """A closed tube, flattened in depth: points, normals, triangles."""
    sides = 10
    turn = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    tangent = np.gradient(path, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    across = np.cross(tangent, [0.0, 0.0, 1.0])
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    third = np.cross(across, tangent)
    ring = across[:, None] * np.cos(turn)[None, :, None] + flat * third[:, None] * np.sin(turn)[None, :, None]
    outward = across[:, None] * np.cos(turn)[None, :, None] + third[:, None] * np.sin(turn)[None, :, None] / flat
    points = (path[:, None] + radius[:, None, None] * ring).reshape(-1, 3)
    points = np.concatenate([points, path[-1:] + tangent[-1] * radius[-1] * 0.8])
    normals = np.concatenate([outward.reshape(-1, 3), tangent[-1:]])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    i, j = np.meshgrid(np.arange(len(path) - 1), np.arange(sides), indexing="ij")
    a, b = i * sides + j, i * sides + (j + 1) % sides
    faces = np.stack([np.stack([a, b, a + sides], -1), np.stack([b, b + sides, a + sides], -1)], -2).reshape(-1, 3)
    last = (len(path) - 1) * sides
    tip = np.stack([last + np.arange(sides), last + (np.arange(sides) + 1) % sides, np.full(sides, len(points) - 1)], 1)
    return points.astype(np.float32), normals.astype(np.float32), np.concatenate([faces, tip])
