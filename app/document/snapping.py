"""Where an edge jumps to when it comes near something. No drawing in here."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import Literal

from fedn.annotation.event import Event


class Snapper:
    """Pulls onsets to other onsets, offsets to other offsets, and both to neighbors' ends and to the playhead.

    Args:
        events: what to snap to, of any tier; without those that are being moved.
        playhead: the frame that is shown, None to leave it out.
        reach_frames: how far away something may be to attract; below one frame nothing does.
    """

    def __init__(self, events: Iterable[Event], playhead: int | None, reach_frames: float, on: bool = True) -> None:
        self._reach = reach_frames if on else 0.0
        extra = [] if playhead is None else [playhead]
        events = list(events)
        onsets = {event.onset for event in events} | {event.offset + 1 for event in events}
        offsets = {event.offset for event in events} | {event.onset - 1 for event in events}
        self._onsets = sorted(onsets.union(extra))
        # An event that begins with the video has nothing before it.
        self._offsets = sorted(frame for frame in offsets.union(extra) if frame >= 0)
        self._apexes = sorted({event.apex for event in events if event.apex is not None}.union(extra))

    def onset(self, frame: int) -> int:
        """Where an onset at `frame` jumps to: `frame` itself if nothing is near."""
        found = self._near(self._onsets, frame)
        return frame if found is None else found

    def offset(self, frame: int) -> int:
        """Where an offset at `frame` jumps to: `frame` itself if nothing is near."""
        found = self._near(self._offsets, frame)
        return frame if found is None else found

    def apex(self, frame: int) -> int:
        """Where an apex at `frame` jumps to, other apexes or the playhead: `frame` itself if nothing is near."""
        found = self._near(self._apexes, frame)
        return frame if found is None else found

    def holds(self, edge: Literal["onset", "apex", "offset"], frame: int) -> bool:
        """Whether such an edge at this very frame lies on something, so that a line can show it."""
        places = {"onset": self._onsets, "apex": self._apexes, "offset": self._offsets}[edge]
        return self._near(places, frame) == frame

    def shift(self, onset: int, offset: int) -> tuple[int, int]:
        """Both edges moved alike, by whichever of them is nearer to something; its length stays."""
        onset_at, offset_at = self._near(self._onsets, onset), self._near(self._offsets, offset)
        moves = [] if onset_at is None else [onset_at - onset]
        moves += [] if offset_at is None else [offset_at - offset]
        # Not to before the first frame, where an event cannot be.
        move = min((move for move in moves if onset + move >= 0), key=abs, default=0)
        return onset + move, offset + move

    def _near(self, places: list[int], frame: int) -> int | None:
        if self._reach < 1 or not places:
            return None
        at = bisect_left(places, frame)
        best = min(places[max(0, at - 1) : at + 1], key=lambda place: abs(place - frame))
        return best if abs(best - frame) <= self._reach else None
