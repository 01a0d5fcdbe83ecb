"""What varies the windows of an epoch. Each window varies by its own seed, whatever else is in its batch.

Tensor letters: B windows, F frames a window reads, C channels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from fedn.model_config import FednConfig
from training.config import AugmentationConfig
from training.windows import GridSample, Place, cut


class Drawn(NamedTuple):
    """A window of an epoch: its place, the seed of its variations, and the place of an empty window mixed into it."""

    place: Place
    seed: int
    partner: Place | None = None


def draw_epoch(
    samples: Sequence[GridSample], places: Sequence[Place], window: int, mix: float, random: np.random.Generator
) -> list[Drawn]:
    """The windows with what varies them. Half of them get a partner without any event, if `mix` is not 0."""
    seeds = random.integers(2**62, size=len(places)).tolist()
    empty = [place for place in places if not _touches_any(samples[place.row], place, window)] if mix > 0 else []
    if not empty:
        return [Drawn(place, seed) for place, seed in zip(places, seeds, strict=True)]
    chosen = random.integers(len(empty), size=len(places)).tolist()
    mixed = random.random(len(places)) < 0.5
    return [
        Drawn(place, seed, empty[partner] if mixes else None)
        for place, seed, partner, mixes in zip(places, seeds, chosen, mixed, strict=True)
    ]


def _touches_any(sample: GridSample, place: Place, window: int) -> bool:
    stop = place.start + window * place.speed
    return bool(((sample.intervals[:, 1] > place.start) & (sample.intervals[:, 0] < stop)).any())


class Variation(NamedTuple):
    """What windows are varied by (see AugmentationConfig): frames times `scale` (B, 1, C) plus `shift` (B, F, C)."""

    scale: Tensor
    shift: Tensor

    def of(self, frames: Tensor) -> Tensor:
        return frames * self.scale + self.shift


def draw_variation(
    samples: Sequence[GridSample], drawn: Sequence[Drawn], network: FednConfig, how: AugmentationConfig
) -> Variation | None:
    """The variation of windows, which depends on each one's own seed alone; None if nothing is to be varied."""
    if not (how.mix > 0 or how.gain > 0 or how.offset > 0 or how.noise > 0 or how.channel_dropout > 0):
        return None
    varied = [_variation(samples, one, network, how) for one in drawn]
    return Variation(torch.stack([scale for scale, _ in varied]), torch.stack([shift for _, shift in varied]))


def _variation(
    samples: Sequence[GridSample], one: Drawn, network: FednConfig, how: AugmentationConfig
) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(one.seed)
    time, channels = network.read_frames, network.feature_size
    gain, strength = 1 + how.gain * (2 * torch.rand(1, generator=generator) - 1), torch.rand(1, generator=generator)
    kept = (torch.rand(1, channels, generator=generator) >= how.channel_dropout).float()
    shift = how.offset * torch.randn(1, channels, generator=generator).expand(time, channels)
    if how.noise > 0:
        shift = shift + how.noise * torch.randn(time, channels, generator=generator)
    if one.partner is not None:
        other = cut(samples[one.partner.row], one.partner, network)
        shift = shift + how.mix * strength * gain * (other - other.mean(dim=0))
    return gain * kept, shift * kept
