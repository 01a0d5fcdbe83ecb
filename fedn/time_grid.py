"""The uniform 30 fps grid the network works on, and the way between it and a video's own frames.

Grid coordinates are continuous: cell g covers [g, g + 1), an event of frames onset..offset is half-open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fedn.annotation.interval import Interval
from fedn.video.frame_index import FrameIndex

GRID_FPS = 30.0
SAME_RATE_TOLERANCE = 0.02


@dataclass(frozen=True, slots=True)
class TimeGrid:
    """A video's frames on the grid.

    Attributes:
        frames: (G,) the video frame shown in the middle of each cell.
        edges: (T + 1,) the grid coordinate at which each of the T video frames begins, and the last one ends.
    """

    frames: NDArray[np.int64]
    edges: NDArray[np.float64]

    @classmethod
    def of(cls, index: FrameIndex) -> TimeGrid:
        """The grid of a video; its own frames, one by one, if it runs at 30 fps within two percent."""
        count = index.frame_count
        if index.is_constant and abs(index.fps / GRID_FPS - 1) <= SAME_RATE_TOLERANCE:
            return cls.same_rate(count)
        edges = np.append(index.starts_s, index.duration_s) * GRID_FPS
        cells = max(1, round(float(edges[-1])))
        frames = np.searchsorted(edges, np.arange(cells) + 0.5, side="right") - 1
        return cls(np.clip(frames, 0, count - 1).astype(np.int64), edges)

    @classmethod
    def same_rate(cls, count: int) -> TimeGrid:
        """The grid of `count` frames at 30 fps."""
        return cls(np.arange(count, dtype=np.int64), np.arange(count + 1, dtype=np.float64))

    @property
    def cell_count(self) -> int:
        """G, the length of the grid."""
        return len(self.frames)

    def slower(self, speed: int) -> TimeGrid:
        """The grid on which each cell is `speed` cells of this one, and shows the frame at its middle."""
        if speed == 1:
            return self
        middles = np.arange(-(-self.cell_count // speed)) * speed + speed // 2
        return TimeGrid(self.frames[middles.clip(max=self.cell_count - 1)], self.edges / speed)

    def face_frames(self, has_face: NDArray[np.bool_]) -> NDArray[np.int64]:
        """(G,) for each cell the video frame shown in it, or where that has no face, the last one before that has.

        Cells before the first face get the first one's frame; without any face all stay as they are.

        Args:
            has_face: (T,) of the video's frames.
        """
        seen = np.asarray(has_face)[self.frames]
        if not seen.any():
            return self.frames
        last = np.maximum.accumulate(np.where(seen, np.arange(self.cell_count), -1))
        return self.frames[np.where(last < 0, np.flatnonzero(seen)[0], last)]

    def to_grid(self, interval: Interval) -> tuple[float, float]:
        """Start and stop of an interval of video frames, in grid coordinates."""
        return float(self.edges[interval.start]), float(self.edges[interval.stop])

    def to_frames(self, start: float, stop: float) -> Interval:
        """The interval of whole video frames whose edges lie nearest; at least one frame."""
        onset = min(self._nearest_edge(start), len(self.edges) - 2)
        return Interval(onset, max(self._nearest_edge(stop), onset + 1))

    def _nearest_edge(self, coordinate: float) -> int:
        after = int(np.clip(np.searchsorted(self.edges, coordinate), 1, len(self.edges) - 1))
        return after if self.edges[after] - coordinate <= coordinate - self.edges[after - 1] else after - 1

    def per_frame(self, values: NDArray) -> NDArray:
        """Values per grid cell (..., G) as values per video frame (..., T): the cell at each frame's middle."""
        middles = (self.edges[:-1] + self.edges[1:]) / 2
        return values[..., np.clip(middles.astype(np.int64), 0, self.cell_count - 1)]

    def part_per_frame(self, values: NDArray, first: int) -> tuple[int, NDArray]:
        """As `per_frame` for some cells alone: the first frame whose middle is in them, and values (..., frames).

        Args:
            values: (..., cells) of the cells from `first` on.
        """
        middles, stop = (self.edges[:-1] + self.edges[1:]) / 2, first + values.shape[-1]
        begin = int(np.searchsorted(middles, first)) if first else 0
        end = int(np.searchsorted(middles, stop)) if stop < self.cell_count else len(middles)
        cells = middles[begin:end].astype(np.int64) - first
        return begin, values[..., np.clip(cells, 0, values.shape[-1] - 1)]
