"""The simulated annotator, and what it leaves to learn from."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reports.corrections_figure import corrections_figure, corrections_rows
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from training.corrections import Correction, corrections, material_of, reviewed_up_to, without_label
from training.datasets.sample import Sample
from training.evaluation import Predicted

from .conftest import make_sample


def video(name: str, events: list[Event]) -> Sample:
    sample = make_sample(name, f"s-{name}", frames=900, events=0)
    return dataclasses.replace(
        sample, events=tuple(events), path=Path(f"{name}.mp4"), cache=Path("cache") / f"s-{name}" / name
    )


def event(onset: int, label: str = "joy", score: float | None = None) -> Event:
    return Event(onset, onset + 29, label, score=score)


def predicted(sample: Sample, events: list[Event]) -> Predicted:
    return Predicted({sample.video: list(sample.events)}, {sample.video: events}, {sample.video: events})


def test_what_was_missed_misnamed_or_invented_is_put_right_in_the_order_of_time():
    sample = video("a", [event(0), event(100, "fear"), event(200), event(300)])
    found = [event(2, score=0.9), event(100, "joy", 0.9), event(400, score=0.9), event(200, score=0.1)]
    made = corrections(predicted(sample, found), [sample], 0.5, 0)
    assert made == [Correction("a", 129), Correction("a", 229), Correction("a", 329), Correction("a", 429)]


def test_videos_come_one_after_the_other_in_an_order_that_the_number_gives():
    samples = [video(name, [event(100 * n) for n in range(3)]) for name in "abcdef"]
    before = Predicted({s.video: list(s.events) for s in samples}, {s.video: [] for s in samples}, {})
    orders = {tuple(dict.fromkeys(c.video for c in corrections(before, samples, 0.5, n))) for n in range(8)}
    assert len(orders) > 4
    for number in range(8):
        made = [correction.video for correction in corrections(before, samples, 0.5, number)]
        assert made == sorted(made, key=made.index) and len(made) == 18
    assert corrections(before, samples, 0.5, 3) == corrections(before, samples, 0.5, 3)


@given(st.integers(1, 12))
def test_time_is_reviewed_up_to_the_last_correction(count: int):
    samples = [video(name, [event(150 * n, "joy" if n % 2 else "fear") for n in range(6)]) for name in "ab"]
    before = Predicted({s.video: list(s.events) for s in samples}, {s.video: [] for s in samples}, {})
    made = corrections(before, samples, 0.5, 1)[:count]
    videos = reviewed_up_to(made, samples)
    assert sum(len(own.events) for own in videos) == count, "every event was missed, so every event was corrected"
    assert videos[-1].reviewed == (Interval(0, made[-1].frame + 1),)
    assert all(own.reviewed == (Interval(0, 900),) for own in videos[:-1])
    assert all(own.key == f"s-{own.name}/{own.name}" for own in videos)
    total = material_of(videos).total()
    assert total.events == count and total.labels["fear"] >= total.labels["joy"]


def test_confirmed_events_are_learned_from_too_and_running_ones_are_not():
    sample = video("a", [event(0), event(100), Event(110, 300, "fear"), event(400)])
    made = [Correction("a", 129)]
    (own,) = reviewed_up_to(made, [sample])
    assert [e.onset for e in own.events] == [0, 100]


def test_time_with_a_label_that_was_never_learned_is_as_if_nobody_had_looked():
    sample = video("a", [event(0), event(100, "pain"), event(500, "pain")])
    known, reviewed = without_label(sample, "pain")
    assert known == (sample.events[0],)
    assert reviewed == (Interval(0, 100), Interval(130, 500), Interval(530, 900))


def figures(f1: float, joy: float, fear: float) -> dict:
    return {"spotting": {"f1": f1}, "detection": {"map": (joy + fear) / 2, "ap_by_label": {"joy": joy, "fear": fear}}}


def test_the_table_and_the_figure_have_the_means_over_orders():
    results = [
        {
            "scope": "detector",
            "corrections": count,
            "order": order,
            "without": "joy",
            "events": 2 * count,
            "reviewed_frames": 1800,
            "before": figures(0.5, 0.0, 0.4),
            "after": figures(0.5 + 0.01 * count + 0.1 * order, 0.02 * count, 0.4),
        }
        for count in (5, 10)
        for order in (0, 1)
    ]
    rows = corrections_rows(results)
    assert [(row["corrections"], row["spotting_f1"], row["new_label_ap"]) for row in rows] == [
        (0, 0.5, 0.0),
        (5, 0.6, 0.1),
        (10, 0.65, 0.2),
    ]
    assert rows[1]["old_labels_map"] == pytest.approx(0.4) and rows[2]["retrainings"] == 2
    control = {**results[0], "corrections": 0, "after": figures(0.55, 0.0, 0.4)}
    with_control = corrections_rows([control, *results])
    assert [(row["retrainings"], row["spotting_f1"]) for row in with_control[:3]] == [(0, 0.5), (1, 0.55), (2, 0.6)]
    figure = corrections_figure([control, *results])
    lines = figure.axes[1].get_lines()
    assert [round(float(y), 3) for y in lines[0].get_ydata()] == [0.0, 0.1, 0.2]  # type: ignore[arg-type]
    assert "“joy”" in figure.axes[1].get_title()
    full = [{**result, "scope": "full", "after": figures(0.45, 0.0, 0.4)} for result in (control, *results)]
    told = [line.get_label() for line in corrections_figure([control, *results, *full]).axes[0].get_lines()]
    controls = [label for label in told if str(label).startswith("as long")]
    assert controls == ["as long, without corrections (0.55)", "as long, without corrections (0.45)"]
