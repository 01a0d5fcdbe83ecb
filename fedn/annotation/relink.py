"""Finds the videos of a project that were moved or renamed, by their content. The files themselves are only read."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fedn.annotation.project import Project
from fedn.annotation.video import Video
from fedn.errors import VideoError
from fedn.progress import SILENT, Reporter
from fedn.video.content_key import content_key, relative_path
from fedn.video.image_folder import image_files, is_image_name

_log = logging.getLogger(__name__)
_FOLDERS_A_PROGRESS = 50


@dataclass(frozen=True, slots=True)
class Relinked:
    """What a search has found.

    Attributes:
        found: the videos with their new places, to be put into the project.
        missing: those that lie in none of the folders.
    """

    found: tuple[Video, ...]
    missing: tuple[Video, ...]


def missing_videos(project: Project) -> list[Video]:
    """The videos that are neither where they were added from nor beside the project."""
    return [video for video in project.videos.values() if not project.path_of(video.id).exists()]


def find_moved(project: Project, folders: Sequence[Path], reporter: Reporter = SILENT) -> Relinked:
    """Looks for the missing videos of a project in folders and everything below them.

    Only a file of the right size is opened, and only one of the same content is taken, whatever its name.

    Raises:
        Cancelled: if the reporter was asked to stop.
    """
    missing = {video.key: video for video in missing_videos(project)}
    sizes, names = {video.size_bytes for video in missing.values()}, {video.name for video in missing.values()}
    images_wanted = any(video.image_fps is not None for video in missing.values())
    found: dict[str, Video] = {}
    for path, size in _candidates(folders, images_wanted, reporter):
        if len(found) == len(missing):
            break
        # Projects of old may not know the size of a video.
        if size not in sizes and not (0 in sizes and path.name in names):
            continue
        reporter.check()
        video = missing.get(_key(path))
        if video is not None and video.id not in found:
            path = Path(os.path.normpath(path.absolute()))
            found[video.id] = replace(video, path=path, relative_path=relative_path(path, project.folder))
    still = tuple(video for video in missing.values() if video.id not in found)
    return Relinked(tuple(found.values()), still)


def _candidates(folders: Iterable[Path], images_wanted: bool, reporter: Reporter) -> Iterator[tuple[Path, int]]:
    """Files and folders of images, with their sizes in bytes. Links to folders are not followed."""
    looked_into = 0
    for root in folders:
        for name, below, files in os.walk(root, onerror=_skip):
            reporter.check()
            if looked_into % _FOLDERS_A_PROGRESS == 0:
                reporter.progress(f"looking in {name}", looked_into, 0)
            looked_into += 1
            below[:] = sorted(one for one in below if not one.startswith("."))
            folder = Path(name)
            if images_wanted and any(is_image_name(file) for file in files):
                yield folder, sum(map(_size, image_files(folder)))
            for file in sorted(files):
                yield folder / file, _size(folder / file)


def _skip(error: OSError) -> None:
    _log.warning("%s cannot be looked into: %s", error.filename, error.strerror)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _key(path: Path) -> str:
    try:
        return content_key(path)
    except VideoError:
        return ""
