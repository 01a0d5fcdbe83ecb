"""Waveforms of the project's videos, measured off the GUI thread when somebody first asks for one."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from fedn.errors import FednError
from fedn.video.frame_index import FrameIndex
from fedn.video.waveform import Waveform, waveform_of

logger = logging.getLogger(__name__)


class _Answer(QObject):
    """A runnable is no QObject; this carries its word to the GUI thread."""

    ready = Signal(str, object)


class _Measuring(QRunnable):
    def __init__(self, video_id: str, path: Path, index: FrameIndex, cache_dir: Path, owner: Waveforms) -> None:
        super().__init__()
        self._video_id, self._path, self._cache_dir = video_id, path, cache_dir
        self._first_frame_s = float(index.pts[0] * index.time_base)
        self._answer, self._is_ending = owner.answer, owner.is_ending

    def run(self) -> None:
        found: Waveform | None = None
        try:
            found = waveform_of(self._path, self._first_frame_s, self._cache_dir, lambda: self._is_ending[0])
        except FednError as error:
            logger.warning("no waveform: %s", error)
        except Exception:
            logger.exception("the waveform of %s could not be measured", self._path)
        try:
            self._answer.ready.emit(self._video_id, found)
        except RuntimeError:
            logger.debug("the window closed before the waveform of %s was measured", self._path)


class Waveforms(QObject):
    """Signals:
    changed: id of a video whose waveform is now known.
    """

    changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known: dict[str, Waveform | None] = {}
        self._asked: set[str] = set()
        self.is_ending = [False]
        self.answer = _Answer()
        self.answer.ready.connect(self._on_ready)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    def waveform(self, video_id: str, path: Path, index: FrameIndex, cache_dir: Path) -> Waveform | None:
        """The waveform, None while it is not known yet or if the video has no sound."""
        if video_id not in self._known and video_id not in self._asked:
            self._asked.add(video_id)
            self._pool.start(_Measuring(video_id, path, index, cache_dir, self))
        return self._known.get(video_id)

    def forget(self) -> None:
        """Another project follows: stops what is being measured and waits for it."""
        self._pool.clear()
        self.is_ending[0] = True
        self._pool.waitForDone()
        self.is_ending = [False]
        self._known.clear()
        self._asked.clear()

    def _on_ready(self, video_id: str, waveform: Waveform | None) -> None:
        if video_id in self._asked:
            self._asked.discard(video_id)
            self._known[video_id] = waveform
            self.changed.emit(video_id)
