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

Floats = NDArray[np.float32]

# Vertex ranges of the parts that are drawn, half-open.
SKIN = (0, 11248)
MOUTH_SOCKET = (11248, 13294)
EYE_SOCKETS = (13294, 14062)
GUMS_AND_TONGUE = (14062, 17039)
TEETH = (17039, 21451)
SCLERA_LEFT = (21451, 22221)
SCLERA_RIGHT = (23021, 23791)
# Iris, lacrimal fluid, eye blend, occlusion and lashes lie behind or around the painted sclera and are left out.
DROPPED_MATERIALS = ("M_IrisLeft", "M_IrisRight", "M_LacrimalFluid", "M_EyeBlend", "M_EyeOcclusion", "M_EyeLashes")
# Triangles that look farther back than this (cosine to the front) do not show in views up to 35 degrees.
HIDDEN_COSINE = -0.45

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
    """V vertices, F triangles.

    Attributes:
        neutral: (V, 3) neutral mesh.
        identity: (100, V * 3) displacement for one standard deviation of each identity mode.
        expression: (57, V * 3) displacement of each expression at full strength.
        names: 57 expression names (ARKit naming), in the order of `expression`.
        triangles: (F, 3) of the drawn materials.
    """

    neutral: Floats
    identity: Floats
    expression: Floats
    names: tuple[str, ...]
    triangles: NDArray[np.int32]

    def index(self, name: str) -> int:
        return self.names.index(name)


def read_facekit(path: Path) -> FaceKit:
    """Reads the packed model.

    Raises:
        TrainingError: if the file is missing or is not the packed model.
    """
    try:
        with np.load(path, allow_pickle=False) as packed:
            materials = [str(name) for name in packed["materials"]]
            kept = [i for i, name in enumerate(materials) if name not in DROPPED_MATERIALS]
            neutral = packed["neutral"].astype(np.float32)
            triangles = packed["faces"][np.isin(packed["material"], kept)].astype(np.int32)
            a, b, c = (neutral[triangles[:, i]] for i in range(3))
            facing = np.cross(b - a, c - a)
            hidden = facing[:, 2] < HIDDEN_COSINE * np.linalg.norm(facing, axis=1)
            return FaceKit(
                neutral=neutral,
                identity=packed["identity"].astype(np.float32).reshape(100, -1),
                expression=packed["expression"].astype(np.float32).reshape(57, -1),
                names=tuple(str(name) for name in packed["expression_names"]),
                triangles=triangles[~hidden],
            )
    except (OSError, KeyError, ValueError) as error:
        raise TrainingError(f"{path} is not the packed ICT face model (ict_facekit.npz): {error}") from error


def vertex_normals(vertices: Floats, triangles: NDArray[np.int32]) -> Floats:
    """Unit normals (V, 3), weighted by triangle area."""
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    faces = np.cross(b - a, c - a)
    normals = np.stack(
        [np.bincount(triangles.ravel(), np.repeat(faces[:, axis], 3), minlength=len(vertices)) for axis in range(3)],
        axis=1,
    ).astype(np.float32)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
