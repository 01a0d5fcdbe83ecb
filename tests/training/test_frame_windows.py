from dataclasses import replace

import numpy as np
import pytest

from fedn.annotation.interval import Interval
from training.config import AugmentationConfig
from training.frame_targets import IGNORED, MACRO
from training.frame_windows import FrameSample, Place, collate, draw_intervals

from .conftest import LABELS, SampleMaker

STILL = AugmentationConfig(0, 0, 0, 0, 0, 0, 0)


@pytest.fixture(scope="module")
def sample(sample_of: SampleMaker) -> FrameSample:
    return FrameSample.of(sample_of("v", "s", frames=900, events=5, seed=3), LABELS)


def drawn(samples: list[FrameSample], augmentation: AugmentationConfig = STILL, seed: int = 0) -> list[Place]:
    return draw_intervals(samples, length=64, step=32, augmentation=augmentation, random=np.random.default_rng(seed))


def test_half_of_the_intervals_hold_an_expression(sample_of: SampleMaker):
    rare = FrameSample.of(sample_of("v", "s", frames=900, events=2), LABELS)
    holding = [bool((collate([rare], [place], 64).kinds > 0).any()) for place in drawn([rare])]
    assert sum(holding) == len(holding) - sum(holding) > 0


def test_intervals_begin_anywhere_also_within_expressions(sample: FrameSample):
    starts = {place.start for seed in range(40) for place in drawn([sample], AugmentationConfig(), seed)}
    assert len(starts) > 300 and any(sample.targets.kinds[start] == MACRO for start in starts)
    assert min(starts) >= 0 and max(starts) <= 900 - 52


def test_a_cut_interval_holds_the_rows_and_the_truth_of_its_cells(sample: FrameSample):
    first, last, label = sample.targets.events[0].tolist()
    batch = collate([sample], [Place(0, first - 10), Place(0, last + 2)], 64)
    np.testing.assert_array_equal(batch.rows[0], sample.sample.features[first - 10 : first + 54])
    assert batch.kinds[0, 9] == 0 and batch.kinds[0, 10] == MACRO
    stop = min(64, 10 + last - first)
    rows = [row for row in zip(*(column.tolist() for column in batch.expressions), strict=True) if row[0] == 0]
    assert rows[0] == (0, 10, stop, label)


def test_a_faster_interval_squeezes_its_expression(sample: FrameSample):
    first, last, _ = sample.targets.events[1].tolist()
    slow, fast = (collate([sample], [Place(0, first - 5, speed)], 64) for speed in (1.0, 1.25))
    assert int((slow.kinds[0] > 0).sum()) == last - first < 55
    assert int((fast.kinds[0] > 0).sum()) == pytest.approx((last - first) / 1.25, abs=1)
    assert int(fast.expressions.stop[0] - fast.expressions.start[0]) == pytest.approx((last - first) / 1.25, abs=1)


def test_a_video_shorter_than_an_interval_stands_still_at_its_end_and_nothing_is_learned_there(sample_of: SampleMaker):
    short = FrameSample.of(sample_of("v", "s", frames=50, events=1), LABELS)
    (place,) = drawn([short])
    batch = collate([short], [place], 64)
    assert batch.rows.shape[:2] == (1, 64) and (batch.kinds[0, 50:] == IGNORED).all()
    assert (batch.rows[0, 49:] == batch.rows[0, 49]).all()


def test_time_that_nobody_reviewed_gives_no_intervals(sample_of: SampleMaker):
    seen = replace(sample_of("v", "s", frames=900, events=5), reviewed=(Interval(0, 200),))
    places = drawn([FrameSample.of(seen, LABELS)])
    assert places and all(place.start < 190 for place in places)
