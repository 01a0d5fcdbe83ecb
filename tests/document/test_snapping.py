from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.document.snapping import Snapper
from fedn.annotation.event import Event

EVENTS = (Event(10, 20, "fear"), Event(40, 60, "anger"))
FRAMES = st.integers(0, 80)


@pytest.mark.parametrize(
    ("frame", "onset", "offset"),
    [(11, 10, 9), (22, 21, 20), (38, 40, 39), (62, 61, 60), (30, 30, 30), (71, 70, 70)],
)
def test_edges_jump_to_edges_of_their_kind_to_neighbors_ends_and_to_the_playhead(
    frame: int, onset: int, offset: int
) -> None:
    snapper = Snapper(EVENTS, playhead=70, reach_frames=3)
    assert (snapper.onset(frame), snapper.offset(frame)) == (onset, offset)


def test_an_event_that_is_moved_keeps_its_length_and_follows_its_nearer_edge() -> None:
    snapper = Snapper(EVENTS, playhead=None, reach_frames=4)
    assert snapper.shift(22, 37) == (21, 36)
    assert snapper.shift(25, 38) == (26, 39)
    assert snapper.shift(26, 33) == (26, 33)


def test_an_edge_that_already_lies_on_something_is_not_pulled_away_by_the_other() -> None:
    assert Snapper(EVENTS, playhead=None, reach_frames=4).shift(21, 37) == (21, 37)


def test_nothing_attracts_beyond_the_reach_or_when_snapping_is_off() -> None:
    for snapper in (
        Snapper(EVENTS, playhead=12, reach_frames=0.9),
        Snapper(EVENTS, playhead=12, reach_frames=9, on=False),
        Snapper((), playhead=None, reach_frames=9),
    ):
        assert (snapper.onset(11), snapper.offset(11), snapper.shift(11, 19)) == (11, 11, (11, 19))


@given(
    st.lists(st.tuples(FRAMES, st.integers(0, 20)), max_size=6), st.none() | FRAMES, st.integers(0, 9), FRAMES, FRAMES
)
def test_no_edge_jumps_farther_than_the_reach_or_to_before_the_video(
    places: list[tuple[int, int]], playhead: int | None, reach: int, frame: int, length: int
) -> None:
    snapper = Snapper([Event(onset, onset + more, "") for onset, more in places], playhead, reach)
    for found in (snapper.onset(frame), snapper.offset(frame)):
        assert found >= 0 and abs(found - frame) <= reach
    onset, offset = snapper.shift(frame, frame + length)
    assert offset - onset == length and onset >= 0 and abs(onset - frame) <= reach
