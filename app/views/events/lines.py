"""The lines of the event table in their order: gathered, filtered, sorted, and found again by event."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from app.document.prediction_states import PredictionStates
from app.session import Session
from app.views.events.columns import COLUMNS, Column
from app.views.events.event_line import EventLine
from fedn.annotation.event import Event
from fedn.annotation.tier import Tier

Key = tuple[float | str, int, int, str]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events are listed.

    Attributes:
        words: all of them have to occur somewhere in a line.
        label, tier: only these; None for all. The label "" means events without one.
    """

    words: tuple[str, ...] = ()
    label: str | None = None
    tier: str | None = None

    @property
    def is_on(self) -> bool:
        return bool(self.words) or self.label is not None or self.tier is not None

    def admits(self, line: EventLine) -> bool:
        if self.label is not None and line.event.label != self.label:
            return False
        if self.tier is not None and line.tier.name != self.tier:
            return False
        if not self.words:
            return True
        text = line.text
        return all(word in text for word in self.words)


class Lines:
    """Sorted by one column; events that are equal there by video, onset and id."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.filter = Filter()
        self.whole_project = False
        self.column = Column.ONSET
        self.states = PredictionStates()
        self._lines: list[EventLine] = []
        self._keys: list[Key] = []
        self._key_of: dict[str, Key] = {}

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, place: int) -> EventLine:
        return self._lines[place]

    @property
    def total(self) -> int:
        """How many there would be without a filter."""
        project = self._session.project
        return sum(len(project.events(tier.id)) for tier in self._tiers()) if project else 0

    def tier_names(self) -> list[str]:
        return list(dict.fromkeys(tier.name for tier in self._tiers()))

    def _tiers(self) -> list[Tier]:
        project, video = self._session.project, self._session.current_video
        if project is None:
            return []
        if self.whole_project:
            return [tier for tier in project.tiers.values() if self._session.blind.sees(tier)]
        return [tier for tier in project.tiers_of(video.id) if self._session.blind.sees(tier)] if video else []

    def gather(self) -> None:
        """Everything anew."""
        self.states.forget()
        project = self._session.project
        found: list[EventLine] = []
        if project is not None:
            places = {video_id: place for place, video_id in enumerate(project.videos)}
            for tier in self._tiers():
                video, place = project.videos[tier.video_id], places[tier.video_id]
                state = self.states.on(project, tier)
                found += [EventLine(event, tier, video, place, state(event)) for event in project.events(tier.id)]
        admits = self.filter.admits
        self._lines = [line for line in found if admits(line)] if self.filter.is_on else found
        self.sort()

    def sort(self) -> None:
        value = COLUMNS[self.column].key
        keys = [(value(line), line.place, line.event.onset, line.event.id) for line in self._lines]
        line_of = dict(zip((key[3] for key in keys), self._lines, strict=True))
        keys.sort()
        self._keys = keys
        self._lines = [line_of[key[3]] for key in keys]
        self._key_of = {key[3]: key for key in keys}

    def place_of(self, event_id: str) -> int:
        """-1 if it is not listed."""
        key = self._key_of.get(event_id)
        return -1 if key is None else bisect_left(self._keys, key)

    def line_now(self, event_id: str) -> EventLine | None:
        """The line that the event should have, None if it should not be listed."""
        project, video = self._session.project, self._session.current_video
        if project is None or not project.has_event(event_id):
            return None
        event, tier = project.event(event_id), project.tier_of(event_id)
        if not self._session.blind.sees(tier):
            return None
        if not self.whole_project and (video is None or tier.video_id != video.id):
            return None
        known = self._key_of.get(event_id)
        place = known[1] if known else list(project.videos).index(tier.video_id)
        state = self.states.on(project, tier)(event)
        line = EventLine(event, tier, project.videos[tier.video_id], place, state)
        return line if self.filter.admits(line) else None

    def place_for(self, line: EventLine) -> int:
        return bisect_left(self._keys, self._key(line))

    def _key(self, line: EventLine) -> Key:
        return COLUMNS[self.column].key(line), line.place, line.event.onset, line.event.id

    def insert(self, line: EventLine) -> None:
        place, key = self.place_for(line), self._key(line)
        self._keys.insert(place, key)
        self._lines.insert(place, line)
        self._key_of[line.event.id] = key

    def remove(self, event_id: str) -> None:
        place = self.place_of(event_id)
        del self._keys[place], self._lines[place], self._key_of[event_id]

    def predictions_of(self, video_id: str) -> list[Event]:
        """The listed predictions of a video."""
        return [line.event for line in self._lines if line.state and line.video.id == video_id]
