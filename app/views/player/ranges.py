"""Which frames are played: the selection, or a tier's events one after the other."""

from __future__ import annotations

from app.session import Session
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval


def selected_interval(session: Session) -> Interval | None:
    """From the first onset to the last offset of the selected events."""
    project, selected = session.project, session.selected_events
    if project is None or not selected:
        return None
    events = [project.event(event_id) for event_id in selected]
    return Interval.from_inclusive(min(event.onset for event in events), max(event.offset for event in events))


def events_in_a_row(session: Session) -> list[Event]:
    """The events of the selected event's tier from that event on; of the first tier that has any from the playhead on.

    Once all of them lie before, they come again from the first.
    """
    project = session.project
    if project is None:
        return []
    selected = session.selected_events
    tiers = [project.tier_of(selected[0])] if selected else session.tiers()
    events = next((list(found) for tier in tiers if (found := project.events(tier.id))), [])
    events.sort(key=lambda event: (event.onset, event.offset))
    if selected:
        return events[next(at for at, event in enumerate(events) if event.id == selected[0]) :]
    return [event for event in events if event.offset >= session.playhead] or events
