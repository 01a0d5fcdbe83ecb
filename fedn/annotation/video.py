"""A video as a project knows it: what it shows and where it lies. Reading its frames is fedn.video's work."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fedn.annotation.event import new_id


@dataclass(frozen=True, slots=True)
class Video:
    """`key` identifies the content (fedn.video.content_key), so that a moved file is found again.

    Attributes:
        path: absolute path of the file or of the folder of images.
        relative_path: the same from the project's folder, posix style, tried first; "" if there is none.
        fps: nominal frame rate, for display; the FrameIndex alone translates frames into time.
        frame_count: number of frames that really decode.
        image_fps: frame rate given by the user for a folder of images, None for video files.
    """

    key: str
    path: Path
    subject: str
    frame_count: int
    fps: float
    width: int
    height: int
    relative_path: str = ""
    size_bytes: int = 0
    image_fps: float | None = None
    id: str = field(default_factory=new_id)

    @property
    def name(self) -> str:
        return self.path.name
