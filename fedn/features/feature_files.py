"""Features that another program has computed, such as I3D's: one array of rows x channels per video, from a folder.

A video's array is found by its name: `NAME.npy`, `NAME.npz` with one array, or a folder `NAME` of numbered .npy files
whose rows follow each other; the same in a folder named after the subject goes first. Imports no torch.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fedn.errors import ModelError

LARGEST = 60_000.0
"""Features are kept in half precision, which ends at 65504."""

MOST_LACKING_FRAMES = 64
"""At a video's end, where the other program had no whole segment left."""


@dataclass(frozen=True, slots=True)
class FeatureFiles:
    """A folder of feature arrays, and how their rows lie in time.

    Attributes:
        channels: numbers in a row.
        step: frames from one row to the next.
        center: frames from the video's start to the middle of what the first row was made from.
    """

    folder: Path
    channels: int
    step: int
    center: float

    def read(self, video: str, subject: str, frame_count: int) -> tuple[NDArray[np.float16], NDArray[np.bool_]]:
        """Features (T, C) of the T frames of a video, each from the row nearest in time, and which frames have any.

        A row that is all zero or not finite stands for “no face”.

        Raises:
            ModelError: if there is no array for the video or it does not fit.
        """
        path = self._find(video, subject)
        rows = _read(path)
        if rows.ndim != 2 or rows.shape[1] != self.channels:
            raise ModelError(f"{path} holds {rows.shape}, not rows of {self.channels} numbers; correct feature_size")
        most = (frame_count - self.center) / self.step + 2
        least = (frame_count - self.center - MOST_LACKING_FRAMES) / self.step
        if not least <= len(rows) <= most:
            raise ModelError(
                f"{path} has {len(rows)} rows, but {frame_count} frames at one row in {self.step} frames are about "
                f"{frame_count // self.step}; correct feature_step, or compute the features of this video anew"
            )
        seen = np.isfinite(rows).all(axis=1) & (rows != 0).any(axis=1)
        rows = np.where(seen[:, None], rows, 0)
        if np.abs(rows).max(initial=0.0) > LARGEST:
            raise ModelError(f"{path} holds numbers beyond {LARGEST:.0f}; scale the features down")
        nearest = np.floor((np.arange(frame_count) + 0.5 - self.center) / self.step + 0.5).astype(np.int64)
        nearest = nearest.clip(0, len(rows) - 1)
        return rows.astype(np.float16)[nearest], seen[nearest]

    def _find(self, video: str, subject: str) -> Path:
        stem = Path(video).stem
        folders = [self.folder / subject] if subject else []
        for folder in (*folders, self.folder):
            for path in (folder / f"{stem}.npy", folder / f"{stem}.npz", folder / stem):
                if path.is_file() or (path.is_dir() and any(path.glob("*.npy"))):
                    return path
        raise ModelError(f"{self.folder} has no features for {video}; expected {stem}.npy, {stem}.npz or {stem}/*.npy")


def _read(path: Path) -> NDArray:
    """The array of a file, or of all files of a folder in the order of their numbers."""
    if path.is_dir():
        parts = sorted(path.glob("*.npy"), key=lambda part: [int(number) for number in re.findall(r"\d+", part.stem)])
        return np.concatenate([np.atleast_2d(_read(part)) for part in parts])
    try:
        content = np.load(path, allow_pickle=False)
        if isinstance(content, np.ndarray):
            return content
        with content:
            if len(content.files) != 1:
                raise ModelError(f"{path} holds {len(content.files)} arrays ({', '.join(content.files)}); keep one")
            return content[content.files[0]]
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path} cannot be read as an array ({error}); write it with numpy.save") from None
