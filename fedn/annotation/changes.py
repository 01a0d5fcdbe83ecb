"""What an edit changes, row by row: the same list is written to disk, undone, and told to the views."""

from __future__ import annotations

from dataclasses import dataclass

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.subject import Subject
from fedn.annotation.tier import Tier
from fedn.annotation.video import Video
from fedn.annotation.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class VideoRow:
    """`rank` orders the videos of a project and is kept through undo."""

    rank: int
    video: Video

    @property
    def id(self) -> str:
        return self.video.id


@dataclass(frozen=True, slots=True)
class TierRow:
    """`rank` orders the tiers of a project and is kept through undo."""

    rank: int
    tier: Tier

    @property
    def id(self) -> str:
        return self.tier.id


@dataclass(frozen=True, slots=True)
class EventRow:
    tier_id: str
    event: Event

    @property
    def id(self) -> str:
        return self.event.id


@dataclass(frozen=True, slots=True)
class ReviewedRow:
    video_id: str
    intervals: tuple[Interval, ...]

    @property
    def id(self) -> str:
        return self.video_id


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A value of the whole project, such as the model in use."""

    key: str
    value: str

    @property
    def id(self) -> str:
        return self.key


@dataclass(frozen=True, slots=True)
class SubjectRow:
    subject: Subject

    @property
    def id(self) -> str:
        return self.subject.name


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A prediction that an annotator has rejected."""

    tier_id: str
    event_id: str

    @property
    def id(self) -> str:
        return self.event_id


@dataclass(frozen=True, slots=True)
class VocabularyRow:
    """`rank` orders the vocabularies of a project; the first is what a tier has that names none."""

    rank: int
    vocabulary: Vocabulary

    @property
    def id(self) -> str:
        return self.vocabulary.name


Row = VideoRow | TierRow | EventRow | ReviewedRow | SettingRow | SubjectRow | RejectedRow | VocabularyRow


@dataclass(frozen=True, slots=True)
class Change:
    """One row before and after an edit; None where there is no row. At least one of them is there.

    Attributes:
        id: of the video, tier or event; for reviewed ranges of the video, for a rejection of the event; for a setting
            its key; of a subject or vocabulary the name.
    """

    id: str
    before: Row | None
    after: Row | None

    @property
    def row(self) -> Row:
        """The row that is there, the newer one if both are."""
        row = self.after if self.after is not None else self.before
        assert row is not None
        return row

    def inverse(self) -> Change:
        return Change(self.id, self.after, self.before)


def inverse(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """What undoes the changes, in the order in which it has to be done."""
    return tuple(change.inverse() for change in reversed(changes))


def condensed(changes: tuple[Change, ...]) -> list[Change]:
    """One change a row: from the first state to the last. Rows that end as they began are left out."""
    first: dict[tuple[type, str], Change] = {}
    last: dict[tuple[type, str], Change] = {}
    for change in changes:
        place = (type(change.row), change.id)
        first.setdefault(place, change)
        last[place] = change
    net = [Change(last[place].id, first[place].before, last[place].after) for place in last]
    return [change for change in net if change.before != change.after]
