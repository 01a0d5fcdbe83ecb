"""Formats on the command line, and a detection's events as files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fedn.annotation.formats.known_formats import WRITABLE, KnownFormat, known_format
from fedn.annotation.tier import Source
from fedn.errors import FormatError

if TYPE_CHECKING:
    from fedn.annotation.formats.content import Remark
    from fedn.annotation.formats.times import FrameTimes
    from fedn.prediction import Prediction

FORMATS = WRITABLE


def parse_formats(text: str) -> tuple[KnownFormat, ...]:
    """The formats in a list with commas.

    Raises:
        FormatError: if one is not known or cannot be written.
    """
    names = tuple(dict.fromkeys(name.strip().lower() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in FORMATS:
            raise FormatError(f"there is no format “{name}” to write; choose from {', '.join(FORMATS)}")
    if not names:
        raise FormatError(f"no format was named; choose from {', '.join(FORMATS)}")
    return tuple(map(known_format, names))


def write_prediction(
    folder: Path, stem: str, prediction: Prediction, *, model: str, index: FrameTimes, formats: Sequence[KnownFormat]
) -> list[Remark]:
    """Writes what `model` predicted in one video; `stem` is a safe beginning of the files' names.

    Returns:
        What the files cannot hold.

    Raises:
        FormatError: if a file cannot be written.
    """
    from app.document.export_files import make_folder
    from fedn.annotation.formats.content import TierEvents, VideoEvents

    tier = TierEvents("FEDN", Source.DETECTOR, model, prediction.events)
    video = prediction.video
    events = VideoEvents(video.name, "", prediction.frame_count, prediction.fps, (tier,), video.absolute())
    make_folder(folder)
    return [
        remark
        for known in formats
        for remark in known.write(folder / f"{stem}{known.ending}", [events], lambda _: index)
    ]
