"""How strength goes over time: one rise and fall, and smooth noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.synthetic.facekit import Floats


def time_course(length: int, apex: int, hold: int, rng: np.random.Generator) -> Floats:
    """(length,) from 0 up to 1 at `apex`, held for `hold` frames while it fades a little, and back to 0."""
    t = np.arange(length, dtype=np.float32)
    rise = ease(np.clip(t / max(apex, 1), 0.0, 1.0)) ** rng.uniform(0.7, 1.3)
    fade = 1.0 - rng.uniform(0.0, 0.25) * np.clip((t - apex) / max(length - apex, 1), 0.0, 1.0)
    fall = ease(np.clip((length - 1 - t) / max(length - 1 - apex - hold, 1), 0.0, 1.0)) ** rng.uniform(0.7, 1.5)
    return (np.minimum(rise, fall) * fade).astype(np.float32)


def ease(x: NDArray) -> NDArray:
    return x * x * (3.0 - 2.0 * x)


def sway(frames: int, fps: float, hertz: float, rng: np.random.Generator) -> Floats:
    """(T,) smooth noise of unit variance below about `hertz`."""
    keys = np.arange(0, frames / fps + 4 / hertz, 0.5 / hertz)
    values = np.interp(np.arange(frames) / fps, keys, rng.normal(0.0, 1.0, len(keys)))
    width = max(3, int(fps * 0.4))
    kernel = np.hanning(width + 2)[1:-1]
    smooth = np.convolve(np.pad(values, width, mode="edge"), kernel / kernel.sum(), "same")[width:-width]
    return (smooth / max(smooth.std(), 1e-6)).astype(np.float32)
