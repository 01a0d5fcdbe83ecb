"""Blendshapes as an independent witness of real faces, and the groups in which they are compared with our strengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fedn.errors import FormatError

Floats = NDArray[np.float32]

GROUPS: Mapping[str, tuple[str, ...]] = {
    "smile": ("mouthSmileLeft", "mouthSmileRight"),
    "jaw": ("jawOpen",),
    "brow raise": ("browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
    "brow lowering": ("browDownLeft", "browDownRight"),
    "blink": ("eyeBlinkLeft", "eyeBlinkRight"),
    "nose wrinkle": ("noseSneerLeft", "noseSneerRight"),
    "lip corners down": ("mouthFrownLeft", "mouthFrownRight"),
}
"""Groups by MediaPipe's names; a group's value is the mean of its shapes."""


def read_blendshapes(path: Path) -> dict[str, Floats]:
    """Group -> (F,) means in [0, 1], NaN in frames without a face, of a file that `mediapipe_blendshapes.py` wrote.

    Raises:
        FormatError: if it is not such a file.
    """
    try:
        table = pd.read_csv(path)
        if not bool(table["found"].to_numpy().any()):
            return {name: np.full(len(table), np.nan, np.float32) for name in GROUPS}
        return {name: table[list(shapes)].to_numpy(np.float32).mean(axis=1) for name, shapes in GROUPS.items()}
    except (OSError, ValueError, KeyError) as error:
        raise FormatError(
            f"{path} does not hold blendshapes as mediapipe_blendshapes.py writes them: {error}"
        ) from error


def group_strengths(strengths: Floats, names: Sequence[str]) -> dict[str, Floats]:
    """Group -> (F,) means of strengths (F, S) whose names are those of the 3D face model (`mouthSmile_L`)."""
    return {
        group: strengths[:, [at for at, name in enumerate(names) if _as_group_name(name) in shapes]].mean(axis=1)
        for group, shapes in GROUPS.items()
    }


def _as_group_name(name: str) -> str:
    shape, _, side = name.partition("_")
    # MediaPipe does not tell the sides of the inner brows apart.
    return shape if shape == "browInnerUp" else shape + {"L": "Left", "R": "Right"}.get(side, "")
