"""One source's events on one video."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from fedn.annotation.event import new_id


class Source(StrEnum):
    DETECTOR = "detector"
    EXPERT = "expert"
    SELF_REPORT = "self-report"
    ANNOTATOR = "annotator"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Tier:
    """`who` is the person, or for a detector's tier the name of the model.

    `vocabulary` names the one of the project's vocabularies that its labels are from, "" for the project's first.
    """

    video_id: str
    name: str
    source: Source
    who: str = ""
    id: str = field(default_factory=new_id)
    vocabulary: str = ""
