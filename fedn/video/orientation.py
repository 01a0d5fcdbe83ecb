"""Which way up a decoded picture belongs: telephones store pictures lying down and a note how to turn them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import av.filter
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Orientation:
    """Transposed first, then mirrored left to right and upside down."""

    transpose: bool = False
    mirror_x: bool = False
    mirror_y: bool = False

    @classmethod
    def of(cls, frame: av.VideoFrame) -> Orientation:
        """What the display matrix of a decoded frame asks for, rounded to quarter turns."""
        # PyAV's type stub knows fewer kinds of side data than its code.
        side_data: Any = _tiny(frame).side_data
        try:
            matrix = np.frombuffer(bytes(side_data["DISPLAYMATRIX"]), np.int32)
        except KeyError:
            return cls()
        # x' = a x + c y and y' = b x + d y, in fixed point numbers.
        a, b, _, c, d = (int(value) for value in matrix[:5])
        if abs(a) + abs(d) >= abs(b) + abs(c):
            return cls(False, a < 0, d < 0)
        return cls(True, c < 0, b < 0)

    def apply(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The upright image (H, W, 3), contiguous."""
        if self.transpose:
            image = image.transpose(1, 0, 2)
        if self.mirror_x:
            image = image[:, ::-1]
        if self.mirror_y:
            image = image[::-1]
        return np.ascontiguousarray(image)


def _tiny(frame: av.VideoFrame) -> av.VideoFrame:
    """The same frame in 16 x 16 pixels, with its notes.

    A PyAV frame whose side data was asked for refers to itself: it, and with it all the buffers of its decoder, would
    stay in memory until Python looks for such circles.
    """
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base or Fraction(1)
    )
    scaled, sink = graph.add("scale", "16:16"), graph.add("buffersink")
    source.link_to(scaled)
    scaled.link_to(sink)
    graph.configure()
    graph.push(frame)
    tiny = graph.pull()
    assert isinstance(tiny, av.VideoFrame)
    return tiny
