"""The data sets that this program reads as they are released."""

from __future__ import annotations

from enum import StrEnum

from fedn.annotation.formats import casme2, casme3, samm
from fedn.errors import FormatError


class DatasetKind(StrEnum):
    """`SYNTHETIC` is a folder with videos/<subject>/, manifest.json and labels.csv, as this program makes them."""

    SYNTHETIC = "synthetic"
    CASME2 = "casme2"
    CASME3 = "casme3"
    SAMM = "samm"

    @property
    def title(self) -> str:
        return {"casme2": "CAS(ME)^2", "casme3": "CAS(ME)^3", "samm": "SAMM Long Videos"}.get(self, "a synthetic one")

    @property
    def fps(self) -> float:
        """Frame rate of its videos, for folders of images."""
        return {"casme2": casme2.FPS, "casme3": casme3.FPS, "samm": samm.FPS}.get(self, 30.0)


AUTO = "auto"


def parse_kind(text: str) -> DatasetKind | None:
    """The kind of that name, None for "auto".

    Raises:
        FormatError: if there is none.
    """
    if text == AUTO:
        return None
    if text not in set(DatasetKind):
        raise FormatError(f"there is no kind of data set “{text}”; choose from {', '.join((AUTO, *DatasetKind))}")
    return DatasetKind(text)
