"""Which annotation of a document an event is, so that it keeps its id and what hangs on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence

from fedn.annotation.event import Event
from fedn.annotation.formats.event_details import event_details


def event_content(event: Event, rejected: Collection[str]) -> tuple[int, int, str, tuple[tuple[str, str], ...]]:
    """Everything of an event that a document holds."""
    return event.onset, event.offset, event.label, tuple(event_details(event, rejected).items())


def matching(old: Mapping[str, Event], events: Sequence[Event], rejected: Collection[str]) -> dict[int, str]:
    """The id of the annotation that each event was, by the event's number: the same, the same but for its details or
    its label, or at last one that it overlaps.

    Args:
        rejected: ids of the events of both that were rejected.
    """
    pairs: dict[int, str] = {}
    keys: list[Callable[[Event], Hashable]] = [
        lambda event: event_content(event, rejected),
        lambda event: (event.onset, event.offset, event.label),
        lambda event: (event.onset, event.offset),
    ]
    free = dict(old)
    for key in keys:
        ids: dict[Hashable, list[str]] = defaultdict(list)
        for own_id, own in reversed(free.items()):
            ids[key(own)].append(own_id)
        for number, event in enumerate(events):
            if number not in pairs and ids[key(event)]:
                pairs[number] = ids[key(event)].pop()
                del free[pairs[number]]
    for number, event in enumerate(events):
        if number not in pairs:
            found = next((own_id for own_id, own in free.items() if own.interval.overlap(event.interval)), None)
            if found is not None:
                pairs[number] = found
                del free[found]
    return pairs
