"""Moving the playhead and the selection from event to event."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.session import Session
from fedn.annotation.event import Event
from fedn.annotation.matching import match
from fedn.annotation.tier import Source, Tier


class Navigation(QObject):
    """Slots for the keys that go somewhere."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session

    def to_start(self) -> None:
        self._session.set_playhead(0)

    def to_end(self) -> None:
        video = self._session.current_video
        if video is not None:
            self._session.set_playhead(video.frame_count - 1)

    def next_boundary(self) -> None:
        self._to_boundary(1)

    def previous_boundary(self) -> None:
        self._to_boundary(-1)

    def _to_boundary(self, direction: int) -> None:
        """The nearest onset or offset of any tier that is seen in that direction."""
        here = self._session.playhead
        edges = {frame for event in self._events() for frame in (event.onset, event.offset)}
        ahead = [frame for frame in edges if (frame - here) * direction > 0]
        if ahead:
            self._session.set_playhead(min(ahead, key=lambda frame: abs(frame - here)))

    def next_event(self) -> None:
        self._to_event(1)

    def previous_event(self) -> None:
        self._to_event(-1)

    def _to_event(self, direction: int) -> None:
        """The next event of the tier that the selection is on, else of any tier; it becomes the selected one."""
        project, selected = self._session.project, self._session.selected_events
        if project is None:
            return
        if selected:
            events = project.events(project.tier_of(selected[0]).id)
            place = next(at for at, event in enumerate(events) if event.id == selected[0]) + direction
            target = events[place] if 0 <= place < len(events) else None
        else:
            here = self._session.playhead
            ahead = [event for event in self._events() if (event.onset - here) * direction > 0]
            target = min(ahead, key=lambda event: abs(event.onset - here), default=None)
        self._go(target)

    def next_disagreement(self) -> None:
        """The next prediction that the reference does not confirm, or reference event that was not found."""
        events = sorted(self._disagreements(), key=lambda event: (event.onset, event.offset))
        if not events:
            self._session.messages.info("Nothing to go to: prediction and reference agree, or one of them is missing.")
            return
        selected = self._session.selected_events
        if selected and any(event.id == selected[0] for event in events):
            place = next(at for at, event in enumerate(events) if event.id == selected[0])
            self._go(events[(place + 1) % len(events)])
        else:
            here = self._session.playhead
            self._go(next((event for event in events if event.onset > here), events[0]))

    def _disagreements(self) -> list[Event]:
        project, reference = self._session.project, self._session.reference_tier
        detector = self._detector()
        if project is None or reference is None or detector is None:
            return []
        truth, predicted = project.events(reference.id), project.events(detector.id)
        pairs = match([event.interval for event in truth], [event.interval for event in predicted])
        same = [pair for pair in pairs if truth[pair.truth_index].label == predicted[pair.predicted_index].label]
        found = {pair.truth_index for pair in pairs}
        confirmed = {pair.predicted_index for pair in same}
        missed = [event for at, event in enumerate(truth) if at not in found]
        return missed + [event for at, event in enumerate(predicted) if at not in confirmed]

    def _detector(self) -> Tier | None:
        return next((tier for tier in self._session.tiers() if tier.source == Source.DETECTOR), None)

    def _events(self) -> list[Event]:
        project = self._session.project
        return [event for tier in self._session.shown_tiers() for event in project.events(tier.id)] if project else []

    def _go(self, event: Event | None) -> None:
        if event is not None:
            self._session.select_events((event.id,))
            self._session.set_playhead(event.onset)
