"""What a retraining would learn from, in counts: only what lies in reviewed time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.project import Project
from fedn.annotation.tier import Source

_HELD_OUT_SHARE = 0.2


@dataclass(slots=True)
class SubjectMaterial:
    """Of one filmed person: reviewed videos and time, and the macro events of the truth in it."""

    videos: int = 0
    reviewed_s: float = 0.0
    labels: Counter[str] = field(default_factory=Counter)

    @property
    def events(self) -> int:
        return sum(self.labels.values())


@dataclass(slots=True)
class LearningMaterial:
    """`subjects` are those with reviewed time, in the project's order."""

    tier: str
    subjects: dict[str, SubjectMaterial]

    def total(self, without: tuple[str, ...] = ()) -> SubjectMaterial:
        """Summed over the subjects that are not held out."""
        total = SubjectMaterial()
        for name, subject in self.subjects.items():
            if name not in without:
                total.videos += subject.videos
                total.reviewed_s += subject.reviewed_s
                total.labels.update(subject.labels)
        return total

    def suggested_held_out(self) -> tuple[str, ...]:
        """About a fifth of the subjects with events, those with an average number of them; none if there is but one."""
        counts = {name: subject.events for name, subject in self.subjects.items() if subject.events}
        if len(counts) < 2:
            return ()
        average = sum(counts.values()) / len(counts)
        nearest = sorted(counts, key=lambda name: (abs(counts[name] - average), counts[name], name))
        return tuple(nearest[: max(1, round(_HELD_OUT_SHARE * len(counts)))])

    def obstacle(self, held_out: tuple[str, ...]) -> str:
        """Why nothing can be learned this way, and what to do; "" if it can."""
        if not self.subjects:
            return "Nothing has been reviewed yet. Look through a video, correct its labels and mark it as reviewed."
        if not self.total().events:
            return f"There is no event of the tier “{self.tier}” in the reviewed time. Accept or create some first."
        if len(self.subjects) < 2:
            return "Only one subject has been reviewed. Review a video of another person, to compare the models on."
        if not held_out:
            return "Hold at least one subject out: the models are compared on people the new one has not seen."
        if not self.total(held_out).events:
            return "The subjects left to learn from have no event. Hold fewer subjects out."
        if not any(self.subjects[name].events for name in held_out if name in self.subjects):
            return "The subjects held out have no event to compare the models on. Hold another one out."
        return ""


def learning_material(project: Project, tier_name: str) -> LearningMaterial:
    """Counts the events of the tiers of that name in the reviewed time of all videos."""
    subjects: dict[str, SubjectMaterial] = {subject: SubjectMaterial() for subject in project.subjects()}
    for video in project.videos.values():
        reviewed = project.reviewed(video.id)
        if not reviewed:
            continue
        material = subjects[video.subject]
        material.videos += 1
        # The nominal rate is good enough to say how many minutes; nothing is computed from it.
        material.reviewed_s += sum(interval.length for interval in reviewed) / max(video.fps, 1e-6)
        tier = project.tier_named(video.id, tier_name)
        for event in project.events(tier.id) if tier else ():
            if event.kind == "macro" and event.label and _is_inside(event, reviewed):
                material.labels[event.label] += 1
    return LearningMaterial(tier_name, {name: subject for name, subject in subjects.items() if subject.videos})


def truth_tiers(project: Project) -> list[str]:
    """Names of the tiers of people, the annotators' first: corrections are what a retraining is for."""
    order = (Source.ANNOTATOR, Source.EXPERT, Source.SELF_REPORT, Source.IMPORTED)
    tiers = [tier for tier in project.tiers.values() if tier.source != Source.DETECTOR]
    return list(dict.fromkeys(tier.name for tier in sorted(tiers, key=lambda tier: order.index(tier.source))))


def _is_inside(event: Event, reviewed: tuple[Interval, ...]) -> bool:
    return any(interval.start <= event.onset and event.offset < interval.stop for interval in reviewed)
