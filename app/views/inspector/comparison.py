"""What the other tiers say where an event is."""

from __future__ import annotations

from dataclasses import dataclass

from fedn.annotation.event import Event
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier

AGREEING_IOU = 0.5
_ORDER = (Source.EXPERT, Source.SELF_REPORT, Source.ANNOTATOR, Source.DETECTOR, Source.IMPORTED)


@dataclass(frozen=True, slots=True)
class Counterpart:
    """The event of another tier that overlaps most, None where that tier has nothing."""

    tier: Tier
    event: Event | None
    iou: float

    def agreement(self, label: str) -> str:
        """ "agrees", "label_differs" or "no_counterpart": the names of the theme's colors."""
        if self.event is None or self.iou < AGREEING_IOU:
            return "no_counterpart"
        return "agrees" if self.event.label == label else "label_differs"


def counterparts(project: Project, event_id: str) -> list[Counterpart]:
    """One for each other tier of the video: people first, then detectors."""
    event, own = project.event(event_id), project.tier_of(event_id)
    found: list[Counterpart] = []
    for tier in project.tiers_of(own.video_id):
        if tier.id == own.id:
            continue
        overlapping = [
            (other, event.interval.iou(other.interval))
            for other in project.events(tier.id)
            if other.onset <= event.offset and other.offset >= event.onset
        ]
        best, iou = max(overlapping, key=lambda pair: pair[1], default=(None, 0.0))
        found.append(Counterpart(tier, best, iou))
    return sorted(found, key=lambda counterpart: _ORDER.index(counterpart.tier.source))
