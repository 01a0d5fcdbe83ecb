"""Decoded frames kept within a number of bytes, so that stepping and scrubbing both ways need no decoding twice."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fedn.video.decoded_frame import DecodedFrame
from fedn.video.reader import VideoReader

_AHEAD = 12
_LONGEST_RUN = 300
_RUN_SHARE = 0.75
_NEAR = 60
"""The group before is read once the frames still kept before the playhead are fewer than so many."""
_STEP = 2
"""Going back by at most so many frames means that more steps back will follow."""


class FrameSource:
    """Frames of a reader through a cache; belongs to the thread of the reader.

    A step back would make the reader decode from the last keyframe for every single frame. The source therefore reads
    the frames before the wanted one along with it and keeps them. While nothing is asked, `prepare` fills the cache
    with what is likely next, a frame a call, so that whoever asks for something else never waits for long.
    """

    def __init__(self, reader: VideoReader, budget_bytes: int = 256 * 2**20) -> None:
        self.reader = reader
        self._budget = budget_bytes
        self._frames: OrderedDict[int, DecodedFrame] = OrderedDict()
        self._kept_bytes = 0
        self._previous = 0
        self._run: Iterator[int] = iter(())

    @property
    def kept_bytes(self) -> int:
        """Memory that the kept frames take."""
        return self._kept_bytes

    def is_kept(self, number: int) -> bool:
        """Whether `frame` needs no decoding."""
        return number in self._frames

    def frame(self, number: int) -> NDArray[np.uint8]:
        """Frame `number` as RGB (height, width, 3), not to be written to; raises as `decoded`."""
        return self.decoded(number).rgb()

    def decoded(self, number: int) -> DecodedFrame:
        """Frame `number`.

        Raises:
            IndexError, VideoError: as the reader's `frame`.
        """
        steps_back = self._previous - _STEP <= number < self._previous
        if number in self._frames:
            self._frames.move_to_end(number)
        elif steps_back:
            for at in self._run_to(number):
                self._keep(at)
        else:
            self._keep(number)
        self._previous = number
        return self._frames[number]

    def prepare(self, number: int, *, ahead: bool, behind: bool) -> bool:
        """Reads one more of the frames around `number` that are likely to be asked for next.

        Args:
            ahead: frames after it are; they come first.
            behind: frames before it are.

        Returns:
            Whether one was read: if not, there is nothing left to prepare.

        Raises:
            VideoError: as the reader's `frame`.
        """
        last = self.reader.index.frame_count - 1
        if ahead:
            for near in range(number + 1, min(number + min(_AHEAD, self._longest_run), last) + 1):
                if near not in self._frames:
                    self._keep(near)
                    return True
        if behind:
            return self._prepare_behind(number)
        return False

    def forget(self) -> None:
        """Lets go of all kept frames."""
        self._frames.clear()
        self._kept_bytes = 0
        self._run = iter(())

    def _prepare_behind(self, number: int) -> bool:
        lowest = max(0, number - self._longest_run)
        at = next((at for at in self._run if at < number and at not in self._frames), None)
        if at is None:
            near = range(number - 1, max(lowest, number - _NEAR) - 1, -1)
            missing = next((frame for frame in near if frame not in self._frames), None)
            if missing is None:
                return False
            keyframe = self._keyframe_of(missing)
            self._run = iter(range(keyframe, missing + 1))
            at = next(self._run)
        if at < lowest:
            # On the way from the keyframe; a frame a call, because somebody may ask for another one meanwhile.
            self.reader.decoded(at)
        else:
            self._keep(at)
        return True

    def _run_to(self, number: int) -> range:
        """The frames up to a wanted one, back to its keyframe or as far as may be kept."""
        return range(max(self._keyframe_of(number), number + 1 - self._longest_run), number + 1)

    def _keyframe_of(self, number: int) -> int:
        keyframes = self.reader.index.keyframes
        before = int(np.searchsorted(keyframes, number, side="right")) - 1
        return int(keyframes[before]) if before >= 0 else 0

    @property
    def _longest_run(self) -> int:
        """Frames of a run that leave room for others in the cache."""
        one = next(iter(self._frames.values()), None)
        size = one.nbytes if one is not None else 3 * self.reader.width * self.reader.height
        return max(1, min(_LONGEST_RUN, int(_RUN_SHARE * self._budget / max(1, size))))

    def _keep(self, number: int) -> None:
        if number not in self._frames:
            self._frames[number] = self.reader.decoded(number)
            self._kept_bytes += self._frames[number].nbytes
        self._frames.move_to_end(number)
        while len(self._frames) > 1 and self._kept_bytes > self._budget:
            _, oldest = self._frames.popitem(last=False)
            self._kept_bytes -= oldest.nbytes
