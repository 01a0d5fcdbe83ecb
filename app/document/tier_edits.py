"""Edits of tiers: add, change, order, merge, delete."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.document.edit import Edit
from app.document.prediction_edits import origin_of
from fedn.annotation.event import Event, new_id
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier
from fedn.errors import EditError


@dataclass(frozen=True, slots=True)
class AddTier(Edit):
    tier: Tier

    def change(self, project: Project) -> None:
        if self.tier.id in project.tiers:
            raise EditError(f"the tier “{self.tier.name}” is already in the project")
        project.put_tier(self.tier)

    @property
    def text(self) -> str:
        return f"Add tier {self.tier.name}"


@dataclass(frozen=True, slots=True)
class ChangeTier(Edit):
    """Replaces what is known of a tier: name, source, who, vocabulary. Its events stay as they are.

    Predictions stay those of their model: they become labels only by being accepted, which keeps where they come from.
    """

    tier: Tier

    def change(self, project: Project) -> None:
        before = project.tier(self.tier.id)
        same_maker = (before.source, before.who) == (self.tier.source, self.tier.who)
        if before.source is Source.DETECTOR and not same_maker and project.events(before.id):
            raise EditError(
                f"the tier “{before.name}” records what {before.who or 'a detector'} found; accept its events"
            )
        project.put_tier(self.tier)

    @property
    def text(self) -> str:
        return f"Change tier {self.tier.name}"


@dataclass(frozen=True, slots=True)
class RenameTier(Edit):
    tier_id: str
    name: str

    def change(self, project: Project) -> None:
        project.put_tier(replace(project.tier(self.tier_id), name=self.name))

    @property
    def text(self) -> str:
        return f"Rename tier to {self.name}"

    def describe(self, project: Project) -> str:
        return f"Rename tier {project.tier(self.tier_id).name} to {self.name}"


@dataclass(frozen=True, slots=True)
class ReorderTiers(Edit):
    """Puts all tiers of a video into another order."""

    video_id: str
    ids: tuple[str, ...]

    def change(self, project: Project) -> None:
        if sorted(self.ids) != sorted(tier.id for tier in project.tiers_of(self.video_id)):
            raise EditError(
                f"the tiers of {project.video(self.video_id).name} have changed meanwhile; order them again"
            )
        project.reorder_tiers(self.ids)

    @property
    def text(self) -> str:
        return "Reorder tiers"

    def describe(self, project: Project) -> str:
        return f"Reorder tiers of {project.video(self.video_id).name}"


@dataclass(frozen=True, slots=True)
class DeleteTier(Edit):
    """Deletes a tier with its events."""

    tier_id: str

    def change(self, project: Project) -> None:
        project.remove_tier(self.tier_id)

    @property
    def text(self) -> str:
        return "Delete tier"

    def describe(self, project: Project) -> str:
        return f"Delete tier {project.tier(self.tier_id).name}"


@dataclass(frozen=True, slots=True)
class MergeTiers(Edit):
    """Brings the events of tiers of one video together on one of them, `into`.

    An event of the same frames and label is not doubled: the one there takes over what it lacks (apex, intensity,
    action units, score, origin) and every note. Tiers of people go away with it. Those of a detector stay, as the
    record of what it found; their events come over as copies with their origin.
    """

    ids: tuple[str, ...]
    into: str

    def change(self, project: Project) -> None:
        target = project.tier(self.into)
        others = [project.tier(tier_id) for tier_id in dict.fromkeys(self.ids) if tier_id != self.into]
        if not others:
            raise EditError("merging needs two tiers or more; choose another tier to merge with")
        if target.source is Source.DETECTOR:
            raise EditError(f"the tier “{target.name}” records what a detector found; merge into a tier of a person")
        if any(tier.video_id != target.video_id for tier in others):
            raise EditError("tiers of different videos cannot be merged; copy their events instead")
        for tier in others:
            self._bring(project, tier)

    def _bring(self, project: Project, tier: Tier) -> None:
        events = project.events(tier.id)
        moves = tier.source is not Source.DETECTOR
        if moves:
            project.remove_tier(tier.id)
        there = {_frames_and_label(event): event for event in project.events(self.into)}
        for event in events:
            if not moves:
                event = replace(event, id=new_id(), score=None, origin=origin_of(event, tier))
            twin = there.get(_frames_and_label(event))
            there[_frames_and_label(event)] = merged = event if twin is None else complemented(twin, event)
            project.put_event(self.into, merged)

    @property
    def text(self) -> str:
        return f"Merge {len(dict.fromkeys((*self.ids, self.into)))} tiers"

    def describe(self, project: Project) -> str:
        return f"{self.text} into {project.tier(self.into).name}"


def _frames_and_label(event: Event) -> tuple[int, int, str]:
    return event.onset, event.offset, event.label


def complemented(event: Event, other: Event) -> Event:
    """The event with what only another one of the same frames says, and the notes of both."""
    return replace(
        event,
        apex=other.apex if event.apex is None else event.apex,
        score=other.score if event.score is None else event.score,
        intensity=event.intensity or other.intensity,
        action_units=event.action_units or other.action_units,
        origin=event.origin or other.origin,
        note="; ".join(dict.fromkeys(note for note in (event.note, other.note) if note)),
    )
