"""Small pictures of frames for views that paint many of them, decoded in a thread of their own."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from app.frame_image import fitted_image
from app.session import Session
from fedn.errors import FednError
from fedn.video.reader import VideoReader, open_video

logger = logging.getLogger(__name__)

_BUDGET_BYTES = 48 * 2**20
_MOST_WAITING = 256
_WIDEST = 8
"""A thumbnail is at most so many times as wide as it is high."""

_Key = tuple[str, int, int]


class Thumbnails(QObject):
    """Thumbnails of any frame of any video of the project; ask from the GUI thread only.

    Signals:
        ready: id of the video and frame whose thumbnail has been decoded; ask for it again.
    """

    ready = Signal(str, int)
    _decoded = Signal(object, object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent or session)
        self._session = session
        self._images: OrderedDict[_Key, QImage | None] = OrderedDict()
        self._bytes = 0
        self._decoded.connect(self._on_decoded)
        self._worker = _Worker(self._decoded.emit)
        # The thread holds no reference to this object, so that it can end whoever deletes it.
        self.destroyed.connect(partial(_Worker.end, self._worker))
        session.project_changed.connect(self.forget)

    def request(self, video_id: str, frame: int, height_px: int) -> QImage | None:
        """The thumbnail of a frame, `height_px` device pixels high; None until `ready` says that it can be had.

        Frames that cannot be decoded stay None. Of what waits to be decoded, what was asked for last comes first.
        """
        key = (video_id, frame, height_px)
        if key in self._images:
            self._images.move_to_end(key)
            return self._images[key]
        project = self._session.project
        video = project.videos.get(video_id) if project else None
        if video is not None and 0 <= frame < video.frame_count and height_px > 0:
            # Asked here: the session belongs to this thread.
            path, cache = self._session.path_of(video), self._session.cache_folder(video)
            self._worker.want(key, partial(open_video, path, image_fps=video.image_fps, cache_dir=cache, threads=1))
        return None

    def forget(self) -> None:
        """Another project is open: nothing that was decoded or asked for belongs to it."""
        self._worker.forget()
        self._images.clear()
        self._bytes = 0

    def shut_down(self) -> None:
        """Closes the video and ends the thread."""
        self._worker.end()

    def _on_decoded(self, key: _Key, image: QImage | None) -> None:
        if key in self._images or not self._worker.expected(key):
            return
        self._images[key] = image
        self._bytes += image.sizeInBytes() if image is not None else 0
        while self._bytes > _BUDGET_BYTES and len(self._images) > 1:
            _, oldest = self._images.popitem(last=False)
            self._bytes -= oldest.sizeInBytes() if oldest is not None else 0
        self.ready.emit(key[0], key[1])


class _Worker:
    """The thread, its open video and what waits to be decoded."""

    def __init__(self, deliver: Callable[[_Key, QImage | None], None]) -> None:
        self._deliver = deliver
        self._condition = threading.Condition()
        self._waiting: OrderedDict[_Key, Callable[[], VideoReader]] = OrderedDict()
        self._expected: set[_Key] = set()
        self._is_ending = False
        self._must_close = False
        self._open: tuple[str, VideoReader] | None = None
        self._thread: threading.Thread | None = None

    def want(self, key: _Key, open_reader: Callable[[], VideoReader]) -> None:
        with self._condition:
            if self._is_ending:
                return
            self._waiting[key] = open_reader
            self._waiting.move_to_end(key)
            self._expected.add(key)
            while len(self._waiting) > _MOST_WAITING:
                dropped, _ = self._waiting.popitem(last=False)
                self._expected.discard(dropped)
            if self._thread is None:
                # A daemon: a decoder that hangs in a broken file must not keep the program from ending.
                self._thread = threading.Thread(target=self._run, name="thumbnails", daemon=True)
                self._thread.start()
            self._condition.notify()

    def expected(self, key: _Key) -> bool:
        """Whether somebody still waits for it; asked once for each that was delivered."""
        with self._condition:
            if key not in self._expected:
                return False
            self._expected.discard(key)
            return True

    def forget(self) -> None:
        with self._condition:
            self._waiting.clear()
            self._expected.clear()
            self._must_close = True
            self._condition.notify()

    def end(self) -> None:
        with self._condition:
            self._is_ending = True
            self._condition.notify()
        if self._thread is not None:
            self._thread.join(timeout=5.0)

    def _run(self) -> None:
        while True:
            with self._condition:
                while not (self._waiting or self._must_close or self._is_ending):
                    self._condition.wait()
                if self._is_ending:
                    break
                must_close, self._must_close = self._must_close, False
                wanted = self._waiting.popitem(last=True) if self._waiting else None
            if must_close:
                self._close()
            if wanted is None:
                continue
            key, open_reader = wanted
            try:
                self._deliver(key, self._decode(key, open_reader))
            except RuntimeError:
                logger.debug("the view was deleted before its thumbnails")
                break
        self._close()

    def _decode(self, key: _Key, open_reader: Callable[[], VideoReader]) -> QImage | None:
        video_id, frame, height_px = key
        try:
            if self._open is None or self._open[0] != video_id:
                self._close()
                self._open = (video_id, open_reader())
            reader = self._open[1]
            bound = QSize(_WIDEST * height_px, height_px)
            return fitted_image(reader.decoded(frame), reader.width, reader.height, bound)
        except (FednError, IndexError) as error:
            logger.info("no thumbnail of frame %d: %s", frame, error)
        except Exception:
            logger.exception("the thumbnail of frame %d of %s could not be made", frame, video_id)
        return None

    def _close(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None
