import dataclasses
from dataclasses import replace

import numpy as np
import pytest
import torch

from fedn.annotation.interval import Interval
from fedn.model_config import small_config
from fedn.models.build import build_detector
from training.config import AugmentationConfig
from training.targets import TRUE, UNCERTAIN
from training.variation import draw_epoch, draw_variation
from training.windows import GridSample, Place, collate, draw_places, regular_starts, to_grid, window_truth

from .conftest import LABELS, make_sample

STILL = AugmentationConfig(0, 0, 0, 0, 0, 0, 0)
CONFIG = small_config(3)
DETECTOR = build_detector(CONFIG, seed=0)


def grid(**changes) -> GridSample:
    return to_grid(dataclasses.replace(make_sample("v", "s", frames=600), **changes), LABELS, DETECTOR)


def places(sample: GridSample, augmentation: AugmentationConfig = STILL, seed: int = 0) -> list[Place]:
    random = np.random.default_rng(seed)
    return draw_places([sample], CONFIG, step=32, negatives=3, augmentation=augmentation, random=random)


def test_a_window_holds_the_frames_the_network_reads():
    sample = grid()
    batch = collate([sample], [Place(0, 64, 1.0), Place(0, -3, 1.0)], CONFIG)
    torch.testing.assert_close(batch.frames[0], sample.prepared[61 : 61 + 134])
    torch.testing.assert_close(batch.frames[1, :6], sample.prepared[:1].expand(6, -1))
    assert not batch.truth.known[1, :3].any() and batch.truth.known[1, 3:].all()


def test_every_event_is_seen_whole_by_some_window():
    sample = grid()
    seen = set()
    for place in places(sample):
        moved, _, roles = window_truth(sample, place, CONFIG)
        seen |= {
            round(float(start) + place.start) for (start, stop), role in zip(moved, roles, strict=True) if role == TRUE
        }
    assert {round(start) for start in sample.intervals[:, 0]} <= seen


def test_a_faster_window_holds_shorter_events_at_the_right_places():
    sample = grid()
    start, stop = sample.intervals[1]
    moved, _, roles = window_truth(sample, Place(0, int(start) - 20, 1.25), CONFIG)
    assert TRUE in roles
    assert moved[roles == TRUE][0] == pytest.approx([16, 16 + (stop - start) / 1.25])
    frames = collate([sample], [Place(0, 100, 1.25)], CONFIG).frames[0]
    middle = (np.arange(134) - 3 + 0.5) * 1.25 + 100 - 0.5
    below = np.floor(middle).astype(int)
    part = torch.from_numpy(middle - below)[:, None]
    expected = sample.prepared[below] * (1 - part) + sample.prepared[below + 1] * part
    torch.testing.assert_close(frames, expected.float(), atol=1e-4, rtol=1e-4)


def test_an_event_cut_by_the_window_or_by_the_reviewed_range_is_uncertain():
    sample = grid()
    start, stop = sample.intervals[1]
    roles = window_truth(sample, Place(0, round((start + stop) / 2), 1.0), CONFIG)[2]
    assert roles[0] == UNCERTAIN
    cut = grid(reviewed=(Interval(0, round((start + stop) / 2)),))
    assert cut.roles.tolist()[:2] == [TRUE, UNCERTAIN]


def test_micro_expressions_and_unknown_labels_are_uncertain():
    events = make_sample("v", "s", frames=600).events
    changed = (dataclasses.replace(events[0], kind="micro"), dataclasses.replace(events[1], label="envy"), *events[2:])
    assert grid(events=changed).roles.tolist() == [UNCERTAIN, UNCERTAIN, TRUE, TRUE, TRUE]


def test_no_window_that_shows_a_micro_expression_or_an_unknown_label_is_a_negative():
    events = make_sample("v", "s", frames=3000, events=5).events
    changed = (replace(events[0], kind="micro"), replace(events[1], label="envy"), *events[2:])
    long = to_grid(replace(make_sample("v", "s", frames=3000, events=5), events=changed), LABELS, DETECTOR)
    random = np.random.default_rng(0)
    drawn = draw_places([long], CONFIG, step=16, negatives=1000, augmentation=STILL, random=random)
    seen = 0
    for place in drawn:
        touched = [e for e in changed if place.start < e.offset + 1 and e.onset < place.start + 128]
        if any(event in changed[:2] for event in touched):
            seen += 1
            assert TRUE in window_truth(long, place, CONFIG)[2], "it is there for another event alone"
    assert len(drawn) > 50 and seen < 10


def test_there_are_so_many_negatives_for_each_window_with_an_event():
    sample = to_grid(make_sample("v", "s", frames=4000, events=3), LABELS, DETECTOR)
    random = np.random.default_rng(0)

    def counts(negatives: float, least: int = 0) -> tuple[int, int]:
        drawn = draw_places(
            [sample], CONFIG, step=32, negatives=negatives, least_negatives=least, augmentation=STILL, random=random
        )
        holding = sum(TRUE in window_truth(sample, place, CONFIG)[2] for place in drawn)
        return holding, len(drawn) - holding

    holding, others = counts(3)
    assert others == 3 * holding
    assert counts(0) == (holding, 0) and counts(0, least=7) == (holding, 7)


def test_negatives_are_drawn_anew_each_time():
    sample = to_grid(make_sample("v", "s", frames=4000, events=3), LABELS, DETECTOR)
    assert set(places(sample, seed=1)) != set(places(sample, seed=2))


@pytest.mark.parametrize("cells", [1, 100, 128, 129, 192, 193, 1000])
def test_windows_begin_regularly_and_reach_the_end(cells: int):
    starts = regular_starts(cells, 128, 32)
    assert starts[0] == 0 and starts[-1] == max(0, cells - 128)
    assert starts == sorted(set(starts)) and max(np.diff(starts), default=0) <= 32


def test_windows_without_reviewed_frames_are_not_used():
    sample = grid(reviewed=(Interval(0, 200),))
    assert all(place.start < 200 for place in places(sample))


def test_drawing_depends_on_the_seed_alone():
    sample, wild = grid(), AugmentationConfig()
    assert places(sample, wild, 1) == places(sample, wild, 1) != places(sample, wild, 2)


def test_zero_settings_vary_nothing():
    sample = grid()
    drawn = draw_epoch([sample], places(sample), 128, STILL.mix, np.random.default_rng(0))
    assert draw_variation([sample], drawn, CONFIG, STILL) is None
    assert all(one.partner is None for one in drawn)


def test_a_window_varies_in_the_same_way_whatever_else_is_in_the_batch():
    sample, wild = grid(), AugmentationConfig()
    drawn = draw_epoch([sample], places(sample), 128, wild.mix, np.random.default_rng(0))
    together = draw_variation([sample], drawn, CONFIG, wild)
    assert together is not None and len(drawn) > 8
    frames = collate([sample], [one.place for one in drawn], CONFIG).frames
    for number in (0, 5, len(drawn) - 1):
        alone = draw_variation([sample], drawn[number : number + 1], CONFIG, wild)
        assert alone is not None
        torch.testing.assert_close(alone.of(frames[number : number + 1])[0], together.of(frames)[number])
    varied = together.of(frames)
    assert not torch.equal(varied, frames) and torch.isfinite(varied).all()
    silent = (varied == 0).all(dim=1).float().mean()
    assert 0.05 < silent < 0.15, "a tenth of the channels is silent for a window"


def test_what_is_mixed_into_a_window_shows_no_event_and_is_added_in_motion_alone():
    sample = to_grid(make_sample("v", "s", frames=4000, events=6), LABELS, DETECTOR)
    mixing = replace(STILL, mix=0.5)
    drawn = draw_epoch([sample], places(sample), 128, mixing.mix, np.random.default_rng(0))
    partners = [one.partner for one in drawn if one.partner is not None]
    assert 0.25 * len(drawn) < len(partners) < 0.75 * len(drawn)
    for partner in partners:
        assert not len(window_truth(sample, partner, CONFIG)[0])
    variation = draw_variation([sample], drawn, CONFIG, mixing)
    assert variation is not None
    assert torch.equal(variation.scale, torch.ones_like(variation.scale))
    assert variation.shift.mean(dim=1).abs().max() < 1e-4
    assert variation.shift.abs().amax(dim=(1, 2)).gt(0).tolist() == [one.partner is not None for one in drawn]
