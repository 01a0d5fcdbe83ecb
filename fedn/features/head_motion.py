"""What of a face's flow is the head: a rigid head turned, tilted, shifted and scaled, fitted to the flow of all of it.

The crop is aligned by eyes and mouth alone, so a turning head leaves the nose and the cheeks moving in it. Subtracting
the motion of the nose would give that to the mouth; a rigid head explains both.

Letters: N pictures, B blocks, all in the crop of `FLOW_SIZE` pixels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FLOW_SIZE = 112
BLOCK = 4
"""Side of the square blocks over which flow is averaged before anything else looks at it."""

PARAMETERS = ("shift x", "shift y", "scale", "roll", "yaw", "pitch")
_MIDDLE = np.array([56.0, 60.0])
_UNIT = 28.0
_ROUNDS = 5
_TOLERANCE_PX = 0.6
"""Motion that differs more than this from the rigid head counts less and less: it is an expression."""


def block_centers() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """x and y (28, 28) of the middle of every block."""
    middle = np.arange(FLOW_SIZE // BLOCK) * BLOCK + (BLOCK - 1) / 2
    x, y = np.meshgrid(middle, middle)
    return np.asarray(x, np.float64), np.asarray(y, np.float64)


def head_depth(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Depth of a mean face, an ellipsoid with a nose, in units of its half depth."""
    ellipsoid = np.sqrt(np.maximum(0.05, 1 - ((x - 56) / 42) ** 2 - ((y - 58) / 58) ** 2))
    return ellipsoid + 0.5 * np.exp(-(((x - 56) / 6) ** 2) - ((y - 63) / 9) ** 2)


def rigid_motion(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """(..., 2, 6): how far a place of the face moves in x and y for a unit of each of `PARAMETERS`."""
    across, down = (x - _MIDDLE[0]) / _UNIT, (y - _MIDDLE[1]) / _UNIT
    # Relative to its mean, so that yaw and pitch are no shifts.
    depth = head_depth(x, y) - _MEAN_DEPTH
    one, zero = np.ones_like(across), np.zeros_like(across)
    in_x = np.stack([one, zero, across, -down, depth, zero], axis=-1)
    in_y = np.stack([zero, one, down, across, zero, depth], axis=-1)
    return np.stack([in_x, in_y], axis=-2)


def fit_head(flow: NDArray[np.float32]) -> NDArray[np.float32]:
    """The six parameters (N, 6) of the head's motion from block flow (N, 28, 28, 2).

    Iteratively reweighted least squares with Cauchy weights: what moves otherwise than the rest does not count.
    Mouth, brows and eyes count less from the start.
    """
    rows = _RIGID.reshape(-1, 6)  # (2B, 6)
    target = flow[:, _USED].reshape(len(flow), -1).astype(np.float64)  # (N, 2B)
    weight = np.broadcast_to(_TRUST, (len(flow), len(_TRUST)))
    parameters = np.zeros((len(flow), 6))
    for _ in range(_ROUNDS):
        twice = np.repeat(weight, 2, axis=1)
        products = (twice @ _PRODUCTS).reshape(-1, 6, 6)
        right = (twice * target) @ rows
        parameters = np.linalg.solve(products + 1e-3 * np.eye(6), right[..., None])[..., 0]
        apart = (target - parameters @ rows.T).reshape(len(flow), -1, 2)
        weight = _TRUST / (1 + (apart**2).sum(axis=2) / _TOLERANCE_PX**2)
    return parameters.astype(np.float32)


def face_oval(x: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Where the face is in the crop, without hair and background."""
    return ((x - 56) / 36) ** 2 + ((y - 60) / 46) ** 2 < 1


def _trust(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    trust = face_oval(x, y).astype(np.float64)
    parts = [((34, 70, 78, 108), 0.3), ((24, 22, 88, 36), 0.5), ((28, 36, 50, 50), 0.1), ((62, 36, 84, 50), 0.1)]
    for (left, top, right, bottom), share in parts:
        trust[(x > left) & (x < right) & (y > top) & (y < bottom) & (trust > 0)] = share
    return trust


_X, _Y = block_centers()
_USED = face_oval(_X, _Y) & ((np.indices(_X.shape).sum(axis=0) % 2) == 0)
"""Every other block, as on a chessboard: neighbors tell the same."""
_MEAN_DEPTH = float(head_depth(_X, _Y)[face_oval(_X, _Y)].mean())
_TRUST = _trust(_X, _Y)[_USED]
_RIGID = rigid_motion(_X[_USED], _Y[_USED])  # (B, 2, 6)
_PRODUCTS = np.einsum("ni,nj->nij", _RIGID.reshape(-1, 6), _RIGID.reshape(-1, 6)).reshape(-1, 36)
