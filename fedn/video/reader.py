"""Frames of a video by number, exact whatever the order in which they are asked for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from fedn.video.decoded_frame import DecodedFrame, PixelFrame
from fedn.video.frame_index import FrameIndex


class VideoReader(ABC):
    """Frames of one video. A reader belongs to one thread at a time; several may read the same video.

    Attributes:
        path: the file or folder.
        index: when each frame is shown; its frame_count is what really decodes.
        width, height: size of every frame, upright and with square pixels.
    """

    path: Path
    index: FrameIndex
    width: int
    height: int

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about what is wrong with the video although it can be read."""
        return self.index.warnings

    @abstractmethod
    def frame(self, number: int) -> NDArray[np.uint8]:
        """Frame `number` as RGB (height, width, 3).

        Raises:
            IndexError: if the video has no such frame.
            VideoError: if the video can no longer be read.
        """

    def decoded(self, number: int) -> DecodedFrame:
        """Frame `number` as the decoder gave it, for who keeps many frames or shows them smaller; raises as `frame`."""
        return PixelFrame(self.frame(number))

    def frames(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Frame numbers and RGB frames from `start` to before `stop` (default: the end)."""
        for number in range(start, self.index.frame_count if stop is None else min(stop, self.index.frame_count)):
            yield number, self.frame(number)

    def close(self) -> None:
        """Closes the file; calling it twice does no harm."""
        return

    def __enter__(self) -> VideoReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None):
        self.close()


def open_video(
    path: Path,
    *,
    image_fps: float | None = None,
    cache_dir: Path | None = None,
    threads: int = 0,
    watch: Callable[[float], None] | None = None,
) -> VideoReader:
    """A reader for a video file or a folder of images in natural order.

    Args:
        image_fps: frame rate of a folder of images, 30 if None; video files know theirs.
        cache_dir: where the frame index is kept, so that the file needs no second scan.
        threads: for decoding; 0 lets FFmpeg choose.
        watch: told which share of a file without an index has been read, from 0 to 1; what it raises ends the reading.

    Raises:
        VideoError: if it cannot be read.
    """
    # Imported here because both modules need the class above.
    from fedn.video.file_reader import FileReader
    from fedn.video.image_folder import ImageFolderReader

    if path.is_dir():
        return ImageFolderReader(path, 30.0 if image_fps is None else image_fps)
    return FileReader.open(path, cache_dir=cache_dir, threads=threads, watch=watch)
