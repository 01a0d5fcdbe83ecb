"""How far the work on a video has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from fedn.annotation.matching import match
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier

_PEOPLE = (Source.EXPERT, Source.ANNOTATOR)


class State(StrEnum):
    NEW = "new"
    IN_REVIEW = "in review"
    DONE = "done"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Summary:
    """Of one video.

    Attributes:
        reviewed: share of its frames that was looked at, in [0, 1].
        predicted, human: events on detectors' and on all other tiers.
        labels: every label that occurs on it, for the filter.
    """

    state: State
    reviewed: float
    predicted: int
    human: int
    labels: frozenset[str]

    @property
    def counts(self) -> str:
        return f"{self.predicted} predicted · {self.human} labeled · {self.reviewed:.0%} reviewed"


def summarize(project: Project, video_id: str, sees: Callable[[Tier], bool] = lambda _: True) -> Summary:
    """`sees` says which tiers count: who codes blind must not be told about others."""
    video, tiers = project.videos[video_id], [tier for tier in project.tiers_of(video_id) if sees(tier)]
    reviewed = sum(interval.length for interval in project.reviewed(video_id)) / max(1, video.frame_count)
    by_tier = {tier: project.events(tier.id) for tier in tiers}
    predicted = sum(len(events) for tier, events in by_tier.items() if tier.source == Source.DETECTOR)
    total = sum(len(events) for events in by_tier.values())
    labels = frozenset(event.label for events in by_tier.values() for event in events if event.label)
    if reviewed <= 0:
        state = State.NEW
    elif reviewed < 1:
        state = State.IN_REVIEW
    else:
        state = State.DISPUTED if _people_disagree(project, tiers) else State.DONE
    return Summary(state, min(1.0, reviewed), predicted, total - predicted, labels)


def _people_disagree(project: Project, tiers: list[Tier]) -> bool:
    """Whether two people (not the filmed subject) have coded the whole video and an event of theirs differs."""
    coded = [project.events(tier.id) for tier in tiers if tier.source in _PEOPLE]
    coded = [events for events in coded if events]
    for place, first in enumerate(coded):
        for second in coded[place + 1 :]:
            pairs = match([event.interval for event in first], [event.interval for event in second])
            if len(pairs) < max(len(first), len(second)):
                return True
            if any(first[pair.truth_index].label != second[pair.predicted_index].label for pair in pairs):
                return True
    return False
