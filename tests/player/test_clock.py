from __future__ import annotations

import itertools
from bisect import bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views.player.clock import PlaybackClock, shuttled
from fedn.annotation.interval import Interval


class Times:
    """Frame times given by the length of each frame."""

    def __init__(self, lengths_s: list[float]) -> None:
        self.edges = [0.0, *itertools.accumulate(lengths_s)]

    @property
    def frame_count(self) -> int:
        return len(self.edges) - 1

    def time_s(self, frame: int) -> float:
        return self.edges[frame]

    def end_s(self, frame: int) -> float:
        return self.edges[frame + 1]

    def frame_at(self, time_s: float) -> int:
        return min(max(bisect_right(self.edges, time_s) - 1, 0), self.frame_count - 1)


variable = st.lists(st.floats(0.005, 0.5), min_size=2, max_size=60).map(Times)


def clock(times: Times, frame: int = 0, speed: float = 1.0, *, within: Interval | None = None, loop: bool = False):
    within = within or Interval(0, times.frame_count)
    return PlaybackClock(times, frame, speed, within=within, looping=loop, now_s=100.0)


def play(a_clock: PlaybackClock, most: int = 1000) -> list[tuple[int, float]]:
    """Frames with the seconds at which they were due, waiting exactly as long as told (and a hair)."""
    now_s, shown = 100.0, []
    for _ in range(most):
        due = a_clock.due(now_s)
        if due.ended:
            break
        shown.append((due.frame, now_s - 100.0))
        now_s += due.wait_s + 1e-6
    return shown


@given(variable)
def test_every_frame_of_a_variable_rate_video_is_shown_once_and_at_its_own_time(times: Times) -> None:
    shown = play(clock(times))
    assert [frame for frame, _ in shown] == list(range(times.frame_count))
    for frame, at_s in shown:
        assert at_s == pytest.approx(times.time_s(frame), abs=1e-3)


@given(variable, st.sampled_from([0.1, 0.5, 2.0, 8.0]))
def test_speed_divides_the_waiting(times: Times, speed: float) -> None:
    shown = play(clock(times, speed=speed))
    assert shown[-1][1] == pytest.approx(times.time_s(times.frame_count - 1) / speed, abs=1e-3)


@given(variable)
def test_backward_playback_shows_every_frame_in_reverse(times: Times) -> None:
    shown = play(clock(times, times.frame_count - 1, -1.0))
    assert [frame for frame, _ in shown] == list(reversed(range(times.frame_count)))


@given(variable, st.floats(0.0, 1000.0), st.data())
def test_a_looped_event_is_never_left(times: Times, later_s: float, data: st.DataObject) -> None:
    onset = data.draw(st.integers(0, times.frame_count - 1))
    stop = data.draw(st.integers(onset + 1, times.frame_count))
    due = clock(times, within=Interval(onset, stop), loop=True).due(100.0 + later_s)
    assert onset <= due.frame < stop and not due.ended


def test_a_late_reading_drops_frames_and_keeps_time() -> None:
    assert clock(Times([0.1] * 10)).due(100.55).frame == 5


def test_playback_ends_on_the_last_frame_and_backward_on_the_first() -> None:
    times = Times([0.1] * 10)
    assert clock(times).due(200.0).frame == 9 and clock(times).due(200.0).ended
    assert clock(times, 5, -1.0).due(200.0).frame == 0 and clock(times, 5, -1.0).due(200.0).ended


def test_shuttle_doubles_in_its_direction_up_to_eight_and_turns_at_one() -> None:
    speeds = [0.0]
    for _ in range(6):
        speeds.append(shuttled(speeds[-1], 1))
    assert speeds[1:] == [1.0, 2.0, 4.0, 8.0, 8.0, 8.0]
    assert shuttled(8.0, -1) == -1.0
