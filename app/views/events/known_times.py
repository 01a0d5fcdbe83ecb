"""Frame indexes that are at hand, of any video of the project: nothing is scanned for a table of times."""

from __future__ import annotations

from app.session import Session
from fedn.annotation.video import Video
from fedn.video.file_reader import INDEX_NAME
from fedn.video.frame_index import FrameIndex


class KnownTimes:
    """Of the current video, and of those that have been opened before."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, FrameIndex | None] = {}

    def forget(self) -> None:
        self._known.clear()

    def index_of(self, video: Video) -> FrameIndex | None:
        current = self._session.current_video
        if current is not None and current.id == video.id and self._session.frame_index is not None:
            return self._session.frame_index
        if video.id not in self._known:
            self._known[video.id] = self._load(video)
        return self._known[video.id]

    def _load(self, video: Video) -> FrameIndex | None:
        try:
            status = self._session.path_of(video).stat()
        except OSError:
            return None
        path = self._session.cache_folder(video) / INDEX_NAME
        return FrameIndex.load(path, source_size=status.st_size, source_mtime_ns=status.st_mtime_ns)
