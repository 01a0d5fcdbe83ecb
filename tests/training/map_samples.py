"""Made-up maps of faces with expressions in them: what the first layers of a backbone would give, without any video."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fedn.annotation.event import Event
from training.datasets.sample import Sample

from .conftest import LABELS, make_sample

PLACES = ((1, 1), (1, 5), (5, 3))
"""Where in the maps each label moves the face."""


def map_sample(name: str, subject: str, *, frames: int = 300, events: int = 3, seed: int = 0) -> Sample:
    """Each label moves the channels of its own place, up to the apex and back; the person adds a constant."""
    plain = make_sample(name, subject, frames=frames, events=events, seed=seed)
    random = np.random.default_rng(seed)
    person = np.random.default_rng(sum(map(ord, subject))).normal(1, 0.5, (256, 7, 7))
    directions = np.random.default_rng(5).normal(size=(len(LABELS), 256))
    maps = (person + 0.1 * random.normal(size=(frames, 256, 7, 7))).astype(np.float16)
    for event in plain.events:
        down, across = PLACES[LABELS.index(event.label)]
        strength = _strength(event, frames)
        moved = strength[:, None] * directions[LABELS.index(event.label)]
        maps[:, :, down, across] += moved.astype(np.float16)
    return replace(plain, features=maps.reshape(frames, -1))


def _strength(event: Event, frames: int) -> np.ndarray:
    """Rises steeply, as the truth begins with the first visible change."""
    assert event.apex is not None
    curve = np.interp(np.arange(frames), [event.onset - 1, event.apex, event.offset + 1], [0, 1, 0], left=0, right=0)
    return np.sqrt(np.sqrt(curve))
