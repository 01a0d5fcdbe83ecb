"""Paints one person's skin: tone, blood, pores, freckles, moles, brows, stubble, make-up, age.

Skin color is what pigment (melanin) and blood (hemoglobin) leave of white light, so that a freckle, a blush or a tan
comes out right on every tone. The look of noise comes from a bank that is drawn once: shifted and mirrored, it gives
other skin for every person at no cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from training.synthetic.atlas import Atlas, smooth
from training.synthetic.look import Look
from training.synthetic.relief import make_relief

Values = NDArray[Any]  # floats; single precision where they are kept

_WHITE = np.array([0.95, 0.85, 0.77], np.float32)
_MELANIN = np.array([0.41, 0.55, 0.72], np.float32)
_BLOOD = np.array([0.05, 0.36, 0.39], np.float32)
_SLOPES = 1.2  # slopes are stored from -this to this


@dataclass(frozen=True)
class SkinMaps:
    """(S, S, 4) uint8 each, row 0 at v = 0.

    Attributes:
        color: square root of the linear RGB, and how oily the skin is.
        furrows: slopes of the two sets of furrows. detail: slopes of pores, then depths of the two sets.
    """

    color: NDArray[np.uint8]
    furrows: NDArray[np.uint8]
    detail: NDArray[np.uint8]


class SkinPainter:
    """Holds the atlas and the bank of noise."""

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas
        rng = np.random.default_rng(7)
        scale = atlas.texels_per_cm
        self._pores = [_grain(rng, atlas.size, 0.034 * scale) for _ in range(2)]
        self._fine = [_grain(rng, atlas.size, 0.09 * scale) for _ in range(2)]
        self._spots = [_grain(rng, atlas.size, 0.16 * scale) for _ in range(2)]
        self._blotches = [_grain(rng, atlas.size, 0.8 * scale) for _ in range(3)]

    def paint(self, look: Look, scalp: Values) -> SkinMaps:
        """`scalp` (S, S): 1 where hair grows on the head."""
        rng = np.random.default_rng([look.seed, 1])
        bank = {name: _vary(getattr(self, f"_{name}"), rng) for name in ("pores", "fine", "spots")}
        blotches, veins = _vary(self._blotches, rng), _vary(self._blotches, rng)
        melanin, blood = self._pigments(look, bank, blotches, veins, rng)
        color = _WHITE * cv2.exp(-(melanin[..., None] * _MELANIN + blood[..., None] * _BLOOD))
        oil = 0.25 + 0.5 * look.oil * (0.35 + self.atlas.nose + 0.4 * self._forehead()) + 0.08 * bank["fine"]
        oil = oil - 0.12 * (bank["pores"] > 1.0)
        color, oil = self._make_up(color, oil, look, bank)
        color = self._hair_on_skin(color, look, scalp, bank, rng)
        relief = make_relief(self.atlas, rng)
        pores = bank["pores"] * (0.6 + 0.8 * self.atlas.nose + 0.5 * self.atlas.cheeks) + 0.8 * bank["fine"]
        pores = pores * (0.35 + 0.65 * (1 - self.atlas.lips)) * (0.010 + 0.010 * look.wrinkles) / 3
        du, dv = (
            cv2.Scharr(pores, cv2.CV_32F, *axis, scale=1 / 32) * self.atlas.texels_per_cm for axis in ((1, 0), (0, 1))
        )
        return SkinMaps(
            color=_bytes(np.dstack([np.sqrt(color.clip(0, 1)), oil])),
            furrows=_bytes(0.5 + relief.slopes / (2 * _SLOPES)),
            detail=_bytes(np.dstack([0.5 + du / (2 * _SLOPES), 0.5 + dv / (2 * _SLOPES), relief.depth])),
        )

    def _forehead(self) -> Values:
        x, y = self.atlas.position[..., 0], self.atlas.position[..., 1]
        return smooth(4.5, 2.0, np.abs(x)) * smooth(5.5, 7.0, y) * smooth(10.5, 9.0, y)

    def _pigments(
        self, look: Look, bank: dict[str, Values], blotches: Values, veins: Values, rng: np.random.Generator
    ) -> tuple[Values, Values]:
        """Melanin and blood, (S, S) each."""
        atlas = self.atlas
        light = float(np.exp(-look.melanin))
        melanin = look.melanin * (1.0 + 0.04 * blotches + 0.02 * bank["fine"] + 0.012 * bank["pores"])
        melanin += 0.10 * (0.5 + look.melanin * 0.5) * atlas.under_eyes * rng.uniform(0.2, 1.6)
        melanin += look.melanin * 0.12 * (self._forehead() * rng.uniform(0, 1) + atlas.lids * rng.uniform(0, 1.5))
        freckled = (atlas.cheeks + 0.8 * atlas.nose + 0.25).clip(0, 1)
        melanin += 0.55 * look.freckles * smooth(1.1 - 0.5 * freckled, 2.4 - 0.7 * freckled, bank["spots"])
        aged = max(look.age - 50, 0) / 30
        melanin += 0.4 * aged * smooth(1.9, 2.6, np.roll(bank["spots"], 97, 0)) * (0.3 + light)
        blood = look.blood * (0.9 + 0.10 * veins + 0.06 * bank["fine"] + 0.03 * bank["pores"])
        blood += rng.uniform(0.1, 0.75) * atlas.cheeks + rng.uniform(0.1, 0.7) * atlas.nose + 0.45 * atlas.ears
        blood += 0.25 * atlas.under_eyes * rng.uniform(0, 1) + 0.25 * atlas.lids
        blood += 0.8 * look.blemishes * smooth(2.25, 2.9, np.roll(bank["spots"], 211, 1))
        blood /= 1.0 + 0.3 * look.melanin  # pigment lies above it
        lips = atlas.lips
        blood += lips * rng.uniform(0.8, 1.9) * (1.0 + 0.10 * bank["fine"])
        melanin += lips * (rng.uniform(0.0, 0.35) + 0.25 * look.melanin * rng.uniform(-0.6, 0.5))
        moles = np.zeros_like(lips)
        for _ in range(look.moles):
            at = rng.uniform([0.2, 0.25], [0.8, 0.95]) * atlas.size
            cv2.circle(
                moles,
                np.round(at * 16).astype(int).tolist(),
                int(rng.uniform(0.04, 0.11) * atlas.texels_per_cm * 16),
                (1.0,),
                -1,
                cv2.LINE_AA,
                4,
            )
        melanin += 1.3 * cv2.GaussianBlur(moles, (0, 0), 0.8)
        return melanin.astype(np.float32), blood.astype(np.float32)

    def _make_up(self, color: Values, oil: Values, look: Look, bank: dict[str, Values]) -> tuple[Values, Values]:
        atlas = self.atlas
        oil = oil + atlas.lips * (0.15 + 0.5 * look.makeup)
        slit = atlas.eyes
        near = cv2.GaussianBlur(slit, (0, 0), 0.10 * atlas.texels_per_cm) * 2.2
        rim = (near - slit).clip(0, 1)
        color = color * (1 - (0.30 + 0.45 * look.makeup) * rim[..., None])
        if look.makeup > 0:
            paint = np.array(look.lipstick, np.float32) * (1 + 0.08 * bank["fine"])[..., None]
            color = _over(color, paint, atlas.lips * look.makeup * 0.9)
            shadow = np.array([0.25, 0.16, 0.16], np.float32) * (0.4 + 0.6 * color)
            color = _over(color, shadow, atlas.lids * look.makeup**2 * 0.6)
            color = color * (1 - np.array([0.02, 0.22, 0.16]) * (atlas.cheeks * look.makeup * 0.7)[..., None])
        return color.astype(np.float32), oil

    def _hair_on_skin(
        self, color: Values, look: Look, scalp: Values, bank: dict[str, Values], rng: np.random.Generator
    ) -> Values:
        atlas = self.atlas
        if look.stubble > 0 or look.beard > 0:
            dots = smooth(0.2, 1.4, bank["pores"]) * (0.75 + 0.25 * bank["spots"]).clip(0, 1)
            color = _over(
                color, np.array(look.brow_hair) * 0.7 + 0.25 * color, atlas.beard * look.stubble * 0.75 * dots
            )
            color = _over(color, color * np.array([0.72, 0.80, 0.86]), atlas.beard * look.stubble * 0.4)
        hairs = np.zeros((atlas.size, atlas.size), np.float32)
        if look.beard > 0:
            _draw_beard(hairs, atlas, look.beard, rng)
        _draw_brows(hairs, atlas, look, rng)
        under = cv2.GaussianBlur(hairs, (0, 0), 0.12 * atlas.texels_per_cm)
        hairs = 1.5 * cv2.GaussianBlur(hairs, (0, 0), 0.55) + 0.6 * under
        tone = np.array(look.brow_hair, np.float32) * (1 + 0.25 * bank["fine"])[..., None].clip(0.2, 2)
        color = _over(color, tone, hairs.clip(0, 0.93))
        edge = smooth(0.35, 0.75, scalp + 0.12 * bank["fine"])
        density = 0.35 + 0.35 * smooth(-0.5, 1.0, bank["pores"]) if look.hair_style == "bald" else 0.96
        strands = np.array(look.hair, np.float32) * (0.75 + 0.2 * bank["fine"])[..., None].clip(0.2, 2)
        return _over(color, strands, edge * density)


def _draw_brows(hairs: Values, atlas: Atlas, look: Look, rng: np.random.Generator) -> None:
    scale = atlas.texels_per_cm
    lift, arch = rng.uniform(-0.35, 0.05) * scale, rng.uniform(-0.1, 0.35) * scale
    for inner_to_outer in (atlas.landmarks[[21, 20, 19, 18, 17]], atlas.landmarks[[22, 23, 24, 25, 26]]):
        outward = float(np.sign(inner_to_outer[-1, 0] - inner_to_outer[0, 0]))
        keys = np.linspace(0, 1, 5)
        count = int(130 + 330 * look.brow_density)
        along = rng.uniform(-0.05, 1.03, count)
        width = look.brow_width * (0.55 + 0.55 * smooth(-0.05, 0.2, along)) * (1 - 0.72 * smooth(0.5, 1.0, along))
        across = rng.normal(0, 0.42, count).clip(-1, 1)
        center = np.stack([np.interp(along, keys, inner_to_outer[:, i]) for i in range(2)], axis=1)
        center[:, 0] += (along - along.clip(0, 1)) * 90.0 * outward
        center[:, 1] += lift + arch * np.sin(np.pi * along.clip(0, 1)) + across * width * scale
        upward = np.interp(along, [0, 0.15, 0.5, 1.0], [1.35, 0.95, 0.35, -0.25]) - 0.55 * across * (along > 0.25)
        angle = upward + rng.normal(0, 0.16, count)
        length = rng.uniform(0.35, 0.75, count) * scale * (1 - 0.35 * along.clip(0, 1))
        tip = center + np.stack([np.cos(angle) * outward, np.sin(angle)], axis=1) * length[:, None]
        strength = rng.uniform(0.35, 0.9, count) * (0.45 + 0.55 * look.brow_density)
        _strokes(hairs, center - 0.3 * (tip - center), tip, strength)


def _draw_beard(hairs: Values, atlas: Atlas, length: float, rng: np.random.Generator) -> None:
    rows, columns = np.nonzero(atlas.beard * (1 - atlas.lips) > rng.uniform(0.3, 0.7))
    pick = rng.integers(0, len(rows), int(2500 + 5000 * length))
    root = np.stack([columns[pick], rows[pick]], axis=1).astype(float)
    outward = (root[:, 0] / atlas.size - 0.5) * 1.2
    angle = -np.pi / 2 + outward + rng.normal(0, 0.3, len(pick))
    reach = rng.uniform(0.2, 0.55, len(pick)) * (0.5 + length) * atlas.texels_per_cm
    tip = root + np.stack([np.cos(angle), np.sin(angle)], axis=1) * reach[:, None]
    _strokes(hairs, root, tip, rng.uniform(0.3, 0.8, len(pick)) * (0.6 + 0.4 * length))
    hairs *= 1 - atlas.lips


def _strokes(canvas: Values, roots: NDArray, tips: NDArray, strengths: NDArray) -> None:
    """Lines one texel wide; where they cross the darker one stays."""
    ends = np.round(np.concatenate([roots, tips], axis=1) * 16).astype(int).tolist()
    for row in np.argsort(strengths):
        x0, y0, x1, y1 = ends[row]
        cv2.line(canvas, (x0, y0), (x1, y1), (float(strengths[row]),), 1, cv2.LINE_AA, 4)


def _grain(rng: np.random.Generator, size: int, sigma: float) -> Values:
    """Seamless noise of unit variance, smooth over `sigma` texels."""
    noise = rng.standard_normal((size, size), np.float32)
    noise = cv2.GaussianBlur(np.pad(noise, 64, mode="wrap"), (0, 0), sigma)[64:-64, 64:-64]
    return ((noise - noise.mean()) / noise.std()).astype(np.float32)


def _vary(bank: list[Values], rng: np.random.Generator) -> Values:
    picture = bank[int(rng.integers(len(bank)))]
    turned = picture[:: int(rng.choice([-1, 1])), :: int(rng.choice([-1, 1]))]
    return np.roll(turned, rng.integers(0, len(picture), 2), (0, 1))


def _over(below: Values, above: NDArray, amount: NDArray) -> Values:
    return (below + (above - below) * amount[..., None]).astype(np.float32)


def _bytes(values: NDArray) -> NDArray[np.uint8]:
    return (values.clip(0, 1) * 255 + 0.5).astype(np.uint8)
