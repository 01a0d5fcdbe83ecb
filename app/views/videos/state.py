"""How far the work on a video has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from app.review.decisions import result_of, verdict_on
from fedn.annotation.agreement.coding import CodedVideo
from fedn.annotation.agreement.event_agreement import event_agreement
from fedn.annotation.interval import Interval
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier

_PEOPLE = (Source.EXPERT, Source.ANNOTATOR)
_EVERYTHING = (Interval(0, 1 << 40),)


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
    """Whether an event of two people (not the filmed subject) differs and nobody has decided between them.

    A tier that holds nothing but what was decided between two others is nobody's own coding.
    """
    coded = {tier.id: project.events(tier.id) for tier in tiers if tier.source in _PEOPLE and project.events(tier.id)}
    disputed: list[tuple[str, str]] = []
    results: set[str] = set()
    for first, second in combinations(coded, 2):
        pair = CodedVideo(tiers[0].video_id, coded[first], coded[second], _EVERYTHING)
        for pairing in event_agreement((pair,)).pairings:
            ids = (pairing.first.id if pairing.first else "", pairing.second.id if pairing.second else "")
            results.update((result_of(project, *ids), result_of(project, *reversed(ids))))
            decided = verdict_on(project, *ids) or verdict_on(project, *reversed(ids))
            if not decided and not (pairing.is_match and pairing.labels[0] == pairing.labels[1]):
                disputed.append((first, second))
    decided_tiers = {tier_id for tier_id, events in coded.items() if results.issuperset(event.id for event in events)}
    return any(decided_tiers.isdisjoint(pair) for pair in disputed)
