"""What a user chooses for an import, and what it will do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.document.edit import Group
from fedn.annotation.formats.content import Remark
from fedn.annotation.tier import Source


class IfExists(StrEnum):
    """What happens where a video already has a tier of the same name and person.

    ADD: a new tier beside it. REPLACE: its events are replaced. MERGE: events are added to it, except those of the same
    frames and label as one that is there.
    """

    ADD = "add"
    REPLACE = "replace"
    MERGE = "merge"


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """What the user chooses for all files of an import.

    Attributes:
        video: name of the video that the events go to, whatever the files say; of files with several videos the one
            to take. "" to go by the files.
        tier: name of the tier in the project; of videos with several tiers in a file the one to take. "" for all.
        source, who: of new tiers; None to go by the files.
        reviewed: whether a video counts as reviewed from end to end when an expert's tier comes to it: what is not
            labelled there is then background.
    """

    video: str = ""
    tier: str = ""
    source: Source | None = None
    who: str | None = None
    if_exists: IfExists = IfExists.ADD
    reviewed: bool = True


@dataclass(frozen=True, slots=True)
class ImportedTier:
    """What comes to one tier.

    Attributes:
        tier: its name in the project.
        how: "new", "replaced" or "merged".
        events, doubles, removed: numbers of events that come, that were there already, and that go.
    """

    video: str
    subject: str
    tier: str
    source: Source
    who: str
    how: str
    events: int
    doubles: int
    removed: int


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import will do; until `edit` is done nothing has changed.

    Attributes:
        reviewed: names of the videos that then count as reviewed and did not before: from end to end, less where a file
            had an expression that could not be read.
        remarks: on reading the files and on fitting them into the project, file by file.
    """

    edit: Group
    tiers: tuple[ImportedTier, ...]
    reviewed: tuple[str, ...]
    remarks: tuple[Remark, ...]

    @property
    def event_count(self) -> int:
        return sum(tier.events for tier in self.tiers)
