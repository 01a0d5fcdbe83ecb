"""Failures a user can mend: each text is one sentence that names the file, row or value and the way out."""

from __future__ import annotations

import re
from pathlib import Path

LONGEST_SENTENCE = 2000
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


def one_line(text: str, longest: int = LONGEST_SENTENCE) -> str:
    """The text on one line that every terminal, file and window can show; what is too long is cut out of its middle.

    Sentences quote what stands in damaged files: line ends, control characters, halves of letters, a million letters.
    """
    if len(text) > longest:
        head = longest * 2 // 3
        text = f"{text[:head]} … {text[len(text) - (longest - head - 3) :]}"
    return _UNPRINTABLE.sub(" ", text)


class FednError(Exception):
    """An expected failure. The command line prints it and exits with 2; the window shows it once."""

    def __init__(self, text: object = "") -> None:
        super().__init__(one_line(str(text)))


class VideoError(FednError):
    """A video cannot be read."""


class ProjectError(FednError):
    """A project cannot be opened or written."""


class NotWritableError(ProjectError):
    """A project can be read but not changed now: somebody else has it open, or its folder is read-only.

    Args:
        folder: of the project.
        why: the reason, as in "because ...".
        way_out: what the user can do about it.
    """

    def __init__(self, folder: Path, why: str, way_out: str) -> None:
        super().__init__(f"the project {folder} {why}; {way_out}")
        self.why, self.way_out = why, way_out


class DamagedError(ProjectError):
    """A project's database is damaged; one of its backups can take its place."""


class FormatError(FednError):
    """A label file, vocabulary or settings file is not what it should be."""


class EditError(FednError):
    """An edit would break a rule of the data; nothing was changed."""


class ModelError(FednError):
    """A model folder cannot be used."""


class TrainingError(FednError):
    """Training cannot start or go on."""
