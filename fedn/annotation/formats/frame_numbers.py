"""The numbers by which data sets call their frames, and the frames they mean."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FrameNumbers:
    """The numbers of one video's frames, increasing. Frame 0 has the first of them.

    Video files count 1, 2, 3 and so on; images have the numbers of their names, which may begin later and have holes.

    Attributes:
        count: number of frames; None if not known, then every number from 1 on is taken to exist.
        of_images: the number of every image, or None where frames are counted from 1.
    """

    count: int | None = None
    of_images: tuple[int, ...] | None = None

    @classmethod
    def of_named_images(cls, numbers: tuple[int, ...]) -> FrameNumbers:
        """For images in their order; plain counting where nothing is missing."""
        plain = bool(numbers) and numbers[0] == 1 and numbers[-1] == len(numbers)
        return cls(len(numbers), None if plain else numbers)

    @property
    def first(self) -> int:
        return self.of_images[0] if self.of_images else 1

    @property
    def last(self) -> int | None:
        return self.of_images[-1] if self.of_images else self.count

    def frame(self, number: int) -> int | None:
        """The frame that has this number, from 0; None if there is none."""
        frame = self.at_or_after(number)
        return frame if frame is not None and self.number(frame) == number else None

    def at_or_after(self, number: int) -> int | None:
        """The frame of that number, or else the next one that exists; None after the last."""
        if self.of_images is not None:
            frame = bisect_left(self.of_images, number)
            return frame if frame < len(self.of_images) else None
        frame = max(number, 1) - 1
        return frame if self.count is None or frame < self.count else None

    def at_or_before(self, number: int) -> int | None:
        """The frame of that number, or else the one before it that exists; None before the first."""
        if self.of_images is not None:
            frame = bisect_right(self.of_images, number) - 1
            return frame if frame >= 0 else None
        if number < 1:
            return None
        return number - 1 if self.count is None else min(number, self.count) - 1

    def number(self, frame: int) -> int:
        """The number of an existing frame."""
        return self.of_images[frame] if self.of_images is not None else frame + 1


# The numbers of a video's frames by the name that a table gives it; None if there is no such video.
NumbersOf = Callable[[str], FrameNumbers | None]


def counted_from_one(video: str) -> FrameNumbers:
    """For tables that are read without their videos."""
    return FrameNumbers()
