"""What every mouse gesture of the timeline has in common: it begins, moves, and is finished or cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QRectF, Qt

from app.document.snapping import Snapper
from app.session import Session
from app.views.timeline.time_scale import TimeScale
from fedn.annotation.event import Event


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the mouse is: in the widget, and in frames (not rounded, not limited to the video)."""

    x: float
    y: float
    position: float
    snaps: bool = True

    @property
    def frame(self) -> int:
        return int(self.position // 1)

    @property
    def boundary(self) -> int:
        """The nearest border between two frames."""
        return round(self.position)


class Surface(Protocol):
    """What gestures know of the timeline that they happen on."""

    @property
    def session(self) -> Session: ...

    @property
    def scale(self) -> TimeScale: ...

    def snapper(self, moving: Iterable[str], snaps: bool) -> Snapper:
        """Snaps to everything but the events that are being moved."""
        ...

    def events_in(self, rect: QRectF) -> list[str]: ...

    def set_scale(self, scale: TimeScale) -> None: ...


@dataclass(frozen=True, slots=True)
class Drawn:
    """An event as it would be if the mouse were released now."""

    tier_id: str
    event: Event


class Gesture:
    """The base; nothing in the project changes before `finish`."""

    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        self.session = surface.session
        self.playhead_before = surface.session.playhead

    @property
    def drawn(self) -> tuple[Drawn, ...]:
        """Half-done events."""
        return ()

    @property
    def hidden(self) -> frozenset[str]:
        """Events that `drawn` stands for."""
        return frozenset()

    @property
    def band(self) -> QRectF | None:
        """The rubber band, if there is one."""
        return None

    def move(self, at: Pointer) -> None: ...

    def finish(self) -> None: ...

    def cancel(self) -> None:
        self.session.set_playhead(self.playhead_before)
