"""The morphable head: one topology, identity and expression displacements, and where its parts lie.

The file is the packed ICT Face Model Light (USC ICT Vision and Graphics Lab, MIT licence; Li et al., "Learning
Formation of Physically-Based Face Attributes", CVPR 2020). Units: centimeters, y up, z towards the viewer.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fedn.errors import TrainingError
from training.synthetic.thinning import thin

Floats = NDArray[np.float32]
Triangles = NDArray[np.int32]

# Parts of the head, in the order in which they are drawn; the shader knows them by these numbers.
FACE, BACK, MOUTH, SOCKET, GUMS, TEETH, EYE, LASHES = range(8)
# Vertex ranges, half-open, of what shares a material with other parts.
_MOUTH_SOCKET, _EYE_SOCKETS = (11248, 13294), (13294, 14062)
EYEBALLS = ((21451, 22221), (23021, 23791))
# Share of the vertices that is kept, and how much an error counts near eyes and mouth.
_KEPT = {FACE: 0.25, BACK: 0.60, MOUTH: 0.12, SOCKET: 0.15, GUMS: 0.10, TEETH: 0.28, EYE: 0.45, LASHES: 0.6}
_LASH_STRIPS, _LASHES_AT, _STRIP = (0, 3, 6, 9), 25351, 114  # one of three layers for each lid
_POSES = ("jawOpen", "eyeBlink_L eyeBlink_R", "mouthSmile_L mouthSmile_R", "mouthPucker", "browDown_L browDown_R")
# Triangles that look farther back than this (cosine to the front) do not show in views up to 50 degrees.
_HIDDEN_COSINE = -0.8

# 68 landmarks in Multi-PIE order, as vertex numbers of the mesh.
LANDMARKS = np.array(
    [1225, 1888, 1052, 367, 1719, 1722, 2199, 1447, 966, 3661, 4390, 3927, 3924, 2608, 3272, 4088, 3443]
    + [268, 493, 1914, 2044, 1401, 3615, 4240, 4114, 2734, 2509, 978, 4527, 4942, 4857, 1140, 2075, 1147, 4269, 3360]
    + [1507, 1542, 1537, 1528, 1518, 1511, 3742, 3751, 3756, 3721, 3725, 3732]
    + [5708, 5695, 2081, 0, 4275, 6200, 6213, 6346, 6461, 5518, 5957, 5841]
    + [5702, 5711, 5533, 6216, 6207, 6470, 5517, 5966]
)


@dataclass(frozen=True)
class FaceKit:
    """V vertices of the whole model; D drawn ones, each a vertex of the model, some of them twice where parts meet.

    Attributes:
        neutral: (V, 3) neutral mesh.
        identity: (100, V * 3) displacement for one standard deviation of each identity mode.
        expression: (57, V * 3) displacement of each expression at full strength.
        names: 57 expression names (ARKit naming), in the order of `expression`.
        skin: (F, 3) all triangles of face, neck and head; for normals as fine as the model has them.
        source: (D,) the model's vertex of each drawn one. part: (D,) its part. uv: (D, 2) its place in the part's map.
        triangles: (G, 3) numbers of drawn vertices.
        drawn_expression: (57, D * 3) `expression` of the drawn vertices.
    """

    neutral: Floats
    identity: Floats
    expression: Floats
    names: tuple[str, ...]
    skin: Triangles
    source: NDArray[np.int64]
    part: NDArray[np.int64]
    uv: Floats
    triangles: Triangles
    drawn_expression: Floats

    def index(self, name: str) -> int:
        return self.names.index(name)

    def columns(self, names: str) -> list[int]:
        """The columns of names separated by blanks."""
        return [self.names.index(name) for name in names.split()]


def read_facekit(path: Path) -> FaceKit:
    """Reads the packed model and thins it out for drawing (about two seconds).

    Raises:
        TrainingError: if the file is missing or is not the packed model.
    """
    try:
        with np.load(path, allow_pickle=False) as packed:
            neutral = packed["neutral"].astype(np.float32)
            identity = packed["identity"].astype(np.float32).reshape(100, -1)
            expression = packed["expression"].astype(np.float32).reshape(57, -1)
            names = tuple(str(name) for name in packed["expression_names"])
            faces, uv_faces, uv = packed["faces"], packed["uv_faces"], packed["uv"].astype(np.float32)
            materials = np.array([str(name) for name in packed["materials"]])[packed["material"]]
    except (OSError, KeyError, ValueError) as error:
        raise TrainingError(f"{path} is not the packed ICT face model (ict_facekit.npz): {error}") from error
    parts = _parts(faces, materials)
    facing = _facing(neutral, faces)
    shown = (facing[:, 2] > _HIDDEN_COSINE) & ~_under_clothes(neutral[faces].mean(1))
    poses = np.stack([neutral, *(_posed(neutral, expression, names, pose) for pose in _POSES)])
    care = _care(neutral)
    sources, numbers, places, triangles, count = [], [], [], [], 0
    for part, keep in _KEPT.items():
        rows = (parts == part) & (shown | (part in (MOUTH, GUMS, LASHES)))
        if part in (TEETH, EYE):  # only the front shows
            rows &= (facing[:, 2] > (-0.1 if part == TEETH else 0.25)) & (neutral[faces][:, :, 2].mean(1) > 7.0)
        kept = faces[rows] if keep == 1.0 else thin(poses, faces[rows], keep, care, LANDMARKS)
        used, inverse = np.unique(kept, return_inverse=True)
        triangles.append(inverse.reshape(-1, 3) + count)
        corners = dict(zip(faces[rows].ravel().tolist(), uv_faces[rows].ravel().tolist(), strict=True))
        places.append(uv[[corners[v] for v in used.tolist()]])
        sources.append(used)
        numbers.append(np.full(len(used), part))
        count += len(used)
    source, part = np.concatenate(sources), np.concatenate(numbers)
    if np.isin(parts, (FACE, BACK)).sum() == 0:
        raise TrainingError(f"{path} is not the packed ICT face model: it has no face")
    place = np.concatenate(places)
    return FaceKit(
        neutral=neutral,
        identity=identity,
        expression=expression,
        names=names,
        skin=faces[np.isin(parts, (FACE, BACK))].astype(np.int32),
        source=source,
        part=part,
        uv=(place - np.floor(place)).astype(np.float32),
        triangles=np.concatenate(triangles).astype(np.int32),
        drawn_expression=np.ascontiguousarray(expression.reshape(57, -1, 3)[:, source].reshape(57, -1)),
    )


def expression_names(path: Path) -> tuple[str, ...]:
    """The names of the expressions alone, which labels depend on.

    Raises:
        TrainingError: as `read_facekit`.
    """
    try:
        with np.load(path, allow_pickle=False) as packed:
            return tuple(str(name) for name in packed["expression_names"])
    except (OSError, KeyError, ValueError) as error:
        raise TrainingError(f"{path} is not the packed ICT face model (ict_facekit.npz): {error}") from error


def _parts(faces: NDArray, materials: NDArray[np.str_]) -> NDArray[np.int64]:
    """The part of each triangle; -1 for what lies behind or around the painted eyeball and is left out."""
    names = {"M_Face": FACE, "M_BackHead": BACK, "M_GumsTongue": GUMS, "M_Teeth": TEETH, "M_EyeLashes": LASHES}
    names |= {"M_ScleraLeft": EYE, "M_ScleraRight": EYE}
    parts = np.array([names.get(name, -1) for name in materials.tolist()])
    lowest = faces.min(axis=1)
    for (start, stop), part in ((_MOUTH_SOCKET, MOUTH), (_EYE_SOCKETS, SOCKET)):
        parts[(lowest >= start) & (lowest < stop) & (parts == BACK)] = part
    strip = (lowest - _LASHES_AT) // _STRIP
    parts[(parts == LASHES) & ~np.isin(strip, _LASH_STRIPS)] = -1
    return parts


def _under_clothes(middle: Floats) -> NDArray[np.bool_]:
    """Whether triangles with these middles (F, 3) are shoulders and chest: all but the neck and the front below it."""
    x, y, z = middle.T
    wide = 6.0 + 0.7 * np.maximum(-10.3 - y, 0.0) * (z > 0.0)
    return (y < -16.5) | ((y < -10.3) & ((np.abs(x) > wide) | (z < -4.0)))


def _posed(neutral: Floats, expression: Floats, names: tuple[str, ...], pose: str) -> Floats:
    return neutral + expression[[names.index(name) for name in pose.split()]].sum(0).reshape(-1, 3)


def _care(neutral: Floats) -> Floats:
    """(V,) errors around eyes, nose and mouth count more than on the skull."""
    points = neutral[LANDMARKS[27:]]
    nearest = np.sqrt(((neutral[:, None] - points[None, ::2]) ** 2).sum(2)).min(1)
    return (0.15 + 6.0 * np.exp(-((nearest / 1.6) ** 2))).astype(np.float32)


def _facing(vertices: Floats, triangles: NDArray) -> Floats:
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    normal = np.cross(b - a, c - a)
    return normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)


def vertex_normals(vertices: Floats, triangles: Triangles) -> Floats:
    """Unit normals (V, 3), weighted by triangle area."""
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    faces = np.cross(b - a, c - a)
    normals = np.stack(
        [np.bincount(triangles.ravel(), np.repeat(faces[:, axis], 3), minlength=len(vertices)) for axis in range(3)],
        axis=1,
    ).astype(np.float32)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)


def lash_is_upper(vertices: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether vertices of the lashes belong to upper lids."""
    return (vertices - _LASHES_AT) // _STRIP % 6 < 3
