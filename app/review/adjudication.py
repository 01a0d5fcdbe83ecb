"""Deciding between what two people have coded: the edits that bring the result to a third tier."""

from __future__ import annotations

from dataclasses import replace

from app.document.edits import AddEvents, AddTier, DeleteEvents, Edit, Group, MarkReviewed
from app.document.prediction_edits import origin_of
from app.review.decisions import Decide, Verdict, result_of
from app.review.items import Item
from fedn.annotation.event import Event, new_id
from fedn.annotation.interval import Interval
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier

ADJUDICATED = "Adjudicated"


def result_tier(project: Project, video_id: str, name: str, who: str) -> Tier:
    """The tier of a person for the results; one that is not yet in the project if there is none of that name.

    A new one is an expert's: decided by somebody who has seen both, and no tier for corrections of predictions.
    """
    tiers = (tier for tier in project.tiers_of(video_id) if tier.name == name and tier.source is not Source.DETECTOR)
    return next(tiers, None) or Tier(video_id, name, Source.EXPERT, who)


def adjudicate(project: Project, item: Item, verdict: Verdict, into: Tier, chosen: Event | None = None) -> Edit:
    """One step: the chosen event as a copy on the tier `into`, the verdict, and the frames as looked at.

    What an earlier verdict on the same pair has brought to the tier goes away.

    Args:
        chosen: which of the two is taken for EDITED; by default the second, else the first.
    """
    if verdict is Verdict.FIRST:
        chosen = item.first
    elif verdict is Verdict.SECOND:
        chosen = item.second
    elif verdict is Verdict.NEITHER:
        chosen = None
    else:
        chosen = chosen or item.event
    edits: list[Edit] = [] if into.id in project.tiers else [AddTier(into)]
    earlier = result_of(project, *item.event_ids)
    if earlier:
        edits.append(DeleteEvents((earlier,)))
    copy = copied(project, chosen, verdict) if chosen else None
    if copy is not None:
        edits.append(AddEvents(into.id, (copy,)))
    edits.append(Decide(*item.event_ids, verdict, copy.id if copy else ""))
    return Group(tuple(edits), _words(project, verdict, chosen))


def copied(project: Project, event: Event, verdict: Verdict) -> Event:
    """A copy for the third tier, with its origin, and in the note whose it was."""
    tier = project.tier_of(event.id)
    edited = ", edited" if verdict is Verdict.EDITED else ""
    whose = " · ".join(part for part in (tier.name, tier.who) if part)
    note = "; ".join(part for part in (event.note, f"from {whose}{edited}") if part)
    return replace(event, id=new_id(), score=None, origin=origin_of(event, tier), note=note)


def looked_at(item: Item, frame_count: int) -> MarkReviewed:
    """The frames of both events: whoever has decided about them has looked at them."""
    interval = item.interval
    return MarkReviewed(item.video_id, Interval(interval.start, min(interval.stop, frame_count)))


def _words(project: Project, verdict: Verdict, chosen: Event | None) -> str:
    if chosen is None:
        return "Decide for neither"
    tier = project.tier_of(chosen.id)
    return f"Decide for {chosen.label or 'event'} of {tier.who or tier.name}"
