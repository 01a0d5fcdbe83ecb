"""What one edit changed, found by comparing the project before and after, so that every edit announces itself alike."""

from __future__ import annotations

from dataclasses import dataclass, field

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.project import Project
from fedn.annotation.tier import Tier
from fedn.annotation.video import Video


@dataclass(frozen=True, slots=True)
class State:
    """References to a project's immutable parts; taking one copies no event."""

    videos: dict[str, Video]
    tiers: dict[str, Tier]
    events: dict[str, tuple[Event, ...]]
    reviewed: dict[str, tuple[Interval, ...]]
    model: str


@dataclass(slots=True)
class Changes:
    """`events` maps (video id, tier id) to the ids of the events that were added, removed or altered."""

    videos: bool = False
    model: bool = False
    tiers: set[str] = field(default_factory=set)
    reviewed: set[str] = field(default_factory=set)
    events: dict[tuple[str, str], set[str]] = field(default_factory=dict)


def state_of(project: Project) -> State:
    return State(
        dict(project.videos),
        dict(project.tiers),
        {tier_id: project.events(tier_id) for tier_id in project.tiers},
        {video_id: project.reviewed(video_id) for video_id in project.videos},
        project.model_in_use,
    )


def changes_between(before: State, after: State) -> Changes:
    changes = Changes(videos=before.videos != after.videos, model=before.model != after.model)
    for tier_id in before.tiers.keys() | after.tiers.keys():
        old, new = before.tiers.get(tier_id), after.tiers.get(tier_id)
        tier = new or old
        if tier is None:
            continue
        if old != new:
            changes.tiers.add(tier.video_id)
        touched = _touched_events(before.events.get(tier_id, ()), after.events.get(tier_id, ()))
        if touched:
            changes.events[tier.video_id, tier_id] = touched
    for video_id in before.reviewed.keys() | after.reviewed.keys():
        if before.reviewed.get(video_id, ()) != after.reviewed.get(video_id, ()):
            changes.reviewed.add(video_id)
    return changes


def _touched_events(before: tuple[Event, ...], after: tuple[Event, ...]) -> set[str]:
    if before is after:
        return set()
    old, new = {event.id: event for event in before}, {event.id: event for event in after}
    return {event_id for event_id in old.keys() | new.keys() if old.get(event_id) != new.get(event_id)}
