"""What lies under the mouse."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QRectF

from app.views.timeline.layout import Layout
from app.views.timeline.tier_rows import TierRow
from app.views.timeline.tiers_painter import EVENT_INSET_PX
from app.views.timeline.time_scale import TimeScale
from fedn.annotation.event import Event

EDGE_PX = 5
APEX_PX = 5
LEAST_FOR_EDGES_PX = 12


class Part(Enum):
    BODY = "body"
    ONSET = "onset"
    OFFSET = "offset"
    APEX = "apex"


@dataclass(frozen=True, slots=True)
class Hit:
    row: TierRow
    event: Event
    part: Part


@dataclass(frozen=True, slots=True)
class HitTest:
    """Finds events and their parts; the selected ones lie on top."""

    layout: Layout
    scale: TimeScale
    rows: list[TierRow]
    selected: tuple[str, ...]

    def row_at(self, y: float) -> TierRow | None:
        """The tier there; none where what is shown is no tier yet."""
        index = self.layout.tier_at(y)
        row = self.rows[index] if index is not None and index < len(self.rows) else None
        return None if row is None or row.is_passing else row

    def at(self, x: float, y: float) -> Hit | None:
        index = self.layout.tier_at(y)
        if index is None or index >= len(self.rows):
            return None
        row, band = self.rows[index], self.layout.tier(index)
        if not band.top() + EVENT_INSET_PX - 3 <= y <= band.bottom() - EVENT_INSET_PX + 3:
            return None
        found = [event for event in self._near(row, x) if self._covers(event, x)]
        if not found:
            return None
        event = min(found, key=lambda event: (event.id not in self.selected, event.offset - event.onset))
        return Hit(row, event, self._part(event, x, y, band.center().y()))

    def touching(self, rect: QRectF) -> list[str]:
        """Ids of the events that the rectangle touches."""
        found: list[str] = []
        for index, row in enumerate(self.rows):
            band = self.layout.tier(index)
            if rect.bottom() < band.top() + EVENT_INSET_PX or rect.top() > band.bottom() - EVENT_INSET_PX:
                continue
            low, high = self.scale.position(rect.left()), self.scale.position(rect.right())
            events = (row.events[at] for at in row.between(low, high))
            touched = (event.id for event in events if event.offset + 1 >= low and event.onset <= high)
            found.extend(event_id for event_id in touched if event_id not in row.provisional)
        return found

    def _near(self, row: TierRow, x: float) -> list[Event]:
        reach = EDGE_PX / self.scale.px_per_frame
        position = self.scale.position(x)
        near = (row.events[at] for at in row.between(position - reach, position + reach))
        return [event for event in near if event.id not in row.provisional]

    def _reach(self, event: Event) -> float:
        return EDGE_PX if event.id in self.selected else 2

    def _covers(self, event: Event, x: float) -> bool:
        left, right = self.scale.x(event.onset), self.scale.x(event.offset + 1)
        reach = self._reach(event)
        return left - reach <= x <= max(right, left + 3) + reach

    def _part(self, event: Event, x: float, y: float, middle: float) -> Part:
        left, right = self.scale.x(event.onset), self.scale.x(event.offset + 1)
        inside = min(EDGE_PX, (right - left) / 4)
        if event.apex is not None and event.id in self.selected and y > middle:
            at_apex = abs(x - self.scale.center_x(event.apex)) <= APEX_PX
            if at_apex and right - left > LEAST_FOR_EDGES_PX:
                return Part.APEX
        if right - left < LEAST_FOR_EDGES_PX and event.id not in self.selected:
            return Part.BODY
        if x <= left + inside:
            return Part.ONSET
        if x >= right - inside:
            return Part.OFFSET
        return Part.BODY
