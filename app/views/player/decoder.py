"""The thread that owns the open container: the newest requested frame wins, scaled to the size it is shown at."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from app.frame_image import scaled_image
from fedn.errors import FednError
from fedn.video.frame_cache import FrameSource
from fedn.video.reader import VideoReader

_log = logging.getLogger(__name__)
_BUDGET_BYTES = 384 * 2**20

OpenReader = Callable[[], VideoReader]


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded frame, already scaled; `generation` says which opened video it belongs to."""

    generation: int
    frame: int
    image: QImage


@dataclass(slots=True)
class _Wanted:
    """What the GUI thread wants; written and read under the condition's lock."""

    generation: int = 0
    open_reader: OpenReader | None = None
    frame: int | None = None
    then: int = 1
    bound: QSize | None = None
    is_ending: bool = False


class Decoder(QObject):
    """Decodes off the GUI thread. `open`, `request` and `close` return at once.

    Signals:
        decoded: a Picture.
        failed: generation and one sentence.
    """

    decoded = Signal(object)
    failed = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._condition = threading.Condition()
        self._wanted = _Wanted()
        self._source: FrameSource | None = None
        self._reader: VideoReader | None = None
        self._opened_generation = 0
        # A daemon: a decoder that hangs in a broken file must not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name="decoder", daemon=True)
        self._thread.start()

    def open(self, open_reader: OpenReader) -> int:
        """Switch to another video; its reader is opened, used and closed in the thread.

        Returns:
            The generation that the pictures of this video will carry.
        """
        return self._switch(open_reader)

    def close(self) -> None:
        """Let go of the video."""
        self._switch(None)

    def _switch(self, open_reader: OpenReader | None) -> int:
        with self._condition:
            self._wanted.generation += 1
            self._wanted.open_reader = open_reader
            self._wanted.frame = None
            self._condition.notify()
            return self._wanted.generation

    def request(self, frame: int, bound: QSize, *, then: int = 1) -> None:
        """Ask for a frame, scaled to fit `bound` in device pixels; replaces any request that still waits.

        Args:
            then: which neighbor is likely next (+1 or -1); it is decoded ahead while nothing else is asked.
        """
        with self._condition:
            self._wanted.frame, self._wanted.bound, self._wanted.then = frame, bound, then
            self._condition.notify()

    def end(self) -> None:
        """Close the video and end the thread."""
        with self._condition:
            self._wanted.is_ending = True
            self._condition.notify()
        self._thread.join(timeout=5.0)

    def _run(self) -> None:
        ahead: int | None = None
        while True:
            with self._condition:
                while not self._has_work() and ahead is None:
                    self._condition.wait()
                if self._wanted.is_ending:
                    break
                generation, open_reader = self._wanted.generation, self._wanted.open_reader
                frame, bound, then = self._wanted.frame, self._wanted.bound, self._wanted.then
                self._wanted.frame = None
            try:
                if generation != self._opened_generation:
                    ahead = None
                    self._reopen(generation, open_reader)
                if frame is not None and bound is not None:
                    self._deliver(generation, frame, bound)
                    ahead = frame + then
                elif ahead is not None:
                    self._decode_ahead(ahead)
                    ahead = None
            except FednError as error:
                ahead = None
                self._tell_failure(generation, str(error))
            except RuntimeError:
                _log.debug("the view was deleted before its decoder")
                break
            except Exception as error:
                ahead = None
                _log.exception("the decoder failed at frame %s", frame)
                self._tell_failure(generation, f"Frame {frame} could not be decoded: {error}.")
        self._close_reader()

    def _tell_failure(self, generation: int, sentence: str) -> None:
        with contextlib.suppress(RuntimeError):
            self.failed.emit(generation, sentence)

    def _has_work(self) -> bool:
        wanted = self._wanted
        return wanted.is_ending or wanted.frame is not None or wanted.generation != self._opened_generation

    def _reopen(self, generation: int, open_reader: OpenReader | None) -> None:
        self._opened_generation = generation
        self._close_reader()
        if open_reader is not None:
            self._reader = open_reader()
            self._source = FrameSource(self._reader, _BUDGET_BYTES)

    def _close_reader(self) -> None:
        self._source = None
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _deliver(self, generation: int, frame: int, bound: QSize) -> None:
        if self._source is not None:
            image = scaled_image(self._source.frame(frame), bound)
            self.decoded.emit(Picture(generation, frame, image))

    def _decode_ahead(self, frame: int) -> None:
        if self._source is not None and self._reader is not None and 0 <= frame < self._reader.index.frame_count:
            self._source.frame(frame)
