"""Reads a video's frame index off the GUI thread: scanning an hour of video takes seconds the first time."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from fedn.annotation.video import Video
from fedn.errors import FednError
from fedn.video.frame_index import FrameIndex
from fedn.video.reader import open_video

logger = logging.getLogger(__name__)


class _Answer(QObject):
    ready = Signal(str, object, str)


class _Scan(QRunnable):
    def __init__(self, video: Video, path: Path, cache_dir: Path, answer: _Answer) -> None:
        super().__init__()
        self._video, self._path, self._cache_dir, self._answer = video, path, cache_dir, answer

    def run(self) -> None:
        index: FrameIndex | None = None
        problem = ""
        try:
            with open_video(self._path, image_fps=self._video.image_fps, cache_dir=self._cache_dir) as reader:
                index = reader.index
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
    """

    loaded = Signal(str, object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._answer = _Answer()
        self._answer.ready.connect(self.loaded)

    def load(self, video: Video, path: Path, cache_dir: Path) -> None:
        self._pool.clear()
        self._pool.start(_Scan(video, path, cache_dir, self._answer))

    def wait(self) -> None:
        """Until nothing is being read: before the project's folder is left."""
        self._pool.clear()
        self._pool.waitForDone()
