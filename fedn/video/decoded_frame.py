"""A frame as the decoder gave it, made into pixels of the size and kind that is asked for.

Kept frames stay in the decoder's own form, half as large as their pixels; a view that shows them smaller than they
are has them converted and scaled in one go, in a fraction of the time that a conversion at full size would take.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import av
import cv2
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from fedn.video.orientation import Orientation


class DecodedFrame(Protocol):
    """One frame, upright and with square pixels."""

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        ...

    def rgb(self) -> NDArray[np.uint8]:
        """At its full size, (height, width, 3), contiguous."""
        ...

    def bgra(self, width: int, height: int) -> NDArray[np.uint8]:
        """Scaled without aliasing, (height, width, 4), contiguous, opaque."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class FileFrame:
    """A frame of a video file.

    Attributes:
        stored_size: width and height with square pixels, before it is turned upright.
        reformatter: shared by the frames of a reader, since setting one up costs more than using it.
    """

    picture: av.VideoFrame
    orientation: Orientation
    stored_size: tuple[int, int]
    reformatter: VideoReformatter

    @property
    def nbytes(self) -> int:
        return sum(plane.buffer_size for plane in self.picture.planes)

    def rgb(self) -> NDArray[np.uint8]:
        width, height = self.stored_size
        # swscale's own threads cost more than they save at this size.
        image = self.picture.to_ndarray(format="rgb24", width=width, height=height, threads=1)
        return self.orientation.apply(np.asarray(image, np.uint8))

    def bgra(self, width: int, height: int) -> NDArray[np.uint8]:
        if self.orientation.transpose:
            width, height = height, width
        smaller = width < self.stored_size[0]
        scaled = self.reformatter.reformat(
            self.picture, width, height, "bgra", interpolation="AREA" if smaller else "BICUBIC", threads=1
        )
        # PyAV's type stub does not say that a plane is a buffer.
        plane: Any = scaled.planes[0]
        rows = np.frombuffer(plane, np.uint8).reshape(height, plane.line_size)
        return self.orientation.apply(rows[:, : 4 * width].reshape(height, width, 4))


@dataclass(frozen=True, slots=True, eq=False)
class PixelFrame:
    """A frame that is pixels already: `pixels` is RGB (height, width, 3)."""

    pixels: NDArray[np.uint8]

    @property
    def nbytes(self) -> int:
        return self.pixels.nbytes

    def rgb(self) -> NDArray[np.uint8]:
        return self.pixels

    def bgra(self, width: int, height: int) -> NDArray[np.uint8]:
        pixels = self.pixels
        if (width, height) != (pixels.shape[1], pixels.shape[0]):
            # Averaging over the area is what keeps fine texture from flickering when a frame is made smaller.
            how = cv2.INTER_AREA if width < pixels.shape[1] else cv2.INTER_CUBIC
            pixels = cv2.resize(pixels, (width, height), interpolation=how)
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGRA), np.uint8)
