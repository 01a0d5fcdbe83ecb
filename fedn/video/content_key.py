"""What a video is, whatever its name and place: the key of its caches, and how a moved file is found again."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from fedn.annotation.video import Video
from fedn.errors import VideoError
from fedn.video.image_folder import image_files
from fedn.video.reader import open_video

_SAMPLES = 16
_SAMPLE_BYTES = 64 * 1024


def content_key(path: Path) -> str:
    """32 hexadecimal digits from the size and samples of the content of a video file or folder of images.

    Reads at most about a megabyte, so that it is quick on network drives.

    Raises:
        VideoError: if there is no such file or folder, or it may not be read.
    """
    return _key_and_size(path)[0]


def _key_and_size(path: Path) -> tuple[str, int]:
    """The key, and how many bytes there are in all."""
    digest = hashlib.sha256()
    try:
        if path.is_dir():
            images = image_files(path)
            sizes = [image.stat().st_size for image in images]
            for image, size in zip(images, sizes, strict=True):
                digest.update(f"{image.name}\0{size}\0".encode())
            for image in _spread(images):
                digest.update(image.read_bytes()[:_SAMPLE_BYTES])
            size_bytes = sum(sizes)
        else:
            size_bytes = _add_file(digest, path)
    except FileNotFoundError as error:
        raise VideoError(f"{path} is not there: check the name, or point to where the video was moved.") from error
    except OSError as error:
        raise VideoError(f"{path} cannot be read ({error.strerror}): check its permissions.") from error
    return digest.hexdigest()[:32], size_bytes


def describe_video(
    path: Path,
    subject: str,
    *,
    project_folder: Path | None = None,
    image_fps: float | None = None,
    cache_root: Path | None = None,
) -> Video:
    """The entry of a project for a video, which is opened to count and measure its frames.

    Args:
        project_folder: the video is also remembered relative to it.
        cache_root: the project's cache; the frame index is kept in the folder named by the key.

    Raises:
        VideoError: if it cannot be read.
    """
    path = path.absolute()
    key, size_bytes = _key_and_size(path)
    if path.is_dir() and image_fps is None:
        image_fps = 30.0
    cache_dir = cache_root / key if cache_root is not None else None
    with open_video(path, image_fps=image_fps, cache_dir=cache_dir) as reader:
        return Video(
            key=key,
            path=path,
            subject=subject,
            frame_count=reader.index.frame_count,
            fps=reader.index.fps,
            width=reader.width,
            height=reader.height,
            relative_path=relative_path(path, project_folder),
            size_bytes=size_bytes,
            image_fps=image_fps if path.is_dir() else None,
        )


def relative_path(path: Path, folder: Path | None) -> str:
    """The path as seen from the folder, posix style; "" where there is no folder or no way from it."""
    if folder is None:
        return ""
    try:
        # Path.relative_to cannot go up before Python 3.12.
        return Path(os.path.relpath(path, folder.absolute())).as_posix()
    except ValueError:
        # Another drive on Windows.
        return ""


def _add_file(digest: hashlib._Hash, path: Path) -> int:
    """Adds a file to the digest and returns its size."""
    size = path.stat().st_size
    digest.update(f"{size}\0".encode())
    with path.open("rb") as file:
        if size <= _SAMPLES * _SAMPLE_BYTES:
            digest.update(file.read())
            return size
        for sample in range(_SAMPLES):
            file.seek((size - _SAMPLE_BYTES) * sample // (_SAMPLES - 1))
            digest.update(file.read(_SAMPLE_BYTES))
    return size


def _spread(images: list[Path]) -> list[Path]:
    """At most 16 of them, with the first and the last."""
    if len(images) <= _SAMPLES:
        return images
    return [images[(len(images) - 1) * sample // (_SAMPLES - 1)] for sample in range(_SAMPLES)]
