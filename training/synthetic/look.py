"""What one rendered person looks like: identity, age, skin, hair, brows, glasses, clothes. Drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Color = tuple[float, float, float]
HairStyle = Literal["bald", "crop", "side", "back", "fringe", "bob", "long", "tied", "curly", "afro"]
Headwear = Literal["none", "cap", "beanie", "scarf"]
Collar = Literal["round", "v", "shirt", "high", "hood"]

# Hair and iris as linear RGB: black, dark brown, brown, blond, red; dark brown, brown, hazel, blue, gray.
_HAIR = np.array(
    [[0.012, 0.010, 0.009], [0.03, 0.018, 0.011], [0.085, 0.045, 0.024], [0.36, 0.23, 0.10], [0.30, 0.10, 0.03]]
)
_GRAY = np.array([0.42, 0.41, 0.40])
_IRIS = np.array(
    [[0.035, 0.017, 0.009], [0.10, 0.05, 0.02], [0.13, 0.13, 0.05], [0.10, 0.18, 0.30], [0.16, 0.20, 0.22]]
)
_LONG_HAIR: tuple[HairStyle, ...] = ("bob", "long", "tied", "fringe", "curly", "side")
_SHORT_HAIR: tuple[HairStyle, ...] = ("crop", "side", "back", "fringe", "curly", "crop")


@dataclass(frozen=True)
class Look:
    """One person. Lengths in centimeters, colors as linear RGB in [0, 1], amounts in [0, 1] unless said.

    Attributes:
        identity: (100,) standard deviations. age: years.
        melanin: 0.1 (very light) to 4 (very dark). blood: redness, about 0.5 to 1.5.
        hairline: height of the hair's edge on the forehead. lip_color: (melanin added, blood added, paint).
        shave: None, or how dense the beard stands after shaving; beard: length of one that is worn.
    """

    identity: NDArray[np.float32]
    age: float
    melanin: float
    blood: float
    oil: float
    freckles: float
    blemishes: float
    moles: int
    wrinkles: float
    hair: Color
    hair_style: HairStyle
    hair_length: float
    hair_volume: float
    hairline: float
    parting: float
    brow_hair: Color
    brow_width: float
    brow_density: float
    stubble: float
    beard: float
    makeup: float
    lipstick: Color
    iris: Color
    iris_size: float
    teeth: float
    glasses: Literal["none", "full", "half", "dark"]
    glasses_color: Color
    headwear: Headwear
    headwear_color: Color
    shirt: Color
    shirt_pattern: float
    collar: Collar
    earrings: bool
    seed: int


def draw_look(rng: np.random.Generator) -> Look:
    """A random person; identities are N(0, 0.85) over the 100 modes."""
    melanin = _melanin(rng)
    dark = melanin > 1.3
    age = float(np.clip(rng.gamma(5.0, 7.5), 18, 82))
    man = rng.random() < 0.5
    hair = _hair(dark, rng)
    gray = float(np.clip((age - rng.uniform(32, 62)) / 25, 0, 1)) * float(rng.random() < 0.75)
    style = _hair_style(man, age, dark, rng)
    makeup = 0.0 if man or rng.random() < 0.4 else float(rng.uniform(0.15, 1.0))
    bearded = man and rng.random() < 0.25
    headwear: Headwear = "none"
    if rng.random() < 0.10:
        headwear = ("cap", "beanie", "scarf")[int(rng.choice(3, p=[0.45, 0.3, 0.25] if man else [0.2, 0.25, 0.55]))]
    return Look(
        identity=rng.normal(0.0, 0.85, 100).astype(np.float32),
        age=age,
        melanin=melanin,
        blood=float(rng.uniform(0.5, 1.35)),
        oil=float(rng.beta(2, 2.5)),
        freckles=float(rng.uniform(0.3, 1.0)) if not dark and rng.random() < 0.18 else float(rng.uniform(0, 0.15)),
        blemishes=float(rng.uniform(0, 1) ** 2) * (1.3 if age < 30 else 0.6),
        moles=int(rng.poisson(2.5)),
        wrinkles=float(np.clip((age - 25) / 50 + rng.normal(0, 0.12), 0.0, 1.0)),
        hair=_color(hair * (1 - gray) + _GRAY * gray * rng.uniform(0.7, 1.3)),
        hair_style=style,
        hair_length=float(rng.uniform(0, 1)),
        hair_volume=float(rng.uniform(0, 1)),
        hairline=float(rng.uniform(8.3, 9.9) + (rng.uniform(0, 1.6) if man and age > 35 else 0.0)),
        parting=float(rng.choice([-1, 1]) * rng.uniform(0.0, 3.5)),
        brow_hair=_color((hair * (1 - 0.6 * gray) + _GRAY * 0.6 * gray) * rng.uniform(0.6, 1.3) + 0.002),
        brow_width=float(rng.uniform(0.30, 0.62) * (1.12 if man else 0.82)),
        brow_density=float(rng.beta(3, 2)),
        stubble=float(rng.uniform(0.1, 1.0)) if man and rng.random() < 0.65 else 0.0,
        beard=float(rng.uniform(0.25, 1.0)) if bearded else 0.0,
        makeup=makeup,
        lipstick=_color(np.array([0.42, 0.04, 0.06]) * rng.uniform(0.4, 1.3) + rng.uniform(0, [0.1, 0.06, 0.08])),
        iris=_color(_IRIS[0] * rng.uniform(0.8, 2.2) if melanin > 0.9 and rng.random() < 0.9 else _mix(_IRIS, rng)),
        iris_size=float(rng.uniform(0.55, 0.63)),
        teeth=float(rng.uniform(0.55, 1.0)),
        glasses=("none", "full", "half", "dark")[int(rng.choice(4, p=[0.78, 0.14, 0.07, 0.01]))],
        glasses_color=_color(rng.uniform(0.005, 0.05, 3) if rng.random() < 0.6 else rng.uniform(0.02, 0.4, 3)),
        headwear=headwear,
        headwear_color=_cloth(rng),
        shirt=_cloth(rng),
        shirt_pattern=float(rng.choice([0.0, rng.uniform(0.1, 1.0)], p=[0.65, 0.35])),
        collar=("round", "v", "shirt", "high", "hood")[int(rng.choice(5, p=[0.4, 0.15, 0.22, 0.1, 0.13]))],
        earrings=not man and rng.random() < 0.25,
        seed=int(rng.integers(2**31)),
    )


def _melanin(rng: np.random.Generator) -> float:
    """All tones from very light to very dark, each about as often."""
    group = rng.random()
    if group < 0.40:
        return float(rng.uniform(0.22, 0.65))
    if group < 0.68:
        return float(rng.uniform(0.5, 1.3))
    return float(rng.uniform(1.2, 3.6))


def _hair(dark: bool, rng: np.random.Generator) -> NDArray:
    if dark or rng.random() < 0.3:
        return _HAIR[0] * rng.uniform(0.7, 2.5)
    return _mix(_HAIR, rng)


def _hair_style(man: bool, age: float, dark: bool, rng: np.random.Generator) -> HairStyle:
    if man and rng.random() < 0.06 + 0.2 * (age > 45):
        return "bald"
    if dark and rng.random() < 0.5:
        return "afro" if rng.random() < 0.4 else "crop"
    styles = _SHORT_HAIR if man and rng.random() < 0.9 else _LONG_HAIR
    return styles[int(rng.integers(len(styles)))]


def _mix(palette: NDArray, rng: np.random.Generator) -> NDArray:
    position = rng.uniform(0, len(palette) - 1)
    low = int(position)
    high = min(low + 1, len(palette) - 1)
    return (palette[low] + (position - low) * (palette[high] - palette[low])) * rng.uniform(0.85, 1.15, 3)


def _cloth(rng: np.random.Generator) -> Color:
    """Mostly muted: white, black, gray, navy; now and then something bright."""
    kind = rng.random()
    if kind < 0.5:
        return _color(rng.choice([0.01, 0.03, 0.12, 0.35, 0.75]) * rng.uniform(0.8, 1.2, 3))
    muted = rng.uniform(0.02, 0.4, 3)
    return _color(muted if kind < 0.85 else muted + rng.uniform(0, 0.6) * np.eye(3)[rng.integers(3)])


def _color(values: NDArray) -> Color:
    red, green, blue = (float(v) for v in np.clip(values, 0.0, 1.0))
    return red, green, blue
