"""Which way up a decoded picture belongs: telephones store pictures lying down and a note how to turn them."""

from __future__ import annotations

from dataclasses import dataclass

import av
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
        for data in frame.side_data:
            if data.type.name == "DISPLAYMATRIX":
                # x' = a x + c y and y' = b x + d y, in fixed point numbers.
                a, b, _, c, d = (int(value) for value in np.frombuffer(bytes(data), np.int32)[:5])
                if abs(a) + abs(d) >= abs(b) + abs(c):
                    return cls(False, a < 0, d < 0)
                return cls(True, c < 0, b < 0)
        return cls()

    def apply(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The upright image (H, W, 3), contiguous."""
        if self.transpose:
            image = image.transpose(1, 0, 2)
        if self.mirror_x:
            image = image[:, ::-1]
        if self.mirror_y:
            image = image[::-1]
        return np.ascontiguousarray(image)
