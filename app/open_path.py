"""Which project a path on the command line means: the project itself, or for a video one beside it."""

from __future__ import annotations

from pathlib import Path

from app.document.document import Document
from app.document.edits import AddVideo
from fedn.annotation.project_file import FILE_NAME
from fedn.video.content_key import describe_video


def project_for(path: Path) -> Path:
    """The folder of the project to open.

    A video file, or a folder of images, is opened in the project `<name>.fedn` beside it, which is made the first time.

    Raises:
        VideoError: if it is neither a project nor a video.
        ProjectError: if no project can be made beside the video.
    """
    if path.is_dir() and (path.suffix == ".fedn" or (path / FILE_NAME).exists()):
        return path
    if path.name == FILE_NAME:
        return path.parent
    folder = path.absolute().with_suffix(".fedn")
    if (folder / FILE_NAME).exists():
        return folder
    subject = path.absolute().parent.name
    video = describe_video(path, subject, project_folder=folder, cache_root=folder / "cache")
    with Document.create(folder, path.stem) as document:
        document.do(AddVideo(video))
    return folder
