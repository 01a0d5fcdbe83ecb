"""Moving the playhead and the selection from event to event."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.session import Session
from fedn.annotation.event import Event


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

    def _events(self) -> list[Event]:
        project = self._session.project
        return [event for tier in self._session.shown_tiers() for event in project.events(tier.id)] if project else []

    def _go(self, event: Event | None) -> None:
        if event is not None:
            self._session.select_events((event.id,))
            self._session.set_playhead(event.onset)
