"""Decoded frames kept within a number of bytes, so that stepping and scrubbing both ways need no decoding twice."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from fedn.video.reader import VideoReader

_RUN_S = 1.0


class FrameSource:
    """Frames of a reader through a cache; belongs to the thread of the reader.

    A step back would make the reader decode from the last keyframe for every single frame. The source therefore reads
    the frames before the wanted one along with it and keeps them.
    """

    def __init__(self, reader: VideoReader, budget_bytes: int = 256 * 2**20) -> None:
        self.reader = reader
        self._capacity = max(2, budget_bytes // (3 * reader.width * reader.height))
        self._frames: OrderedDict[int, NDArray[np.uint8]] = OrderedDict()
        self._previous = 0

    @property
    def kept_bytes(self) -> int:
        """Memory that the kept frames take."""
        return sum(frame.nbytes for frame in self._frames.values())

    def is_kept(self, number: int) -> bool:
        """Whether `frame` needs no decoding."""
        return number in self._frames

    def frame(self, number: int) -> NDArray[np.uint8]:
        """Frame `number` as RGB (height, width, 3), not to be written to.

        Raises:
            IndexError, VideoError: as the reader's `frame`.
        """
        back = number < self._previous
        if number in self._frames:
            self._frames.move_to_end(number)
        elif back:
            self._read_run(number)
        else:
            self._keep(number, self.reader.frame(number))
        self._previous = number
        return self._frames[number]

    def _read_run(self, number: int) -> None:
        """Reads the frames up to a wanted one, back to its keyframe, a second, or half of what may be kept."""
        index = self.reader.index
        keyframes = index.keyframes
        before = int(np.searchsorted(keyframes, number, side="right")) - 1
        keyframe = int(keyframes[before]) if before >= 0 else 0
        second_ago = index.frame_at(index.time_s(number) - _RUN_S) if 0 <= number < index.frame_count else number
        start = max(keyframe, second_ago, number + 1 - max(1, self._capacity // 2))
        for at, frame in self.reader.frames(start, number):
            self._keep(at, frame)
        self._keep(number, self.reader.frame(number))

    def _keep(self, number: int, frame: NDArray[np.uint8]) -> None:
        self._frames[number] = frame
        self._frames.move_to_end(number)
        while len(self._frames) > self._capacity:
            self._frames.popitem(last=False)
