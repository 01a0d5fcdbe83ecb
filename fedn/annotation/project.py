"""A project in memory: videos, tiers, events. It keeps the rules of the data and records what changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from fedn.annotation.changes import (
    EventRow,
    RejectedRow,
    ReviewedRow,
    SettingRow,
    SubjectRow,
    TierRow,
    VideoRow,
    VocabularyRow,
)
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval, union
from fedn.annotation.project_rows import ProjectRows
from fedn.annotation.subject import Subject
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video
from fedn.annotation.vocabulary import Vocabulary
from fedn.errors import EditError

MODEL_IN_USE = "model_in_use"
MODEL_TITLE, MODEL_NOTE = "model_title:", "model_note:"


class Project(ProjectRows):
    """Everything annotated, with fast lookups for 100,000 events.

    Views read it; only edits (app.document) call the primitive mutations `put_...`, `remove_...` and `set_...`, inside
    `recording`. Lookups of unknown ids raise EditError.

    Attributes:
        folder: where the project lies.
        name: of the study.
    """

    def __init__(self, folder: Path, name: str, *vocabularies: Vocabulary) -> None:
        super().__init__()
        self.folder = folder
        self.name = name
        for vocabulary in vocabularies:
            self.put_vocabulary(vocabulary)

    def __eq__(self, other: object) -> bool:
        """Equal name and content, with what is in an order in the same order, wherever the two lie."""
        return isinstance(other, Project) and (self.name, self._content()) == (other.name, other._content())

    __hash__ = None  # type: ignore[assignment]

    # Lookups

    @property
    def model_in_use(self) -> str:
        """Name of the model that detects in this project, "" for the bundled one."""
        return self._setting(MODEL_IN_USE)

    def model_title(self, name: str) -> str:
        """What people of this project call a model, "" if nothing else than its name."""
        return self._setting(MODEL_TITLE + name)

    def model_note(self, name: str) -> str:
        return self._setting(MODEL_NOTE + name)

    def _setting(self, key: str) -> str:
        row = self._rows[SettingRow].get(key)
        return row.value if isinstance(row, SettingRow) else ""

    @property
    def event_count(self) -> int:
        return len(self._rows[EventRow])

    @property
    def vocabularies(self) -> tuple[Vocabulary, ...]:
        return tuple(self._vocabularies.values())

    @property
    def vocabulary(self) -> Vocabulary:
        """The project's first, which is that of every tier that names none."""
        return next(iter(self._vocabularies.values()))

    def vocabulary_of(self, tier_id: str) -> Vocabulary:
        """Where the tier's labels are from."""
        return self._vocabularies.get(self.tier(tier_id).vocabulary, self.vocabulary)

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
        return self._sorted_events(tier_id)

    def _event_row(self, event_id: str) -> EventRow:
        row = self._rows[EventRow].get(event_id)
        if not isinstance(row, EventRow):
            raise EditError(f"there is no event “{event_id}” in the project; it may have been deleted")
        return row

    def event(self, event_id: str) -> Event:
        return self._event_row(event_id).event

    def has_event(self, event_id: str) -> bool:
        return event_id in self._rows[EventRow]

    def is_rejected(self, event_id: str) -> bool:
        """Whether an annotator has rejected the prediction."""
        return event_id in self._rows[RejectedRow]

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

    def path_of(self, video_id: str) -> Path:
        """Where the video lies: as seen from the project's folder if it is there, else where it was added from."""
        video = self.video(video_id)
        near = (self.folder / video.relative_path).resolve() if video.relative_path else video.path
        return near if near.exists() else video.path

    def reviewed(self, video_id: str) -> tuple[Interval, ...]:
        """Sorted disjoint ranges that an annotator has looked at."""
        self.video(video_id)
        row = self._rows[ReviewedRow].get(video_id)
        return row.intervals if isinstance(row, ReviewedRow) else ()

    def subject(self, name: str) -> Subject:
        """What is known of a filmed person; of most no more than the name."""
        row = self._rows[SubjectRow].get(name)
        return row.subject if isinstance(row, SubjectRow) else Subject(name)

    def subjects(self) -> list[str]:
        """Every filmed person once, s2 before s10."""
        return sorted({video.subject for video in self.videos.values()}, key=_natural)

    # Primitive mutations, for edits only

    def put_video(self, video: Video) -> None:
        """Adds the video at the end, or replaces the one of the same id in its place."""
        self._check_frame_count(video)
        if video.face is not None and video.face.frame >= video.frame_count:
            raise EditError(f"{video.name} has no frame {video.face.frame} in which a face could be chosen")
        self._put(VideoRow(self._rank(VideoRow, video.id), video))

    def remove_video(self, video_id: str) -> None:
        """Removes the video with its tiers, events and reviewed ranges."""
        for tier in self.tiers_of(video_id):
            self.remove_tier(tier.id)
        self.set_reviewed(video_id, ())
        self._remove(VideoRow, video_id)

    def put_tier(self, tier: Tier) -> None:
        """Adds the tier at the end, or replaces the one of the same id in its place."""
        video = self.video(tier.video_id)
        if not tier.name.strip():
            raise EditError(f"a tier of {video.name} cannot be without a name; give it one")
        if tier.id in self.tiers and self.tiers[tier.id].video_id != tier.video_id:
            raise EditError(f"the tier “{tier.name}” cannot move to another video; copy its events instead")
        twin = self.tier_named(tier.video_id, tier.name, who=tier.who)
        if twin is not None and twin.id != tier.id:
            raise EditError(f"{video.name} already has a tier “{tier.name}”; choose another name")
        if tier.vocabulary and tier.vocabulary not in self._vocabularies:
            raise EditError(
                f"the project has no vocabulary “{tier.vocabulary}” for the tier “{tier.name}”; add it first"
            )
        self._put(TierRow(self._rank(TierRow, tier.id), tier))

    def remove_tier(self, tier_id: str) -> None:
        """Removes the tier with its events."""
        for event in reversed(self.events(tier_id)):
            self.remove_event(event.id)
        self._remove(TierRow, tier_id)

    def reorder_tiers(self, tier_ids: Sequence[str]) -> None:
        """Puts these tiers into this order, in the places that they have now among all tiers."""
        tiers = [self.tier(tier_id) for tier_id in tier_ids]
        ranks = sorted(self._rank(TierRow, tier.id) for tier in tiers)
        for rank, tier in zip(ranks, tiers, strict=True):
            self._put(TierRow(rank, tier))

    def put_event(self, tier_id: str, event: Event) -> None:
        """Adds the event to the tier, or replaces the tier's event of the same id."""
        video = self.videos[self.tier(tier_id).video_id]
        if event.offset >= video.frame_count:
            last = video.frame_count - 1
            raise EditError(f"an event cannot end at frame {event.offset}; the last frame of {video.name} is {last}")
        if self.has_event(event.id) and self._event_row(event.id).tier_id != tier_id:
            raise EditError(f"the event “{event.id}” is already on another tier; copy it instead")
        self._put(EventRow(tier_id, event))

    def remove_event(self, event_id: str) -> None:
        """Removes the event, and that it was rejected."""
        self.set_rejected(event_id, False)
        self._remove(EventRow, event_id)

    def set_rejected(self, event_id: str, rejected: bool) -> None:
        tier = self.tier_of(event_id)
        if rejected:
            self._put(RejectedRow(tier.id, event_id))
        else:
            self._remove(RejectedRow, event_id)

    def set_reviewed(self, video_id: str, intervals: Iterable[Interval]) -> None:
        """Replaces the reviewed ranges; overlapping ones are joined."""
        video, joined = self.video(video_id), union(list(intervals))
        if joined and (joined[0].start < 0 or joined[-1].stop > video.frame_count):
            raise EditError(f"a reviewed range goes beyond the {video.frame_count} frames of {video.name}")
        if joined:
            self._put(ReviewedRow(video_id, joined))
        else:
            self._remove(ReviewedRow, video_id)

    def put_subject(self, subject: Subject) -> None:
        """Keeps what is known of a filmed person."""
        if subject == Subject(subject.name):
            self._remove(SubjectRow, subject.name)
        else:
            self._put(SubjectRow(subject))

    def put_vocabulary(self, vocabulary: Vocabulary, *, instead_of: str = "") -> None:
        """Adds the vocabulary at the end, or replaces the one of the same name, or the one named `instead_of`.

        Tiers that name the replaced one then name the new one. Labels of events stay as they are.
        """
        old = instead_of or vocabulary.name
        if old != vocabulary.name:
            if old not in self._vocabularies:
                raise EditError(f"there is no vocabulary “{old}” in the project; it may have been removed")
            if vocabulary.name in self._vocabularies:
                raise EditError(f"the project already has a vocabulary “{vocabulary.name}”; choose another name")
        self._put(VocabularyRow(self._rank(VocabularyRow, old), vocabulary))
        if old != vocabulary.name:
            for tier in [tier for tier in self.tiers.values() if tier.vocabulary == old]:
                self.put_tier(replace(tier, vocabulary=vocabulary.name))
            self._remove(VocabularyRow, old)

    def remove_vocabulary(self, name: str) -> None:
        if name not in self._vocabularies:
            raise EditError(f"there is no vocabulary “{name}” in the project; it may have been removed")
        if len(self._vocabularies) == 1:
            raise EditError(f"“{name}” is the only vocabulary of the project; add another one first")
        user = next((tier for tier in self.tiers.values() if tier.vocabulary == name), None)
        if user is not None:
            raise EditError(f"the tier “{user.name}” of {self.video(user.video_id).name} has labels from “{name}”")
        self._remove(VocabularyRow, name)

    def set_setting(self, key: str, value: str) -> None:
        if value:
            self._put(SettingRow(key, value))
        else:
            self._remove(SettingRow, key)

    def set_model_in_use(self, name: str) -> None:
        self.set_setting(MODEL_IN_USE, name)

    def set_model_words(self, name: str, title: str, note: str) -> None:
        self.set_setting(MODEL_TITLE + name, title)
        self.set_setting(MODEL_NOTE + name, note)

    def _check_frame_count(self, video: Video) -> None:
        if video.frame_count < 1:
            raise EditError(f"{video.name} has no frames; choose a video that can be played")
        if video.id not in self.videos or video.frame_count >= self.videos[video.id].frame_count:
            return
        ends = [event.offset for tier in self.tiers_of(video.id) for event in self.events(tier.id)]
        ends += [interval.offset for interval in self.reviewed(video.id)]
        if max(ends, default=0) >= video.frame_count:
            raise EditError(f"{video.name} has {video.frame_count} frames but is annotated up to frame {max(ends)}")


def _natural(text: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", text)]
