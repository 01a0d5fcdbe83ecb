"""Which labels events may get: those of the vocabulary of the tier on which the label is written."""

from __future__ import annotations

from collections.abc import Iterable

from app.corrections import annotator_tier
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier
from fedn.annotation.vocabulary import LabelDef, Vocabulary


def label_tier(project: Project, event_id: str, who: str) -> Tier:
    """Where `who`'s label for the event is written: for a prediction the tier into which it would be accepted."""
    tier = project.tier_of(event_id)
    return tier if tier.source != Source.DETECTOR else annotator_tier(project, tier.video_id, who)


def vocabulary_of(project: Project, tier: Tier) -> Vocabulary:
    """As the project's, also for a tier that is yet to be made."""
    return project.vocabulary_of(tier.id) if tier.id in project.tiers else project.vocabulary


def labels_for(project: Project, event_ids: Iterable[str], who: str) -> tuple[LabelDef, ...]:
    """The labels that all the events may get, in the order of the first one's vocabulary."""
    one_of_each = {project.tier_of(event_id).id: event_id for event_id in event_ids}
    tiers = (label_tier(project, event_id, who) for event_id in one_of_each.values())
    vocabularies = list(dict.fromkeys(vocabulary_of(project, tier) for tier in tiers))
    if not vocabularies:
        return ()
    return tuple(
        label for label in vocabularies[0].labels if all(label.name in other.names for other in vocabularies[1:])
    )
