"""Scans new videos off the GUI thread: the frame count is what really decodes, so every file is read once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from app.jobs.thread_job import ThreadJob
from fedn.annotation.video import Video
from fedn.errors import FednError
from fedn.video.content_key import describe_video

VIDEO_SUFFIXES = (
    *(".mp4", ".avi", ".mov", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".wmv", ".flv", ".mts", ".m2ts", ".ts"),
    *(".3gp", ".ogv", ".gif"),
)
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff")
CACHE = "cache"
_FEWEST_IMAGES = 8
_SAYS_NOTHING = re.compile(
    r"(videos?|clips?|movies|films?|downloads?|desktop|documents?|recordings?|data|raw.*|home|tmp|root|users?)", re.I
)


@dataclass(frozen=True, slots=True)
class NewVideo:
    """A file (or folder of images) to be added; `image_fps` only for folders of images."""

    path: Path
    subject: str
    image_fps: float | None = None


@dataclass(slots=True)
class AddingEnded:
    """`problems`: one sentence for each file that was left out."""

    problems: list[str] = field(default_factory=list)


def find_videos(paths: Iterable[Path]) -> list[NewVideo]:
    """Video files and folders of images in and below `paths`, each with a guessed subject."""
    found: dict[Path, NewVideo] = {}
    for path in paths:
        path = path.absolute()
        if path.is_file():
            found.setdefault(path, NewVideo(path, guess_subject(path)))
        elif path.is_dir():
            for video in _below(path):
                found.setdefault(video.path, video)
    return list(found.values())


def _below(folder: Path) -> list[NewVideo]:
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    files = [entry for entry in entries if entry.is_file()]
    if sum(file.suffix.lower() in IMAGE_SUFFIXES for file in files) >= _FEWEST_IMAGES:
        return [NewVideo(folder, guess_subject(folder), 30.0)]
    videos = [NewVideo(file, guess_subject(file)) for file in files if file.suffix.lower() in VIDEO_SUFFIXES]
    for entry in entries:
        if entry.is_dir() and not entry.is_symlink() and entry.suffix != ".fedn":
            videos += _below(entry)
    return videos


def guess_subject(path: Path) -> str:
    """The folder's name, as all spotting data sets lay their videos out; the file's own where that says nothing.

    >>> guess_subject(Path("/data/s15/0101_disgust.mp4")), guess_subject(Path("/data/Downloads/anna.mp4"))
    ('s15', 'anna')
    """
    parent = path.parent.name
    return path.stem if not parent or _SAYS_NOTHING.fullmatch(parent) else parent


def add_videos_job(videos: Sequence[NewVideo], project: Path) -> ThreadJob:
    """Delivers a Video for each file that can be read, and ends with AddingEnded.

    Args:
        project: its folder; the frame indexes found on the way are kept in its cache.
    """
    return ThreadJob(partial(_scan, tuple(videos), project))


def _scan(videos: Sequence[NewVideo], project: Path, job: ThreadJob) -> AddingEnded:
    ended = AddingEnded()
    for place, video in enumerate(videos):
        if job.stop_requested:
            break
        job.tell(place, len(videos), f"Reading {video.path.name}")
        try:
            job.deliver(_described(video, project))
        except FednError as error:
            ended.problems.append(str(error))
    job.tell(len(videos), len(videos), "")
    return ended


def _described(video: NewVideo, project: Path) -> Video:
    return describe_video(
        video.path, video.subject, project_folder=project, image_fps=video.image_fps, cache_root=project / CACHE
    )
