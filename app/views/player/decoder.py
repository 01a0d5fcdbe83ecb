"""The thread that owns the open container: the newest requested frame wins, scaled to the size it is shown at."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QSize, Signal

from app.views.player.picture_place import PicturePlace
from app.views.player.rendering import Renderer, full_image
from fedn.errors import FednError
from fedn.video.frame_cache import FrameSource
from fedn.video.reader import VideoReader

_log = logging.getLogger(__name__)
_BUDGET_BYTES = 600 * 2**20
"""Room for a group of 120 pictures of 1920 x 1080 and what lies around it."""

OpenReader = Callable[[], VideoReader]


@dataclass(frozen=True, slots=True)
class Request:
    """A frame to be shown.

    Attributes:
        bound: the space for it in device pixels.
        place: where the frame lies in that space.
        ahead, behind: whether the frames after and before it are likely to be asked for next.
    """

    frame: int
    bound: QSize
    place: PicturePlace = field(default_factory=PicturePlace)
    ahead: bool = True
    behind: bool = True


@dataclass(slots=True)
class _Wanted:
    """What the GUI thread wants; written and read under the condition's lock."""

    generation: int = 0
    open_reader: OpenReader | None = None
    request: Request | None = None
    grab: int | None = None
    is_forgetting: bool = False
    is_ending: bool = False


@dataclass(slots=True)
class _Opened:
    """What the thread has open."""

    reader: VideoReader
    source: FrameSource
    renderer: Renderer


class _ViewDeletedError(Exception):
    """Qt has deleted the object whose signals the thread emits."""


class Decoder(QObject):
    """Decodes off the GUI thread. `open`, `request`, `grab` and `close` return at once.

    Signals:
        decoded: a Picture.
        grabbed: generation, frame and the QImage of all its pixels.
        failed: generation and one sentence.
    """

    decoded = Signal(object)
    grabbed = Signal(int, int, object)
    failed = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._condition = threading.Condition()
        self._wanted = _Wanted()
        self._opened: _Opened | None = None
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
            self._wanted.request = self._wanted.grab = None
            self._condition.notify()
            return self._wanted.generation

    def request(self, request: Request) -> None:
        """Ask for a frame; replaces any request that still waits."""
        with self._condition:
            self._wanted.request = request
            self._condition.notify()

    def grab(self, frame: int) -> None:
        """Ask for all pixels of a frame."""
        with self._condition:
            self._wanted.grab = frame
            self._condition.notify()

    def forget(self) -> None:
        """Let go of the frames that are kept."""
        with self._condition:
            self._wanted.is_forgetting = True
            self._condition.notify()

    def end(self) -> None:
        """Close the video and end the thread."""
        with self._condition:
            self._wanted.is_ending = True
            self._condition.notify()
        self._thread.join(timeout=5.0)

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        last: Request | None = None
        while True:
            with self._condition:
                while not self._has_work() and last is None:
                    self._condition.wait()
                if self._wanted.is_ending:
                    break
                generation, open_reader = self._wanted.generation, self._wanted.open_reader
                request, grab = self._wanted.request, self._wanted.grab
                self._wanted.request = self._wanted.grab = None
                is_forgetting, self._wanted.is_forgetting = self._wanted.is_forgetting, False
            try:
                if generation != self._opened_generation:
                    last = None
                    self._reopen(generation, open_reader)
                if is_forgetting and self._opened is not None:
                    last = None
                    self._opened.source.forget()
                if request is not None:
                    self._deliver(generation, request)
                    last = request
                if grab is not None:
                    self._grab(generation, grab)
                elif request is None and last is not None and not self._prepare(last):
                    last = None
            except FednError as error:
                last = None
                self._tell_failure(generation, str(error))
            except _ViewDeletedError:
                _log.debug("the view was deleted before its decoder")
                break
            except Exception as error:
                last = None
                _log.exception("the decoder failed at %s", request)
                self._tell_failure(generation, f"The picture could not be decoded: {error}.")
        self._close_reader()

    def _tell_failure(self, generation: int, sentence: str) -> None:
        with contextlib.suppress(_ViewDeletedError):
            self._emit("failed", generation, sentence)

    def _emit(self, signal: str, *values: object) -> None:
        try:
            getattr(self, signal).emit(*values)
        except RuntimeError as error:
            raise _ViewDeletedError from error

    def _has_work(self) -> bool:
        wanted = self._wanted
        return (
            wanted.is_ending
            or wanted.request is not None
            or wanted.grab is not None
            or wanted.is_forgetting
            or wanted.generation != self._opened_generation
        )

    def _reopen(self, generation: int, open_reader: OpenReader | None) -> None:
        self._opened_generation = generation
        self._close_reader()
        if open_reader is not None:
            reader = open_reader()
            size = QSize(reader.width, reader.height)
            self._opened = _Opened(reader, FrameSource(reader, _BUDGET_BYTES), Renderer(size))

    def _close_reader(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.reader.close()

    def _deliver(self, generation: int, request: Request) -> None:
        if self._opened is not None:
            frame = self._opened.source.decoded(request.frame)
            picture = self._opened.renderer.picture(generation, request.frame, frame, request.bound, request.place)
            self._emit("decoded", picture)

    def _grab(self, generation: int, number: int) -> None:
        if self._opened is not None:
            self._emit("grabbed", generation, number, full_image(self._opened.source.decoded(number)))

    def _prepare(self, last: Request) -> bool:
        if self._opened is None:
            return False
        return self._opened.source.prepare(last.frame, ahead=last.ahead, behind=last.behind)
