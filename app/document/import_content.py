"""Events from files into a project, as one undo step. Whatever is changed, left out or doubtful becomes a remark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.document.copy_edits import AddEvents
from app.document.edit import Edit, Group
from app.document.event_edits import DeleteEvents
from app.document.import_plan import IfExists, ImportChoices, ImportedTier, ImportPlan
from app.document.imported_events import LabelReader, differences, inside
from app.document.project_edits import MarkReviewed, PutVocabulary
from app.document.tier_edits import AddTier
from app.document.video_matching import FoundVideo, VideoMatcher
from fedn.annotation.event import Event, new_id
from fedn.annotation.formats.content import Content, Remark, Remarks, TierEvents, VideoEvents
from fedn.annotation.interval import Interval, subtract
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video
from fedn.annotation.vocabulary import Vocabulary, shipped_vocabularies, shipped_vocabulary
from fedn.counted import counted
from fedn.errors import FormatError

NO_NAME = "Imported"


def plan_import(
    project: Project, files: Sequence[tuple[Path, Content]], choices: ImportChoices | None = None
) -> ImportPlan:
    """How the content of files comes into the project.

    Files that bring the same tier of a video bring it together; then what several of them have is not doubled.

    Raises:
        FormatError: if a chosen video or tier is not there.
    """
    planner = _Planner(project, choices or ImportChoices())
    remarks = [remark for file, content in files for remark in (*content.remarks, *planner.add(file, content))]
    return planner.plan([file for file, _ in files], remarks)


@dataclass(slots=True)
class _Target:
    """A tier that events come to.

    Attributes:
        how: "new", "replaced" or "merged".
        known: an event of every frames and label that is on it, or comes from files read before.
        events: those that come, with their new ids; `rejected` are the ids of those that were rejected.
    """

    tier: Tier
    how: str
    known: dict[tuple[int, int, str], Event]
    events: list[Event] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    doubles: int = 0

    def remember(self) -> None:
        """Files read later do not double what came until now; within one file every event counts."""
        for event in self.events:
            self.known.setdefault(_frames_and_label(event), event)


class _Planner:
    def __init__(self, project: Project, choices: ImportChoices) -> None:
        self._project, self._choices = project, choices
        self._matcher = VideoMatcher(project)
        self._wanted = self._wanted_video()
        self._targets: dict[tuple[str, str, Source, str], _Target] = {}
        self._vocabularies: dict[str, Vocabulary] = {one.name: one for one in project.vocabularies}
        self._names = {(tier.video_id, tier.name, tier.who) for tier in project.tiers.values()}
        self._ids: set[str] = set()
        self._doubtful: dict[str, list[Interval]] = {}

    def _wanted_video(self) -> Video | None:
        if not self._choices.video:
            return None
        found = self._matcher.find(self._choices.video)
        if found.video is None:
            raise FormatError(found.remark)
        return found.video

    # Reading the files

    def add(self, file: Path, content: Content) -> tuple[Remark, ...]:
        """Adds what a file brings to the plan; returns what is to be said of it."""
        remarks = Remarks(file)
        names = Counter(video.video for video in content.videos)
        several = len(content.videos) > 1
        taken = 0
        for own in content.videos:
            found = self._find(own, several=several, shared=names[own.video] > 1)
            place = f"video “{own.video}”"
            if found.remark:
                lost = f"; {_events(own)} left out with it" if found.video is None else ""
                remarks.add(place, f"{found.remark}{lost}")
            if found.video is not None:
                taken += 1
                self._add_video(own, found.video, place, remarks)
        for target in self._targets.values():
            target.remember()
        if self._wanted is not None and content.videos and not taken:
            raise FormatError(
                f"{file} has labels of several videos, but none called {self._choices.video}; choose one of "
                + ", ".join(names)
            )
        return remarks.done()

    def _find(self, own: VideoEvents, *, several: bool, shared: bool) -> FoundVideo:
        if self._wanted is None:
            return self._matcher.find(own.video, own.subject, own.path, shared=shared)
        if several:
            found = self._matcher.find(own.video, own.subject, own.path, shared=shared).video
            if found is not self._wanted:
                return FoundVideo(None, f"only labels of {self._wanted.name} were asked for")
        elif self._matcher.find(own.video).video is not self._wanted:
            return FoundVideo(self._wanted, f"its labels were given to {self._wanted.name}, as asked for")
        return FoundVideo(self._wanted)

    def _add_video(self, own: VideoEvents, video: Video, place: str, remarks: Remarks) -> None:
        if own.frame_count and own.frame_count != video.frame_count:
            remarks.add(
                place,
                f"it has {own.frame_count} frames in the file and {video.frame_count} in the project; "
                "check that the labels were made for this version of the video",
            )
        self._doubtful.setdefault(video.id, []).extend(own.doubtful)
        tiers = own.tiers
        if self._choices.tier and len(tiers) > 1:
            tiers = self._chosen_tier(own, place, remarks)
        seen: set[int] = set()
        for tier in tiers:
            target = self._target(tier, video, place, remarks, renamed=len(own.tiers) == 1)
            if id(target) in seen:
                remarks.add(f"{place}, tier “{tier.name}”", "another of its tiers is called the same; they became one")
            seen.add(id(target))
            self._fill(target, tier, video, f"{place}, tier “{tier.name}”", remarks)

    def _chosen_tier(self, own: VideoEvents, place: str, remarks: Remarks) -> tuple[TierEvents, ...]:
        chosen = tuple(tier for tier in own.tiers if tier.name.casefold() == self._choices.tier.casefold())
        if not chosen:
            names = ", ".join(tier.name for tier in own.tiers)
            raise FormatError(
                f"{remarks.file} has several tiers of {own.video}, but none called {self._choices.tier}; choose one of "
                f"{names}"
            )
        for tier in own.tiers:
            if tier not in chosen:
                told = f"another tier was asked for; {counted(len(tier.events), 'event')} left out with it"
                remarks.add(f"{place}, tier “{tier.name}”", told)
        return chosen

    # Tiers

    def _target(self, own: TierEvents, video: Video, place: str, remarks: Remarks, *, renamed: bool) -> _Target:
        name = (self._choices.tier if renamed and self._choices.tier else own.name).strip() or NO_NAME
        source = self._choices.source or own.source
        who = own.who if self._choices.who is None else self._choices.who
        key = (video.id, name.casefold(), source, who)
        if key not in self._targets:
            self._targets[key] = self._new_target(own, Tier(video.id, name, source, who), place, remarks)
        return self._targets[key]

    def _new_target(self, own: TierEvents, wanted: Tier, place: str, remarks: Remarks) -> _Target:
        place = f"{place}, tier “{own.name}”"
        there = self._tier_like(wanted)
        if there is not None and self._choices.if_exists is not IfExists.ADD:
            events = self._project.events(there.id)
            if self._choices.if_exists is IfExists.MERGE:
                return _Target(there, "merged", {_frames_and_label(event): event for event in events})
            told = f"what was on the tier “{there.name}” was replaced: {counted(len(events), 'event')}"
            remarks.add(place, told)
            return _Target(there, "replaced", {})
        free, number = wanted.name, 2
        while (wanted.video_id, free, wanted.who) in self._names:
            free, number = f"{wanted.name} ({number})", number + 1
        if free != wanted.name:
            remarks.add(place, f"the video already has a tier of this name; the new one is called “{free}”")
        self._names.add((wanted.video_id, free, wanted.who))
        vocabulary = self._vocabulary_for(own, place, remarks)
        return _Target(replace(wanted, name=free, vocabulary=vocabulary), "new", {})

    def _tier_like(self, wanted: Tier) -> Tier | None:
        """The video's tier of that name; of that person, if the file names one. Predictions never mix with labels."""
        for tier in self._project.tiers_of(wanted.video_id):
            same_kind = (tier.source is Source.DETECTOR) == (wanted.source is Source.DETECTOR)
            if same_kind and tier.name.casefold() == wanted.name.casefold() and wanted.who in ("", tier.who):
                return tier
        return None

    def _vocabulary_for(self, own: TierEvents, place: str, remarks: Remarks) -> str:
        """The vocabulary that the file names, else the first that has all labels, else "" for the project's first."""
        if own.vocabulary and own.vocabulary not in self._vocabularies:
            if own.vocabulary not in shipped_vocabularies():
                remarks.add(place, f"its vocabulary “{own.vocabulary}” is not known; that of the project is used")
            else:
                self._vocabularies[own.vocabulary] = shipped_vocabulary(own.vocabulary)
                remarks.add(place, f"its vocabulary “{own.vocabulary}” was added to the project")
        labels = {event.label for event in own.events if event.label}
        fits = [name for name, one in self._vocabularies.items() if labels <= set(one.names)]
        name = own.vocabulary if own.vocabulary in self._vocabularies else next(iter(fits), "")
        return "" if name == self._project.vocabulary.name else name

    # Events

    def _fill(self, target: _Target, own: TierEvents, video: Video, place: str, remarks: Remarks) -> None:
        name = target.tier.vocabulary
        labels = LabelReader(self._vocabularies.get(name, self._project.vocabulary))
        for event in own.events:
            fitting = inside(event, video, place, remarks)
            if fitting is None:
                continue
            fitting = labels.read(fitting)
            twin = target.known.get(_frames_and_label(fitting))
            if twin is None:
                self._take(target, fitting, own)
            else:
                target.doubles += 1
                self._tell_double(fitting, twin, place, remarks)
        labels.tell(place, remarks)
        if own.rejected and target.tier.source is not Source.DETECTOR:
            told = f"on this tier events are labels; that predictions were rejected is lost: {len(own.rejected)}"
            remarks.add(place, told)

    def _take(self, target: _Target, event: Event, own: TierEvents) -> None:
        rejected = event.id in own.rejected
        if event.id in self._ids or not self._is_free(event.id, target):
            event = replace(event, id=new_id())
        self._ids.add(event.id)
        target.events.append(event)
        if rejected and target.tier.source is Source.DETECTOR:
            target.rejected.append(event.id)

    def _is_free(self, event_id: str, target: _Target) -> bool:
        """Whether no event has the id that stays."""
        if not self._project.has_event(event_id):
            return True
        return target.how == "replaced" and self._project.tier_of(event_id).id == target.tier.id

    def _tell_double(self, event: Event, twin: Event, place: str, remarks: Remarks) -> None:
        different = differences(event, twin)
        if different:
            what = f"the event at frames {event.onset} to {event.offset} is already there"
            remarks.add(place, f"{what}, with another {' and '.join(different)}, which stayed")

    # The result

    def plan(self, files: Sequence[Path], remarks: Sequence[Remark]) -> ImportPlan:
        known = {vocabulary.name for vocabulary in self._project.vocabularies}
        edits: list[Edit] = [PutVocabulary(one) for name, one in self._vocabularies.items() if name not in known]
        for target in self._targets.values():
            edits += self._edits(target)
        reviewed = self._newly_reviewed()
        edits += [MarkReviewed(video.id, part) for video in reviewed for part in self._reviewed_parts(video)]
        tiers = tuple(self._figures(target) for target in self._targets.values())
        count = sum(tier.events for tier in tiers)
        source = files[0].name if len(files) == 1 else f"{len(files)} files"
        words = f"Import {counted(count, 'event')} from {source}"
        names = tuple(video.name for video in reviewed)
        return ImportPlan(Group(tuple(edits), words), tiers, names, tuple(remarks))

    def _newly_reviewed(self) -> list[Video]:
        experts = {target.tier.video_id for target in self._targets.values() if target.tier.source is Source.EXPERT}
        videos = [video for video in self._project.videos.values() if video.id in experts and self._choices.reviewed]
        return [video for video in videos if self._project.reviewed(video.id) != (Interval(0, video.frame_count),)]

    def _reviewed_parts(self, video: Video) -> tuple[Interval, ...]:
        """All of the video, less where the files had an expression that could not be read."""
        parts: tuple[Interval, ...] = (Interval(0, video.frame_count),)
        for doubtful in self._doubtful.get(video.id, ()):
            parts = subtract(parts, doubtful)
        return parts

    def _edits(self, target: _Target) -> list[Edit]:
        edits: list[Edit] = []
        if target.how == "new":
            edits.append(AddTier(target.tier))
        elif target.how == "replaced" and self._project.events(target.tier.id):
            edits.append(DeleteEvents(tuple(event.id for event in self._project.events(target.tier.id))))
        if target.events:
            edits.append(AddEvents(target.tier.id, tuple(target.events), tuple(target.rejected)))
        return edits

    def _figures(self, target: _Target) -> ImportedTier:
        tier, video = target.tier, self._project.video(target.tier.video_id)
        removed = len(self._project.events(tier.id)) if target.how == "replaced" else 0
        return ImportedTier(
            video.name, video.subject, tier.name, tier.source, tier.who, target.how, len(target.events), target.doubles,
            removed,
        )  # fmt: skip


def _frames_and_label(event: Event) -> tuple[int, int, str]:
    return event.onset, event.offset, event.label


def _events(video: VideoEvents) -> str:
    return counted(sum(len(tier.events) for tier in video.tiers), "event")
