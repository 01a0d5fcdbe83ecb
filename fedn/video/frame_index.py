"""The only translation between frames and time: when each frame of one video starts and ends."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_FORMAT = 1


@dataclass(frozen=True, eq=False)
class FrameIndex:
    """Time stamps of the frames of one video, in the order in which they are shown. Frames count from 0.

    Attributes:
        pts: start of each frame in units of `time_base`, strictly increasing.
        time_base: seconds in one unit.
        last_duration: how long the last frame is shown, in the same unit.
        seek_points: time stamps of packets from which decoding can start, increasing; may lie before the first frame.
        counted: the file has no usable time stamps; `pts` was made up and frames are found by counting from the start.
        warnings: sentences about what is wrong with the file.
    """

    pts: NDArray[np.int64]
    time_base: Fraction
    last_duration: int
    seek_points: NDArray[np.int64]
    counted: bool = False
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.pts) == 0 or np.any(np.diff(self.pts) <= 0) or self.last_duration <= 0:
            raise ValueError("a frame index needs at least one frame and increasing time stamps")

    @classmethod
    def regular(cls, frame_count: int, fps: Fraction) -> FrameIndex:
        """Evenly spaced frames, each of which can be read on its own: a folder of images."""
        pts = np.arange(frame_count, dtype=np.int64)
        return cls(pts, 1 / fps, 1, pts)

    @property
    def frame_count(self) -> int:
        return len(self.pts)

    @cached_property
    def starts_s(self) -> NDArray[np.float64]:
        """Start of every frame in seconds; the first is 0."""
        since_first = (self.pts - self.pts[0]).astype(np.float64)
        return since_first * self.time_base.numerator / self.time_base.denominator

    @property
    def duration_s(self) -> float:
        return self.end_s(self.frame_count - 1)

    def time_s(self, frame: int) -> float:
        """Start of a frame in seconds after the start of the first."""
        return float(self.starts_s[self._checked(frame)])

    def end_s(self, frame: int) -> float:
        """End of a frame in seconds: the start of the next one."""
        if self._checked(frame) + 1 < self.frame_count:
            return float(self.starts_s[frame + 1])
        return float(self.starts_s[-1]) + float(self.last_duration * self.time_base)

    def frame_at(self, time_s: float) -> int:
        """The frame that is on the screen at a time; the first or last one for times outside of the video."""
        frame = int(np.searchsorted(self.starts_s, time_s, side="right")) - 1
        return min(max(frame, 0), self.frame_count - 1)

    def frames_at(self, times_s: NDArray[np.float64]) -> NDArray[np.int64]:
        """`frame_at` for many times."""
        frames = np.searchsorted(self.starts_s, times_s, side="right") - 1
        return np.clip(frames, 0, self.frame_count - 1).astype(np.int64)

    @property
    def fps(self) -> float:
        """Nominal frame rate: frames divided by duration. For display, never for translating."""
        if self.frame_count == 1:
            return float(1 / (self.last_duration * self.time_base))
        return (self.frame_count - 1) / float(int(self.pts[-1] - self.pts[0]) * self.time_base)

    @cached_property
    def is_constant(self) -> bool:
        """Whether all frames last equally long, as far as the rounding of time stamps lets one tell."""
        if self.frame_count < 3:
            return True
        durations = np.diff(self.pts)
        middle = float(np.median(durations))
        return bool(np.all(np.abs(durations - middle) <= max(0.1 * middle, 1.5)))

    @cached_property
    def keyframes(self) -> NDArray[np.int64]:
        """Frames that decode without the ones before them, increasing."""
        frames = np.unique(np.searchsorted(self.pts, self.seek_points))
        return frames[frames < self.frame_count]

    def save(self, path: Path, *, source_size: int, source_mtime_ns: int) -> None:
        """Writes the index with the size and modification time of the video that it belongs to."""
        about = {
            "format": _FORMAT,
            "time_base": [self.time_base.numerator, self.time_base.denominator],
            "last_duration": self.last_duration,
            "counted": self.counted,
            "warnings": list(self.warnings),
            "source": [source_size, source_mtime_ns],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        try:
            with temporary.open("wb") as file:
                np.savez(file, pts=self.pts, seek_points=self.seek_points, about=np.array(json.dumps(about)))
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path, *, source_size: int, source_mtime_ns: int) -> FrameIndex | None:
        """A saved index, or None if there is none, it is damaged, or the video has changed since."""
        try:
            with np.load(path, allow_pickle=False) as content:
                about = json.loads(str(content["about"]))
                if about["format"] != _FORMAT or about["source"] != [source_size, source_mtime_ns]:
                    return None
                return cls(
                    pts=content["pts"].astype(np.int64),
                    time_base=Fraction(*about["time_base"]),
                    last_duration=int(about["last_duration"]),
                    seek_points=content["seek_points"].astype(np.int64),
                    counted=bool(about["counted"]),
                    warnings=tuple(about["warnings"]),
                )
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
            return None

    def _checked(self, frame: int) -> int:
        if not 0 <= frame < self.frame_count:
            raise IndexError(f"frame {frame} is not in a video of {self.frame_count} frames")
        return frame
