"""What every edit is: a small value that changes the project and knows how to be undone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from fedn.annotation.changes import Change, EventRow, RejectedRow, ReviewedRow, TierRow, VideoRow, condensed, inverse
from fedn.annotation.project import Project


class Edit(ABC):
    """A change to the project. Subclasses are frozen dataclasses that write `change` and `text`."""

    @abstractmethod
    def change(self, project: Project) -> None:
        """Makes the change through the project's primitive mutations.

        Raises:
            EditError: if it would break a rule; what was done until then is undone by `apply`.
        """

    @property
    @abstractmethod
    def text(self) -> str:
        """The edit in words, for the undo menu."""

    @property
    def size(self) -> int:
        """About how many rows it changes."""
        values = (getattr(self, item.name) for item in fields(self))  # type: ignore[arg-type]
        return max((len(value) for value in values if isinstance(value, tuple)), default=1)

    def describe(self, project: Project) -> str:
        """As `text`, with what only the project knows, such as the label. Called before the change."""
        return self.text

    def apply(self, project: Project) -> Restore:
        """Changes the project in memory.

        Returns:
            The edit that undoes it; its `text` is this edit's description.

        Raises:
            EditError: if it would break a rule; the project is then as it was.
        """
        text = self.describe(project)
        with project.recording() as changes:
            self.change(project)
        return Restore(inverse(tuple(changes)), text)

    def history_text(self, text: str) -> str:
        """How the history words the edit that the menu calls `text`."""
        return text

    def to_json(self) -> dict[str, Any]:
        """The edit as a JSON object, for the history."""
        return {"edit": type(self).__name__, **{item.name: _plain(getattr(self, item.name)) for item in fields(self)}}  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Touched:
    """What an edit touched, for whoever repaints.

    Attributes:
        videos: ids of videos added, removed or changed.
        tiers: ids of videos of which tiers were added, removed or changed.
        events: event ids by (video id, tier id); the video id is "" if the tier has gone.
        reviewed: ids of videos whose reviewed ranges changed.
        settings: whether a setting changed, such as the model in use.
    """

    videos: frozenset[str]
    tiers: frozenset[str]
    events: dict[tuple[str, str], frozenset[str]]
    reviewed: frozenset[str]
    settings: bool


@dataclass(frozen=True, slots=True)
class Restore(Edit):
    """Undoes an edit, or does it again, exactly: the inverse of every edit is one of these.

    Attributes:
        changes: what to do, in order.
        action: the text of the edit that it undoes or does again.
        undoing: False if it does it again.
    """

    changes: tuple[Change, ...]
    action: str
    undoing: bool = True

    def change(self, project: Project) -> None:
        for change in self.changes:
            project.restore(change)

    @property
    def text(self) -> str:
        return self.action

    def apply(self, project: Project) -> Restore:
        with project.recording():
            self.change(project)
        return Restore(inverse(self.changes), self.action, not self.undoing)

    def history_text(self, text: str) -> str:
        return f"{'Undo' if self.undoing else 'Redo'}: {text}"

    def touched(self, project: Project) -> Touched:
        """What it touches, or for the inverse of an edit just done: what that edit touched."""
        videos, tiers, reviewed, settings = set(), set(), set(), False
        events: dict[str, set[str]] = {}
        homes = {tier.id: tier.video_id for tier in project.tiers.values()}
        for change in condensed(self.changes):
            match change.row:
                case EventRow(tier_id) | RejectedRow(tier_id):
                    events.setdefault(tier_id, set()).add(change.id)
                    if isinstance(change.before, EventRow):
                        # The tier that it was moved away from.
                        events.setdefault(change.before.tier_id, set()).add(change.id)
                case TierRow(_, tier):
                    tiers.add(tier.video_id)
                    homes[tier.id] = tier.video_id
                case VideoRow():
                    videos.add(change.id)
                case ReviewedRow(video_id):
                    reviewed.add(video_id)
                case _:
                    settings = True
        by_place = {(homes.get(tier_id, ""), tier_id): frozenset(ids) for tier_id, ids in events.items()}
        return Touched(frozenset(videos), frozenset(tiers), by_place, frozenset(reviewed), settings)


@dataclass(frozen=True, slots=True)
class Group(Edit):
    """Several edits as one step: all of them, or if one is refused none."""

    edits: tuple[Edit, ...]
    words: str = field(default="")

    @property
    def size(self) -> int:
        return sum(edit.size for edit in self.edits)

    def change(self, project: Project) -> None:
        for edit in self.edits:
            edit.change(project)

    @property
    def text(self) -> str:
        return self.words or (self.edits[0].text if self.edits else "Nothing")

    def describe(self, project: Project) -> str:
        return self.words or (self.edits[0].describe(project) if self.edits else self.text)

    def history_text(self, text: str) -> str:
        return self.edits[0].history_text(text) if self.edits else text


def _plain(value: Any) -> Any:
    """The value in JSON's own types."""
    if value is None or type(value) in (str, int, float, bool):  # Most are, and an import brings many.
        return value
    if isinstance(value, Edit):
        return value.to_json()
    if is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value
