"""What a retraining would learn from, in counts: only what lies in reviewed time. Says what stands in its way."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval, union
from fedn.annotation.project import Project
from fedn.annotation.tier import Source
from fedn.counted import counted

LEAST_EVENTS = 4
FEW_EVENTS = 20
FEW_OF_A_LABEL = 5
FEW_PEOPLE = 3
_HELD_OUT_SHARE = 0.2


@dataclass(slots=True)
class SubjectMaterial:
    """Of one filmed person: reviewed videos and time, and the macro events of the truth in it.

    Attributes:
        unlabeled: events that lie in reviewed time and have no label; they teach where expressions are.
        lengths_s: of all these events.
    """

    videos: int = 0
    reviewed_s: float = 0.0
    labels: Counter[str] = field(default_factory=Counter)
    unlabeled: int = 0
    lengths_s: list[float] = field(default_factory=list)

    @property
    def events(self) -> int:
        return sum(self.labels.values()) + self.unlabeled


@dataclass(slots=True)
class LearningMaterial:
    """`subjects` are those with reviewed time, in the project's order.

    Attributes:
        lacking: for other tiers, how many of their events in the reviewed time meet none of the truth's.
    """

    tier: str
    subjects: dict[str, SubjectMaterial]
    lacking: dict[str, int] = field(default_factory=dict)

    def total(self, without: Sequence[str] = ()) -> SubjectMaterial:
        """Summed over the subjects that are not held out."""
        total = SubjectMaterial()
        for name, subject in self.subjects.items():
            if name not in without:
                total.videos += subject.videos
                total.reviewed_s += subject.reviewed_s
                total.labels.update(subject.labels)
                total.unlabeled += subject.unlabeled
                total.lengths_s += subject.lengths_s
        return total

    def suggested_held_out(self, seen: Collection[str] = ()) -> tuple[str, ...]:
        """About a fifth of the subjects with events, those with an average number of them; none if there is but one.

        Args:
            seen: subjects that the old model has learned from. On them it looks better than it is, so that they are
                only taken where there is nobody else.
        """
        counts = {name: subject.events for name, subject in self.subjects.items() if subject.events}
        if len(counts) < 2:
            return ()
        share = max(1, round(_HELD_OUT_SHARE * len(counts)))
        counts = {name: count for name, count in counts.items() if name not in seen} or counts
        average = sum(counts.values()) / len(counts)
        nearest = sorted(counts, key=lambda name: (abs(counts[name] - average), counts[name], name))
        return tuple(nearest[:share])

    def obstacle(self, held_out: Sequence[str], *, compares: bool = True) -> str:
        """Why nothing can be learned this way, and what to do; "" if it can.

        Args:
            compares: whether old and new model are to be compared on held-out people.
        """
        if not self.subjects:
            return "Nothing has been reviewed yet. Look through a video, correct its labels and mark it as reviewed."
        count = self.total().events
        if not count:
            return f"There is no event of the tier “{self.tier}” in the reviewed time. Accept or create some first."
        if not compares:
            return self._too_few(count)
        return self._too_few(count) or self._obstacle_to_comparing(held_out)

    def _too_few(self, count: int) -> str:
        if count >= LEAST_EVENTS:
            return ""
        there = "is only 1 event" if count == 1 else f"are only {count} events"
        return f"There {there} of the tier “{self.tier}” in the reviewed time, too few. Label at least {LEAST_EVENTS}."

    def _obstacle_to_comparing(self, held_out: Sequence[str]) -> str:
        if len(self.subjects) < 2:
            return (
                "Only one subject has been reviewed. Review a video of another person, to compare the models on, "
                "or learn without comparing."
            )
        if not held_out:
            return "Hold at least one subject out: the models are compared on people the new one has not seen."
        if unknown := [name for name in held_out if name not in self.subjects]:
            known = ", ".join(self.subjects)
            return f"There is no subject “{unknown[0]}” with reviewed time to hold out. There are: {known}."
        learned = self.total(held_out).events
        if not learned:
            return "The subjects left to learn from have no event. Hold fewer subjects out."
        if not any(self.subjects[name].events for name in held_out):
            return "The subjects held out have no event to compare the models on. Hold another one out."
        return ""

    def doubts(self, held_out: Sequence[str], known_labels: Sequence[str] = ()) -> list[str]:
        """What makes the result doubtful, each with what would help; nothing of it keeps a training from starting.

        Args:
            known_labels: those of the model that it starts from, if that is known.
        """
        told, learned = [], self.total(held_out)
        few = [f"{name} ({count})" for name, count in learned.labels.items() if count < FEW_OF_A_LABEL]
        if learned.events < FEW_EVENTS:
            told.append(
                f"{learned.events} events are few: the new model will hardly differ, or learn what is odd about them; "
                f"from {FEW_EVENTS} on it is worth trying."
            )
        if len(learned.labels) == 1:
            told.append(
                f"All events are of one label, {next(iter(learned.labels))}: the model may come to see it everywhere. "
                "Add some of other labels."
            )
        elif few:
            told.append(f"Hardly learned, because there are fewer than {FEW_OF_A_LABEL} events: {', '.join(few)}.")
        if new := self.new_labels(held_out, known_labels):
            names = ", ".join(f"{name} ({count})" for name, count in new.items())
            told.append(f"The model does not have these labels yet and learns them as new ones: {names}.")
        told += [
            f"“{other}” has {counted(count, 'event')} in the reviewed time where “{self.tier}” has nothing: the "
            f"model would learn that there is no expression. Choose “{other}” as the truth, or take these over first."
            for other, count in self.lacking.items()
            if count >= LEAST_EVENTS
        ]
        compared = [name for name in held_out if name in self.subjects]
        if held_out and len(compared) < FEW_PEOPLE:
            events = sum(self.subjects[name].events for name in compared)
            who = "one person" if len(compared) == 1 else f"{len(compared)} people"
            told.append(
                f"The models are compared on {who} with {counted(events, 'event')}, which says little about others."
            )
        return told

    def new_labels(self, held_out: Sequence[str], known_labels: Sequence[str]) -> dict[str, int]:
        """Labels to learn from that are none of `known_labels`, with their numbers; none if nothing is known."""
        labels = self.total(held_out).labels
        return {name: count for name, count in labels.items() if name not in known_labels} if known_labels else {}


def learning_material(project: Project, tier_name: str, rename: Mapping[str, str] | None = None) -> LearningMaterial:
    """Counts the events of the tiers of that name in the reviewed time of all videos.

    Args:
        rename: labels that count as others.
    """
    subjects: dict[str, SubjectMaterial] = {subject: SubjectMaterial() for subject in project.subjects()}
    lacking: Counter[str] = Counter()
    for video in project.videos.values():
        tier, reviewed = project.tier_named(video.id, tier_name), project.reviewed(video.id)
        if not reviewed:
            continue
        material = subjects[video.subject]
        material.videos += 1
        # The nominal rate is good enough to say how many minutes; nothing is computed from it.
        material.reviewed_s += sum(interval.length for interval in reviewed) / max(video.fps, 1e-6)
        for event in project.events(tier.id) if tier else ():
            if event.kind == "macro" and _is_inside(event, reviewed):
                label = (rename or {}).get(event.label, event.label)
                material.labels.update([label] if label else [])
                material.unlabeled += not label
                material.lengths_s.append((event.offset + 1 - event.onset) / max(video.fps, 1e-6))
        lacking.update(_lacking(project, video.id, tier_name))
    return LearningMaterial(
        tier_name, {name: subject for name, subject in subjects.items() if subject.videos}, dict(lacking)
    )


def _lacking(project: Project, video_id: str, tier_name: str) -> Counter[str]:
    """Other coders' events in reviewed time that overlap none of the truth's, by tier; self-reports are no standard."""
    reviewed, truth = project.reviewed(video_id), project.tier_named(video_id, tier_name)
    known = union([Interval(event.onset, event.offset + 1) for event in (project.events(truth.id) if truth else ())])
    starts = [interval.start for interval in known]

    def meets(event: Event) -> bool:
        before = bisect_right(starts, event.offset) - 1
        return before >= 0 and known[before].stop > event.onset

    found: Counter[str] = Counter()
    for tier in project.tiers_of(video_id):
        if tier.source in (Source.EXPERT, Source.ANNOTATOR) and tier.name != tier_name:
            found[tier.name] += sum(
                event.kind == "macro" and _is_inside(event, reviewed) and not meets(event)
                for event in project.events(tier.id)
            )
    return found


def likely_truth(project: Project) -> str:
    """The tier that says most about the reviewed time; "" if there is none. What people felt comes last."""
    names = truth_tiers(project)
    felt = {tier.name for tier in project.tiers.values() if tier.source == Source.SELF_REPORT}
    counts = {name: learning_material(project, name).total().events for name in names}
    return max(names, key=lambda name: (name not in felt, counts[name]), default="")


def truth_tiers(project: Project) -> list[str]:
    """Names of the tiers of people, the annotators' first: corrections are what a retraining is for."""
    order = (Source.ANNOTATOR, Source.EXPERT, Source.SELF_REPORT, Source.IMPORTED)
    tiers = [tier for tier in project.tiers.values() if tier.source != Source.DETECTOR]
    return list(dict.fromkeys(tier.name for tier in sorted(tiers, key=lambda tier: order.index(tier.source))))


def _is_inside(event: Event, reviewed: Sequence[Interval]) -> bool:
    return any(interval.start <= event.onset and event.offset < interval.stop for interval in reviewed)
