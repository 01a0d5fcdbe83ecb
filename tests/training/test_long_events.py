"""Expressions longer than a window: who learns them at which speed, and whether they are found."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import training.course
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.checkpoint import load_model
from fedn.model_config import small_config
from fedn.models.build import build_detector
from fedn.predictors.fedn import FednPredictor
from fedn.time_grid import TimeGrid
from training.config import AugmentationConfig, DataConfig, OptimizationConfig, StartConfig, TrainingConfig
from training.datasets.sample import Sample
from training.evaluation import predict
from training.run import train
from training.targets import TRUE, UNCERTAIN
from training.windows import GridSample, Place, collate, draw_places, to_grid, window_truth

from .conftest import LABELS, make_sample

STILL = AugmentationConfig(0, 0, 0, 0, 0, 0, 0)
CONFIG = small_config(3, speeds=(1, 2, 4))
DETECTOR = build_detector(CONFIG, seed=0)


def long_sample(name: str, subject: str, lengths: list[int], *, gap: int = 120, seed: int = 0) -> Sample:
    """Events of these lengths one after the other, in features as `make_sample` draws them."""
    random = np.random.default_rng(seed)
    directions = np.random.default_rng(99).normal(size=(len(LABELS), 512))
    frames = gap + sum(length + gap for length in lengths)
    values = np.random.default_rng(sum(map(ord, subject))).normal(size=512) + 0.3 * random.normal(size=(frames, 512))
    events, onset = [], gap
    for length in lengths:
        label, apex = int(random.integers(len(LABELS))), onset + int(0.4 * length)
        shape = [onset - 1, onset + length // 5, onset + 4 * length // 5, onset + length]
        values += np.sqrt(np.interp(np.arange(frames), shape, [0, 1, 1, 0]))[:, None] * directions[label]
        events.append(Event(onset, onset + length - 1, LABELS[label], apex=apex))
        onset += length + gap
    made = make_sample(name, subject, frames=frames, events=1)
    features = np.abs(values).astype(np.float16)
    return replace(made, features=features, events=tuple(events), reviewed=(Interval(0, frames),))


def grid(lengths: list[int]) -> GridSample:
    return to_grid(long_sample("v", "s", lengths), LABELS, DETECTOR)


def drawn(sample: GridSample) -> list[Place]:
    random = np.random.default_rng(0)
    return draw_places([sample], CONFIG, step=32, negatives=50, augmentation=STILL, random=random)


@settings(max_examples=25, deadline=None)
@given(lengths=st.lists(st.integers(20, 460), min_size=1, max_size=4))
def test_every_event_up_to_four_windows_long_is_whole_in_some_window(lengths: list[int]):
    sample = grid(lengths)
    seen = set()
    for place in drawn(sample):
        moved, _, roles = window_truth(sample, place, CONFIG)
        for (start, _), role in zip(moved, roles, strict=True):
            if role == TRUE:
                seen.add(round(float(start) * place.speed + place.start))
    wanted = {round(float(start)) for start in sample.intervals[:, 0]}
    # Where the last tenth before the window's edge is cut off, the onset lies at the window's start.
    assert all(any(abs(start - other) <= 46 for other in seen) for start in wanted)


def test_pieces_of_a_long_event_are_none_at_the_fast_look_and_the_event_is_one_at_the_slow(lengths=(300,)):
    sample = grid(list(lengths))
    onset = round(float(sample.intervals[0, 0]))
    assert len(window_truth(sample, Place(0, onset + 80, 1.0), CONFIG)[0]) == 0
    assert len(window_truth(sample, Place(0, onset - 60, 1.0), CONFIG)[0]) == 0
    moved, _, roles = window_truth(sample, Place(0, onset - 40, 4.0, 0, 4), CONFIG)
    assert roles.tolist() == [TRUE] and moved[0] == pytest.approx([10, 85])
    alone = replace(CONFIG, speeds=(1,))
    assert window_truth(sample, Place(0, onset + 80, 1.0), alone)[2].tolist() == [UNCERTAIN], "as without slow looks"


def test_a_short_event_is_uncertain_at_a_slow_look():
    sample = grid([24])
    onset = round(float(sample.intervals[0, 0]))
    assert window_truth(sample, Place(0, onset - 40, 4.0, 0, 4), CONFIG)[2].tolist() == [UNCERTAIN]
    assert window_truth(sample, Place(0, onset - 40, 2.0, 0, 2), CONFIG)[2].tolist() == [TRUE]


@pytest.mark.parametrize("speed", [1, 2, 3, 4])
def test_what_is_learned_at_a_slow_look_is_what_detection_reads_there(speed: int):
    sample, config = grid([300, 40]), replace(CONFIG, speeds=tuple(range(1, speed + 1)))
    start = 5 * speed
    frames = collate([sample], [Place(0, start, float(speed), 0, speed)], config).frames[0]
    shown = TimeGrid.of(sample.sample.frame_index).slower(speed).frames
    cells = 5 + np.arange(config.read_frames) - config.lead_frames
    np.testing.assert_array_equal(frames.numpy(), sample.prepared[shown[cells.clip(0, len(shown) - 1)]].numpy())


def test_one_speed_draws_what_it_always_drew():
    sample = to_grid(make_sample("v", "s", frames=900), LABELS, DETECTOR)
    one = replace(CONFIG, speeds=(1,))
    random = np.random.default_rng(3)
    places = draw_places([sample], one, step=32, negatives=3, augmentation=STILL, random=random)
    assert {place.speed for place in places} == {1.0} and {place.network_speed for place in places} == {1}
    assert {place.network_speed for place in drawn(sample)} == {1, 2, 4}


@pytest.mark.slow
def test_expressions_of_150_to_400_frames_are_found_with_slow_looks_and_not_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    random = np.random.default_rng(1)

    def people(first: int, count: int) -> list[Sample]:
        return [
            long_sample(f"v{n}", f"s{n}", [int(length) for pair in zip(
                random.integers(150, 401, 4), random.integers(20, 90, 4), strict=True) for length in pair], seed=n)
            for n in range(first, first + count)
        ]  # fmt: skip

    samples, others = people(0, 6), people(50, 3)
    monkeypatch.setattr(training.course, "load_samples", lambda *_: samples)
    found = {}
    for speeds in ((1,), (1, 2, 4)):
        config = TrainingConfig(
            device="cpu",
            data=DataConfig(folder=".", validation=("s4", "s5")),
            start=StartConfig(labels=LABELS, size="small", network={"speeds": list(speeds)}),
            optimization=OptimizationConfig(
                epochs=6, steps_per_epoch=20, batch_size=8, learning_rate=2e-3, ema=0.9, warmup_epochs=0.5
            ),
        )
        folder = tmp_path / str(len(speeds))
        train(config, folder)
        model = load_model(folder / "model")
        measured = predict(FednPredictor(model, "cpu"), others).evaluation(model.info.threshold)
        found[speeds] = measured.spotting
    one, three = found[(1,)], found[(1, 2, 4)]
    assert one.recall <= 0.6, "twelve of twenty-four are longer than a window"
    assert three.recall >= 0.8 and three.f1 > one.f1 + 0.15
