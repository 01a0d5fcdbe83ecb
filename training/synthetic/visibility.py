"""From where light reaches each vertex of a person: what nose, brows, chin, hair and cap take away.

The person is drawn from many sides without color; a vertex deeper than what was drawn is hidden from there. Kept are
nine spherical harmonics (bands 0 to 2) a vertex, which give soft shadows of any light for nine products, and how
open the vertex lies to light from everywhere (ambient occlusion).
"""

from __future__ import annotations

import moderngl
import numpy as np
from numpy.typing import NDArray

from training.synthetic import shading
from training.synthetic.facekit import Floats, Triangles

_SIDES, _PIXELS, _REACH_CM, _TOLERANCE_CM = 40, 128, 24.0, 0.28


def harmonics(directions: Floats) -> Floats:
    """(N, 9) real spherical harmonics of unit directions (N, 3), without their usual constants."""
    x, y, z = directions.T
    return np.stack([np.ones_like(x), x, y, z, x * y, y * z, 3 * z * z - 1, x * z, x * x - y * y], axis=1).astype(
        np.float32
    )


class VisibilityBaker:
    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._program = context.program(shading.DEPTH_VERTEX, shading.DEPTH_FRAGMENT)
        self._depth = context.depth_texture((_PIXELS, _PIXELS))
        self._target = context.framebuffer(depth_attachment=self._depth)
        index = np.arange(96) + 0.5
        height = 1 - 2 * index / 96
        turn = np.pi * (1 + np.sqrt(5)) * index
        ring = np.sqrt(1 - height**2)
        sphere = np.stack([ring * np.cos(turn), height, ring * np.sin(turn)], axis=1).astype(np.float32)
        # Lamps far behind the head do not show in the face.
        front = sphere[np.argsort(-sphere[:, 2], kind="stable")]
        self._directions = front[: int(_SIDES * 1.6)][::1][:_SIDES]

    def bake(self, points: Floats, normals: Floats, occluders: list[tuple[Floats, Triangles]]) -> tuple[Floats, Floats]:
        """Harmonics (D, 9) and openness (D,) of points (D, 3); occluders are surfaces (N, 3), (M, 3)."""
        arrays = []
        for vertices, triangles in occluders:
            buffer = self._context.buffer(np.ascontiguousarray(vertices, np.float32).tobytes())
            index = self._context.buffer(triangles.astype(np.int32).tobytes())
            arrays.append(
                (self._context.vertex_array(self._program, [(buffer, "3f", "position")], index), buffer, index)
            )
        seen = np.stack(
            [self._seen(points, direction, [a for a, _, _ in arrays]) for direction in self._directions], axis=1
        )
        for parts in arrays:
            for part in parts:
                part.release()
        facing = normals @ self._directions.T  # (D, sides)
        weight = np.maximum(facing, 0.0) + 1e-3
        openness = (seen * weight).sum(1) / weight.sum(1)
        # A surface hides itself from behind; shading knows that from its normal, so its back counts as its front.
        seen = np.where(facing > 0.08, seen, openness[:, None])
        basis = harmonics(self._directions)
        inverse = np.linalg.solve(basis.T @ basis + 0.6 * np.diag([0.0] + [1.0] * 8), basis.T)
        return (seen @ inverse.T).astype(np.float32), openness.astype(np.float32)

    def _seen(self, points: Floats, direction: Floats, arrays: list[moderngl.VertexArray]) -> NDArray[np.float32]:
        """(D,) 1 where nothing lies between a point and a light in that direction."""
        right = np.cross([0.0, 1.0, 0.1], direction)
        right /= np.linalg.norm(right)
        basis = np.stack([right, np.cross(direction, right), direction]).astype(np.float32)
        matrix = np.eye(4, dtype=np.float32)
        matrix[:3, :3] = basis / _REACH_CM * np.array([[1.6], [1.6], [-1.0]], np.float32)
        self._target.use()
        self._target.clear(depth=1.0)
        self._context.disable(moderngl.CULL_FACE | moderngl.BLEND)
        self._context.enable(moderngl.DEPTH_TEST)
        uniform = self._program["matrix"]
        assert isinstance(uniform, moderngl.Uniform)
        uniform.write(matrix.T.tobytes())
        for array in arrays:
            array.render()
        depth = np.frombuffer(self._depth.read(alignment=1), np.float32).reshape(_PIXELS, _PIXELS)
        place = points @ matrix[:3, :3].T
        column, row = (((place[:, :2] + 1) / 2 * _PIXELS).astype(int).clip(0, _PIXELS - 1)).T
        behind = (place[:, 2] * 0.5 + 0.5 - depth[row, column]) * 2 * _REACH_CM
        return (1.0 - np.clip((behind - _TOLERANCE_CM) / 0.5, 0.0, 1.0)).astype(np.float32)
