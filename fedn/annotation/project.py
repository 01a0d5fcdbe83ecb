"""A project in memory: videos, tiers, events, reviewed ranges. It keeps the data's rules and records what changes."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fedn.annotation.changes import Change, EventRow, ReviewedRow, Row, SettingRow, TierRow, VideoRow, inverse
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval, union
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video
from fedn.annotation.vocabulary import Vocabulary
from fedn.errors import EditError

MODEL_IN_USE = "model_in_use"
_Key = tuple[int, int, str]


class Project:
    """Everything annotated, with fast lookups for 100,000 events.

    Views read it; only edits (app.document) call the primitive mutations `put_...`, `remove_...` and `set_...`, inside
    `recording`. Lookups of unknown ids raise EditError.

    Attributes:
        folder: where the project lies.
        videos, tiers: by id, in their order. Not to be changed directly.
    """

    def __init__(self, folder: Path, name: str, vocabulary: Vocabulary) -> None:
        self.folder = folder
        self.name = name
        self.vocabulary = vocabulary
        self.videos: dict[str, Video] = {}
        self.tiers: dict[str, Tier] = {}
        self._ranks: dict[str, int] = {}
        self._next_rank = 0
        self._events: dict[str, EventRow] = {}
        self._keys: dict[str, list[_Key]] = {}
        self._sorted: dict[str, tuple[Event, ...]] = {}
        self._reviewed: dict[str, tuple[Interval, ...]] = {}
        self._settings: dict[str, str] = {}
        self._record: list[Change] | None = None

    def __eq__(self, other: object) -> bool:
        """Equal name, vocabulary, videos, tiers, events, reviewed ranges and settings, wherever the two lie."""
        return isinstance(other, Project) and self._content() == other._content()

    __hash__ = None  # type: ignore[assignment]

    def _content(self) -> tuple[object, ...]:
        lists = (list(self.videos.values()), list(self.tiers.values()))
        return (self.name, self.vocabulary, *lists, self._events, self._reviewed, self._settings)

    # Lookups

    @property
    def model_in_use(self) -> str:
        """Name of the model that detects in this project, "" for the bundled one."""
        return self._settings.get(MODEL_IN_USE, "")

    @property
    def event_count(self) -> int:
        return len(self._events)

    def video(self, video_id: str) -> Video:
        if video_id not in self.videos:
            raise EditError(f"there is no video “{video_id}” in the project; it may have been removed")
        return self.videos[video_id]

    def tier(self, tier_id: str) -> Tier:
        if tier_id not in self.tiers:
            raise EditError(f"there is no tier “{tier_id}” in the project; it may have been deleted")
        return self.tiers[tier_id]

    def events(self, tier_id: str) -> tuple[Event, ...]:
        """The tier's events, sorted by onset, then offset."""
        self.tier(tier_id)
        events = self._sorted.get(tier_id)
        if events is None:
            events = tuple(self._events[key[2]].event for key in self._keys.get(tier_id, ()))
            self._sorted[tier_id] = events
        return events

    def _event_row(self, event_id: str) -> EventRow:
        if event_id not in self._events:
            raise EditError(f"there is no event “{event_id}” in the project; it may have been deleted")
        return self._events[event_id]

    def event(self, event_id: str) -> Event:
        return self._event_row(event_id).event

    def has_event(self, event_id: str) -> bool:
        return event_id in self._events

    def tier_of(self, event_id: str) -> Tier:
        return self.tiers[self._event_row(event_id).tier_id]

    def tiers_of(self, video_id: str) -> list[Tier]:
        self.video(video_id)
        return [tier for tier in self.tiers.values() if tier.video_id == video_id]

    def tier_named(self, video_id: str, name: str, source: Source | None = None, who: str | None = None) -> Tier | None:
        """The first tier of the video with that name (and source and who, where given)."""
        for tier in self.tiers_of(video_id):
            if tier.name == name and source in (None, tier.source) and who in (None, tier.who):
                return tier
        return None

    def video_named(self, name: str) -> Video | None:
        """The first video whose file has that name."""
        return next((video for video in self.videos.values() if video.name == name), None)

    def reviewed(self, video_id: str) -> tuple[Interval, ...]:
        """Sorted disjoint ranges that an annotator has looked at."""
        self.video(video_id)
        return self._reviewed.get(video_id, ())

    def subjects(self) -> list[str]:
        """Every filmed person once, s2 before s10."""
        return sorted({video.subject for video in self.videos.values()}, key=_natural)

    # Primitive mutations, for edits only

    @contextmanager
    def recording(self) -> Iterator[list[Change]]:
        """Collects the changes made inside. If the block raises, they are undone and the error goes on."""
        if self._record is not None:
            raise RuntimeError("changes of a project are already being recorded")
        self._record = []
        try:
            yield self._record
        except BaseException:
            done, self._record = tuple(self._record), None
            for change in inverse(done):
                self.restore(change)
            raise
        finally:
            self._record = None

    def put_video(self, video: Video) -> None:
        """Adds the video at the end, or replaces the one of the same id in its place."""
        self._check_frame_count(video)
        before = VideoRow(self._ranks[video.id], self.videos[video.id]) if video.id in self.videos else None
        self._change(video.id, before, VideoRow(before.rank if before else self._next_rank, video))

    def remove_video(self, video_id: str) -> None:
        """Removes the video with its tiers, events and reviewed ranges."""
        video = self.video(video_id)
        for tier in self.tiers_of(video_id):
            self.remove_tier(tier.id)
        self.set_reviewed(video_id, ())
        self._change(video_id, VideoRow(self._ranks[video_id], video), None)

    def put_tier(self, tier: Tier) -> None:
        """Adds the tier at the end, or replaces the one of the same id in its place."""
        video = self.video(tier.video_id)
        if not tier.name.strip():
            raise EditError(f"a tier of {video.name} cannot be without a name; give it one")
        before = TierRow(self._ranks[tier.id], self.tiers[tier.id]) if tier.id in self.tiers else None
        if before is not None and before.tier.video_id != tier.video_id:
            raise EditError(f"the tier “{tier.name}” cannot move to another video; copy its events instead")
        twin = self.tier_named(tier.video_id, tier.name, who=tier.who)
        if twin is not None and twin.id != tier.id:
            raise EditError(f"{video.name} already has a tier “{tier.name}”; choose another name")
        self._change(tier.id, before, TierRow(before.rank if before else self._next_rank, tier))

    def remove_tier(self, tier_id: str) -> None:
        """Removes the tier with its events."""
        tier = self.tier(tier_id)
        for event in reversed(self.events(tier_id)):
            self.remove_event(event.id)
        self._change(tier_id, TierRow(self._ranks[tier_id], tier), None)

    def put_event(self, tier_id: str, event: Event) -> None:
        """Adds the event to the tier, or replaces the tier's event of the same id."""
        video = self.videos[self.tier(tier_id).video_id]
        if event.offset >= video.frame_count:
            last = video.frame_count - 1
            raise EditError(f"an event cannot end at frame {event.offset}; the last frame of {video.name} is {last}")
        before = self._events.get(event.id)
        if before is not None and before.tier_id != tier_id:
            raise EditError(f"the event “{event.id}” is already on another tier; copy it instead")
        self._change(event.id, before, EventRow(tier_id, event))

    def remove_event(self, event_id: str) -> None:
        self._change(event_id, self._event_row(event_id), None)

    def set_reviewed(self, video_id: str, intervals: Iterable[Interval]) -> None:
        """Replaces the reviewed ranges; overlapping ones are joined."""
        video, joined = self.video(video_id), union(list(intervals))
        if joined and (joined[0].start < 0 or joined[-1].stop > video.frame_count):
            raise EditError(f"a reviewed range goes beyond the {video.frame_count} frames of {video.name}")
        before = self._reviewed.get(video_id)
        self._change(
            video_id,
            ReviewedRow(video_id, before) if before else None,
            ReviewedRow(video_id, joined) if joined else None,
        )

    def set_setting(self, key: str, value: str) -> None:
        before = self._settings.get(key)
        self._change(key, SettingRow(key, before) if before else None, SettingRow(key, value) if value else None)

    def set_model_in_use(self, name: str) -> None:
        self.set_setting(MODEL_IN_USE, name)

    def restore(self, change: Change) -> None:
        """Makes a recorded change, forward or inverted, without checking rules that its origin has checked.

        Raises:
            EditError: if the row is no longer as the change left it.
        """
        if self._row_now(change.row, change.id) != change.before:
            raise EditError("this step no longer fits the project, which has been changed since; nothing was changed")
        self._change(change.id, change.before, change.after)

    def load(self, rows: Iterable[Row]) -> None:
        """Fills an empty project from disk, in bulk."""
        for row in rows:
            if isinstance(row, EventRow):
                self._events[row.event.id] = row
                self._keys.setdefault(row.tier_id, []).append(_key(row.event))
            else:
                self._apply(_row_id(row), None, row)
        for keys in self._keys.values():
            keys.sort()

    # Inside

    def _check_frame_count(self, video: Video) -> None:
        if video.frame_count < 1:
            raise EditError(f"{video.name} has no frames; choose a video that can be played")
        if video.id not in self.videos or video.frame_count >= self.videos[video.id].frame_count:
            return
        ends = [event.offset for tier in self.tiers_of(video.id) for event in self.events(tier.id)]
        ends += [interval.offset for interval in self.reviewed(video.id)]
        if max(ends, default=0) >= video.frame_count:
            raise EditError(f"{video.name} has {video.frame_count} frames but is annotated up to frame {max(ends)}")

    def _row_now(self, row: Row, row_id: str) -> Row | None:
        match row:
            case EventRow():
                return self._events.get(row_id)
            case TierRow():
                return TierRow(self._ranks[row_id], self.tiers[row_id]) if row_id in self.tiers else None
            case VideoRow():
                return VideoRow(self._ranks[row_id], self.videos[row_id]) if row_id in self.videos else None
            case ReviewedRow():
                ranges = self._reviewed.get(row_id)
                return ReviewedRow(row_id, ranges) if ranges else None
            case SettingRow():
                value = self._settings.get(row_id)
                return SettingRow(row_id, value) if value else None

    def _change(self, row_id: str, before: Row | None, after: Row | None) -> None:
        if before == after:
            return
        self._apply(row_id, before, after)
        if self._record is not None:
            self._record.append(Change(row_id, before, after))

    def _apply(self, row_id: str, before: Row | None, after: Row | None) -> None:
        match after if after is not None else before:
            case EventRow():
                self._apply_event(before, after)
            case TierRow():
                self._apply_ranked(self.tiers, row_id, after)
            case VideoRow():
                self._apply_ranked(self.videos, row_id, after)
            case ReviewedRow() if isinstance(after, ReviewedRow):
                self._reviewed[row_id] = after.intervals
            case ReviewedRow():
                self._reviewed.pop(row_id, None)
            case SettingRow() if isinstance(after, SettingRow):
                self._settings[row_id] = after.value
            case SettingRow():
                self._settings.pop(row_id, None)

    def _apply_event(self, before: Row | None, after: Row | None) -> None:
        if isinstance(before, EventRow):
            keys, key = self._keys[before.tier_id], _key(before.event)
            del keys[bisect_left(keys, key)]
            del self._events[before.event.id]
            self._sorted.pop(before.tier_id, None)
        if isinstance(after, EventRow):
            insort(self._keys.setdefault(after.tier_id, []), _key(after.event))
            self._events[after.event.id] = after
            self._sorted.pop(after.tier_id, None)

    def _apply_ranked(self, rows: dict, row_id: str, after: Row | None) -> None:
        if not isinstance(after, VideoRow | TierRow):
            del rows[row_id], self._ranks[row_id]
            self._keys.pop(row_id, None)
            self._sorted.pop(row_id, None)
            return
        rows[row_id] = after.video if isinstance(after, VideoRow) else after.tier
        self._ranks[row_id] = after.rank
        if after.rank >= self._next_rank:
            self._next_rank = after.rank + 1
            return
        # A row that undo brings back goes to its old place.
        in_order = sorted(rows.items(), key=lambda item: self._ranks[item[0]])
        rows.clear()
        rows.update(in_order)


def _key(event: Event) -> _Key:
    return (event.onset, event.offset, event.id)


def _natural(text: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", text)]


def _row_id(row: Row) -> str:
    match row:
        case VideoRow():
            return row.video.id
        case TierRow():
            return row.tier.id
        case EventRow():
            return row.event.id
        case ReviewedRow():
            return row.video_id
        case SettingRow():
            return row.key
