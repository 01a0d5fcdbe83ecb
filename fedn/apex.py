"""The strongest frame of an expression."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fedn.annotation.interval import Interval

EDGE_SHARE = 0.12
SMOOTHING_FRAMES = 5


def find_apex(features: NDArray, has_face: NDArray[np.bool_], interval: Interval) -> int | None:
    """The frame of the interval in which the face is farthest from how it looks at the interval's two ends.

    The distance is measured along the direction in which the face moves over the whole interval, which noise and
    head movement share less of than the plain distance.

    Args:
        features: (T, C) of the video; has_face: (T,).

    Returns:
        None if no frame of the interval shows a face.
    """
    frames = np.arange(interval.start, interval.stop)
    seen = frames[has_face[interval.start : interval.stop]]
    if len(seen) == 0:
        return None
    values = features[seen].astype(np.float32)
    edge = max(1, round(EDGE_SHARE * len(seen)))
    rest = np.concatenate([values[:edge], values[-edge:]]).mean(axis=0)
    moved = values - rest
    strength = moved @ moved.mean(axis=0)
    width = min(SMOOTHING_FRAMES, len(seen))
    kernel = np.ones(width) / width
    smooth = np.convolve(np.pad(strength, width // 2, mode="edge"), kernel, mode="valid")[: len(seen)]
    return int(seen[int(np.argmax(smooth))])
