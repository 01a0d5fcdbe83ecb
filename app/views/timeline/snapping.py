"""Where an edge jumps to when it comes near. No drawing in here."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from fedn.annotation.event import Event


class Snapper:
    """Pulls onsets to other onsets, offsets to other offsets, and both to neighbors' ends and to the playhead."""

    def __init__(self, events: Iterable[Event], playhead: int | None, reach_frames: float, on: bool = True) -> None:
        self._reach = reach_frames if on else 0.0
        extra = [] if playhead is None else [playhead]
        events = list(events)
        onsets = {event.onset for event in events} | {event.offset + 1 for event in events}
        offsets = {event.offset for event in events} | {event.onset - 1 for event in events}
        self._onsets = sorted(onsets.union(extra))
        self._offsets = sorted(offsets.union(extra))

    def onset(self, frame: int) -> int:
        return self._nearest(self._onsets, frame)

    def offset(self, frame: int) -> int:
        return self._nearest(self._offsets, frame)

    def shift(self, onset: int, offset: int) -> tuple[int, int]:
        """Both edges moved alike, by whichever of them is nearer to something."""
        by_onset, by_offset = self.onset(onset) - onset, self.offset(offset) - offset
        moves = [move for move in (by_onset, by_offset) if move != 0] or [0]
        move = min(moves, key=abs)
        return onset + move, offset + move

    def _nearest(self, places: list[int], frame: int) -> int:
        if self._reach < 1 or not places:
            return frame
        at = bisect_left(places, frame)
        best = min(places[max(0, at - 1) : at + 1], key=lambda place: abs(place - frame))
        return best if abs(best - frame) <= self._reach else frame
