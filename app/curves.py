"""Score curves of a detection: one number per label and frame, read from the file that the detecting process left."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fedn.errors import FormatError


@dataclass(frozen=True, slots=True, eq=False)
class ScoreCurves:
    """`values` has shape (labels, frames), float32, each in [0, 1]."""

    labels: tuple[str, ...]
    values: NDArray[np.float32]
    threshold: float = 0.5


def find_curves(cache_folder: Path) -> Path | None:
    """The newest curves in a video's cache folder."""
    files = sorted(cache_folder.glob("curves*.npz"), key=lambda path: path.stat().st_mtime)
    return files[-1] if files else None


def load_curves(path: Path) -> ScoreCurves:
    """Reads `curves` (labels, frames), `labels` and, if there, `threshold`.

    Raises:
        FormatError: if the file is not what the detection writes.
    """
    try:
        with np.load(path, allow_pickle=False) as content:
            values = np.asarray(content["curves"], dtype=np.float32)
            labels = tuple(str(label) for label in content["labels"])
            threshold = float(content["threshold"]) if "threshold" in content else 0.5
    except (OSError, ValueError, KeyError) as error:
        raise FormatError(f"the score curves in {path} cannot be read ({error}); run the detection again") from error
    if values.ndim != 2 or len(values) != len(labels):
        raise FormatError(f"the score curves in {path} do not fit their {len(labels)} labels; run the detection again")
    return ScoreCurves(labels, np.nan_to_num(values), threshold)


def load_threshold(path: Path) -> float | None:
    """The score from which a prediction counts, without reading the curves; None if the file does not say it."""
    try:
        with np.load(path, allow_pickle=False) as content:
            return float(content["threshold"]) if "threshold" in content else None
    except (OSError, ValueError):
        return None
