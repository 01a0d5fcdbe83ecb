"""Frames to pixels and back. Frame f covers the pixels from x(f) to x(f + 1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

MOST_PX_PER_FRAME = 48.0


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Which frames are seen, and where.

    Attributes:
        frame_count: frames of the video, at least 1.
        left_px, width_px: where the frames are drawn.
        first: frame at the left edge; may lie inside a frame, but on a whole pixel of the whole video, so that
            panning moves everything by the same number of pixels.
        px_per_frame: zoom.
    """

    frame_count: int = 1
    left_px: int = 0
    width_px: int = 1
    first: float = 0.0
    px_per_frame: float = 1.0

    @property
    def least_px_per_frame(self) -> float:
        """The zoom at which the whole video is seen."""
        return self.width_px / max(1, self.frame_count)

    @property
    def seen(self) -> tuple[float, float]:
        """First and last visible position in frames."""
        return self.first, min(float(self.frame_count), self.first + self.width_px / self.px_per_frame)

    @property
    def shows_all(self) -> bool:
        return self.px_per_frame <= self.least_px_per_frame * 1.0001

    def x(self, frame: float) -> float:
        """Left edge of a frame."""
        return self.left_px + (frame - self.first) * self.px_per_frame

    def center_x(self, frame: int) -> float:
        return self.x(frame + 0.5)

    def position(self, x: float) -> float:
        """Position in frames at x, not rounded and not limited."""
        return self.first + (x - self.left_px) / self.px_per_frame

    def frame(self, x: float) -> int:
        """The frame under x, limited to the video."""
        return max(0, min(self.frame_count - 1, int(self.position(x) // 1)))

    def columns(self, frames: NDArray[np.int64] | NDArray[np.float64], ratio: float = 1.0) -> NDArray[np.int64]:
        """The device pixels, counted from the left edge, in which frames begin. The same wherever one has panned to."""
        whole = np.floor(frames * (self.px_per_frame * ratio) + 0.5).astype(np.int64)
        return whole - round(self.first * self.px_per_frame * ratio)

    def fitted(self) -> TimeScale:
        return replace(self, first=0.0, px_per_frame=self.least_px_per_frame)

    def placed(self, left_px: int, width_px: int) -> TimeScale:
        """The same frames in another width; a fitted view stays fitted."""
        moved = replace(self, left_px=left_px, width_px=max(1, width_px))
        return moved.fitted() if self.shows_all else moved._limited()

    def zoomed(self, factor: float, x: float) -> TimeScale:
        """Zoomed so that what is under x stays there."""
        most = max(MOST_PX_PER_FRAME, self.least_px_per_frame)
        px_per_frame = max(self.least_px_per_frame, min(most, self.px_per_frame * factor))
        first = self.position(x) - (x - self.left_px) / px_per_frame
        return replace(self, first=first, px_per_frame=px_per_frame)._limited()

    def panned(self, pixels: float) -> TimeScale:
        """Positive pixels show what comes later."""
        return replace(self, first=self.first + pixels / self.px_per_frame)._limited()

    def centered(self, position: float) -> TimeScale:
        return replace(self, first=position - self.width_px / self.px_per_frame / 2)._limited()

    def resized(self, first: float, last: float) -> TimeScale:
        """Shows the frames from first to last, or as near to that as the zoom permits."""
        wanted = self.width_px / max(1e-9, last - first)
        most = max(MOST_PX_PER_FRAME, self.least_px_per_frame)
        return replace(self, first=first, px_per_frame=max(self.least_px_per_frame, min(most, wanted)))._limited()

    def _limited(self) -> TimeScale:
        most_px = max(0, ceil(self.frame_count * self.px_per_frame - self.width_px - 1e-6))
        return replace(self, first=max(0, min(round(self.first * self.px_per_frame), most_px)) / self.px_per_frame)
