"""What a person wears: clothes over the shoulders, a collar, glasses, a cap, earrings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.synthetic.facekit import Floats, Triangles
from training.synthetic.look import Color, Look


@dataclass(frozen=True)
class Piece:
    """A surface with one color: vertices and normals (N, 3), triangles (M, 3).

    Attributes:
        shade: (N,) light that reaches a vertex, 0 to 1. on_head: moves with the head, not with the body.
        gloss: strength of the highlight. pattern: strength of a woven or printed pattern.
    """

    vertices: Floats
    normals: Floats
    shade: Floats
    triangles: Triangles
    color: Color
    on_head: bool
    gloss: float = 0.1
    pattern: float = 0.0


def clothes(look: Look) -> list[Piece]:
    rng = np.random.default_rng([look.seed, 3])
    pieces = [_torso(look, rng)]
    if look.collar in ("high", "hood"):
        pieces.append(_roll(look, rng))
    if look.collar == "shirt":
        pieces += [_collar_wing(look, side) for side in (-1.0, 1.0)]
    return pieces


def accessories(look: Look, points: Floats, landmarks: Floats) -> list[Piece]:
    """Glasses, earrings and headwear that fit the person's head: drawn vertices (D, 3) and landmarks (68, 3)."""
    pieces = []
    if look.glasses != "none":
        pieces += _glasses(look, landmarks)
    if look.earrings:
        pieces += [_earring(landmarks[row], side) for row, side in ((1, -1.0), (15, 1.0))]
    if look.headwear in ("cap", "beanie"):
        pieces += _cap(look, points)
    if look.headwear == "scarf":
        pieces.append(_scarf(look, points))
    return pieces


def _grid(surface: NDArray, color: Color, on_head: bool, shade: NDArray | float = 1.0, **more: float) -> Piece:
    """A piece from a grid of points (rows, columns, 3) with normals from its own slopes."""
    rows, columns, _ = surface.shape
    normals = np.cross(np.gradient(surface, axis=1), np.gradient(surface, axis=0))
    normals /= np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-6)
    i = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    triangles = np.concatenate(
        [np.stack([i, i + 1, i + columns], 1), np.stack([i + 1, i + columns + 1, i + columns], 1)]
    )
    return Piece(
        vertices=surface.reshape(-1, 3).astype(np.float32),
        normals=normals.reshape(-1, 3).astype(np.float32),
        shade=np.broadcast_to(shade, (rows, columns)).reshape(-1).astype(np.float32),
        triangles=triangles.astype(np.int32),
        color=color,
        on_head=on_head,
        **more,
    )


def _around(count: int) -> NDArray:
    return np.linspace(-np.pi, np.pi, count)


def _torso(look: Look, rng: np.random.Generator) -> Piece:
    """Neckline, shoulders, chest and the beginning of the arms."""
    angle = np.linspace(-2.0, 2.0, 49)  # the back does not show
    drop = {"round": 1.2, "v": 3.4, "shirt": 2.8, "high": 0.2, "hood": 1.6}[look.collar]
    front = np.maximum(np.cos(angle), 0.0)
    dip = drop * (front**2 if look.collar == "round" else front**5 if look.collar in ("v", "shirt") else front)
    broad = rng.uniform(0.92, 1.12)
    rings = []
    for down, wide, deep in (
        (0.0, 6.9, 6.3), (0.5, 7.9, 7.0), (1.7, 10.6, 8.0), (3.4, 14.2, 8.9), (5.4, 17.2, 9.8),
        (8.5, 19.6, 10.6), (14.0, 21.0, 11.4), (24.0, 21.6, 12.0), (40.0, 21.6, 12.0),
    ):  # fmt: skip
        wide = wide * (broad if wide > 9 else 1.0)
        superellipse = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** 0.85
        y = -10.9 - 0.5 * front - down - dip * max(0.0, 1.0 - down / 5.0)
        rings.append(np.stack([wide * superellipse, y, deep * np.cos(angle) - 2.6], axis=1))
    surface = np.stack(rings)
    folds = rng.normal(0, 1, (len(rings), 49))
    for reach in (1, 2, 4):
        folds = (folds + np.roll(folds, reach, 1) + np.roll(folds, -reach, 1)) / 2
    surface[2:, :, 2] += 0.35 * folds[2:]
    surface[0, :, :] += [0.0, 0.15, 0.0]
    shade = np.interp(np.arange(len(rings)), [0, 1, 3, 5], [0.45, 0.6, 0.85, 1.0])[:, None] * np.ones(49)
    return _grid(surface, look.shirt, False, shade, gloss=0.04, pattern=look.shirt_pattern)


def _tube(path: NDArray, radius: NDArray | float, sides: int = 7) -> NDArray:
    """(len(path), sides, 3) around a path."""
    tangent = np.gradient(path, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-6)
    across = np.cross(tangent, [0.05, 0.35, 0.93])
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-6)
    third = np.cross(tangent, across)
    turn = np.linspace(0, 2 * np.pi, sides)
    circle = across[:, None] * np.cos(turn)[None, :, None] + third[:, None] * np.sin(turn)[None, :, None]
    return path[:, None] + circle * np.broadcast_to(radius, len(path))[:, None, None]


def _roll(look: Look, rng: np.random.Generator) -> Piece:
    """A roll collar or a hood lying around the neck."""
    angle = _around(41)
    hood = look.collar == "hood"
    thick = rng.uniform(1.3, 2.0) if hood else 0.8
    wide, deep, y = (8.6, 8.2, -11.6) if hood else (6.4, 6.0, -10.2)
    path = np.stack([wide * np.sin(angle), y - 1.6 * np.cos(angle), deep * np.cos(angle) - 2.4], axis=1)
    tube = _tube(path, thick * (1.0 - 0.25 * np.cos(angle)), 11)
    tube[..., 1] = y + (tube[..., 1] - y) * (1.0 if hood else 1.9)
    return _grid(tube, look.shirt, False, 0.85, gloss=0.04, pattern=look.shirt_pattern)


def _collar_wing(look: Look, side: float) -> Piece:
    t = np.linspace(0, 1, 9)
    top = np.stack([side * (6.4 - 4.9 * t**1.5), -9.6 - 3.6 * t**1.6, -1.5 + 7.4 * t**0.7], axis=1)
    bottom = top + np.stack([side * (1.3 + 1.3 * t), -1.6 - 1.5 * t, 1.0 + 0.7 * t], axis=1)
    rows = np.stack([top, top * 0.5 + bottom * 0.5 + [0, 0.1, 0.35], bottom])
    return _grid(rows if side > 0 else rows[::-1], look.shirt, False, 0.9, gloss=0.04, pattern=look.shirt_pattern)


def _glasses(look: Look, landmarks: NDArray) -> list[Piece]:
    eyes = [landmarks[36:42].mean(0), landmarks[42:48].mean(0)]
    rng = np.random.default_rng([look.seed, 4])
    wide, high, square = rng.uniform(2.15, 2.6), rng.uniform(1.45, 2.1), rng.uniform(2.0, 4.5)
    angle = np.linspace(0, 2 * np.pi, 33)
    forward = max(landmarks[27, 2] + 0.5, max(eye[2] for eye in eyes) + 1.6)
    rims, pieces = [], []
    for eye in eyes:
        power = np.abs(np.cos(angle)) ** square + np.abs(np.sin(angle)) ** square
        radius = power ** (-1 / square)
        x = eye[0] * 1.02 + wide * radius * np.cos(angle)
        z = forward - 0.035 * np.maximum(np.abs(x) - 1.0, 0.0) ** 2
        rims.append(np.stack([x, eye[1] - 0.25 + high * radius * np.sin(angle), z], axis=1))
    thick = rng.uniform(0.07, 0.2)
    for rim in rims:
        part = rim[:17] if look.glasses == "half" else rim
        pieces.append(_grid(_tube(part, thick), look.glasses_color, True, gloss=0.8))
        if look.glasses == "dark":
            center = rim.mean(0)
            disk = np.stack([center + (rim - center) * share for share in (0.01, 0.98)])
            pieces.append(_grid(disk[::-1], (0.008, 0.008, 0.01), True, gloss=1.5))
    bridge = np.linspace(rims[0][0], rims[1][16], 7)
    bridge[:, 1] += 0.55 + 0.25 * np.sin(np.linspace(0, np.pi, 7))
    temples = []
    for outer, side in ((rims[0][16], -1.0), (rims[1][0], 1.0)):
        hinge = outer + [side * 0.1, 0.45, -0.1]
        back = np.array([side * 8.2, outer[1] + 0.9, 0.0])
        temples.append(np.stack([outer, hinge, *np.linspace(hinge, back, 6)[1:]]))
    pieces += [_grid(_tube(path, thick), look.glasses_color, True, gloss=0.8) for path in (bridge, *temples)]
    return pieces


def _earring(jaw: NDArray, side: float) -> Piece:
    """A small ball or drop below the ear."""
    turn = np.linspace(0, 2 * np.pi, 9)
    levels = np.linspace(-1, 1, 6)
    center = np.array([jaw[0] + side * 0.75, jaw[1] - 1.2, jaw[2] - 2.6])
    ring = np.sqrt(1 - levels**2)[:, None, None] * np.stack([np.cos(turn), 0 * turn, np.sin(turn)], 1)
    surface = center + 0.35 * ring + np.stack([0 * levels, 0.6 * levels, 0 * levels], 1)[:, None]
    return _grid(surface, (0.6, 0.5, 0.3), True, gloss=1.5)


def _dome(points: Floats, low: float, grow: float, rows: int = 9, columns: int = 41) -> NDArray:
    """Around the head above height `low` (a little lower behind), `grow` cm larger than it."""
    skull = points[(points[:, 1] > 5.0) & (np.abs(points[:, 0]) < 7.6)]
    half = np.array([np.abs(skull[:, 0]).max(), skull[:, 1].max() - low, (skull[:, 2].max() - skull[:, 2].min()) / 2])
    middle = np.array([0.0, low, (skull[:, 2].max() + skull[:, 2].min()) / 2])
    rise = np.linspace(0, np.pi / 2 - 0.02, rows)[:, None]
    angle = _around(columns)[None, :]
    reach = np.cos(rise) ** 0.65
    x = (half[0] + grow) * reach * np.sin(angle)
    z = (half[2] + grow) * reach * np.cos(angle)
    y = (half[1] + grow) * np.sin(rise) ** 0.9 - 2.0 * np.cos(rise) * (1 - np.cos(angle)) / 2
    return middle + np.stack([x, np.broadcast_to(y, x.shape), z], axis=2)


def _cap(look: Look, points: Floats) -> list[Piece]:
    cap = look.headwear == "cap"
    dome = _dome(points, 8.4 if cap else 7.6, 0.55 if cap else 0.9)
    pieces = [_grid(dome[::-1], look.headwear_color, True, gloss=0.03, pattern=0.0 if cap else 0.5)]
    if cap:
        t = np.linspace(-1, 1, 15)
        inner = np.stack([6.2 * t, 8.5 + 0.3 * (1 - t**2), 10.4 - 4.2 * t**2], axis=1)
        outer = inner + np.stack([0.3 * t, -0.9 + 0.9 * (1 - t**2) * 0.6, 5.4 * (1 - 0.5 * t**2)], axis=1)
        pieces.append(_grid(np.stack([outer, (inner + outer) / 2 + [0, 0.35, 0], inner]), look.headwear_color, True))
    else:
        edge = _tube(dome[0], 0.9, 9)
        edge[..., 1] = dome[0][:, None, 1] + (edge[..., 1] - dome[0][:, None, 1]) * 1.8
        pieces.append(_grid(edge, look.headwear_color, True, gloss=0.03, pattern=0.6))
    return pieces


def _scarf(look: Look, points: Floats) -> Piece:
    """A headscarf: from the forehead around the face to the shoulders, wide enough for the person's head."""
    around = np.linspace(-np.pi, np.pi, 49)
    wide, high = np.abs(points[points[:, 1] > 0, 0]).max() - 6.2, points[:, 1].max() - 8.6
    up_and_down = np.cos(around)
    front = 4.4 + 5.6 * np.maximum(up_and_down, 0.0) + 3.6 * np.maximum(-up_and_down, 0.0)
    opening = np.stack([7.1 * np.sin(around), 1.3 + 8.3 * up_and_down, front], axis=1)
    rings = [opening]
    for out, back in ((0.25, 0.3), (0.6, 1.8), (0.95, 4.5), (1.05, 9.0), (0.8, 13.0), (-0.8, 18.0)):
        up = np.where(up_and_down > 0, out * high, 1.2 * out) * up_and_down
        ring = opening + np.stack([out * wide * np.sin(around), up, -back * np.ones(49)], 1)
        low = np.clip((-4.0 - ring[:, 1]) / 6.0, 0, 1)
        ring[:, 1] -= low * (1.5 + 2.0 * out)
        ring[:, 2] += low * 0.75 * back
        rings.append(ring)
    return _grid(np.stack(rings)[::-1], look.headwear_color, True, gloss=0.05, pattern=0.3 * (look.seed % 2))
