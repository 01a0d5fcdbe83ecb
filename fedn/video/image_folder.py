"""A folder of numbered images as a video."""

from __future__ import annotations

import os
import re
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fedn.errors import VideoError
from fedn.video.frame_index import FrameIndex
from fedn.video.reader import VideoReader

_DIGITS = re.compile(r"(\d+)")
_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")


def natural_key(name: str) -> list[str | int]:
    """Sorts img2 before img10: runs of digits count as numbers."""
    parts: list[str | int] = [*_DIGITS.split(name.casefold())]
    parts[1::2] = map(int, parts[1::2])
    return parts


def image_names(folder: Path) -> list[str]:
    """Names of the images of a folder in natural order, without hidden files."""
    with os.scandir(folder) as entries:  # Knows what a file is without asking the disk for each of thousands.
        names = [entry.name for entry in entries if is_image_name(entry.name) and entry.is_file()]
    return sorted(names, key=lambda name: (natural_key(name), name))


def image_files(folder: Path) -> list[Path]:
    """The images of a folder in natural order, without hidden files."""
    return [folder / name for name in image_names(folder)]


def is_image_name(name: str) -> bool:
    """Whether a file of this name counts as an image of a folder."""
    return not name.startswith(".") and name.lower().endswith(_SUFFIXES)


def image_number(name: str) -> int | None:
    """The number in an image's name, the last of them: 1 in "006_1_0001.jpg"; None if it has none."""
    digits = _DIGITS.findall(name.rpartition(".")[0])
    return int(digits[-1]) if digits else None


class ImageFolderReader(VideoReader):
    """Images of other sizes than the first are scaled to it; damaged ones show the one before them, and are told.

    Raises:
        VideoError: if the folder has no image that can be read, or the frame rate is not a positive number.
    """

    def __init__(self, folder: Path, fps: float) -> None:
        self.path = folder
        if not 0 < fps <= 1000:
            raise VideoError(f"{folder} cannot be shown at {fps:g} frames a second: give a rate between 0 and 1000.")
        self._files = image_files(folder)
        if not self._files:
            raise VideoError(f"{folder} holds no images (jpg, png, bmp, tif or webp): choose another folder.")
        self._damaged: set[int] = set()
        self.index = FrameIndex.regular(len(self._files), Fraction(fps).limit_denominator(100_000))
        self.height, self.width = self._readable(0).shape[:2]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Only of the images that have been asked for: none is opened to see whether it is sound."""
        if not self._damaged:
            return self.index.warnings
        count, first = len(self._damaged), self._files[min(self._damaged)].name
        what = f"the image {first} is damaged" if count == 1 else f"{count} images are damaged, the first is {first}"
        return (*self.index.warnings, f"In {self.path.name} {what}: the one before is shown instead.")

    def frame(self, number: int) -> NDArray[np.uint8]:
        if not 0 <= number < self.index.frame_count:
            raise IndexError(f"frame {number} is not in {self.path} with {self.index.frame_count} images")
        image = self._readable(number)
        if image.shape[:2] != (self.height, self.width):
            image = cv2.resize(image, (self.width, self.height), interpolation=cv2.INTER_AREA)
        return np.asarray(image, np.uint8)

    def _readable(self, number: int) -> NDArray[np.uint8]:
        """The image, or if it is damaged the nearest before it, or else behind it, that is not."""
        for near in (*range(number, -1, -1), *range(number + 1, len(self._files))):
            image = self._read(near) if near not in self._damaged else None
            if image is not None:
                return image
            self._damaged.add(near)
        raise VideoError(f"{self.path} has no image that can be read: copy or unpack it again.")

    def _read(self, number: int) -> NDArray[np.uint8] | None:
        """The image as RGB, None if it is damaged."""
        path = self._files[number]
        try:
            # imread cannot open paths with special characters on Windows.
            content = np.fromfile(path, np.uint8)
        except OSError as error:
            raise VideoError(f"{path} cannot be read ({error.strerror}): put it back or remove it.") from error
        try:
            image = cv2.imdecode(content, cv2.IMREAD_COLOR) if len(content) else None
        except cv2.error:  # Headers that promise pictures beyond its limits.
            return None
        return None if image is None else np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)
