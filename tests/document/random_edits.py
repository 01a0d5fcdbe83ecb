"""Edits by chance: with ids of the project (or unknown ones) and numbers that may well be refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from app.document.edits import (
    AcceptPredictions,
    AddEvents,
    AddTier,
    AddVideo,
    ChangeTier,
    ChangeVideo,
    CopyToTier,
    CorrectPrediction,
    CreateEvent,
    DeleteEvents,
    DeleteTier,
    DescribeModel,
    Edit,
    Group,
    MarkReviewed,
    MergeEvents,
    MergeTiers,
    MoveApex,
    MoveBoundary,
    MoveEvent,
    MoveToTier,
    PasteEvents,
    PutSubject,
    PutVocabulary,
    RejectPredictions,
    Relabel,
    RemoveVideo,
    RemoveVocabulary,
    RenameSubject,
    RenameTier,
    ReorderTiers,
    ReplaceEvents,
    SetAttributes,
    SplitEvent,
    UnmarkReviewed,
    UnrejectPredictions,
    UseModel,
)
from app.document.import_content import plan_import
from app.document.import_plan import IfExists, ImportChoices
from fedn.annotation.action_unit import ActionUnit
from fedn.annotation.event import Event
from fedn.annotation.formats.content import Content, TierEvents, VideoEvents
from fedn.annotation.interval import Interval
from fedn.annotation.project import Project
from fedn.annotation.subject import Subject
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import FaceChoice, Video
from fedn.annotation.vocabulary import LabelDef, Vocabulary

FRAMES = 60
LABELS = ("fear", "anger", "", "unheard of")
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Dice:
    """Draws numbers; `project` is what the drawn edit is for."""

    draw: Callable[[int, int], int]
    project: Project

    def number(self, low: int, high: int) -> int:
        return self.draw(low, high)

    def one_of(self, items: Sequence[_Item]) -> _Item:
        return items[self.draw(0, len(items) - 1)]

    def sometimes(self) -> bool:
        return bool(self.draw(0, 1))

    def video(self) -> str:
        return self.one_of([*self.project.videos] or ["nothing"])

    def tier(self) -> str:
        return self.one_of([*self.project.tiers] or ["nothing"])

    def prediction_tier(self) -> str:
        tiers = [tier.id for tier in self.project.tiers.values() if tier.source is Source.DETECTOR]
        return self.one_of(tiers or ["nothing"])

    def tier_beside(self, tier_id: str) -> str:
        """Mostly another tier of the same video."""
        tier = self.project.tiers.get(tier_id)
        if tier is None or self.number(0, 3) == 0:
            return self.tier()
        return self.one_of([other.id for other in self.project.tiers_of(tier.video_id)])

    def near(self, event_id: str) -> int:
        """A frame that mostly lies in the event."""
        if not self.project.has_event(event_id) or self.number(0, 3) == 0:
            return self.number(0, FRAMES)
        return self.number((event := self.project.event(event_id)).onset, event.offset)

    def of(self, tier_id: str) -> str:
        """An event of the tier."""
        known = tier_id in self.project.tiers
        return self.one_of([event.id for event in self.project.events(tier_id)] or ["nothing"] if known else ["gone"])

    def some_of(self, tier_id: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.of(tier_id) for _ in range(self.number(1, 3))))

    def own(self) -> str:
        """Any event, of a tier that has some."""
        tiers = [tier_id for tier_id in self.project.tiers if self.project.events(tier_id)]
        return self.of(self.one_of(tiers or ["nothing"]))

    def event(self) -> Event:
        onset, length = self.number(0, 45), self.number(0, 12) + 8 * (self.number(0, 9) == 0)
        score = self.number(0, 10) / 10 if self.sometimes() else None
        apex = onset + self.number(0, length) if self.sometimes() else None
        return Event(onset, onset + length, self.one_of(LABELS), apex=apex, score=score)

    def events(self) -> tuple[Event, ...]:
        return tuple(self.event() for _ in range(self.number(0, 4)))

    def new_video(self) -> Video:
        number = self.number(0, 3)
        return Video(f"key {number}", Path(f"/videos/{number}.mp4"), f"s{number % 2}", FRAMES, 30.0, 640, 480)

    def new_tier(self) -> Tier:
        source = self.one_of([Source.DETECTOR, Source.EXPERT, Source.ANNOTATOR])
        return Tier(self.video(), f"t{self.number(0, 5)}", source, self.one_of(["", "who"]))

    def vocabulary(self) -> Vocabulary:
        label = LabelDef(self.one_of(["fear", "joy"]), "Abc", "#123456")
        return Vocabulary(f"v{self.number(0, 2)}", (label,))

    def interval(self) -> Interval:
        return Interval(first := self.number(0, FRAMES - 1), first + self.number(1, 20))


def _changed_video(dice: Dice) -> Edit:
    if dice.video() not in dice.project.videos:
        return ChangeVideo(dice.new_video())
    face = FaceChoice(dice.number(0, FRAMES), 0.5, 0.25)
    return ChangeVideo(replace(dice.project.video(dice.video()), face=face, frame_count=FRAMES - dice.number(0, 20)))


def _changed_tier(dice: Dice) -> Edit:
    tier = dice.project.tiers.get(dice.tier()) or dice.new_tier()
    names = ["", "gone", *(vocabulary.name for vocabulary in dice.project.vocabularies)]
    return ChangeTier(
        replace(tier, source=dice.one_of(list(Source)), who=dice.one_of(["", "me"]), vocabulary=dice.one_of(names))
    )


def _reordered(dice: Dice) -> Edit:
    video = dice.video()
    ids = [tier.id for tier in dice.project.tiers_of(video)] if video in dice.project.videos else []
    order = [ids.pop(dice.number(0, len(ids) - 1)) for _ in range(len(ids) - dice.number(0, 1) * (len(ids) > 3))]
    return ReorderTiers(video, tuple(order))


def _imported(dice: Dice) -> Edit:
    """What a file brings, whose ids may be those of the project."""
    ids = [event.id for tier in dice.project.tiers for event in dice.project.events(tier)] or ["new"]
    own = {(event := replace(dice.event(), id=dice.one_of([*ids, "a", "b"]))).id: event for _ in range(3)}
    rejected = frozenset(dice.one_of([*own]) for _ in range(dice.number(0, 1)))
    source = dice.one_of([Source.DETECTOR, Source.EXPERT])
    tier = TierEvents(f"t{dice.number(0, 5)}", source, dice.one_of(["", "who"]), tuple(own.values()), rejected)
    video = VideoEvents(f"{dice.number(0, 3)}.mp4", "", 0, 0.0, (tier,))
    choices = ImportChoices(if_exists=dice.one_of(list(IfExists)))
    return plan_import(dice.project, [(Path("file.csv"), Content((video,)))], choices).edit


def _group(dice: Dice) -> Edit:
    if dice.sometimes():
        return _imported(dice)
    parts = [make_edit(dice, with_groups=False) for _ in range(dice.number(1, 3))]
    # Often one that is surely refused, after others that were not.
    return Group((*parts, MoveApex("nothing", 1)) if dice.sometimes() else tuple(parts), "Group")


def _copied(dice: Dice) -> Edit:
    tier = dice.tier()
    return CopyToTier(dice.some_of(tier), dice.tier_beside(tier))


def _moved_to_tier(dice: Dice) -> Edit:
    tier = dice.tier()
    return MoveToTier(dice.some_of(tier), dice.tier_beside(tier), dice.number(-3, 3))


def _accepted(dice: Dice) -> Edit:
    tier = dice.prediction_tier()
    return AcceptPredictions(dice.some_of(tier), dice.tier_beside(tier))


def _corrected(dice: Dice) -> Edit:
    tier = dice.prediction_tier()
    event = dice.of(tier)
    return CorrectPrediction(event, dice.tier_beside(tier), onset=dice.near(event), label=dice.one_of(LABELS))


def _merged_tiers(dice: Dice) -> Edit:
    tier = dice.tier()
    return MergeTiers((tier, dice.tier_beside(tier)), dice.tier_beside(tier))


def _merged_events(dice: Dice) -> Edit:
    tier = dice.tier()
    return MergeEvents(dice.some_of(tier) + dice.some_of(tier))


def _moved_boundary(dice: Dice) -> Edit:
    event = dice.own()
    return MoveBoundary(event, "onset" if dice.sometimes() else "offset", dice.near(event))


def _moved_apex(dice: Dice) -> Edit:
    event = dice.own()
    return MoveApex(event, dice.near(event) if dice.number(0, 4) else None)


def _split(dice: Dice) -> Edit:
    event = dice.own()
    return SplitEvent(event, dice.near(event))


MAKERS: dict[type[Edit], Callable[[Dice], Edit]] = {
    AddVideo: lambda dice: AddVideo(dice.new_video()),
    ChangeVideo: _changed_video,
    RemoveVideo: lambda dice: RemoveVideo(dice.video()),
    PutSubject: lambda dice: PutSubject(Subject(f"s{dice.number(0, 2)}", dice.one_of(["", "control"]))),
    RenameSubject: lambda dice: RenameSubject(f"s{dice.number(0, 2)}", f"s{dice.number(0, 3)}"),
    PutVocabulary: lambda dice: PutVocabulary(dice.vocabulary(), dice.one_of(["", "", "v1"])),
    RemoveVocabulary: lambda dice: RemoveVocabulary(f"v{dice.number(0, 2)}"),
    AddTier: lambda dice: AddTier(dice.new_tier()),
    ChangeTier: _changed_tier,
    RenameTier: lambda dice: RenameTier(dice.tier(), f"t{dice.number(0, 5)}"),
    ReorderTiers: _reordered,
    MergeTiers: _merged_tiers,
    DeleteTier: lambda dice: DeleteTier(dice.tier()),
    CreateEvent: lambda dice: CreateEvent(dice.tier(), dice.event()),
    AddEvents: lambda dice: AddEvents(dice.tier(), dice.events()),
    ReplaceEvents: lambda dice: ReplaceEvents(dice.tier(), dice.events()),
    PasteEvents: lambda dice: PasteEvents(dice.tier(), dice.events(), dice.number(0, FRAMES // 2)),
    CopyToTier: _copied,
    MoveToTier: _moved_to_tier,
    AcceptPredictions: _accepted,
    CorrectPrediction: _corrected,
    RejectPredictions: lambda dice: RejectPredictions(dice.some_of(dice.prediction_tier())),
    UnrejectPredictions: lambda dice: UnrejectPredictions(dice.some_of(dice.prediction_tier())),
    MoveEvent: lambda dice: MoveEvent(dice.own(), dice.number(-10, 10)),
    MoveBoundary: _moved_boundary,
    MoveApex: _moved_apex,
    Relabel: lambda dice: Relabel(dice.some_of(dice.tier()), dice.one_of(LABELS)),
    SetAttributes: lambda dice: SetAttributes(
        dice.some_of(dice.tier()), note="ä\n'", intensity="A", action_units=(ActionUnit(dice.number(1, 50), "left"),)
    ),
    SplitEvent: _split,
    MergeEvents: _merged_events,
    DeleteEvents: lambda dice: DeleteEvents((dice.own(),)),
    MarkReviewed: lambda dice: MarkReviewed(dice.video(), dice.interval()),
    UnmarkReviewed: lambda dice: UnmarkReviewed(dice.video(), dice.interval()),
    UseModel: lambda dice: UseModel(dice.one_of(["", "mine"])),
    DescribeModel: lambda dice: DescribeModel("mine", dice.one_of(["", "Second round"]), dice.one_of(["", "of May"])),
    Group: _group,
}
_EMPTYING = (RemoveVideo, DeleteTier, RemoveVocabulary)
_FILLING = (AddTier, CreateEvent, ReplaceEvents, AddEvents)


def make_edit(dice: Dice, *, with_groups: bool = True) -> Edit:
    """Any edit, those that fill the project more often than those that empty it."""
    often = [kind for kind in MAKERS if kind not in _EMPTYING] * 2
    kinds = [kind for kind in [*MAKERS, *often, *_FILLING * 3] if with_groups or kind is not Group]
    return MAKERS[dice.one_of(kinds)](dice)
