"""What two coders did on one video: the unit that every number of agreement is summed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval


@dataclass(frozen=True, slots=True)
class CodedVideo:
    """The events of two tiers of one video.

    Attributes:
        first: events of the one that is compared with (the reference, or the first annotator).
        second: events of the other.
        judged: sorted disjoint ranges that both have coded; frame-wise numbers count these only, and events count if
            they touch one.
    """

    video_id: str
    first: Sequence[Event]
    second: Sequence[Event]
    judged: tuple[Interval, ...]

    @property
    def judged_frames(self) -> int:
        return sum(interval.length for interval in self.judged)

    def judged_events(self) -> tuple[list[Event], list[Event]]:
        """The events of both that touch a judged range."""
        return _touching(self.first, self.judged), _touching(self.second, self.judged)


def _touching(events: Sequence[Event], judged: Sequence[Interval]) -> list[Event]:
    # Without an object for every interval: this is done for thousands of events after each edit.
    bounds = [(interval.start, interval.stop) for interval in judged]
    return [one for one in events if any(one.onset < stop and one.offset >= start for start, stop in bounds)]
