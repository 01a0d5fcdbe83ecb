"""What one rendered person looks like: identity, skin, hair, brows, glasses, clothes. Drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Color = tuple[float, float, float]

# Measured skin reflectances from very light to very dark, as linear RGB.
SKIN_TONES = np.array(
    [
        [0.86, 0.62, 0.50],
        [0.78, 0.52, 0.40],
        [0.66, 0.41, 0.29],
        [0.50, 0.29, 0.19],
        [0.33, 0.18, 0.11],
        [0.18, 0.095, 0.06],
    ]
)
HAIR_COLORS = np.array(
    [
        [0.02, 0.016, 0.014],
        [0.05, 0.03, 0.02],
        [0.12, 0.065, 0.035],
        [0.33, 0.21, 0.10],
        [0.45, 0.20, 0.08],
        [0.40, 0.39, 0.38],
    ]
)
IRIS_COLORS = np.array(
    [[0.10, 0.05, 0.02], [0.20, 0.11, 0.05], [0.13, 0.20, 0.10], [0.12, 0.22, 0.36], [0.20, 0.24, 0.27]]
)


@dataclass(frozen=True)
class Look:
    """One person. Lengths in centimeters, colors as linear RGB in [0, 1], amounts in [0, 1]."""

    identity: NDArray[np.float32]  # (100,) standard deviations
    skin: Color
    lips: Color
    hair: Color
    iris: Color
    shirt: Color
    brow_width: float
    brow_strength: float
    hairline: float
    hair_volume: float
    hair_length: float
    bald: bool
    stubble: float
    beard: float
    wrinkles: float
    freckles: float
    makeup: float
    gloss: float
    glasses: bool
    seed: float


def _mix(palette: NDArray, rng: np.random.Generator) -> NDArray:
    position = rng.uniform(0, len(palette) - 1)
    low = int(position)
    high = min(low + 1, len(palette) - 1)
    return (palette[low] + (position - low) * (palette[high] - palette[low])) * rng.uniform(0.9, 1.1, 3)


def _color(values: NDArray) -> Color:
    red, green, blue = (float(v) for v in np.clip(values, 0.0, 1.0))
    return red, green, blue


def draw_look(rng: np.random.Generator) -> Look:
    """A random person; identities are N(0, 0.9) over the 100 modes."""
    skin = _mix(SKIN_TONES, rng)
    dark = float(skin.mean()) < 0.25
    hair = HAIR_COLORS[0] * rng.uniform(0.5, 2.0) if dark and rng.random() < 0.8 else _mix(HAIR_COLORS, rng)
    man = rng.random() < 0.5
    lips = skin * rng.uniform([0.75, 0.48, 0.5], [1.05, 0.72, 0.8])
    makeup = 0.0 if man else float(rng.choice([0.0, rng.uniform(0.2, 1.0)]))
    if makeup > 0.3:
        lips = lips * (1 - makeup) + np.array([0.55, 0.08, 0.12]) * rng.uniform(0.6, 1.2) * makeup
    return Look(
        identity=rng.normal(0.0, 0.9, 100).astype(np.float32),
        skin=_color(skin),
        lips=_color(lips),
        hair=_color(hair),
        iris=_color(IRIS_COLORS[0] * rng.uniform(0.5, 1.5) if dark else _mix(IRIS_COLORS, rng)),
        shirt=_color(rng.uniform(0.02, 0.9, 3) * rng.uniform(0.2, 1.0)),
        brow_width=float(rng.uniform(0.22, 0.55) * (1.15 if man else 0.8)),
        brow_strength=float(rng.uniform(0.45, 1.0)),
        hairline=float(rng.uniform(8.0, 10.5)),
        hair_volume=float(rng.uniform(0.3, 2.2)),
        hair_length=float(rng.uniform(0.0, 1.0) ** (2.0 if man else 0.7)),
        bald=bool(man and rng.random() < 0.15),
        stubble=float(rng.choice([0.0, rng.uniform(0.1, 0.6)])) if man else 0.0,
        beard=float(rng.uniform(0.5, 1.0)) if man and rng.random() < 0.2 else 0.0,
        wrinkles=float(rng.uniform(0.15, 1.0)),
        freckles=float(rng.uniform(0.0, 1.0) ** 2),
        makeup=makeup,
        gloss=float(rng.uniform(0.1, 0.9)),
        glasses=bool(rng.random() < 0.2),
        seed=float(rng.uniform(0.0, 100.0)),
    )
