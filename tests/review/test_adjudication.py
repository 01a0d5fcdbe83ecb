"""Whatever two people have coded and whatever is decided between them: one step each, undone exactly."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from app.document.prediction_states import State
from app.review.adjudication import adjudicate, result_tier
from app.review.decisions import Verdict, result_of, verdict_on
from app.review.items import Item, Kind, Order
from app.review.queue import Filter, items_of, sorted_items
from fedn.annotation.event import Event
from fedn.annotation.project import Project
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video
from fedn.annotation.vocabulary import shipped_vocabulary

LENGTH = 60
LABELS = ("anger", "fear", "")


@st.composite
def coded(draw: st.DrawFn) -> tuple[Project, Tier, Tier]:
    """One video with the tiers of two people."""
    project = Project(Path("study.fedn"), "study", shipped_vocabulary())
    project.put_video(Video("key", Path("v.mp4"), "s1", LENGTH, 30.0, 64, 48, id="v"))
    tiers = [Tier("v", "Coding", Source.EXPERT, who, who) for who in ("A", "B")]
    for tier in tiers:
        project.put_tier(tier)
        for number, onset in enumerate(draw(st.lists(st.integers(0, LENGTH - 1), max_size=4))):
            offset = draw(st.integers(onset, LENGTH - 1))
            label = draw(st.sampled_from(LABELS))
            project.put_event(tier.id, Event(onset, offset, label, id=f"{tier.id}{number}"))
    return project, tiers[0], tiers[1]


def possible(item: Item, verdict: Verdict) -> bool:
    return (item.first is not None or verdict is not Verdict.FIRST) and (
        item.second is not None or verdict is not Verdict.SECOND
    )


@settings(deadline=None, max_examples=150)
@given(coded(), st.lists(st.sampled_from(list(Verdict)), min_size=8, max_size=8))
def test_every_event_is_decided_once_and_every_step_is_undone_exactly(
    made: tuple[Project, Tier, Tier], verdicts: list[Verdict]
) -> None:
    project, first, second = made
    items = items_of(project, "v", first, second)
    ids = [one for item in items for one in item.event_ids if one]
    assert sorted(ids) == sorted(event.id for tier in (first, second) for event in project.events(tier.id))
    steps = []
    for item, verdict in zip(items, verdicts, strict=False):
        verdict = verdict if possible(item, verdict) else Verdict.NEITHER
        into = result_tier(project, "v", "Adjudicated", "C")
        before = len(project.events(into.id)) if into.id in project.tiers else 0
        steps.append(adjudicate(project, item, verdict, into).apply(project))
        assert verdict_on(project, *item.event_ids) is verdict
        assert len(project.events(into.id)) == before + (verdict is not Verdict.NEITHER)
        assert bool(result_of(project, *item.event_ids)) is (verdict is not Verdict.NEITHER)
    assert all(item.state is not State.OPEN for item in items_of(project, "v", first, second))
    for step in reversed(steps):
        step.apply(project)
    assert project.tier_named("v", "Adjudicated") is None
    assert items_of(project, "v", first, second) == items


@settings(deadline=None, max_examples=100)
@given(coded(), st.sampled_from(list(Order)))
def test_a_filter_leaves_out_and_never_reorders(made: tuple[Project, Tier, Tier], order: Order) -> None:
    project, first, second = made
    items = items_of(project, "v", first, second)
    everything = sorted_items(items, Filter(state=None), order)
    assert sorted(map(id, everything)) == sorted(map(id, items))
    for chosen in (
        Filter(kinds=frozenset({Kind.LABEL_DIFFERS})), Filter(label="fear"), Filter(label=""), Filter(lowest=0.5),
        Filter(labels=("anger", None)), Filter(subject="s2"), Filter(state=State.REJECTED),
    ):  # fmt: skip
        assert sorted_items(items, chosen, order) == [item for item in everything if chosen.admits(item)]
    assert sorted_items(items, Filter(subject="s2"), order) == []


def test_one_empty_tier_leaves_the_other_ones_events_alone() -> None:
    project = Project(Path("study.fedn"), "study", shipped_vocabulary())
    project.put_video(Video("key", Path("v.mp4"), "s1", LENGTH, 30.0, 64, 48, id="v"))
    tiers = [Tier("v", name, source, id=name) for name, source in (("A", Source.EXPERT), ("FEDN", Source.DETECTOR))]
    for tier in tiers:
        project.put_tier(tier)
    assert items_of(project, "v", *tiers) == []
    project.put_event("FEDN", Event(3, 9, "fear", score=0.4))
    (item,) = items_of(project, "v", *tiers)
    assert item.kind is Kind.ONLY_SECOND and item.uncertainty == 0.9
    (alone,) = items_of(project, "v", None, tiers[1])
    assert alone.kind is Kind.OPEN and not alone.kind.is_disagreement
    assert items_of(project, "v", tiers[0], None) == []
