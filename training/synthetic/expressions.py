"""Expressions as strengths of the 57 shapes: FACS prototypes of the emotions with variants, and what is no emotion.

Prototypes follow the action units of the basic emotions (Ekman and Friesen's FACS): happiness 6+12, surprise 1+2+5+26,
anger 4+5+7+23, disgust 9+10+15, fear 1+2+4+5+20+26, sadness 1+4+15+17. A range (low, high) is drawn anew for every
event; the second number of an entry is the chance that the part takes part at all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

EMOTIONS = ("happiness", "surprise", "anger", "disgust", "fear", "sadness", "others")

Range = tuple[float, float]
# shape (without side): ((low, high) at full intensity, chance)
Prototype = dict[str, tuple[Range, float]]

_PROTOTYPES: dict[str, list[Prototype]] = {
    "happiness": [
        {
            "mouthSmile": ((0.6, 1.0), 1.0),
            "cheekSquint": ((0.3, 0.9), 0.9),
            "cheekRaiser": ((0.1, 0.7), 0.5),
            "eyeSquint": ((0.1, 0.6), 0.7),
            "mouthDimple": ((0.1, 0.5), 0.3),
            "mouthUpperUp": ((0.1, 0.5), 0.5),
            "mouthLowerDown": ((0.0, 0.4), 0.4),
            "jawOpen": ((0.02, 0.3), 0.4),
        }
    ],
    "surprise": [
        {
            "browInnerUp": ((0.5, 1.0), 1.0),
            "browOuterUp": ((0.5, 1.0), 1.0),
            "eyeWide": ((0.3, 1.0), 0.9),
            "jawOpen": ((0.15, 0.7), 0.8),
            "mouthFunnel": ((0.0, 0.3), 0.3),
        }
    ],
    "anger": [
        {
            "browDown": ((0.6, 1.0), 1.0),
            "eyeSquint": ((0.2, 0.7), 0.6),
            "eyeWide": ((0.1, 0.5), 0.3),
            "mouthPress": ((0.3, 0.9), 0.8),
            "mouthRollLower": ((0.1, 0.5), 0.4),
            "mouthRollUpper": ((0.1, 0.5), 0.4),
            "jawForward": ((0.1, 0.5), 0.3),
            "mouthShrugLower": ((0.1, 0.4), 0.4),
        },
        {
            "browDown": ((0.7, 1.0), 1.0),
            "eyeSquint": ((0.3, 0.7), 0.8),
            "jawOpen": ((0.05, 0.25), 0.6),
            "mouthStretch": ((0.2, 0.5), 0.6),
            "mouthLowerDown": ((0.3, 0.7), 0.9),
        },
    ],
    "disgust": [
        {
            "noseSneer": ((0.6, 1.0), 1.0),
            "mouthUpperUp": ((0.4, 0.9), 0.9),
            "browDown": ((0.1, 0.6), 0.7),
            "eyeSquint": ((0.1, 0.6), 0.6),
            "cheekSquint": ((0.2, 0.6), 0.5),
            "mouthFrown": ((0.1, 0.5), 0.5),
            "mouthShrugLower": ((0.1, 0.5), 0.3),
            "jawOpen": ((0.02, 0.2), 0.3),
        }
    ],
    "fear": [
        {
            "browInnerUp": ((0.6, 1.0), 1.0),
            "browOuterUp": ((0.1, 0.5), 0.7),
            "browDown": ((0.2, 0.5), 0.7),
            "eyeWide": ((0.6, 1.0), 1.0),
            "mouthStretch": ((0.5, 1.0), 1.0),
            "jawOpen": ((0.03, 0.3), 0.7),
            "mouthLowerDown": ((0.1, 0.5), 0.5),
        }
    ],
    "sadness": [
        {
            "browInnerUp": ((0.5, 1.0), 1.0),
            "browDown": ((0.1, 0.4), 0.5),
            "mouthFrown": ((0.6, 1.0), 1.0),
            "mouthShrugLower": ((0.2, 0.8), 0.8),
            "eyeSquint": ((0.0, 0.3), 0.4),
            "eyeLookDown": ((0.1, 0.5), 0.4),
        }
    ],
    "others": [
        {"mouthPucker": ((0.6, 1.0), 1.0), "cheekPuff": ((0.1, 0.5), 0.3)},
        {"cheekPuff": ((0.6, 1.0), 1.0), "mouthPress": ((0.2, 0.6), 0.6)},
        {"mouthRollLower": ((0.6, 1.0), 1.0), "mouthRollUpper": ((0.5, 1.0), 1.0), "mouthDimple": ((0.2, 0.6), 0.6)},
        {"mouthLeft": ((0.6, 1.0), 1.0), "mouthPucker": ((0.1, 0.6), 0.5)},
        {"mouthRight": ((0.6, 1.0), 1.0), "mouthPucker": ((0.1, 0.6), 0.5)},
        {"mouthDimple": ((0.6, 1.0), 1.0), "mouthPress": ((0.3, 0.8), 0.7)},
        {"mouthShrugLower": ((0.6, 1.0), 1.0), "mouthShrugUpper": ((0.4, 1.0), 1.0), "browOuterUp": ((0.2, 0.6), 0.5)},
    ],
}


class Shapes:
    """Writes strengths by shape name, both sides at once."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self._columns = {name: i for i, name in enumerate(names)}
        self.mirror = np.array([self._columns[_other_side(name)] for name in names])

    def columns(self, shape: str) -> list[int]:
        """The columns of a shape given without its side, left first."""
        if shape in self._columns:
            return [self._columns[shape]]
        return [self._columns[f"{shape}_L"], self._columns[f"{shape}_R"]]

    def draw_emotion(self, emotion: str, rng: np.random.Generator) -> NDArray[np.float32]:
        """(57,) strengths of one full-intensity variant of an emotion, slightly asymmetric."""
        variants = _PROTOTYPES[emotion]
        strengths = np.zeros(len(self.names), np.float32)
        for shape, ((low, high), chance) in variants[rng.integers(len(variants))].items():
            if rng.random() < chance:
                level = rng.uniform(low, high)
                for column in self.columns(shape):
                    strengths[column] = np.clip(level * rng.normal(1.0, 0.08), 0.0, 1.0)
        if emotion == "others" and rng.random() < 0.3:
            strengths[self.mirror] = strengths.copy()
        return strengths

    def draw_mouth(self, rng: np.random.Generator) -> NDArray[np.float32]:
        """(57,) a moment of speech or chewing."""
        strengths = np.zeros(len(self.names), np.float32)
        parts = {"jawOpen": 0.35, "mouthFunnel": 0.5, "mouthPucker": 0.5, "mouthLowerDown": 0.4, "mouthUpperUp": 0.25}
        parts |= {
            "mouthStretch": 0.25,
            "mouthRollLower": 0.4,
            "mouthClose": 0.15,
            "mouthPress": 0.4,
            "mouthShrugUpper": 0.3,
        }
        for shape, most in parts.items():
            if rng.random() < 0.4:
                strengths[self.columns(shape)] = rng.uniform(0.0, most)
        return strengths

    def draw_mixture(self, rng: np.random.Generator) -> NDArray[np.float32]:
        """(57,) any few shapes at any strength, so that each is also seen apart from its prototypes."""
        strengths = np.zeros(len(self.names), np.float32)
        for _ in range(rng.integers(1, 6)):
            columns = self.columns(_other_name(self.names[rng.integers(2, len(self.names))]))
            level = rng.uniform(0.0, 1.0)
            if len(columns) == 2 and rng.random() < 0.25:
                strengths[columns[rng.integers(2)]] = level
            else:
                strengths[columns] = level * rng.normal(1.0, 0.08, len(columns)).clip(0.7, 1.0)
        return strengths

    def set_eyes(self, strengths: NDArray[np.float32], blink: float, gaze_x: float, gaze_y: float) -> None:
        """Adds lids and gaze to one frame (57,). Gaze in [-1, 1], x to the right of the image, y up; lids follow."""
        squeeze = max(blink, 0.35 * max(-gaze_y, 0.0))
        for column in self.columns("eyeBlink"):
            strengths[column] = max(strengths[column], squeeze)
        inward, outward = self.columns("eyeLookIn"), self.columns("eyeLookOut")
        left, right = (outward[0], inward[1]) if gaze_x > 0 else (inward[0], outward[1])
        strengths[left] = strengths[right] = abs(gaze_x)
        strengths[self.columns("eyeLookUp" if gaze_y > 0 else "eyeLookDown")] = abs(gaze_y)


def _other_side(name: str) -> str:
    for mine, other in (("_L", "_R"), ("_R", "_L"), ("Left", "Right"), ("Right", "Left")):
        if name.endswith(mine):
            return name[: -len(mine)] + other
    return name


def _other_name(name: str) -> str:
    return name[:-2] if name.endswith(("_L", "_R")) else name
