"""The people whom a child process has found in a video."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fedn.annotation.video import FaceChoice
from fedn.errors import FednError, FormatError


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Attributes:
    face: what says that this person is to be followed.
    frame: shows the person best.
    box: left, top, width and height of the face there, as shares of the picture.
    share: of the frames looked at in which the person was seen.
    """

    face: FaceChoice
    frame: int
    box: tuple[float, float, float, float]
    share: float


def people_of(data: dict[str, Any]) -> tuple[FoundPerson, ...]:
    """The people of a record of `main.py detect --ask-face` or `main.py faces`.

    Raises:
        FormatError: if it is not one.
    """
    try:
        return tuple(_person(item) for item in data["people"])
    except (KeyError, TypeError, ValueError, AttributeError, FednError) as error:
        raise FormatError(f"the search for faces returned something that is not a person ({error})") from error


def _person(item: dict[str, Any]) -> FoundPerson:
    frame, x, y = str(item["face"]).split(",")
    box = tuple(float(item[name]) for name in ("x", "y", "width", "height"))
    return FoundPerson(
        FaceChoice(int(frame), float(x), float(y)),
        int(item["frame"]),
        (box[0], box[1], box[2], box[3]),
        float(item["share"]),
    )
