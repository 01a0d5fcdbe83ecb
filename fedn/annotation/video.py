"""A video as a project knows it: what it shows and where it lies. Reading its frames is fedn.video's work."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fedn.annotation.event import new_id
from fedn.errors import EditError


@dataclass(frozen=True, slots=True)
class FaceChoice:
    """Whose face to follow where a video shows several: the one nearest to a place in one of its frames.

    Attributes:
        frame: in which the face was pointed at, from 0.
        x, y: center of the face, as shares in [0, 1] of the picture's width and height.

    Raises:
        EditError: if a number is out of its range.
    """

    frame: int
    x: float
    y: float

    def __post_init__(self) -> None:
        if self.frame < 0:
            raise EditError(f"a face cannot be chosen in frame {self.frame}; the first frame is 0")
        if not (0.0 <= self.x <= 1.0 and 0.0 <= self.y <= 1.0):
            raise EditError(f"a face cannot be chosen at ({self.x}, {self.y}), outside of the picture")


def face_text(face: FaceChoice) -> str:
    """As the command line takes it.

    >>> face_text(FaceChoice(120, 0.25, 0.5))
    '120,0.25,0.5'
    """
    return f"{face.frame},{face.x},{face.y}"


@dataclass(frozen=True, slots=True)
class Video:
    """`key` identifies the content (fedn.video.content_key), so that a moved file is found again.

    Attributes:
        path: absolute path of the file or of the folder of images.
        relative_path: the same from the project's folder, posix style, tried first; "" if there is none.
        fps: nominal frame rate, for display; the FrameIndex alone translates frames into time.
        frame_count: number of frames that really decode.
        image_fps: frame rate given by the user for a folder of images, None for video files.
        face: the face to follow, None for the largest.
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
    face: FaceChoice | None = None
    id: str = field(default_factory=new_id)

    @property
    def name(self) -> str:
        """The name of the file or folder; "spNO.1_a" for spNO.1/a/color, since CAS(ME)^3 calls every folder “color”."""
        parts = self.path.parts
        if self.image_fps is not None and parts[-1].lower() == "color":
            parts = parts[:-1]
        return "_".join(parts[-2:]) if self.image_fps is not None and len(parts[-1]) == 1 else parts[-1]

    @property
    def stem(self) -> str:
        """The name without a file's ending; the name of a folder may have points that end nothing."""
        return self.path.stem if self.image_fps is None else self.name
