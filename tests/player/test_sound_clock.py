"""The sound's clock against a device that takes sound in portions, as devices do."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views.player.sound_clock import SoundClock


def readings(portion_s: float, begins_s: float, at_s: float, rate: float = 1.0) -> float:
    """What a device that takes a portion whenever it has played one says at a moment."""
    if at_s < begins_s:
        return 0.0
    return portion_s * (1 + int((at_s - begins_s) * rate / portion_s))


@given(st.floats(0.003, 0.06), st.floats(0.0, 0.4), st.integers(0, 10**6))
def test_it_follows_the_device_closer_than_its_portions_and_never_goes_back(
    portion_s: float, begins_s: float, seed: int
) -> None:
    chance, clock, now_s, last_s = random.Random(seed), SoundClock(100.0), 0.0, 0.0
    while now_s < 3.0:
        now_s += chance.uniform(0.001, 0.02)
        played_s = clock.played_s(100.0 + now_s, readings(portion_s, begins_s, now_s))
        assert played_s >= last_s
        if now_s > begins_s + 1.0:
            assert played_s == pytest.approx(now_s - begins_s + portion_s, abs=portion_s + 0.021)
        last_s = played_s
    assert not clock.is_stuck(100.0 + now_s)


@pytest.mark.parametrize("rate", [0.999, 1.001])
def test_a_device_that_is_a_little_slow_or_fast_still_leads(rate: float) -> None:
    clock, now_s = SoundClock(0.0), 0.0
    while now_s < 120.0:
        now_s += 0.01
        played_s = clock.played_s(now_s, readings(0.02, 0.1, now_s, rate))
    assert played_s == pytest.approx((now_s - 0.1) * rate + 0.02, abs=0.025)


def test_the_pictures_wait_for_a_device_that_pauses() -> None:
    clock, now_s = SoundClock(0.0), 0.0
    while now_s < 1.0:
        now_s += 0.01
        clock.played_s(now_s, readings(0.02, 0.0, now_s))
    stopped_s = readings(0.02, 0.0, now_s)
    for _ in range(100):
        now_s += 0.01
        assert clock.played_s(now_s, stopped_s) <= stopped_s + 0.1


def test_nothing_has_been_heard_until_the_device_begins_and_one_that_never_does_is_stuck() -> None:
    clock = SoundClock(10.0)
    assert clock.played_s(10.4, 0.0) == 0.0 and not clock.is_stuck(10.4)
    assert clock.played_s(12.2, 0.0) == 0.0 and clock.is_stuck(12.2)
