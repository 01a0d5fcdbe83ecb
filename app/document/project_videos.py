"""The frames of a project's videos, by whatever name a file from elsewhere calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.document.video_matching import VideoMatcher
from fedn.annotation.formats.frame_numbers import FrameNumbers
from fedn.annotation.project import Project
from fedn.annotation.video import Video
from fedn.errors import FormatError, VideoError

if TYPE_CHECKING:
    from fedn.video.frame_index import FrameIndex


class ProjectVideos:
    """Opens each video once, and only when its times are needed: scanning an hour of video takes seconds.

    Args:
        only: the video that every name means.
    """

    def __init__(self, project: Project, only: Video | None = None) -> None:
        self._project, self._only = project, only
        self._matcher = VideoMatcher(project)
        self._indexes: dict[str, FrameIndex | str] = {}

    def index_of(self, name: str) -> FrameIndex:
        """The frame index of a video.

        Raises:
            FormatError: if there is no such video, or it cannot be read.
        """
        return self.index(self.video(name))

    def index(self, video: Video) -> FrameIndex:
        """As `index_of`, of one of the project's videos."""
        if video.id not in self._indexes:
            self._indexes[video.id] = self._read(video)
        found = self._indexes[video.id]
        if isinstance(found, str):
            raise FormatError(found)
        return found

    def numbers_of(self, name: str) -> FrameNumbers | None:
        """The numbers by which a data set's tables call a video's frames; None if there is no such video."""
        from fedn.annotation.datasets.recordings import Recording, recording_numbers

        try:
            video = self.video(name)
        except FormatError:
            return None
        path = self._project.path_of(video.id)
        if video.image_fps is None or not path.is_dir():
            return FrameNumbers(video.frame_count)
        return recording_numbers(Recording(name, video.subject, path, is_images=True), video.frame_count)[0]

    def video(self, name: str) -> Video:
        """The project's video of a name.

        Raises:
            FormatError: if there is none.
        """
        if self._only is not None:
            return self._only
        found = self._matcher.find(name)
        if found.video is None:
            raise FormatError(found.remark)
        return found.video

    def _read(self, video: Video) -> FrameIndex | str:
        from fedn.video.reader import open_video

        cache = self._project.folder / "cache" / video.key
        try:
            path = self._project.path_of(video.id)
            with open_video(path, image_fps=video.image_fps, cache_dir=cache) as reader:
                return reader.index
        except VideoError as error:
            return f"the times of {video.name} are not known: {error}"
