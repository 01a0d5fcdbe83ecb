"""How a backbone's features have moved while it learned, so that kept features of other videos can follow.

Replayed features were made with the parent's backbone; their pictures are gone. What the backbone now says about the
videos at hand, beside what it said before, tells how its features move, and the same affine map moves the replayed
ones. Tensor letters: N frames, C channels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.datasets.sample import Sample

MOST_FRAMES = 6000
RIDGE = 0.03
"""Of a channel's mean variance: in directions in which the videos hardly vary the features stay where they are."""


class Drift(NamedTuple):
    """new = old + (old - mean) @ slope + shift; `mean` (C,), `slope` (C, C), `shift` (C,)."""

    mean: NDArray[np.float64]
    slope: NDArray[np.float64]
    shift: NDArray[np.float64]

    @classmethod
    def between(cls, old: NDArray, new: NDArray) -> Drift:
        """The map that fits features (N, C) of the same frames best, held near to no change (ridge regression)."""
        before, moved = old.astype(np.float64), new.astype(np.float64) - old
        mean, shift = before.mean(axis=0), moved.mean(axis=0)
        centered = before - mean
        gram = centered.T @ centered
        weight = RIDGE * max(float(np.trace(gram)) / len(gram), 1e-12)
        slope = np.linalg.solve(gram + weight * np.eye(len(gram)), centered.T @ (moved - shift))
        return cls(mean, slope, shift)

    def of(self, features: NDArray) -> NDArray[np.float16]:
        """Where features (N, C) have moved to."""
        values = features.astype(np.float64)
        return (values + (values - self.mean) @ self.slope + self.shift).astype(np.float16)


def drift_of(before: Sequence[Sample], after: Sequence[Sample]) -> Drift | None:
    """How the features of the same videos have moved; None if no frame has a face."""
    old, new = _faces(before), _faces(after)
    return Drift.between(old, new) if len(old) else None


def moved(samples: Sequence[Sample], drift: Drift | None) -> list[Sample]:
    """Samples whose features have followed the backbone; frames without a face stay as they are."""
    if drift is None:
        return list(samples)
    return [replace(sample, features=_moved(sample, drift)) for sample in samples]


def _moved(sample: Sample, drift: Drift) -> NDArray[np.float16]:
    return np.where(sample.has_face[:, None], drift.of(sample.features), sample.features)


def _faces(samples: Sequence[Sample]) -> NDArray:
    """Features of frames with a face, evenly from all videos, MOST_FRAMES at most."""
    count = max(1, sum(int(sample.has_face.sum()) for sample in samples))
    step = max(1, -(-count // MOST_FRAMES))
    return np.concatenate([sample.features[sample.has_face][::step] for sample in samples])
