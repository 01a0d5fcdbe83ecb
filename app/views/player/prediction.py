"""What a detector says about one frame."""

from __future__ import annotations

from app.views.player.overlay import Chip
from fedn.annotation.event import Event
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier

_UNKNOWN_COLOR = "#9A9FA6"


def predicted_at(project: Project, video_id: str, frame: int) -> tuple[Tier, Event] | None:
    """The best scored event at a frame: of the model in use if it has any tier here, else of any detector."""
    tiers = [tier for tier in project.tiers_of(video_id) if tier.source == Source.DETECTOR]
    in_use = [tier for tier in tiers if tier.who == project.model_in_use]
    found = [
        (tier, event)
        for tier in in_use or tiers
        for event in project.events(tier.id)
        if event.onset <= frame <= event.offset
    ]
    return max(found, key=lambda pair: pair[1].score or 0.0, default=None)


def chip_at(project: Project, video_id: str, frame: int) -> Chip | None:
    """The chip over the picture ("Happiness 0.88 · FEDN"), None where nothing is predicted."""
    predicted = predicted_at(project, video_id, frame)
    if predicted is None:
        return None
    tier, event = predicted
    label = project.vocabulary.label(event.label)
    score = f"{event.score:.2f} · " if event.score is not None else ""
    return Chip(label.color if label else _UNKNOWN_COLOR, event.label.capitalize() or "No label", score + tier.name)
