"""Head hair as ribbons: flat strands that start on the scalp, follow the comb, fall, and stay outside the head."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from training.synthetic.atlas import smooth
from training.synthetic.facekit import Floats, Triangles
from training.synthetic.look import HairStyle, Look

_BACKMOST_CM = -3.0  # roots of short hair farther back do not show from the front


@dataclass(frozen=True)
class Cut:
    """How a style grows. Lengths in cm at hair_length 0 and 1; amounts are shares of the direction of each step."""

    ribbons: int
    steps: int
    length: tuple[float, float]
    width: float
    lift: float
    comb: float
    fall: float
    curl: float
    thickness: tuple[float, float]


_CUTS: dict[HairStyle, Cut] = {
    "bald": Cut(0, 1, (0, 0), 0.0, 0.0, 0.0, 0.0, 0.0, (0.0, 0.0)),
    "crop": Cut(460, 3, (1.2, 3.2), 0.60, 0.45, 0.6, 0.1, 0.1, (0.25, 0.9)),
    "side": Cut(420, 4, (4.5, 9.0), 0.75, 0.15, 1.0, 0.25, 0.1, (0.5, 1.6)),
    "back": Cut(430, 4, (5.0, 11.0), 0.75, 0.2, 1.0, 0.1, 0.1, (0.5, 1.8)),
    "fringe": Cut(420, 5, (3.0, 6.0), 0.75, 0.25, 0.8, 0.5, 0.1, (0.5, 1.4)),
    "bob": Cut(440, 6, (13.0, 20.0), 0.85, 0.2, 0.55, 1.0, 0.1, (0.5, 1.6)),
    "long": Cut(440, 7, (24.0, 38.0), 0.9, 0.2, 0.5, 1.0, 0.15, (0.5, 1.6)),
    "tied": Cut(380, 4, (6.0, 9.0), 0.9, 0.03, 1.0, 0.0, 0.03, (0.25, 0.6)),
    "curly": Cut(420, 7, (6.0, 16.0), 0.7, 0.5, 0.4, 0.7, 0.55, (0.8, 2.4)),
    "afro": Cut(560, 3, (2.5, 7.0), 0.7, 1.0, 0.0, 0.0, 0.9, (0.8, 4.0)),
}


@dataclass(frozen=True)
class Ribbons:
    """Vertices (N, 3), normals and tangents (N, 3), strand (N, 4): across, along, shade, number; triangles (M, 3)."""

    vertices: Floats
    normals: Floats
    tangents: Floats
    strand: Floats
    triangles: Triangles


def hairline_height(look: Look, points: NDArray) -> NDArray:
    """How far points of the neutral head (..., 3) lie above the edge of the hair, in cm."""
    x, y, z = (points[..., i] for i in range(3))
    side = np.abs(x)
    temples = 0.05 + 0.05 * (look.age > 45) * (look.seed % 3 == 0)
    edge = look.hairline - temples * side**2 * smooth(3.0, 7.0, side)
    edge = np.where(side > 6.2, np.minimum(edge, 5.5 - 3.5 * smooth(6.6, 7.2, side)), edge)
    edge = edge - 14.0 * smooth(1.2, -3.5, z)
    # The hair above the ear starts above it; behind it, it reaches down.
    ear = (side > 7.0) & (y < 5.2) & (z > -1.5) & (z < 4.5)
    height = y - edge
    if look.headwear in ("cap", "beanie"):  # only what shows below it
        height = np.minimum(height, 7.6 - y)
    if look.hair_style == "bald":  # a wreath, shaved
        height = np.minimum(height, 7.5 - y - 2.0 * smooth(2.0, -4.0, z)) if look.seed % 2 else height - 99.0
    return np.where(ear, np.minimum(height, -1.0), height)


def scalp_mask(look: Look, points: NDArray) -> Floats:
    """(...,) 1 where hair grows on the head, soft at the edge."""
    soft = 1.5 if look.hair_style == "bald" else 0.45
    return smooth(-soft, soft, hairline_height(look, points))


def grow(look: Look, points: Floats, normals: Floats, neutral: Floats, triangles: Triangles) -> Ribbons | None:
    """The hair on a person's head, or None.

    Args:
        points, normals: (N, 3) the person's skin; neutral: (N, 3) the same vertices of the neutral head.
        triangles: (M, 3) of the skin.
    """
    cut = _CUTS[look.hair_style]
    rng = np.random.default_rng([look.seed, 2])
    height = hairline_height(look, neutral)
    backmost = -6.0 if cut.fall > 0.5 else _BACKMOST_CM
    grows = triangles[(height[triangles].min(1) > 0.0) & (neutral[triangles][:, :, 2].mean(1) > backmost)]
    if cut.ribbons == 0 or len(grows) == 0:
        return None
    root, normal, edge = _roots(points, normals, height, grows, cut.ribbons, rng)
    length = np.interp(look.hair_length, [0, 1], cut.length) * rng.uniform(0.75, 1.15, len(root))
    if look.hair_style in ("crop", "side", "back", "fringe"):  # cut shorter at the sides
        length *= 0.30 + 0.70 * smooth(3.0, 9.0, root[:, 1])
    path = _paths(look, cut, root, normal, length, edge, KDTree(points), points, normals, rng)
    nearest_first = np.argsort(-path[:, path.shape[1] // 2, 2])  # what lies behind is then never shaded
    path, normal = path[nearest_first], normal[nearest_first]
    return _ribbons(path, normal, cut.width * rng.uniform(0.7, 1.3, len(root)), look, rng)


def _roots(
    points: Floats, normals: Floats, height: NDArray, triangles: Triangles, count: int, rng: np.random.Generator
) -> tuple[NDArray, NDArray, NDArray]:
    a, b, c = (points[triangles[:, i]] for i in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    area *= 1.0 + 1.5 * smooth(2.0, 0.0, height[triangles].mean(1))  # denser where the edge shows
    chosen = triangles[rng.choice(len(triangles), count, p=area / area.sum())]
    weight = rng.dirichlet((1, 1, 1), count)[:, :, None]
    normal = (normals[chosen] * weight).sum(1)
    return (
        (points[chosen] * weight).sum(1),
        normal / np.linalg.norm(normal, axis=1, keepdims=True),
        (height[chosen] * weight[..., 0]).sum(1),
    )


def _comb(look: Look, root: NDArray, rng: np.random.Generator) -> NDArray:
    """(N, 3) where each ribbon is combed to."""
    side = np.sign(root[:, 0] - look.parting + rng.normal(0, 0.3, len(root)))
    sign = np.sign(look.parting) or 1.0
    ones = np.ones(len(root))
    match look.hair_style:
        case "side":
            return np.stack([-sign * ones, 0.1 * ones, 0.35 * ones], 1)
        case "back" | "tied":
            return np.stack([0.12 * np.sign(root[:, 0]), 0.25 * ones, -ones], 1)
        case "fringe":
            front = smooth(1.0, 6.0, root[:, 2])
            return np.stack([0.25 * side, -0.2 * ones, 1.4 * front - 0.2], 1)
        case "bob" | "long" | "curly":
            return np.stack([1.1 * side, 0.15 * ones, -0.25 * ones], 1)
        case _:
            return np.stack([0.1 * side, -0.1 * ones, 0.5 * ones], 1)


def _paths(
    look: Look,
    cut: Cut,
    root: NDArray,
    normal: NDArray,
    length: NDArray,
    edge: NDArray,
    tree: KDTree,
    points: Floats,
    normals: Floats,
    rng: np.random.Generator,
) -> NDArray:
    """(N, steps + 1, 3) centers of the ribbons."""
    comb = _comb(look, root, rng) + rng.normal(0, 0.18, root.shape)
    volume = np.interp(look.hair_volume, [0, 1], cut.thickness)
    clearance = volume * (0.25 + 0.75 * rng.uniform(0, 1, len(root)) ** 0.7) * (0.35 + 0.65 * smooth(0.0, 2.0, edge))
    phase, turn = rng.uniform(0, 6.28, len(root)), rng.uniform(0.7, 1.8, len(root))
    across = np.cross(normal, rng.normal(0, 1, root.shape))
    path, at = [root], root.copy()
    share = 0.0
    for step, stride in enumerate(_strides(cut.steps), start=1):
        share = min(share + stride, 1.0)
        direction = cut.comb * comb * max(1 - share, 0.0) ** (0.5 if cut.fall < 0.5 else 2.0)
        direction[:, 1] -= cut.fall * min(1.0, 2.2 * share)
        direction = _along(direction, at, tree, points, normals)
        direction += cut.lift * normal * max(1 - share, 0.0) ** 2
        curl = cut.curl * np.sin(phase + turn * step)
        direction += curl[:, None] * across + (0.5 * cut.curl * np.cos(phase + turn * step))[:, None] * normal
        direction += rng.normal(0, 0.06, at.shape)
        direction /= np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-6)
        at = at + direction * (length * stride)[:, None]
        at = _outside(at, clearance * min(1.0, 2.5 * share), cut.fall > 0.5, tree, points, normals)
        if look.hair_style in ("bob", "long", "curly"):
            at = _off_the_face(at)
        path.append(at)
    return np.stack(path, axis=1)


def _strides(steps: int) -> NDArray:
    """Short steps near the root, where hair bends most; they add up to 1."""
    return np.linspace(0.4, 1.6, steps) / steps


def _along(direction: NDArray, at: NDArray, tree: KDTree, points: Floats, normals: Floats) -> NDArray:
    """Near the head, hair lies along it: the part of the direction that leads away from the surface is taken out."""
    distance, nearest = tree.query(at)
    normal = normals[nearest]
    away = (direction * normal).sum(1) * smooth(5.0, 2.0, distance)
    return direction - away[:, None] * normal


def _outside(at: NDArray, clearance: NDArray, heavy: bool, tree: KDTree, points: Floats, normals: Floats) -> NDArray:
    """Pushed off the head to the clearance, along the normal of the nearest vertex; heavy hair also falls back."""
    distance, nearest = tree.query(at)
    gap = ((at - points[nearest]) * normals[nearest]).sum(1)
    push = np.maximum(clearance - gap, 0.0)
    if heavy:
        push -= 0.5 * np.maximum(gap - clearance - 0.2, 0.0) * smooth(9.0, 5.0, distance)
    return at + normals[nearest] * push[:, None]


def _off_the_face(at: NDArray) -> NDArray:
    """Strands that would hang over the face go to its sides."""
    x, y, z = at.T
    inside = (y < 7.5) & (z > 2.0) & (np.abs(x) < 7.3)
    at = at.copy()
    aside = np.where(x >= 0, 1.0, -1.0) * (6.9 + 0.35 * np.abs(np.sin(7 * y)))
    at[:, 0] = np.where(inside, x + 0.7 * (aside - x), x)
    at[:, 2] = np.where(inside, np.minimum(z, 4.8), z)
    return at


def _ribbons(path: NDArray, normal: NDArray, width: NDArray, look: Look, rng: np.random.Generator) -> Ribbons:
    count, steps, _ = path.shape
    tangent = np.gradient(path, axis=1)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=2, keepdims=True), 1e-6)
    # Away from the head's middle: a ribbon lies flat on the hair below it.
    away = path - np.array([0.0, 4.0, 0.5])
    away[..., 1] *= np.where(path[..., 1] < 4.0, 0.1, 1.0)
    away = away / np.linalg.norm(away, axis=2, keepdims=True)
    across = np.cross(tangent, 0.35 * normal[:, None] + away)
    across /= np.maximum(np.linalg.norm(across, axis=2, keepdims=True), 1e-6)
    along = np.concatenate([[0.0], np.cumsum(_strides(steps - 1))])
    taper = 0.5 * width[:, None] * (1 - 0.75 * along**2)
    edges = np.stack([path - across * taper[..., None], path + across * taper[..., None]], axis=2)
    facing = np.cross(across, tangent)
    facing *= np.sign((facing * away).sum(2, keepdims=True))
    rounded = np.stack([facing - 0.55 * across, facing + 0.55 * across], axis=2)
    rounded /= np.linalg.norm(rounded, axis=3, keepdims=True)
    strand = np.empty((count, steps, 2, 4), np.float32)
    strand[..., 0] = [0.0, 1.0]
    strand[..., 1] = along[None, :, None]
    strand[..., 2] = rng.uniform(0.65, 1.25, count)[:, None, None]
    strand[..., 3] = rng.uniform(0, 1, count)[:, None, None]
    first = np.arange(count)[:, None] * steps * 2 + np.arange(steps - 1) * 2
    first = first.ravel()
    triangles = np.concatenate(
        [np.stack([first, first + 1, first + 2], 1), np.stack([first + 1, first + 3, first + 2], 1)]
    )
    return Ribbons(
        vertices=edges.reshape(-1, 3).astype(np.float32),
        normals=rounded.reshape(-1, 3).astype(np.float32),
        tangents=np.repeat(tangent, 2, axis=1).reshape(-1, 3).astype(np.float32),
        strand=strand.reshape(-1, 4),
        triangles=triangles.astype(np.int32),
    )
