from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from app.views.player.prediction import _Sorted
from fedn.annotation.event import Event

spans = st.tuples(st.integers(0, 300), st.integers(0, 60))


@given(st.lists(spans, max_size=40), st.integers(0, 370))
def test_the_events_at_a_frame_are_those_that_cover_it(found: list[tuple[int, int]], frame: int) -> None:
    events = sorted((Event(onset, onset + length, "fear") for onset, length in found), key=lambda event: event.onset)
    expected = [event for event in events if event.onset <= frame <= event.offset]
    assert _Sorted.of(tuple(events)).at(frame) == expected


def test_thousands_of_events_cost_nothing_while_playing() -> None:
    events = tuple(Event(20 * number, 20 * number + 10, "fear", score=0.5) for number in range(20_000))
    found = _Sorted.of(events)
    began = time.process_time()
    assert sum(len(found.at(frame)) for frame in range(0, 400_000, 40)) == 10_000
    assert time.process_time() - began < 0.5
