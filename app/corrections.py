"""Predictions are never changed in place: a change goes into the annotator's own tier, with where it came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.document.edits import AcceptPredictions, AddTier, Edit, correction_of
from fedn.annotation.event import new_id
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier

CORRECTIONS = "Corrections"


@dataclass(frozen=True, slots=True)
class Corrections:
    """What has to happen before the events can be changed.

    Attributes:
        edits: to be done first, in one step with the change; empty if nothing has to happen.
        ids: the events to change instead of those asked for, in the same order.
    """

    edits: tuple[Edit, ...]
    ids: tuple[str, ...]


def annotator_tier(project: Project, video_id: str, who: str) -> Tier:
    """The tier of a video that `who` corrects into; a new one that is not yet in the project if there is none."""
    tiers = (tier for tier in project.tiers_of(video_id) if tier.source == Source.ANNOTATOR and tier.who in ("", who))
    return next(tiers, None) or Tier(video_id, CORRECTIONS, Source.ANNOTATOR, who)


def corrections_of(project: Project, event_ids: Iterable[str], who: str) -> Corrections:
    """Accepts the predictions among the events, except those that have been accepted before.

    Raises:
        EditError: if an event is not in the project.
    """
    edits: list[Edit] = []
    ids: list[str] = []
    made: dict[str, Tier] = {}
    for event_id in event_ids:
        tier = project.tier_of(event_id)
        if tier.source != Source.DETECTOR:
            ids.append(event_id)
            continue
        target = made.get(tier.video_id) or annotator_tier(project, tier.video_id, who)
        if target.id not in project.tiers and tier.video_id not in made:
            edits.append(AddTier(target))
        made[tier.video_id] = target
        earlier = correction_of(project, event_id, target.id) if target.id in project.tiers else None
        if earlier is not None:
            ids.append(earlier.id)
            continue
        copy_id = new_id()
        edits.append(AcceptPredictions((event_id,), target.id, (copy_id,)))
        ids.append(copy_id)
    return Corrections(tuple(edits), tuple(ids))
