"""Fewer triangles for the same face: vertices are dropped where the surface, in several expressions at once, is flat.

Quadric error collapse (Garland and Heckbert, 1997) of a vertex into one of its neighbors, so that what is left is a
subset of the vertices and every displacement of the morphable model applies to it unchanged. Collapses of one round do
not touch each other, so that a round is a few array operations.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Triangles = NDArray[np.int32]

_FLATTEST = 0.3  # cosine by which a triangle may turn in one collapse


def thin(
    poses: Floats, triangles: Triangles, keep: float, weight: Floats | None = None, pinned: NDArray | None = None
) -> Triangles:
    """Triangles (F', 3) over a subset of the vertices. Open edges stay as they are.

    Args:
        poses: (P, V, 3) the same vertices in P expressions; a collapse must fit all of them.
        triangles: (F, 3) of one connected or several pieces.
        keep: share of the vertices to keep.
        weight: (V,) what an error at a vertex counts; None: 1 everywhere.
        pinned: vertices that are never dropped.
    """
    triangles = triangles.copy()
    target = int(keep * len(np.unique(triangles)))
    quadrics = _quadrics(poses, triangles)
    if weight is not None:
        quadrics *= weight[None, :, None, None]
    homogeneous = np.concatenate([poses, np.ones((*poses.shape[:2], 1), poses.dtype)], axis=2)
    fixed = _open_vertices(triangles, poses.shape[1])
    if pinned is not None:
        fixed[pinned] = True
    for _ in range(200):
        count = len(np.unique(triangles))
        if count <= target:
            break
        gone, into = _choose(triangles, quadrics, homogeneous, fixed, count - target)
        if len(gone) == 0:
            break
        good = _valid(poses, triangles, gone, into)
        fixed[gone[~good]] = True  # not tried again
        gone, into = gone[good], into[good]
        quadrics[:, into] += quadrics[:, gone]
        renamed = np.arange(poses.shape[1])
        renamed[gone] = into
        triangles = renamed[triangles].astype(np.int32)
        a, b, c = triangles.T
        triangles = triangles[(a != b) & (b != c) & (a != c)]
    return triangles


def _quadrics(poses: Floats, triangles: NDArray) -> NDArray:
    """(P, V, 4, 4) sums of the squared distances to the planes around each vertex, weighted by area."""
    count = poses.shape[1]
    result = np.zeros((len(poses), count, 4, 4))
    for pose, out in zip(poses, result, strict=True):
        a, b, c = (pose[triangles[:, i]] for i in range(3))
        normal = np.cross(b - a, c - a)
        area = np.linalg.norm(normal, axis=1, keepdims=True)
        normal = normal / np.maximum(area, 1e-12)
        plane = np.concatenate([normal, -(normal * a).sum(1, keepdims=True)], axis=1)
        outer = plane[:, :, None] * plane[:, None, :] * (area[:, :, None] + 1e-4)
        for corner in range(3):
            np.add.at(out, triangles[:, corner], outer)
    return result


def _open_vertices(triangles: NDArray, count: int) -> NDArray[np.bool_]:
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    unique, uses = np.unique(edges, axis=0, return_counts=True)
    fixed = np.zeros(count, bool)
    fixed[unique[uses != 2].ravel()] = True
    return fixed


def _choose(
    triangles: NDArray, quadrics: NDArray, homogeneous: NDArray, fixed: NDArray[np.bool_], most: int
) -> tuple[NDArray, NDArray]:
    """Vertices to drop and the neighbors they go into: cheap ones whose surroundings do not overlap."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    edges = np.unique(np.concatenate([edges, edges[:, ::-1]]), axis=0)
    edges = edges[~fixed[edges[:, 0]]]
    away, to = edges.T
    cost = np.zeros(len(edges))
    for pose in range(len(quadrics)):
        point = homogeneous[pose, to]
        cost += np.einsum("ni,nij,nj->n", point, quadrics[pose, away], point)
    length = np.linalg.norm(homogeneous[0, away, :3] - homogeneous[0, to, :3], axis=1)
    cost += 1e-7 * length**2  # flat places: short edges first
    order = np.argsort(cost, kind="stable")
    busy = np.zeros(homogeneous.shape[1], bool)
    around: dict[int, list[int]] = {}
    for v, u in edges:
        around.setdefault(int(v), []).append(int(u))
    gone, into = [], []
    limit = max(1, min(most, len(around) // 5))
    for row in order:
        v, u = int(away[row]), int(to[row])
        if busy[v] or busy[u]:
            continue
        gone.append(v)
        into.append(u)
        busy[around[v]] = True
        busy[[v, u]] = True
        if len(gone) >= limit:
            break
    return np.array(gone, np.int64), np.array(into, np.int64)


def _valid(poses: Floats, triangles: NDArray, gone: NDArray, into: NDArray) -> NDArray[np.bool_]:
    """Whether no triangle turns over or vanishes, and the surface stays a surface."""
    slot = np.full(poses.shape[1], -1)
    slot[gone] = np.arange(len(gone))
    good = np.ones(len(gone), bool)
    shared = np.zeros(len(gone), int)
    for corner in range(3):
        v = triangles[:, corner]
        rows = np.flatnonzero(slot[v] >= 0)
        which = slot[v[rows]]
        target = into[which]
        contains = (triangles[rows] == target[:, None]).any(1)
        np.add.at(shared, which[contains], 1)
        rows, which, target = rows[~contains], which[~contains], target[~contains]
        changed = triangles[rows].copy()
        changed[:, corner] = target
        for pose in poses:
            before, after = _normals(pose, triangles[rows]), _normals(pose, changed)
            good[which[(before * after).sum(1) < _FLATTEST]] = False
    return good & (shared == 2)


def _normals(vertices: Floats, triangles: NDArray) -> NDArray:
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    normal = np.cross(b - a, c - a)
    return normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
