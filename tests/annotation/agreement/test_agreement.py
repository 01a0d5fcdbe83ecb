"""Agreement between two coders: against scikit-learn's and krippendorff's numbers, and cases worked out by hand."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from fedn.annotation.agreement.coding import CodedVideo
from fedn.annotation.agreement.event_agreement import NO_EVENT, KeptPairings, event_agreement, pairings
from fedn.annotation.agreement.frame_agreement import ONE_CATEGORY, frame_agreement, frame_categories
from fedn.annotation.agreement.time_budget import time_budget
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval

LABELS = ("anger", "fear", "happiness")
LENGTH = 60


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    onsets = draw(st.lists(st.integers(0, LENGTH - 1), max_size=5))
    return [Event(at, draw(st.integers(at, LENGTH - 1)), draw(st.sampled_from(LABELS))) for at in onsets]


coded = st.builds(
    CodedVideo,
    st.just("v"),
    events(),
    events(),
    st.sampled_from([(Interval(0, LENGTH),), (Interval(5, 9), Interval(20, 50))]),
)


def _painted(events: list[Event], judged: tuple[Interval, ...]) -> list[str]:
    """Frame by frame, without any arrays."""
    found = []
    for interval in judged:
        for frame in range(interval.start, interval.stop):
            there = [event for event in events if event.onset <= frame <= event.offset]
            last = min(there, key=lambda event: (-event.onset, event.offset, event.label), default=None)
            found.append(last.label if last else "")
    return found


@settings(deadline=None, max_examples=200)
@given(st.lists(coded, min_size=1, max_size=3))
def test_kappa_and_alpha_are_those_of_the_libraries(videos: list[CodedVideo]) -> None:
    first = [name for video in videos for name in _painted(list(video.first), video.judged)]
    second = [name for video in videos for name in _painted(list(video.second), video.judged)]

    found = frame_agreement(videos)

    assert found.frames == len(first)
    assert found.same.value == pytest.approx(np.mean([one == two for one, two in zip(first, second, strict=True)]))
    if len({*first, *second}) == 1:
        assert found.kappa.value is None and found.alpha.reason == ONE_CATEGORY
        return
    assert found.kappa.value == pytest.approx(cohen_kappa_score(first, second), abs=1e-12)
    numbers = [[("", *LABELS).index(name) for name in names] for names in (first, second)]
    assert found.alpha.value == pytest.approx(krippendorff.alpha(numbers, level_of_measurement="nominal"), abs=1e-9)
    for label in found.labels:
        ours, theirs = found.kappa_of(label), [[name == label for name in names] for names in (first, second)]
        if len({*theirs[0], *theirs[1]}) > 1:
            assert ours.value == pytest.approx(cohen_kappa_score(*theirs), abs=1e-12)


@settings(deadline=None, max_examples=100)
@given(st.lists(coded, min_size=1, max_size=3))
def test_every_judged_event_stands_in_exactly_one_pairing(videos: list[CodedVideo]) -> None:
    found = event_agreement(videos)
    first = [event.id for pairing in found.pairings if (event := pairing.first)]
    second = [event.id for pairing in found.pairings if (event := pairing.second)]
    assert sorted(first) == sorted(event.id for video in videos for event in video.judged_events()[0])
    assert sorted(second) == sorted(event.id for video in videos for event in video.judged_events()[1])
    assert sum(found.confusion.values()) == len(found.pairings)
    assert all(pairing.iou >= found.iou for pairing in found.matched)


def test_frames_of_a_coder_with_himself_agree_entirely() -> None:
    own = [Event(3, 9, "fear"), Event(20, 29, "anger")]
    found = frame_agreement([CodedVideo("v", own, own, (Interval(0, 40),))])
    assert (found.kappa.value, found.alpha.value, found.same.value) == (1.0, 1.0, 1.0)


def test_a_worked_example() -> None:
    """Ten frames; both "fear" in three, only the first in one, only the second in two: p_o .7, p_e .4*.5 + .6*.5."""
    first, second = [Event(0, 3, "fear")], [Event(1, 5, "fear")]
    found = frame_agreement([CodedVideo("v", first, second, (Interval(0, 10),))])
    assert found.same.value == pytest.approx(0.7)
    assert found.kappa.value == pytest.approx((0.7 - 0.5) / 0.5)
    # Coincidences 2*4, 2*3 and 3+3: n = 20, alpha = 1 - 19 * 6 / (400 - 81 - 121).
    assert found.alpha.value == pytest.approx(1 - 19 * 6 / (20**2 - 11**2 - 9**2))


def test_coders_who_never_agree_have_less_than_chance() -> None:
    video = CodedVideo("v", [Event(0, 4, "fear")], [Event(5, 9, "fear")], (Interval(0, 10),))
    kappa = frame_agreement([video]).kappa.value
    assert kappa is not None and kappa == pytest.approx(-1.0)
    found = event_agreement([video])
    assert found.f1.value == 0.0 and found.same_label.value is None


def test_two_empty_tiers_get_an_answer_instead_of_a_number() -> None:
    empty = [CodedVideo("v", [], [], (Interval(0, 100),))]
    frames, found = frame_agreement(empty), event_agreement(empty)
    assert frames.kappa.value is None and "one and the same category" in frames.kappa.reason
    assert found.f1.value is None and "neither" in found.f1.reason
    assert found.onsets.median.value is None
    assert frame_agreement([]).kappa.reason == "no frame has been coded by both"
    assert "happiness" in frames.kappa_of("happiness").reason
    assert "happiness" in found.f1_of("happiness").reason


def test_one_empty_tier_says_which_number_is_not_defined() -> None:
    found = event_agreement([CodedVideo("v", [Event(0, 4, "fear")], [], (Interval(0, 10),))])
    assert (found.recall.value, found.f1.value, found.precision.value) == (0.0, 0.0, None)
    assert found.precision.reason == "the second has no events"


def test_boundaries_are_later_by_frames_of_the_second() -> None:
    first = [Event(10, 30, "fear", apex=15), Event(50, 70, "anger")]
    second = [Event(12, 29, "fear", apex=14), Event(48, 75, "anger", apex=60)]
    found = event_agreement([CodedVideo("v", first, second, (Interval(0, 100),))])
    assert found.onsets.frames == (2, -2)
    assert found.onsets.median.value == 0.0 and found.onsets.median_absolute.value == 2.0
    assert found.onsets.spread.value == 2.0  # Quartiles -1 and 1.
    assert found.apexes.frames == (-1,) and found.apexes.spread.value == 0.0
    assert found.offsets.frames == (-1, 5)


def test_a_cell_of_the_confusion_matrix_leads_to_its_events() -> None:
    first = [Event(0, 9, "fear"), Event(20, 29, "anger"), Event(40, 49, "fear")]
    second = [Event(1, 9, "anger"), Event(20, 28, "anger"), Event(70, 79, "happiness")]
    found = event_agreement([CodedVideo("v", first, second, (Interval(0, 100),))])
    assert found.labels == ("anger", "fear", "happiness")
    assert found.confusion == {
        ("fear", "anger"): 1,
        ("anger", "anger"): 1,
        ("fear", NO_EVENT): 1,
        (NO_EVENT, "happiness"): 1,
    }
    assert [pairing.first for pairing in found.behind("fear", NO_EVENT)] == [first[2]]
    assert found.f1.value == pytest.approx(2 * 2 / 6)
    assert found.same_label.value == pytest.approx(0.5)
    assert found.f1_of("anger").value == pytest.approx(2 * 1 / 3)


def test_what_lies_outside_of_the_judged_ranges_does_not_count() -> None:
    video = CodedVideo("v", [Event(0, 9, "fear"), Event(50, 59, "fear")], [Event(0, 9, "fear")], (Interval(0, 30),))
    assert event_agreement([video]).f1.value == 1.0
    assert frame_agreement([video]).kappa.value == 1.0


def test_a_frame_of_overlapping_events_belongs_to_the_one_that_begins_last() -> None:
    events = [Event(0, 9, "fear"), Event(4, 5, "anger"), Event(0, 2, "happiness")]
    found = frame_categories(events, (Interval(0, 10),), LABELS)
    assert found.tolist() == [3, 3, 3, 2, 1, 1, 2, 2, 2, 2]


class _Even:
    """25 frames a second, 1,500 frames."""

    frame_count = 1500

    def time_s(self, frame: int) -> float:
        return frame / 25

    def end_s(self, frame: int) -> float:
        return (frame + 1) / 25


def test_time_budget_counts_events_and_covers_overlapping_ones_once() -> None:
    events = [Event(0, 24, "fear"), Event(10, 34, "fear"), Event(100, 149, "anger")]
    fear, anger, none = time_budget([(events, _Even())], ["fear", "anger", "happiness"])
    assert (fear.count, fear.covered_s, fear.a_minute.value) == (2, pytest.approx(1.4), pytest.approx(2.0))
    assert fear.share.value == pytest.approx(1.4 / 60)
    assert (anger.count, anger.median_s.value) == (1, pytest.approx(2.0))
    assert none.count == 0 and none.median_s.reason == "there is no event with this label"
    assert none.share.value == 0.0


def test_an_event_without_a_label_is_not_taken_for_one_that_is_missing() -> None:
    first, second = [Event(0, 9, ""), Event(40, 49, "fear")], [Event(0, 9, ""), Event(70, 79, "anger")]
    found = event_agreement([CodedVideo("v", first, second, (Interval(0, 100),))])
    assert found.f1_of("").value == 1.0
    assert found.confusion["", ""] == 1 and found.confusion["fear", NO_EVENT] == 1


def test_pairings_are_kept_until_a_tier_the_judged_ranges_or_the_overlap_is_another() -> None:
    whole, first = (Interval(0, 100),), (Event(0, 9, "fear"), Event(40, 49, "fear"))
    video = CodedVideo("v", first, (Event(2, 9, "fear"),), whole)
    kept = KeptPairings()
    found = kept(video, 0.5)
    assert found == pairings(video, 0.5)
    assert kept(CodedVideo("v", first, video.second, whole), 0.5) is found
    for other, iou in (
        (CodedVideo("v", first[:1], video.second, whole), 0.5),
        (CodedVideo("v", first, (Event(2, 9, "anger"),), whole), 0.5),
        (CodedVideo("v", first, video.second, (Interval(0, 20),)), 0.5),
        (video, 0.9),
    ):
        assert kept(other, iou) == pairings(other, iou) != found
        assert kept(video, 0.5) == found
