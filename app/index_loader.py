"""Reads a video's frame index off the GUI thread: scanning an hour of video takes seconds the first time."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from fedn.annotation.video import Video
from fedn.errors import FednError
from fedn.progress import Cancelled
from fedn.video.frame_index import FrameIndex
from fedn.video.reader import open_video

logger = logging.getLogger(__name__)


_TELL_EVERY_S = 0.2


class _Answer(QObject):
    ready = Signal(str, object, str)
    progressed = Signal(str, float)


class _Scan(QRunnable):
    def __init__(self, video: Video, path: Path, cache_dir: Path, answer: _Answer, stopped: threading.Event) -> None:
        super().__init__()
        self._video, self._path, self._cache_dir, self._answer = video, path, cache_dir, answer
        self._told_s = time.monotonic()
        self._stopped = stopped

    def _watch(self, share: float) -> None:
        if self._stopped.is_set():
            raise Cancelled
        if time.monotonic() - self._told_s > _TELL_EVERY_S:
            self._told_s = time.monotonic()
            self._answer.progressed.emit(self._video.id, share)

    def run(self) -> None:
        index: FrameIndex | None = None
        problem = ""
        try:
            fps, cache, watch = self._video.image_fps, self._cache_dir, self._watch
            with open_video(self._path, image_fps=fps, cache_dir=cache, watch=watch) as reader:
                index = reader.index
        except Cancelled:
            return
        except FednError as error:
            problem = str(error)
        except Exception:
            logger.exception("the frame index of %s could not be read", self._path)
            problem = f"{self._path.name} could not be read; see the log for what happened"
        try:
            self._answer.ready.emit(self._video.id, index, problem)
        except RuntimeError:
            logger.debug("the window closed before %s was scanned", self._path)


class IndexLoader(QObject):
    """Signals:
    loaded: video id, FrameIndex or None, sentence if it could not be read.
    progressed: video id, share of the file that has been read, from 0 to 1; only where it takes long.
    """

    loaded = Signal(str, object, str)
    progressed = Signal(str, float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._answer = _Answer()
        self._answer.ready.connect(self.loaded)
        self._answer.progressed.connect(self.progressed)
        self._stopped = threading.Event()

    def load(self, video: Video, path: Path, cache_dir: Path) -> None:
        """Reads this video's index; what was being read for another video is stopped."""
        self._stop()
        self._stopped = threading.Event()
        self._pool.start(_Scan(video, path, cache_dir, self._answer, self._stopped))

    def wait(self) -> None:
        """Until nothing is being read: before the project's folder is left."""
        self._stop()
        self._pool.waitForDone()

    def _stop(self) -> None:
        self._pool.clear()
        self._stopped.set()
