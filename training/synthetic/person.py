"""A look put on the mesh: the person's own vertices, how they move with each expression, skin, hair and clothes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from training.synthetic.atlas import make_atlas, smooth
from training.synthetic.facekit import (
    BACK,
    EYE,
    EYEBALLS,
    FACE,
    LANDMARKS,
    LASHES,
    FaceKit,
    Floats,
    Triangles,
    lash_is_upper,
    vertex_normals,
)
from training.synthetic.garments import Piece, accessories, clothes
from training.synthetic.hair import Ribbons, grow, hairline_height, scalp_mask
from training.synthetic.look import Look
from training.synthetic.relief import vertex_regions
from training.synthetic.skin import SkinMaps, SkinPainter


@dataclass(frozen=True)
class Person:
    """D drawn vertices.

    Attributes:
        base: (D * 3,) vertices without expression; motion: (57, D * 3) displacement per expression.
        base_normals, normal_motion: the same for normals, a first-order approximation that saves recomputing them.
        place: (D, 4) texture coordinates, and the regions of both sets of furrows.
        paint: (D,) hair on the back of the head, distance from the front of an eyeball, or a lash's strength.
        neck: (D,) 0 where the head is, 1 where the body is.
    """

    look: Look
    base: Floats
    motion: Floats
    base_normals: Floats
    normal_motion: Floats
    place: Floats
    paint: Floats
    neck: Floats
    skin: SkinMaps
    hair: Ribbons | None
    pieces: list[Piece]

    def shape(self, strengths: Floats) -> Floats:
        """Vertices and normals side by side, (T, D, 6), for strengths (T, 57); shapes at zero cost nothing."""
        used = np.flatnonzero(np.abs(strengths).max(axis=0) > 1e-4)
        part = strengths[:, used]
        result = np.empty((len(strengths), len(self.base) // 3, 6), np.float32)
        result[..., :3] = (self.base + part @ self.motion[used]).reshape(len(strengths), -1, 3)
        result[..., 3:] = (self.base_normals + part @ self.normal_motion[used]).reshape(len(strengths), -1, 3)
        return result


class PersonMaker:
    """Holds what all people share: the atlas, the bank of skin noise, the welded topology."""

    def __init__(self, kit: FaceKit, texels: int = 640) -> None:
        self.kit = kit
        self._painter = SkinPainter(make_atlas(kit, texels))
        self._neutral = kit.neutral[kit.source]
        _, welded = np.unique(kit.source, return_inverse=True)
        self._welded, self._vertices = welded[kit.triangles].astype(np.int32), welded
        self._on_skin = np.isin(kit.part, (FACE, BACK))
        self._skin_count = int(kit.skin.max()) + 1

    def make(self, look: Look) -> Person:
        kit = self.kit
        full = (kit.neutral.ravel() + look.identity @ kit.identity).reshape(-1, 3).astype(np.float32)
        points = np.ascontiguousarray(full[kit.source])
        coarse = self._normals(points)
        full_normals = vertex_normals(full, kit.skin)
        normals = np.where(self._on_skin[:, None], full_normals[kit.source], coarse)
        motion = kit.drawn_expression.reshape(len(kit.names), -1, 3)
        normal_motion = np.stack([self._normals(points + moved) - coarse for moved in motion])
        hair = None
        if look.headwear != "scarf":
            hair = grow(
                look,
                full[: self._skin_count],
                full_normals[: self._skin_count],
                kit.neutral[: self._skin_count],
                kit.skin,
            )
        return Person(
            look=look,
            base=points.ravel(),
            motion=kit.drawn_expression,
            base_normals=normals.ravel().astype(np.float32),
            normal_motion=normal_motion.reshape(len(kit.names), -1),
            place=np.hstack([self._place(), vertex_regions(self._neutral)]),
            paint=self._paint(look),
            neck=smooth(-8.0, -13.0, self._neutral[:, 1]),
            skin=self._painter.paint(look, scalp_mask(look, self._painter.atlas.position)),
            hair=hair,
            pieces=clothes(look) + accessories(look, points, full[LANDMARKS]),
        )

    def _normals(self, points: Floats) -> Floats:
        """(D, 3) where vertices that lie in one place share one normal."""
        merged = np.empty((self._vertices.max() + 1, 3), np.float32)
        merged[self._vertices] = points
        return vertex_normals(merged, self._welded)[self._vertices]

    def _place(self) -> Floats:
        """Texture coordinates; the back of the head has no map of its own and borrows some of the neck's skin."""
        place = self.kit.uv.copy()
        back = self.kit.part == BACK
        x, y = self._neutral[back][:, :2].T
        place[back] = np.stack([0.5 + 0.041 * x, 0.05 + 0.041 * np.abs((y + 60.0) % 6.0 - 3.0)], axis=1)
        return place

    def _paint(self, look: Look) -> Floats:
        kit = self.kit
        paint = np.zeros(len(kit.source), np.float32)
        back = kit.part == BACK
        paint[back] = smooth(-0.2, 0.6, hairline_height(look, self._neutral[back])) * (
            0.4 if look.hair_style == "bald" else 0.97
        )
        for start, stop in EYEBALLS:
            ball = (kit.part == EYE) & (kit.source >= start) & (kit.source < stop)
            front = kit.neutral[start:stop][kit.neutral[start:stop, 2].argmax()]
            paint[ball] = np.linalg.norm(self._neutral[ball] - front, axis=1)
        lashes = kit.part == LASHES
        paint[lashes] = _root_of_lash(kit, lashes)
        return paint


def _root_of_lash(kit: FaceKit, lashes: NDArray[np.bool_]) -> Floats:
    """1 at the lid, 0 at the tip, by the distance to the skin; lower lashes are sparse."""
    skin = kit.neutral[kit.source[kit.part == FACE]]
    distance, _ = KDTree(skin).query(kit.neutral[kit.source[lashes]])
    upper = lash_is_upper(kit.source[lashes])
    return ((1.0 - np.clip(distance / 0.75, 0, 1)) * np.where(upper, 1.0, 0.3)).astype(np.float32)


def triangles_of(kit: FaceKit, *parts: int) -> Triangles:
    return kit.triangles[np.isin(kit.part[kit.triangles[:, 0]], parts)]
