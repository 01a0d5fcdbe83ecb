"""Exact random access to the frames of a video file.

A frame is found by its time stamp, never by its position: the reader seeks to a packet from which decoding can start
and decodes up to the very time stamp that the index has for the frame. Where seeking lands too late or the decoder
leaves the frame out, it starts from earlier packets and in the end from the beginning of the file, so that every
access gives what decoding from start to end would give.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from fedn.errors import VideoError
from fedn.video.container import open_container, packets, stamp
from fedn.video.decoded_frame import FileFrame
from fedn.video.frame_index import FrameIndex
from fedn.video.orientation import Orientation
from fedn.video.reader import VideoReader
from fedn.video.scan import Watch, scan

_log = logging.getLogger(__name__)
INDEX_NAME = "frame-index.npz"

_NEARER_BY_DECODING = 12
"""So many frames ahead are decoded rather than sought: a seek empties the decoder's threads."""

_LEAVES_OUT = ("h264", "mpeg1video", "mpeg2video")
"""Coders that mark frames which no other frame needs; on the way to a wanted frame those are not decoded."""


class FileReader(VideoReader):
    """Reads a file whose index is known; `open` makes the index where it is not."""

    def __init__(self, path: Path, index: FrameIndex, threads: int = 0) -> None:
        self.path = path
        self.index = index
        self._threads = threads
        self._container: InputContainer | None = None
        self._stream: VideoStream | None = None
        self._decoder: Iterator[av.VideoFrame] = iter(())
        self._needed_pts = 0
        self._identity = _identity(path)
        self._from_start = False
        self._last: tuple[int, av.VideoFrame] | None = None
        self._ahead: tuple[int, av.VideoFrame] | None = None
        # Frames that the index promises and the decoder leaves out (damaged files) show the one before.
        self._stand_ins: dict[int, int] = {}
        self._shown: tuple[int, NDArray[np.uint8]] | None = None
        self._reformatter = VideoReformatter()
        first = self._picture(0)
        self._orientation = Orientation.of(first)
        self._stored_size = _square_pixel_size(first, self._stream)
        self.width, self.height = self._stored_size
        if self._orientation.transpose:
            self.width, self.height = self.height, self.width

    @classmethod
    def open(cls, path: Path, *, cache_dir: Path | None, threads: int = 0, watch: Watch | None = None) -> FileReader:
        """A reader whose index comes from `cache_dir` where it is there and still fits the file.

        Raises:
            VideoError: if it is not a readable video.
        """
        if cache_dir is None or not path.exists():
            return cls(path, scan(path, watch), threads)
        status, cached = path.stat(), cache_dir / INDEX_NAME
        index = FrameIndex.load(cached, source_size=status.st_size, source_mtime_ns=status.st_mtime_ns)
        if index is None:
            index = scan(path, watch)
            try:
                index.save(cached, source_size=status.st_size, source_mtime_ns=status.st_mtime_ns)
            except OSError as error:
                # A project on a read-only share can be looked at too; it costs a scan each time.
                _log.warning("the frame index of %s cannot be kept: %s", path, error)
        return cls(path, index, threads)

    @property
    def warnings(self) -> tuple[str, ...]:
        if not self._stand_ins:
            return self.index.warnings
        count, first = len(self._stand_ins), min(self._stand_ins)
        damaged = f"{self.path.name} is damaged: {count} frames (the first is {first}) show the one before them."
        return (*self.index.warnings, damaged)

    def frame(self, number: int) -> NDArray[np.uint8]:
        if self._shown is None or self._shown[0] != number:
            self._shown = (number, self.decoded(number).rgb())
        return self._shown[1]

    def decoded(self, number: int) -> FileFrame:
        if not 0 <= number < self.index.frame_count:
            raise IndexError(f"frame {number} is not in {self.path} with {self.index.frame_count} frames")
        return FileFrame(self._picture(number), self._orientation, self._stored_size, self._reformatter)

    def close(self) -> None:
        self._decoder = iter(())
        self._last = self._ahead = None
        if self._container is not None:
            self._container.close()
            self._container = self._stream = None

    def _picture(self, number: int) -> av.VideoFrame:
        number = self._stand_ins.get(number, number)
        self._needed_pts = int(self.index.pts[number])
        picture, left_out = None, False
        if self._is_ahead(number):
            picture = self._decode_up_to(number)
            left_out = self._from_start and self._ahead is not None and self._ahead[0] > number
        if picture is None and not left_out:
            for entry in self._entries(number):
                self._enter(entry)
                picture = self._decode_up_to(number)
                if picture is not None:
                    break
        if picture is not None:
            return picture
        nearest = self._last or self._ahead
        if nearest is None:
            raise VideoError(f"{self.path} can no longer be read: it was changed, moved or damaged; open it again.")
        self._stand_ins[number] = nearest[0]
        return nearest[1]

    def _is_ahead(self, number: int) -> bool:
        """Whether decoding on from here reaches the frame at least as fast as seeking."""
        if self._last is None or number < self._last[0]:
            return False
        if number - self._last[0] <= _NEARER_BY_DECODING or self.index.counted:
            return True
        entry = self._seek_point(number)
        return entry is None or entry <= self.index.pts[self._last[0]]

    def _seek_point(self, number: int) -> int | None:
        at = int(np.searchsorted(self.index.seek_points, self.index.pts[number], side="right")) - 1
        return int(self.index.seek_points[at]) if at >= 0 and not self.index.counted else None

    def _entries(self, number: int) -> Iterator[int | None]:
        """Seek points to try for a frame, nearest first; None is the start of the file."""
        if not self.index.counted:
            at = int(np.searchsorted(self.index.seek_points, self.index.pts[number], side="right")) - 1
            for nearer in range(at, max(0, at - 3), -1):
                yield int(self.index.seek_points[nearer])
        yield None

    def _enter(self, entry: int | None) -> None:
        """Makes the decoder start at a seek point, or at the start of the file.

        Raises:
            VideoError: if the file is no longer the one that was opened.
        """
        self._refuse_another_file()
        self._last = self._ahead = None
        if entry is None or self._container is None or self._stream is None:
            self.close()
            try:
                self._container, self._stream = open_container(self.path, self._threads)
            except VideoError:
                self._refuse_another_file()
                raise
        if entry is not None:
            try:
                self._container.seek(entry, stream=self._stream)
            except (FFmpegError, OSError):
                self._decoder = iter(())
                return
        self._from_start = entry is None
        self._decoder = self._decode(self._container, self._stream, whole=entry is None)

    def _refuse_another_file(self) -> None:
        if _identity(self.path) != self._identity:
            was = "was changed" if self.path.exists() else "is no longer there"
            raise VideoError(f"{self.path} {was} while it was open: put it back or open it again.")

    def _decode(self, container: InputContainer, stream: VideoStream, *, whole: bool) -> Iterator[av.VideoFrame]:
        """Frames in the order in which they are shown; after a seek only those the entry packet stands for.

        Packets before the first keyframe, and frames shown before it that need the packets sought past, would come out
        of some decoders as garbage.
        """
        entered_at: int | None = None
        leaves_out = not whole and not self.index.counted and stream.codec_context.name in _LEAVES_OUT
        for packet in packets(container, stream):
            if not whole and entered_at is None:
                if not (packet.size and packet.is_keyframe):
                    continue
                entered_at = stamp(packet)
            if leaves_out:
                is_passed = packet.pts is not None and packet.pts < self._needed_pts
                stream.codec_context.skip_frame = "NONREF" if is_passed else "DEFAULT"
            try:
                frames = stream.codec_context.decode(packet)
            except FFmpegError:
                continue
            for frame in frames:
                at = stamp(frame)
                if entered_at is None or (at is not None and at >= entered_at):
                    yield frame

    def _decode_up_to(self, number: int) -> av.VideoFrame | None:
        """The frame, or None if the decoder goes past it."""
        if self._last is not None and self._last[0] == number:
            return self._last[1]
        while self._ahead is None or self._ahead[0] <= number:
            if self._ahead is not None:
                self._last, self._ahead = self._ahead, None
                if self._last[0] == number:
                    return self._last[1]
            numbered = self._next()
            if numbered is None:
                return None
            self._ahead = numbered
        return None

    def _next(self) -> tuple[int, av.VideoFrame] | None:
        """The next decoded frame that the index knows, with its number."""
        for frame in self._decoder:
            if self.index.counted:
                return self._entry_count(), frame
            at = stamp(frame)
            number = int(np.searchsorted(self.index.pts, at)) if at is not None else self.index.frame_count
            if number < self.index.frame_count and self.index.pts[number] == at:
                return number, frame
        return None

    def _entry_count(self) -> int:
        return 0 if self._last is None else self._last[0] + 1


def _square_pixel_size(frame: av.VideoFrame, stream: VideoStream | None) -> tuple[int, int]:
    """Width and height that show the picture undistorted; nonsensical pixel shapes are ignored."""
    aspect = float(stream.sample_aspect_ratio or 1) if stream is not None else 1.0
    if not 0.25 <= aspect <= 4 or abs(aspect - 1) < 0.005:
        return frame.width, frame.height
    return max(2, round(frame.width * aspect)), frame.height


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells that a file is still the one that was opened; None if it is away."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
